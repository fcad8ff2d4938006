namespace OrleansCampaigns.Domain.Delivery;

/// <summary>Replies to the mailbox: full, inactive, too small for the message, or not there at all.</summary>
internal static class RecipientRules
{
    /// <summary>The server knows the mailbox and sends the mail back for now.</summary>
    public static readonly ReplyRule[] SentBack =
    [
        new("server full", Outcome.SoftBounced, Cause.ServerFull,
            "insufficient system storage", "insufficient system resources", "insufficient storage",
            "insufficient * storage", "insufficient disk*", "insufficient resources", "insufficient space",
            "no space left on device", "not enough disk space", "not enough storage space", "not enough storage",
            "disk full", "disk is full", "filesystem full", "file system full", "filesystem is full",
            "file system is full", "out of disk", "mail system full", "system full", "system is full", "server full",
            "server is full", "server * out of space", "spool * full", "system storage exceeded",
            "no disk space", "low on disk", "low disk space"),

        new("mailbox full", Outcome.SoftBounced, Cause.MailboxFull,
            "mailbox full", "mailbox is full", "mailbox * full", "mailboxes are full", "mailbox is stuffed",
            "mail box full", "mail box is full", "mail box * full", "mailfull", "mbox full", "mailbox_full",
            "inbox full", "inbox is full", "inbox * full", "account full", "account is full", "account * full",
            "user full", "user is full", "user * is full", "recipient * full", "maildir full", "folder full",
            "folder is full", "overquota", "over quota", "over the quota", "over * quota", "above quota", "above * quota",
            "out of quota", "quota exceeded", "quota * exceeded", "quota full", "quota is full", "quota exceed*",
            "quota violation", "quota limit*", "quota reached", "quota has been", "quota overflow", "quota error",
            "exceeded * quota", "exceeds * quota", "exceed * quota", "exceeding * quota", "exceed quota",
            "exceeds quota", "exceeded quota", "not enough quota", "insufficient quota", "disk quota", "storage quota",
            "mailbox quota", "user quota", "quotaexceeded", "*quotaexceeded*", "*overquota*", "quota allocated",
            "out of storage", "exceeded storage", "exceeded * storage", "exceeds * storage", "storage limit",
            "storage * exceeded", "storage is full", "storage space", "storage allocation", "mail storage",
            "mailbox size limit*", "mailbox size exceed*", "mailbox limit", "mailbox * limit", "mailbox exceed*",
            "mailbox * exceed*", "mailbox over*", "mailbox has exceeded", "mailbox * over", "mailbox too large",
            "mailbox * capacity", "over capacity", "at capacity", "no space left in", "no room in", "no more space",
            "no space in", "no space available", "has no space", "too much mail data", "too many messages in",
            "too many messages on", "too many messages for", "exceeded * allotted", "exceeded * allowed space",
            "exceeded * disk", "exceeded * space", "account is over", "user is over", "user over", "allocated * space",
            "exceeded * limit for mailbox", "mailbox * maximum", "message store * full", "not enough * mailbox",
            "not enough space", "has run out of space", "mailstore full", "space * mailbox"),

        new("mailbox full, in other languages", Outcome.SoftBounced, Cause.MailboxFull,
            "postfach * voll", "postfach voll", "postfach ist voll", "postfach uberfullt", "mailbox voll",
            "speicherplatz", "boite * pleine", "boite pleine", "boite * saturee", "quota depasse", "quota * depasse",
            "buzon lleno", "buzon * lleno", "cuota excedida", "cuota * excedida", "excedio su cuota", "cuota superada",
            "caixa postal cheia", "caixa * cheia", "caixa * lotada", "caixa postal lotada", "cota excedida",
            "casella piena", "casella * piena", "casella * esaurita", "spazio esaurito", "quota superata",
            "postbus vol", "mailbox vol", "skrzynka * pelna", "skrzynka pelna", "skrzynka * przepelniona",
            "przepelnion*", "kutusu dolu", "kota asildi", "*ящик переполнен*", "*переполнен*", "*квот*", "*邮箱已满*", "*郵箱已滿*",
            "*信箱已满*", "*信箱已滿*", "*空间不足*", "*空間不足*", "*容量不足*", "*容量を超*", "*容量超過*", "*容量オーバー*",
            "*용량*", "fyrirferd", "brevlada * full", "postkasse * fuld", "postilaatikko * taynna", "schranka * plna",
            "postafiok * megtelt"),

        new("message too big", Outcome.SoftBounced, Cause.TooBig,
            "too large", "too big", "message size", "message length exceeds", "message * too long", "size exceeds",
            "size exceeded", "size * exceeds", "size * exceeded", "exceeds * size", "exceeded * size", "exceeding * size",
            "exceed * size", "size limit*", "size restriction*", "maximum size", "max size", "maximum message",
            "max message", "maximum allowed size", "larger than", "message exceeds", "message exceeded", "mail exceeds",
            "fixed limit", "fixed maximum", "exceeds the maximum", "oversize*", "data size exceeded", "nachricht zu gross",
            "zu gross", "trop volumineux", "trop gros", "demasiado grande", "muito grande", "troppo grande",
            "te groot", "za duz*", "*太大*", "*サイズ*", "*слишком больш*", "mail size", "email size"),

        new("mailbox inactive", Outcome.SoftBounced, Cause.MailboxInactive,
            "account * disabled", "account disabled", "account is disabled", "disabled account", "mailbox disabled",
            "mailbox * disabled", "disabled mailbox", "user disabled", "user * disabled", "disabled user",
            "recipient * disabled", "recipient disabled", "disabled recipient", "address * disabled",
            "address disabled", "box disabled", "account inactive", "account * inactive", "inactive account",
            "mailbox * inactive", "mailbox inactive", "inactive mailbox", "user * inactive", "user inactive",
            "inactive user", "recipient * inactive", "inactive recipient", "address * inactive", "is inactive",
            "account * suspended", "account suspended", "user * suspended", "user suspended", "mailbox * suspended",
            "mailbox suspended", "recipient * suspended", "is suspended", "been suspended", "suspend the service", "deactivated", "de activated",
            "account * locked", "account locked", "mailbox * locked", "mailbox locked", "user * locked", "user locked",
            "temporary locked", "temporarily locked", "account * frozen", "mailbox * frozen", "account frozen",
            "account * expired", "account expired", "mailbox * expired", "account * hold", "on hold", "not active",
            "not activated", "no longer active", "not been activated", "dormant", "disabled or discontinued",
            "mailbox * blocked", "mailbox blocked", "account * blocked", "account blocked", "recipient * blocked",
            "user blocked", "user * is blocked", "account * restricted", "mailbox temporarily", "mailbox * temporarily",
            "account * temporarily", "account temporarily", "user temporarily", "not currently accepting",
            "not accepting mail", "not accepting messages", "not accepting email", "isnt accepting",
            "account is unavailable", "account unavailable", "account * unavailable", "mailbox is busy",
            "mailbox busy", "discontinued", "mailbox * restricted", "account is not available",
            "konto * deaktiviert", "konto * gesperrt", "postfach * gesperrt", "compte * desactive", "compte * suspendu",
            "cuenta * deshabilitada", "cuenta * suspendida", "cuenta * inactiva", "conta * desativada", "conta * bloqueada",
            "conta * suspensa", "account * disabilitat*", "casella * disabilitat*", "konto * zablokowane",
            "*停用*", "*冻结*", "*заблокирован*", "*отключен*", "*休眠*"),
    ];

    /// <summary>Exchange Online's edge says so of recipients that its directory does not hold, and only with this status.</summary>
    public static readonly ReplyRule RefusedAtTheEdge =
        new("refused at the edge", Outcome.Bounced, Cause.NoSuchMailbox, "recipient address rejected access denied")
        { Status = ".4.1" };

    /// <summary>
    /// A host that does not exist, with no word on whether it is the recipient's or ours: nobody is called non-existent
    /// on such evidence.
    /// </summary>
    public static readonly ReplyRule SomeHostMissing =
        new("some host is missing", Outcome.Bounced, Cause.Other, "host does not exist", "host doesnt exist");

    /// <summary>There is no such domain. Before the mailbox, whose phrases are wider.</summary>
    public static readonly ReplyRule NoSuchDomain =
        new("no such domain", Outcome.Bounced, Cause.NoSuchDomain,
            "domain not found", "domain * not found", "domain name not found", "host not found", "host unknown",
            "unknown host", "no such host", "no such domain", "domain unknown", "unknown domain", "domain * unknown",
            "domain * not exist", "domain does not exist", "domain doesnt exist", "domain * nonexistent",
            "domain * non existent", "nonexistent domain", "non existent domain", "nonexistentdomain",
            "bad destination system", "bad destination host", "no mx", "null mx", "nullmx", "nxdomain",
            "domain does not accept", "domain doesnt accept", "domain * accepts no mail", "domain * not accept * mail",
            "find the recipient domain", "domain is not reachable", "any host named", "host named", "host or domain name not found",
            "name service error for", "unrouteable mail domain", "unroutable mail domain", "unrouteable domain",
            "unroutable domain", "invalid domain", "name or service not known", "illegal host", "bad domain",
            "domain has no", "recipient domain must exist",
            "domaine inconnu", "domaine inexistant", "dominio inexistente", "domain existiert nicht",
            "*域名不存在*", "*ドメインが存在*");

    /// <summary>There is no such mailbox: English phrases.</summary>
    public static readonly ReplyRule[] NoSuchMailbox =
    [
        new("unknown recipient", Outcome.Bounced, Cause.NoSuchMailbox,
            "user unknown", "unknown user", "userunknown", "user * unknown", "recipient unknown", "unknown recipient",
            "recipient * unknown", "address unknown", "unknown address", "address * unknown", "mailbox unknown",
            "unknown mailbox", "mailbox * unknown", "account unknown", "unknown account", "addressee unknown",
            "unknown addressee", "unknown local", "unknown email", "unknown e mail", "unknown virtual", "unknown alias",
            "unknown or illegal", "unknown in", "unknown to", "unknown user account", "username unknown",
            "unknown username", "not known", "not a known user", "unknown mail"),

        new("no such recipient", Outcome.Bounced, Cause.NoSuchMailbox,
            "no such user", "no such recipient", "no such address", "no such mailbox", "no such account",
            "no such person", "no such email", "no such local", "no such * user", "no such * here", "no such * mailbox",
            "no such * address", "no such * recipient", "no such name", "no such mail", "no mailbox", "no mail box",
            "no user", "no recipient", "no account", "no email account", "no local mailbox", "no local user",
            "there is no one at this address", "not our customer", "not our user", "not one of our users", "not a * customer", "no one by that name",
            "nobody by that name", "does not have an account", "doesnt have an account", "does not have a * account",
            "doesnt have a * account", "have an account here", "does not have a mailbox"),

        new("recipient not found", Outcome.Bounced, Cause.NoSuchMailbox,
            "user not found", "user * not found", "recipient not found", "recipient * not found", "recipientnotfound",
            "recipnotfound", "mailbox not found", "mailbox * not found", "account not found", "account * not found",
            "address not found", "address * not found", "email * not found", "email not found", "not found in",
            "not found on", "not found by", "can not be found", "cannot be found", "could not be found",
            "couldnt be found", "cant be found", "unable to find", "cannot find recipient", "couldnt find * user",
            "no match for", "not listed in", "not in directory", "not in our directory", "not in the directory",
            "not in * address book", "lookup failed recipient", "wasnt found", "was not found"),

        new("does not exist", Outcome.Bounced, Cause.NoSuchMailbox,
            "does not exist", "doesnt exist", "do not exist", "dont exist", "doesn t exist", "did not exist",
            "not exist", "not exists", "no longer exist*", "non existent", "nonexistent", "non existing",
            "nonexisting", "not existing", "inexistent", "not a real", "no longer valid", "no longer available",
            "no longer on server", "no longer in use", "no longer with", "no longer works", "no longer employed",
            "no longer here", "has left the", "has been replaced by", "has moved to", "user has moved", "has moved",
            "mailbox * moved", "has been deleted", "has been removed", "was deleted", "was removed", "account * deleted",
            "account deleted", "account * closed", "account closed", "account * terminated", "user * terminated",
            "user * deleted", "mailbox * deleted", "mailbox deleted", "mailbox closed", "account * cancel*",
            "account has been removed", "not yet exist", "isnt * registered", "not registered", "unregistered user"),

        new("invalid recipient", Outcome.Bounced, Cause.NoSuchMailbox,
            "invalid recipient*", "invalid user*", "invalid mailbox*", "invalid address", "invalid email*",
            "invalid e mail*", "invalid local*", "invalid account", "invalid final delivery", "invalid destination",
            "recipient invalid", "recipient * invalid", "address invalid", "address * invalid", "mailbox invalid",
            "user invalid", "bad destination mailbox", "bad destination address", "bad recipient*", "bad address",
            "bad mailbox", "badrcptto", "unrouteable address", "unroutable address", "unrouteable", "unroutable",
            "undeliverable address", "not a valid mailbox", "not a valid user", "not a valid recipient",
            "not a valid address", "not a valid email", "not a valid local", "not valid user", "not a user",
            "not a mailbox", "not a local mailbox", "not a local user", "not a local recipient", "no valid mailbox",
            "not a deliverable", "not deliverable", "not recognized", "not recognised", "unrecognized recipient",
            "unrecognized address", "unrecognized user", "recipient is not local", "recipient not valid", "user not valid",
            "recipient * not valid", "address is not valid", "address * not valid", "mailbox not valid",
            "no valid recipient", "user doesnt", "wrong recipient", "wrong address", "address incorrect",
            "incorrect address", "check the recipient", "recipient reject not", "nosuchuser", "illegal user",
            "illegal recipient", "illegal alias", "misspelled"),

        new("no such recipient, in other languages", Outcome.Bounced, Cause.NoSuchMailbox,
            "empfanger unbekannt", "unbekannter empfanger", "empfaenger unbekannt", "benutzer unbekannt", "adresse unbekannt",
            "unbekannte* adresse", "existiert nicht", "nicht bekannt", "nicht gefunden", "ungultige* empfanger*",
            "destinataire inconnu*", "destinataire invalide", "utilisateur inconnu*", "adresse inconnue", "nexiste pas",
            "n existe pas", "nexiste plus", "inconnu a cette adresse", "compte inexistant", "boite inexistante",
            "destinataire * invalide", "usuario desconocido", "usuario inexistente", "usuario no existe", "no existe",
            "destinatario desconocido", "destinatario * no existe", "buzon inexistente", "cuenta inexistente",
            "cuenta no existe", "usuario desconhecido", "destinatario desconhecido", "destinatario inexistente",
            "nao existe", "inexistente", "conta inexistente", "usuario nao encontrado", "utente sconosciuto",
            "utente inesistente", "casella inesistente", "inesistente", "non esiste", "destinatario sconosciuto",
            "onbekende gebruiker", "onbekende ontvanger", "gebruiker onbekend", "ontvanger onbekend", "bestaat niet",
            "finns inte", "finns ej", "okand mottagare", "okand anvandare", "findes ikke", "finnes ikke",
            "ukendt modtager", "ukjent mottaker", "ei loydy", "tuntematon", "nie istnieje", "nieznany uzytkownik",
            "nieznany odbiorca", "brak uzytkownika", "neexistuje", "neznamy uzivatel", "nem letezik", "ismeretlen",
            "kullanici bulunamadi", "boyle bir kullanici", "*не найден*", "*не существует*", "*нет такого*",
            "*неизвестный пользователь*", "*用户不存在*", "*用戶不存在*", "*邮箱不存在*", "*郵箱不存在*", "*收件人不存在*",
            "*帐号不存在*", "*账号不存在*", "*用户未找到*", "*无此用户*", "*查无此*", "*無此*", "*不存在*", "*存在しません*", "*存在しない*",
            "*見つかりません*", "*ユーザー不明*", "*宛先不明*", "*존재하지*", "*없는 사용자*"),
    ];
}
