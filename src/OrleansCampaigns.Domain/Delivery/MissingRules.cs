namespace OrleansCampaigns.Domain.Delivery;

/// <summary>Replies that say that a mailbox or its domain is not there: only these cost us the contact.</summary>
/// <remarks>
/// A phrase belongs here only if it is about the recipient: what may as well be said of a sender, a host, a policy or
/// a file ("was removed", "not registered") is left to the status, or to a rule that condemns nobody.
/// </remarks>
internal static class MissingRules
{
    /// <summary>Exchange Online's edge says so, with this status, of recipients unknown to its directory.</summary>
    public static readonly ReplyRule RefusedAtTheEdge =
        new("refused at the edge", Outcome.Bounced, Cause.NoSuchMailbox,
            "recipient address rejected access denied")
        { Status = ".4.1" };

    /// <summary>
    /// A host that does not exist, with no word on whether it is the recipient's or ours: nobody is called non-existent
    /// on such evidence.
    /// </summary>
    public static readonly ReplyRule SomeHostMissing =
        new("some host is missing", Outcome.Bounced, Cause.Other,
            "host does not exist", "host doesnt exist");

    /// <summary>There is no such domain. Before the mailbox, whose phrases are wider.</summary>
    public static readonly ReplyRule NoSuchDomain =
        new("no such domain", Outcome.Bounced, Cause.NoSuchDomain,
            "domain not found", "domain * not found", "domain name not found", "host not found", "host unknown",
            "unknown host", "no such host", "no such domain", "domain unknown", "unknown domain", "domain * unknown",
            "domain * not exist", "domain does not exist", "domain doesnt exist", "domain * nonexistent",
            "domain * non existent", "nonexistent domain", "non existent domain", "nonexistentdomain",
            "bad destination system", "bad destination host", "infodomainnonexistent", "dns domain * not exist",
            "null mx", "nullmx", "nxdomain", "domain does not accept", "domain doesnt accept",
            "domain * accepts no mail", "domain * not accept * mail", "find the recipient domain",
            "domain is not reachable", "any host named", "host named", "host or domain name not found",
            "name service error for", "unrouteable mail domain", "unroutable mail domain", "unrouteable domain",
            "unroutable domain", "name or service not known", "illegal host", "recipient domain must exist",
            "domaine inconnu", "domaine inexistant", "dominio inexistente", "domain existiert nicht", "*域名不存在*",
            "*ドメインが存在*");

    /// <summary>There is no such mailbox: English phrases.</summary>
    public static readonly ReplyRule[] NoSuchMailbox =
    [
        new("unknown recipient", Outcome.Bounced, Cause.NoSuchMailbox,
            "user unknown", "unknown user", "userunknown", "user * unknown", "recipient unknown", "unknown recipient",
            "recipient * unknown", "address unknown", "unknown address", "address * unknown", "mailbox unknown",
            "unknown mailbox", "mailbox * unknown", "account unknown", "unknown account", "addressee unknown",
            "unknown addressee", "unknown local", "unknown email", "unknown e mail", "unknown virtual",
            "unknown alias", "unknown or illegal", "unknown in", "unknown to", "unknown user account",
            "username unknown", "unknown username", "is not known", "not known here", "not known at", "user not known",
            "recipient not known", "not a known user"),

        new("no such recipient", Outcome.Bounced, Cause.NoSuchMailbox,
            "no such user", "no such recipient", "no such address", "no such mailbox", "no such account",
            "no such person", "no such email", "no such local", "no such virtual", "no such domain user",
            "no such mailaddress", "no such id", "no such member", "no such name", "no such mail", "no mailbox",
            "no mail box", "no user", "no recipient", "no account", "no email account", "no local mailbox",
            "no local user", "there is no one at this address", "not our customer", "not our user",
            "not one of our users", "not a * customer", "no one by that name", "nobody by that name",
            "does not have an account", "doesnt have an account", "does not have a * account",
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
            "nonexisting", "not existing", "inexistent", "not a real", "no longer valid",
            "mailbox no longer available", "user no longer available", "no longer on server", "no longer in use",
            "no longer with", "no longer works", "no longer employed", "no longer here", "has left the",
            "has been replaced by", "has moved to", "user has moved", "has moved", "mailbox * moved", "user * removed",
            "account * removed", "mailbox * removed", "address * removed", "account * deleted", "address * deleted",
            "recipient * deleted", "account deleted", "account * closed", "account closed", "account * terminated",
            "user * terminated", "user * deleted", "mailbox * deleted", "mailbox deleted", "mailbox closed",
            "account * cancel*", "not yet exist", "user not registered", "recipient not registered",
            "address not registered", "mailbox not registered", "unregistered user"),

        new("invalid recipient", Outcome.Bounced, Cause.NoSuchMailbox,
            "invalid recipient*", "invalid user*", "invalid mailbox*", "invalid address", "invalid email*",
            "invalid e mail*", "invalid local*", "invalid account", "invalid final delivery", "invalid destination",
            "recipient invalid", "recipient * invalid", "address invalid", "address * invalid", "mailbox invalid",
            "user invalid", "bad destination mailbox", "bad destination address", "bad recipient*", "bad address",
            "bad email*", "bad mailbox", "badrcptto", "unrouteable address", "unroutable address", "unrouteable",
            "unroutable", "undeliverable address", "not a valid mailbox", "not a valid user", "not a valid recipient",
            "not a valid address", "not a valid email", "not a valid local", "not valid user", "not a user",
            "not a mailbox", "not a local mailbox", "not a local user", "not a local recipient", "no valid mailbox",
            "not a deliverable", "not deliverable", "address not recognized", "recipient not recognized",
            "user not recognized", "mailbox not recognized", "recipient is not recognized",
            "address is not recognized", "not recognised as a", "unrecognized recipient", "unrecognized address",
            "unrecognized user", "recipient not valid", "user not valid", "recipient * not valid",
            "address is not valid", "address * not valid", "mailbox not valid", "no valid recipient",
            "wrong recipient", "wrong address", "address incorrect", "incorrect address", "check the recipient",
            "recipient reject not", "nosuchuser", "illegal user", "illegal recipient", "illegal alias", "misspelled"),

        new("no such recipient, in other languages", Outcome.Bounced, Cause.NoSuchMailbox,
            "empfanger unbekannt", "unbekannter empfanger", "empfaenger unbekannt", "benutzer unbekannt",
            "adresse unbekannt", "unbekannte* adresse", "existiert nicht", "nicht bekannt", "nicht gefunden",
            "ungultige* empfanger*", "destinataire inconnu*", "destinataire invalide", "utilisateur inconnu*",
            "adresse inconnue", "nexiste pas", "n existe pas", "nexiste plus", "inconnu a cette adresse",
            "compte inexistant", "boite inexistante", "destinataire * invalide", "usuario desconocido",
            "usuario inexistente", "usuario no existe", "no existe", "destinatario desconocido",
            "destinatario * no existe", "buzon inexistente", "cuenta inexistente", "cuenta no existe",
            "usuario desconhecido", "destinatario desconhecido", "destinatario inexistente", "nao existe",
            "inexistente", "conta inexistente", "usuario nao encontrado", "utente sconosciuto", "utente inesistente",
            "casella inesistente", "inesistente", "non esiste", "destinatario sconosciuto", "onbekende gebruiker",
            "onbekende ontvanger", "gebruiker onbekend", "ontvanger onbekend", "bestaat niet", "finns inte",
            "finns ej", "okand mottagare", "okand anvandare", "findes ikke", "finnes ikke", "ukendt modtager",
            "ukjent mottaker", "ei loydy", "tuntematon", "nie istnieje", "nieznany uzytkownik", "nieznany odbiorca",
            "brak uzytkownika", "neexistuje", "neznamy uzivatel", "nem letezik", "ismeretlen", "kullanici bulunamadi",
            "boyle bir kullanici", "*не найден*", "*не существует*", "*нет такого*", "*неизвестный пользователь*",
            "*用户不存在*", "*用戶不存在*", "*邮箱不存在*", "*郵箱不存在*", "*收件人不存在*", "*帐号不存在*",
            "*账号不存在*", "*用户未找到*", "*无此用户*", "*查无此*", "*無此*", "*不存在*", "*存在しません*",
            "*存在しない*", "*見つかりません*", "*ユーザー不明*", "*宛先不明*", "*존재하지*", "*없는 사용자*"),
    ];
}
