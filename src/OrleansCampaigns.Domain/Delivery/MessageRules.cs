namespace OrleansCampaigns.Domain.Delivery;

/// <summary>Replies to what we send: spam, content, form, policy, relaying.</summary>
internal static class MessageRules
{
    public static readonly ReplyRule Relaying =
        new("the server does not relay for the recipient", Outcome.Rejected, Cause.Relaying,
            "relaying", "relayed", "relay access", "relay denied", "relay not", "relay is not", "relay * denied",
            "relay * not permitted", "relay * not allowed", "relay * prohibited", "relay * forbidden", "not relay",
            "no relay", "cannot relay", "cant relay", "cannot be relayed", "unable to relay", "will not relay",
            "do not relay", "dont relay", "to relay", "relay for", "relay to", "as a relay", "as relay",
            "as your relay", "relay mail", "relay through", "relay prohibited", "relay forbidden", "relay refused",
            "relay rejected", "relay attempt", "relay test", "relay this", "relay only", "relay restrict*",
            "relay operation", "relay service", "mail relay", "relay authoriz*", "relay permission*",
            "relais * refuse", "reenvio no", "retransmision", "weiterleitung", "relaying denied", "rcpthosts",
            "not a local domain", "not local domain", "not our domain", "not one of our domains", "not hosted here",
            "not handled here", "mail not local", "not gateway", "gateway user", "not configured to accept",
            "not a mail * for", "not a local address", "domain not allowed", "we do not handle", "dont handle mail",
            "non local", "not a valid domain", "domain isnt", "domain not local", "domain is not local", "not local",
            "domain not hosted", "recipient domain not", "not accept mail for", "doesnt accept mail for")
        { Weight = RuleWeight.Vague };

    /// <summary>RFC 5321 and 5322 were not followed. Gmail explains this with a word about spam.</summary>
    public static readonly ReplyRule Form =
        new("the message or a command breaks the standards", Outcome.Rejected, Cause.Content,
            "rfc 5322", "rfc5322", "rfc 2822", "rfc2822", "rfc 822", "rfc822", "rfc 5321", "rfc5321", "rfc 2821",
            "rfc 2047", "rfc 1652", "rfc compliant", "rfc compliance", "compliant", "malformed",
            "improperly formatted", "header error", "headers", "missing * header", "duplicate header*",
            "invalid header*", "illegal header*", "header field", "header line*", "bare lf", "bare line*", "bare cr",
            "bare newline*", "line too long", "lines longer", "line length", "lines too long", "message id",
            "messageid", "subject header", "date header", "8bit", "8 bit", "smtputf8", "non ascii", "nonascii",
            "null character*", "nul character*", "syntax error", "protocol violation", "protocol error", "pipelining",
            "bad sequence", "command not", "unrecognized command", "unknown command", "command unrecognized",
            "invalid command", "mime", "invalid parameter*", "invalid character*", "illegal character*", "syntax")
        { Weight = RuleWeight.Vague };

    public static readonly ReplyRule Spam =
        new("the message is taken for spam", Outcome.Spam, Cause.Spam,
            "spam detected", "spamdetected", "detected as spam", "detected * spam", "considered spam",
            "considered * spam", "considered to be spam", "identified as spam", "identified * spam",
            "classified as spam", "classified * spam", "marked as spam", "flagged as spam", "flagged * spam",
            "tagged as spam", "recognized as spam", "judged * spam", "determined * spam", "deemed * spam", "is spam",
            "is a spam", "be spam", "looks like spam", "look like spam", "appears to be spam", "spam like",
            "spam message*", "spam mail*", "spam email", "spam content", "spam score", "spam points", "spam level",
            "spam filter*", "spam signature", "spam rule*", "spam reject*", "spam block*", "spam refus*",
            "spam not accepted", "spam denied", "suspicion of spam", "suspected spam", "suspicious spam",
            "likely spam", "probable spam", "probably spam", "possible spam", "probability of spam", "potential spam",
            "suspected as spam", "suspect spam", "suspected of spam*", "contains spam", "containing spam",
            "rejected as spam", "rejected * spam", "reject spam", "rejected spam", "blocked as spam",
            "refused as spam", "due to spam", "spam or virus", "spam or malware", "spam found", "spammy", "spamming",
            "no spam", "spamassassin", "spam host", "dspam", "rspamd", "not accept spam", "message * spam",
            "mail * spam", "content * spam", "unsolicited", "ube", "uce", "junk mail", "junkmail", "junk email",
            "bulk mail", "bulk email", "message content rejected", "message * content rejected", "content rejected",
            "content denied", "message filtered", "mail content denied", "content filter*", "phish*", "scam",
            "cloudmark", "vade", "suspicious due to", "suspected bounce attack*", "dt spm", "ofr 506", "mi spb",
            "advertis*", "wegen spam", "als spam", "spamverdacht", "pourriel", "considere comme spam",
            "correo no deseado", "considerado spam", "contenido * spam", "posta indesiderata", "ongewenste", "*垃圾邮件*",
            "*垃圾郵件*", "*迷惑メール*", "*스팸*", "*спам*", "anti spam check", "antispam check", "fails our content",
            "heuristics", "bayes*", "spamtrap*", "reject id * spam", "spam id", "high spam", "spam detection",
            "spam policy", "suspected spam*", "spam verdacht", "unerwunschte werbung", "indesirable",
            "courrier indesirable", "no solicitado", "nao solicitado", "non richiesta", "niechcian*", "ongewenst",
            "mensaje * spam", "mensagem * spam", "messaggio * spam", "nachricht * spam", "bericht * spam",
            "wiadomosc * spam", "message * indesirable", "*垃圾信*", "*反垃圾*", "*スパム*", "*нежелательн*");

    /// <summary>Before the rules for block lists: what is banned is a part of the message, not our server.</summary>
    public static readonly ReplyRule BannedContent =
        new("something in the message is banned", Outcome.Rejected, Cause.Content,
            "banned content", "blocked content", "content blocked", "content banned", "banned attachment*",
            "blocked attachment*", "attachment blocked", "attachment * blocked", "banned file*", "blocked file*",
            "banned word*", "banned extension*", "banned filename*", "banned phrase*", "banned keyword*",
            "forbidden content", "forbidden word*", "prohibited word*", "content is blocked", "content * is blocked",
            "content is banned", "content has been blocked", "contains banned", "contains blocked",
            "contains forbidden", "contains prohibited", "blocked * content filter", "blocked due to content",
            "blocked because of * content");

    public static readonly ReplyRule[] Content =
    [
        new("a virus, or an attachment that is not taken", Outcome.Rejected, Cause.Content,
            "unsafe", "virus*", "malware", "infected", "trojan*", "worm", "attachment*", "executable*",
            "security issue", "dangerous", "file type", "file extension", "forbidden file", "banned file*",
            "illegal attachment", "clamav", "infecte", "viren", "*病毒*", "*ウイルス*", "*вирус*", "macro*",
            "contenu * interdit", "contenu interdit", "contenido * prohibido", "contenido prohibido",
            "conteudo proibido", "contenuto non consentito", "contenuto vietato", "verbotener inhalt",
            "unzulassiger inhalt", "niedozwolona tresc", "verboden inhoud", "adjunto*", "anexo*", "allegato", "anhang",
            "piece jointe", "zalacznik*", "bijlage*", "*附件*", "*添付*", "*вложени*", "*违禁*", "*敏感*", "*禁止された内容*")
        { Weight = RuleWeight.Plain },

        new("the content is not taken", Outcome.Rejected, Cause.Content,
            "message content", "content not", "content policy", "prohibited content", "unacceptable content",
            "content restriction*", "inappropriate", "body part", "message body", "subject", "character set",
            "charset", "conversion")
        { Weight = RuleWeight.Vague },
    ];

    /// <summary>After the rules for what only explains itself with spam ("to protect our users from spam").</summary>
    public static readonly ReplyRule BareSpam =
        new("a word about spam", Outcome.Spam, Cause.Spam, "spam") { Weight = RuleWeight.Vague };

    public static readonly ReplyRule Loop =
        new("the mail runs in a circle", Outcome.Rejected, Cause.Other,
            "too many hops", "hop count", "hops", "mail loop*", "loop detected", "loops back", "mail forwarding loop",
            "routing loop", "best preference mx", "looping", "received headers", "loop")
        { Weight = RuleWeight.Vague };

    public static readonly ReplyRule Policy =
        new("a policy, or a refusal without a ground", Outcome.Rejected, Cause.Policy,
            "policy", "policies", "administrative prohibition", "administratively", "administrator", "not authorized",
            "not authorised", "unauthorized", "not permitted", "not allowed", "isnt allowed", "prohibited",
            "permission", "restricted", "rejected by recipient", "rejected by recipients", "rejected your message",
            "rejected by user", "security", "access denied", "access is denied", "denied access",
            "delivery not authorized", "refused by", "not accepted", "not accept", "does not want", "do not want",
            "aup", "terms of service", "acceptable use", "message refused", "mail refused", "message rejected",
            "mail rejected", "message denied", "message blocked", "message * blocked", "mail * blocked",
            "email * blocked", "message was blocked", "authorization", "denied", "banned", "richtlinie*", "politique*",
            "politica*", "polityk*", "beleid", "abgelehnt", "nicht erlaubt", "nicht berechtigt", "non autorise*",
            "refuse par", "no autorizado", "no permitido", "rechazado", "nao autorizado", "nao permitido", "rejeitada",
            "rejeitado", "non autorizzat*", "non consentit*", "rifiutat*", "niedozwolon*", "odrzucon*", "geweigerd",
            "niet toegestaan", "*策略*", "*拒绝*", "*拒絕*", "*拒否*", "*политик*", "*запрещен*", "*отклонен*")
        { Weight = RuleWeight.Vague, Unless = [" connection refused by "] };

    /// <summary>A person's own filter or list, or a rule of the recipient's.</summary>
    public static readonly ReplyRule ByRecipient =
        new("the recipient, or a rule of the recipient's, refuses us", Outcome.Rejected, Cause.Policy,
            "rejected by recipient", "rejected by the recipient", "rejected by recipients", "refused by recipient",
            "refused by the recipient", "blocked by recipient", "blocked by the recipient", "recipient has blocked",
            "blocked you", "user has blocked", "recipient does not accept", "rejected by user", "rejected by the user",
            "recipient refuses", "recipient refused", "recipient does not want", "recipient doesnt want",
            "recipient * not want", "user does not want", "user doesnt want", "recipients policy", "policy rejection",
            "policy restrictions", "policy violation");

    /// <summary>A bare "blocked" is about us: what is wrong with a message is said with the message.</summary>
    public static readonly ReplyRule BareBlocked =
        new("a block, and not said of what", Outcome.Bounced, Cause.Blocked,
            "blocked", "block", "barred", "gesperrt", "bloque", "bloqueado", "bloccato", "zablokowany", "geblokkeerd")
        { Weight = RuleWeight.Vague };

    /// <summary>
    /// RFC 5321 offers this text for everything that 550 may mean; servers that give neither another word nor a status
    /// say it of a mailbox that they do not have.
    /// </summary>
    public static readonly ReplyRule MailboxUnavailable =
        new("the mailbox is unavailable, and no other word is said", Outcome.Bounced, Cause.NoSuchMailbox,
            "mailbox unavailable", "mailbox not available", "mailbox is unavailable")
        { Codes = [550], Weight = RuleWeight.Vague };
}
