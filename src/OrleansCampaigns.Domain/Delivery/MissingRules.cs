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
        new("the recipient is not in the directory of the edge", Outcome.Bounced, Cause.NoSuchMailbox,
            "recipient address rejected access denied", "recipient addresses rejected access denied")
        { Status = ".4.1" };

    /// <summary>
    /// A host that does not exist, with no word on whether it is the recipient's or ours: nobody is called non-existent
    /// on such evidence.
    /// </summary>
    public static readonly ReplyRule SomeHostMissing =
        new("a host is missing, and not said whose", Outcome.Bounced, Cause.Other,
            "host does not exist", "host doesnt exist");

    /// <summary>Before the rules for block lists, which know "listed in" as well.</summary>
    public static readonly ReplyRule NotListed =
        new("the recipient is not in the directory", Outcome.Bounced, Cause.NoSuchMailbox,
            "not listed in * directory", "not listed in * address book", "not listed in public name",
            "not in recipient list", "not in * recipient list", "not on * recipient list",
            "not in the list of * recipients", "not in list of * recipients", "not in * list of recipients",
            "not in * list of users", "not in * list of valid", "not on * list of valid", "not in recipients list",
            "not in recipient table", "not in * recipients map", "not in recipient map", "not in user list",
            "not in * user list", "not in users list", "not in mailbox list", "not found in * recipient list",
            "not in address list", "not in valid recipient*", "recipient not in list", "recipient is not in",
            "recipient not in", "not in our list", "not in our database", "not in our user*",
            "not in * user database");

    /// <summary>The form of the recipient's address is what a server complains about (RFC 5321 §4.2.3).</summary>
    public static readonly ReplyRule[] MalformedAddress =
    [
        new("the recipient's address is malformed", Outcome.Bounced, Cause.MalformedAddress,
            "rcpt to syntax", "rcpt syntax", "syntax * rcpt to", "syntax * in rcpt", "syntax of rcpt",
            "invalid rcpt to", "invalid rcpt address", "malformed rcpt*", "malformed recipient*", "malformed email*",
            "malformed e mail*", "malformed mailbox", "malformed destination", "malformed to", "recipient * malformed",
            "mailbox address syntax", "recipient address syntax", "recipient syntax", "address syntax",
            "syntax of * address", "syntax of * recipient", "syntax * recipient address",
            "improperly formatted recipient", "improperly formatted address", "badly formatted recipient",
            "badly formatted address", "badly formed address", "badly formed recipient", "ill formed address",
            "ill formed recipient", "address is not properly formatted", "address * format is invalid",
            "address format error", "recipient address format", "invalid address format", "invalid email format",
            "invalid syntax in * recipient", "illegal character * in * address", "illegal character * in * recipient",
            "invalid character * in * address", "invalid character * in * recipient",
            "invalid characters in * address", "not a valid rfc", "domain name required", "domain missing",
            "no domain in", "missing domain", "must be fully qualified", "need fully qualified address",
            "not a fully qualified", "unbalanced")
        {
            // "May not follow" is said of an address in a header.
            Unless =
            [
                " sender ", " mail from ", " from address ", " return path ", " helo ", " hostname ",
                " may not follow ", " header ",
            ],
        },

        // 501 is a syntax error in what a command is given: "invalid" means its form there.
        new("the recipient's address is malformed", Outcome.Bounced, Cause.MalformedAddress,
            "invalid address", "bad address", "illegal address", "invalid recipient*", "bad recipient*",
            "illegal recipient*", "invalid email*", "invalid e mail*", "bad email*", "invalid mailbox*",
            "recipient invalid", "recipient * invalid", "address invalid", "address is invalid", "address * invalid",
            "invalid rcpt*", "bad rcpt*", "malformed address", "address is malformed", "address malformed",
            "unrecognized recipient", "unrecognized address", "invalid forward path", "bad forward path")
        { Codes = [501], Unless = [" sender ", " mail from ", " from ", " header "] },
    ];

    /// <summary>
    /// A name that a server could not find in the DNS, for good: without the word that it may be back, it is taken as
    /// missing. What is said of the sender's, the client's or our own name is said of nobody else.
    /// </summary>
    public static readonly ReplyRule DnsFailure =
        new("the recipient's domain is not in the DNS", Outcome.Bounced, Cause.NoSuchDomain,
            "dns lookup fail*", "dns lookup of * failed", "dns lookup * failed", "dns lookup error", "dns failure",
            "dns query failed", "dns error", "dns name not found", "dns resolution failed", "dns resolution error",
            "domain lookup fail*", "mx lookup fail*", "lookup of * domain failed", "failed to look up",
            "failed to lookup", "unable to look up", "unable to lookup", "could not look up", "cannot resolve",
            "cant resolve", "could not resolve", "couldnt resolve", "unable to resolve", "failed to resolve",
            "unresolvable", "name resolution fail*", "name resolution error", "host name lookup failure",
            "host lookup fail*", "hostname lookup fail*", "no such dns", "not resolvable", "does not resolve",
            "doesnt resolve", "not be resolved")
        {
            Class = 5,
            Unless =
            [
                " sender", " your ", " client ", " reverse ", " helo ", " ehlo ", " ip ", " from ", " ptr ", " our ",
                " temporar", " timed out ", " timeout ", " try ", " retry", "retry ", " expired", " link ", " url ",
            ],
        };

    /// <summary>There is no such domain. Before the mailbox, whose phrases are wider.</summary>
    public static readonly ReplyRule NoSuchDomain =
        new("there is no such domain, or it takes no mail", Outcome.Bounced, Cause.NoSuchDomain,
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
            "no mx record*", "no mx for", "no mx found", "no mx host*", "no mx or a", "no a or mx", "no mx and no a",
            "no mail exchanger*", "no mail host*", "no mail server*", "no valid mx", "no valid hosts",
            "no dns record*", "no dns entry", "no address record*", "mx record * not found", "mx record * not exist",
            "mx record not found", "mx not found", "mail exchanger not found", "without * mx", "has no mx",
            "does not have an mx", "doesnt have an mx", "does not have any mx", "domain is unknown",
            "domain is not known", "domain * not registered", "domain not registered", "domain has expired",
            "domain expired", "domain is invalid", "domain invalid", "invalid domain", "bad domain", "illegal domain",
            "domain * is invalid", "unknown mail domain", "unknown recipient domain", "recipient domain unknown",
            "recipient domain not found", "no such recipient domain", "code nxdomain", "unknown destination domain",
            "destination domain * not exist", "destination host not found", "destination host unknown",
            "dns server returned answer with no data", "responded with code noerror", "name or service unknown",
            "nodename nor servname", "no address associated with", "domain could not be found",
            "domain cannot be found", "domain * could not be found", "server for * domain * not be found",
            "unable to find * domain", "could not find * domain", "domain does not have", "no mail is accepted for",
            "domain inconnu*", "domaine introuvable", "domaine * introuvable", "domaine * nexiste pas",
            "domaine * n existe pas", "domaine * inconnu", "dominio desconocido", "dominio no existe",
            "dominio * no existe", "dominio * inexistente", "dominio no encontrado", "dominio nao existe",
            "dominio * nao existe", "dominio nao encontrado", "dominio desconhecido", "dominio non esiste",
            "dominio * non esiste", "dominio sconosciuto", "dominio non trovato", "domane * existiert nicht",
            "domain * existiert nicht", "domain unbekannt", "domane unbekannt", "unbekannte domain",
            "unbekannte domane", "domain nicht gefunden", "domane nicht gefunden", "domein bestaat niet",
            "domein * bestaat niet", "onbekend domein", "domein onbekend", "domena nie istnieje",
            "domena * nie istnieje", "nieznana domena", "*домен не найден*", "*домен не существует*",
            "*домена не существует*", "*неизвестный домен*", "*несуществующий домен*", "*домен * не найден*",
            "*домен * не существует*", "*域名无法解析*", "*无法解析域名*", "*找不到域名*", "*網域不存在*", "*ドメインが見つかりません*",
            "*ドメイン名が見つかりません*", "*ホストが見つかりません*", "*ドメインは存在しません*", "domaine inconnu", "domaine inexistant",
            "dominio inexistente", "domain existiert nicht", "*域名不存在*", "*ドメインが存在*");

    /// <summary>There is no such mailbox: English phrases.</summary>
    public static readonly ReplyRule[] NoSuchMailbox =
    [
        new("the recipient is unknown", Outcome.Bounced, Cause.NoSuchMailbox,
            "user unknown", "unknown user", "userunknown", "user * unknown", "recipient unknown", "unknown recipient",
            "recipient * unknown", "address unknown", "unknown address", "address * unknown", "mailbox unknown",
            "unknown mailbox", "mailbox * unknown", "account unknown", "unknown account", "addressee unknown",
            "unknown addressee", "unknown local", "unknown email", "unknown e mail", "unknown virtual",
            "unknown alias", "unknown or illegal", "unknown in", "unknown to", "unknown user account",
            "username unknown", "unknown username", "is not known", "not known here", "not known at", "user not known",
            "recipient not known", "not a known user", "not known to", "users unknown", "unknown person",
            "unknown member", "unknown subscriber", "unknown customer", "unknown to this", "unknown at this",
            "is unknown here", "unknown or invalid recipient", "unknown mail recipient", "unknown mailaddress",
            "unknown id"),

        new("there is no such recipient", Outcome.Bounced, Cause.NoSuchMailbox,
            "no such user", "no such recipient", "no such address", "no such mailbox", "no such account",
            "no such person", "no such email", "no such local", "no such virtual", "no such domain user",
            "no such mailaddress", "no such id", "no such member", "no such name", "no such mail", "no mailbox",
            "no mail box", "no user", "no recipient", "no account", "no email account", "no local mailbox",
            "no local user", "there is no one at this address", "not our customer", "not our user",
            "not one of our users", "not a * customer", "no one by that name", "nobody by that name",
            "does not have an account", "doesnt have an account", "does not have a * account",
            "doesnt have a * account", "have an account here", "does not have a mailbox", "no such usr",
            "no such a user", "no such users", "no such mbox", "no such maildrop", "no such customer",
            "no such destination", "no such subscriber", "no such student", "no such employee", "no such alias",
            "there is no user", "there is no such", "there is no mailbox", "there is no account",
            "nobody here by that name", "no one here by that name", "no mbox", "no local account", "no valid user",
            "no matching user", "no matching recipient", "no matching mailbox"),

        new("the recipient is not found", Outcome.Bounced, Cause.NoSuchMailbox,
            "user not found", "user * not found", "recipient not found", "recipient * not found", "recipientnotfound",
            "recipnotfound", "mailbox not found", "mailbox * not found", "account not found", "account * not found",
            "address not found", "address * not found", "email * not found", "email not found", "not found in",
            "not found on", "not found by", "can not be found", "cannot be found", "could not be found",
            "couldnt be found", "cant be found", "unable to find", "cannot find recipient", "couldnt find * user",
            "no match for", "not listed in", "not in directory", "not in our directory", "not in the directory",
            "not in * address book", "lookup failed recipient", "wasnt found", "was not found", "not find recipient",
            "not find * recipient", "not find user", "not find mailbox", "not find * mailbox", "not find * user",
            "could not find your recipient", "recipient could not be", "recipient lookup failed", "user lookup failed",
            "not in our system", "not present in", "not on this server", "not on this system", "not on our server"),

        new("the recipient does not exist, or no longer", Outcome.Bounced, Cause.NoSuchMailbox,
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
            "address not registered", "mailbox not registered", "unregistered user", "does no exist",
            "does not exists", "doesnt exists", "doest not exist", "dose not exist", "donot exist", "doesnot exist",
            "not exsist", "is not exist", "is not existing", "has ceased to exist", "ceased to exist", "is gone",
            "never existed", "user has left", "left the company", "user no longer", "no longer on this",
            "no longer at this", "no longer a", "no longer has", "no longer at", "not valid any more",
            "not valid anymore", "not exist any more", "not exist anymore"),

        new("the recipient's address is invalid", Outcome.Bounced, Cause.NoSuchMailbox,
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
            "no valid recipients for", "wrong recipient", "wrong address", "address incorrect", "incorrect address",
            "check the recipient", "recipient reject not", "nosuchuser", "illegal user", "illegal recipient",
            "illegal alias", "misspelled", "not a valid mail", "not a valid e mail", "not valid recipient",
            "not valid mailbox", "not valid address", "is not a valid user", "no valid address",
            "invalid destinations", "wrong user", "wrong mailbox", "wrong email", "wrong e mail",
            "incorrect recipient", "incorrect mailbox", "incorrect email", "recipient is invalid",
            "undeliverable recipient"),
    ];

    /// <summary>The same in other languages.</summary>
    public static readonly ReplyRule InOtherLanguages =
        new("there is no such recipient, in another language", Outcome.Bounced, Cause.NoSuchMailbox,
            // German.
            "empfanger unbekannt", "unbekannter empfanger", "unbekannten empfanger", "empfaenger unbekannt",
            "unbekannter empfaenger", "benutzer unbekannt", "unbekannter benutzer", "benutzer nicht bekannt",
            "nutzer unbekannt", "unbekannter nutzer", "teilnehmer unbekannt", "adresse unbekannt",
            "unbekannte adresse", "unbekannte * adresse", "adressat unbekannt", "postfach unbekannt",
            "existiert nicht", "nicht bekannt", "nicht gefunden", "ist unbekannt", "nicht vorhanden",
            "ungultige empfanger*", "ungultiger empfanger", "ungultige adresse", "ungultige mailadresse",
            "ungultige e mail", "empfanger ungultig", "kein solcher benutzer", "kein solcher empfanger",
            "kein solches postfach", "keine solche adresse", "kein benutzer", "kein postfach", "gibt es nicht",
            "existiert hier nicht",
            // French.
            "destinataire inconnu*", "destinataire * inconnu*", "destinataire invalide", "destinataire introuvable",
            "destinataire inexistant", "destinataires inconnus", "utilisateur inconnu*", "utilisateur inexistant",
            "utilisateur introuvable", "utilisateur * inconnu*", "adresse inconnue", "adresse * inconnue",
            "adresse inexistante", "adresse invalide", "adresse introuvable", "adresse erronee", "nexiste pas",
            "n existe pas", "nexiste plus", "n existe plus", "inconnu a cette adresse", "compte inexistant",
            "compte inconnu", "boite inexistante", "boite * inexistante", "boite inconnue", "boite * introuvable",
            "destinataire * invalide", "est inconnu", "est inconnue", "aucun utilisateur", "pas de compte",
            // Spanish.
            "usuario desconocido", "usuario * desconocido", "usuario inexistente", "usuario no existe",
            "usuario no encontrado", "usuario * no encontrado", "usuario invalido", "usuario no valido",
            "usuario no registrado", "usuario incorrecto", "no existe", "no existen", "destinatario desconocido",
            "destinatario * no existe", "destinatario inexistente", "destinatario invalido", "destinatario no valido",
            "destinatario no encontrado", "destinatario incorrecto", "direccion desconocida", "direccion inexistente",
            "direccion incorrecta", "direccion invalida", "direccion no valida", "direccion no encontrada",
            "direccion * no valida", "direccion * incorrecta", "buzon inexistente", "buzon desconocido",
            "buzon no encontrado", "buzon * no encontrado", "buzon invalido", "casilla inexistente",
            "casilla desconocida", "cuenta inexistente", "cuenta no existe", "cuenta desconocida",
            "cuenta no encontrada", "cuenta eliminada", "cuenta invalida", "correo inexistente", "no se encontro",
            "no se encuentra", "no se ha encontrado", "no fue encontrado", "no hay ningun usuario", "es desconocido",
            "es inexistente",
            // Portuguese.
            "usuario desconhecido", "utilizador desconhecido", "utilizador inexistente", "utilizador invalido",
            "utilizador nao encontrado", "destinatario desconhecido", "destinatario nao encontrado",
            "endereco inexistente", "endereco desconhecido", "endereco invalido", "endereco nao encontrado",
            "endereco * nao encontrado", "nao existe", "nao existem", "inexistente", "conta inexistente",
            "conta desconhecida", "conta nao encontrada", "caixa postal inexistente", "caixa postal nao encontrada",
            "caixa de correio inexistente", "usuario nao encontrado", "nao foi encontrado", "nao foi encontrada",
            "nao localizado", "usuario nao cadastrado",
            // Italian.
            "utente sconosciuto", "utente inesistente", "utente non trovato", "utente non valido",
            "utente * sconosciuto", "casella inesistente", "casella non trovata", "casella sconosciuta",
            "casella * inesistente", "inesistente", "non esiste", "destinatario sconosciuto",
            "destinatario non trovato", "indirizzo sconosciuto", "indirizzo inesistente", "indirizzo non trovato",
            "indirizzo non valido", "indirizzo errato", "non e stato trovato", "nessun utente", "account inesistente",
            // Dutch.
            "onbekende gebruiker", "onbekende ontvanger", "onbekend adres", "onbekende geadresseerde",
            "gebruiker onbekend", "gebruiker * onbekend", "gebruiker niet gevonden", "ontvanger onbekend",
            "ontvanger niet gevonden", "adres onbekend", "adres ongeldig", "ongeldige ontvanger", "ongeldig adres",
            "bestaat niet", "geen dergelijke gebruiker", "geen gebruiker", "postbus onbekend", "niet bekend",
            // Scandinavian and Finnish.
            "finns inte", "finns ej", "okand mottagare", "okand anvandare", "okand address", "mottagaren ar okand",
            "findes ikke", "finnes ikke", "ukendt modtager", "ukendt bruger", "ukendt adresse", "ukjent mottaker",
            "ukjent bruker", "ukjent adresse", "eksisterer ikke", "existerar inte", "ei loydy", "ei ole olemassa",
            "tuntematon",
            // Polish, Czech, Slovak, Hungarian, Turkish, Romanian.
            "nie istnieje", "nieznany uzytkownik", "nieznany odbiorca", "nieznany adres*", "nieznane konto",
            "uzytkownik nieznany", "odbiorca nieznany", "brak uzytkownika", "brak takiego uzytkownika",
            "brak odbiorcy", "brak adresata", "brak takiego adresata", "brak skrzynki", "brak takiej skrzynki",
            "brak konta", "brak takiego konta", "nie ma takiego", "nie ma takiej", "nie znaleziono",
            "nie zostal znaleziony", "nieprawidlowy odbiorca", "nieprawidlowy adres", "bledny adres", "neexistuje",
            "neexistujici", "neznamy uzivatel", "neznamy prijemce", "uzivatel nenalezen", "uzivatel neexistuje",
            "neznamy pouzivatel", "nenalezen", "nem letezik", "ismeretlen", "nem talalhato", "kullanici bulunamadi",
            "boyle bir kullanici", "alici bulunamadi", "gecersiz alici", "bilinmeyen kullanici",
            "utilizator necunoscut", "utilizator inexistent", "destinatar necunoscut", "nu exista",
            // Russian and Ukrainian.
            "*не найден*", "*не существует*", "*несуществующ*", "*нет такого*", "*такого пользователя нет*",
            "*такого ящика нет*", "*такого адреса нет*", "*неизвестный пользователь*", "*неизвестный получатель*",
            "*неизвестный адрес*", "*пользователь неизвестен*", "*получатель неизвестен*", "*адресат неизвестен*",
            "*не зарегистрирован*", "*неверный адрес*", "*неверный получатель*", "*недействительный адрес*",
            "*недопустимый получатель*", "*не знайдено*", "*не існує*", "*невідомий користувач*",
            // Chinese, Japanese, Korean.
            "*用户不存在*", "*用戶不存在*", "*邮箱不存在*", "*郵箱不存在*", "*收件人不存在*", "*帐号不存在*", "*账号不存在*", "*用户未找到*", "*无此用户*", "*查无此*",
            "*無此*", "*不存在*", "*找不到用户*", "*找不到收件人*", "*找不到该*", "*找不到此*", "*找不到使用者*", "*找不到邮箱*", "*没有此*", "*没有该*",
            "*沒有此*", "*沒有該*", "*无该用户*", "*未知用户*", "*未知收件人*", "*未知的用户*", "*未知的收件人*", "*无效的收件人*", "*无效收件人*", "*無效的收件人*",
            "*收件人无效*", "*无效地址*", "*无效的地址*", "*地址无效*", "*邮箱地址错误*", "*查無此*", "*使用者不明*", "*存在しません*", "*存在しない*",
            "*見つかりません*", "*ユーザー不明*", "*ユーザ不明*", "*宛先不明*", "*該当するユーザ*", "*該当者*", "*アドレスが間違*", "*アドレスが正しく*", "*宛先が不明*",
            "*受信者が不明*", "*存在致しません*", "*登録されていません*", "*존재하지*", "*없는 사용자*", "*사용자를 찾을*", "*수신자를 찾을*", "*알 수 없는 사용자*",
            "*알 수 없는 수신자*", "*없는 계정*", "*없는 메일*", "*유효하지 않은 수신자*", "*받는 사람을 찾을*");
}
