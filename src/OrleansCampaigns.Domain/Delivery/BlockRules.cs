namespace OrleansCampaigns.Domain.Delivery;

/// <summary>Replies to who we are rather than to what we send: block lists, reputation, missing credentials.</summary>
internal static class BlockRules
{
    /// <summary>Links inside the message are listed, not we.</summary>
    public static readonly ReplyRule ListedLink =
        new("a link in the message is on a list, not we", Outcome.Spam, Cause.Spam,
            "surbl*", "uribl*", "*surbl*", "url * listed", "urls * listed", "url in this", "link in * listed",
            "domain in * message * listed", "blocking url*", "blacklisted url*", "blocklisted url*", "contains a url",
            "url * blacklist*", "bad url*", "hvu b*", "links in * message");

    /// <summary>Our server or network is refused: the seeds call it a hard bounce.</summary>
    public static readonly ReplyRule Listed =
        new("our server is on a block list", Outcome.Bounced, Cause.Blocked,
            "blocked using", "rejected using", "block list*", "blocklist*", "blacklist*", "black list*", "denylist*",
            "deny list", "dnsbl*", "rbl", "rbls", "*dnsbl*", "blackhole*", "black hole*", "spamhaus*", "spamcop*",
            "sorbs", "uceprotect*", "barracuda reputation", "listed in", "listed at", "listed on", "listed by",
            "is listed", "listing in", "listing on", "found on * list", "found in * list", "liste noire",
            "lista negra", "lista nera", "czarna lista", "czarnej liscie", "zwarte lijst", "schwarze liste",
            "schwarzen liste", "auf * sperrliste", "en liste noire", "*черном списке*", "*черный список*",
            "*чёрном списке*", "sperrliste", "*黑名单*", "*黑名單*", "*ブラックリスト*", "listado en", "black listed",
            "spam source*", "known spam*", "spam ips", "trend micro email reputation", "email reputation database",
            "dynamic ip*");

    /// <summary>Our server or network is refused, in words that also occur where authentication is missing.</summary>
    public static readonly ReplyRule[] Blocked =
    [

        new("our reputation is bad", Outcome.Bounced, Cause.Blocked,
            "poor reputation", "bad reputation", "low reputation", "ip reputation", "reputation of",
            "sender reputation", "reputation is", "reputation score", "domain reputation", "reputation too",
            "reputation problem*", "due to * reputation", "senderbase", "sender base", "poor reputation sender",
            "network reputation", "untrusted ip", "untrusted host", "reputation filter*", "based on * reputation"),

        new("our IP address is refused", Outcome.Bounced, Cause.Blocked,
            "banned sending ip", "banned sender ip", "banned ip", "ip * banned", "ip banned", "ip * blocked",
            "ip blocked", "blocked ip", "ip is blocked", "ip address * blocked", "ip address * block", "ip * rejected",
            "ip is rejected", "invalid ip", "ip * denied", "your ip", "from your ip address", "ip address has been",
            "mail from ip", "email from ip", "access from ip", "connections from ip", "connection from ip",
            "connections from your", "refused ip", "ip refused", "originating from your ip", "part of their network",
            "network * block*", "not accept mail from your", "not accept * from your server", "not accept * from ip",
            "not authorized to send * directly", "not authorised to send * directly", "accepted from this ip",
            "from this ip", "dynamic address*", "dynamic * range", "dynamically assigned", "dialup", "dial up",
            "residential ip", "consumer ip", "open relay", "open proxy", "botnet", "compromised host",
            "compromised system", "zombie", "bloquee * ip", "bloqueada * ip", "bloqueado * ip", "ip * bloque*",
            "ip gesperrt", "ip * gesperrt", "ip bloccat*", "host is blocked", "hl ipb", "ip refusee", "ip based",
            "ip * filtered", "ip filtered", "ip is filtered", "ip is not allowed", "ip not allowed", "blocked your ip",
            "blocking your ip", "bloquee * adresse ip", "ip bloccato", "ip zablokowan*", "adres ip * zablokowan*",
            "*ip被*", "*拒绝您的ip*", "ip * geblokkeerd", "namespace mining", "directory harvest*", "dictionary attack*"),

        new("our server is refused", Outcome.Bounced, Cause.Blocked,
            "client host * blocked", "client host rejected access denied", "client host blocked", "client blocked",
            "client * is blocked", "server * blocked", "server blocked", "your server * rejected", "host * is blocked",
            "host blocked", "connections will not be accepted", "connection rejected", "connection denied",
            "connection * blocked", "connection blocked", "access to this mail system * rejected",
            "your access to * rejected", "access to * mail system", "you are blocked", "you have been blocked",
            "you are banned", "has been banned", "blocked by * anti spam", "blocked by * antispam",
            "currently blocked", "permanently blocked", "permanently deferred", "your * network", "your isp",
            "your mail server", "your mailserver", "your email server", "mail server * rejected", "country * blocked",
            "asn * blocked", "your provider", "your internet service provider", "sending server", "sending host",
            "sending mta", "blocked for abuse", "blocked for spam", "block for spam", "blocked for sending spam",
            "blocked due to abuse", "due to abuse", "too many unwanted messages", "ask your postmaster for help",
            "refused access", "not welcome", "unwelcome", "we do not accept mail from", "we dont accept mail from",
            "no smtp service", "go away", "connection not allowed", "connection not accepted",
            "connections not accepted", "dont accept connections", "not accept connections",
            "not accept any connection*", "no connections from", "connection disallowed", "connection prohibited",
            "connection * refused by policy", "connection * denied", "session refused",
            "you are not allowed to connect", "not allowed to connect", "host is not allowed to connect",
            "blocked connection", "verbindung verweigert", "connexion bloquee", "conexion bloqueada",
            "conexao bloqueada", "connessione bloccata", "not accepting connections", "your host",
            "envelope blocked ip", "access blocked"),
    ];

    /// <summary>A server that answers only to say that it takes no connection from us.</summary>
    public static readonly ReplyRule RefusedConnection =
        new("the server takes no connection from us", Outcome.Bounced, Cause.Blocked,
            "connection refused", "refused connection", "connection is refused", "refusing connection",
            "connections refused", "refused the connection", "connection has been refused", "connection was refused",
            "connection * will be closed", "connexion refusee", "conexion rechazada", "conexao recusada",
            "connessione rifiutata", "polaczenie odrzucone", "verbinding geweigerd", "verbindung abgelehnt", "*拒绝连接*",
            "*拒絕連接*", "*接続を拒否*", "*соединение отклонено*")
        { AnswersOnly = true };

    /// <summary>SPF, DKIM, DMARC, reverse DNS, TLS and logging in.</summary>
    public static readonly ReplyRule[] Unauthenticated =
    [
        new("SPF, DKIM or DMARC is missing or failed", Outcome.Rejected, Cause.Authentication,
            "spf", "dkim", "dmarc", "domainkeys", "sender policy framework", "sender id", "senderid", "arc",
            "purported responsible address", "unauthenticated", "required authentication level",
            "sender authentication", "email authentication", "authentication check*", "authentication result*",
            "authentication requirement*", "forged", "spoof*", "impersonat*"),

        new("our reverse DNS or greeting is bad", Outcome.Rejected, Cause.Authentication,
            "ptr", "reverse dns", "rdns", "reverse lookup", "reverse host*", "reverse hostname", "reverse mapping",
            "reverse record", "cannot find your hostname", "cannot find your reverse", "cant find your hostname",
            "resolve your", "resolving your", "your hostname", "your host name", "lookup of your", "your dns",
            "dns * your", "invalid rdns", "bad dns ptr", "forward confirmed", "fcrdns", "helo", "ehlo",
            "mismatches client ip", "no reverse", "not found in dns", "ip address not", "ip name lookup",
            "generic hostname", "hostname * not match", "dns nr", "does not resolve", "doesnt resolve", "must resolve",
            "iprev*"),

        new("we are to log in or to encrypt", Outcome.Rejected, Cause.Authentication,
            "authentication required", "authentication is required", "authentication failed", "authentication failure",
            "authentication unsuccessful", "authentication * fail*", "authentication mechanism*", "authenticate",
            "not authenticated", "authrequired", "authentication credentials", "authentication type",
            "authentication needed", "require authentication", "requires authentication", "smtp auth*",
            "username and password", "bad username", "invalid credentials", "password", "login", "log in", "starttls",
            "tls required", "must use tls", "require tls", "requires tls", "tls", "encryption required",
            "encryption needed", "certificate*"),
    ];

    /// <summary>The account that we send with may not send, in words that no recipient's account is told in.</summary>
    public static readonly ReplyRule[] Account =
    [
        new("our account is suspended", Outcome.Rejected, Cause.AccountSuspended,
            "sender account * suspended", "sender account * disabled", "sender account is *", "sender * suspended",
            "sender suspended", "suspended sender", "sending account * suspended", "sending account * disabled",
            "sending for this account", "sending * account is disabled", "account * suspended from sending",
            "account * blocked from sending", "account * disabled for sending", "account is not allowed to send",
            "account * not allowed to send", "account * cannot send", "account may not send", "sending * disabled",
            "sending is disabled", "sending has been disabled", "sending disabled", "sending suspended",
            "sending * suspended", "sending is paused", "account * sending privileges", "sending privileges",
            "mail sending denied", "not allowed to send mail", "your account * suspended", "your account * disabled",
            "your account * blocked", "your account * terminated", "your account * locked", "suspended outbound",
            "outbound mail * suspended", "outgoing mail * suspended", "outgoing mail * disabled"),

        new("our account's allowance is used up", Outcome.Deferred, Cause.OwnQuota,
            "sender quota", "senders quota", "sender * quota exceeded", "outbound quota", "outgoing quota",
            "account * sending quota", "exceeded its sending", "exceeded your sending", "sending credits",
            "insufficient credits", "out of credits", "no credits", "plan limit*", "monthly quota", "monthly limit",
            "monthly * limit*", "outgoing message limit*", "outbound limit*"),
    ];

    /// <summary>What is wrong is the sender's address, though the words are those of an unknown recipient.</summary>
    public static readonly ReplyRule Sender =
        new("it is about the sender's address", Outcome.Rejected, Cause.SenderRefused,
            "sender address", "sender rejected", "sender denied", "sender refused", "sender domain*", "sender verif*",
            "sender verification", "sender * domain", "sender * not exist", "sender * not found", "sender unknown",
            "sender * unknown", "sender * invalid", "sender not", "sender is", "senders domain", "senders address",
            "senders email", "sender email", "sender account", "sender user", "unknown sender", "unauthorized sender",
            "sender domain is empty", "emetteur*", "unauthorised sender", "sender unauthorized",
            "sender not authorized", "sender not allowed", "sender is not", "invalid sender", "bad sender",
            "blocked sender*", "banned sender", "domain of sender", "verify * sender", "verify sender",
            "sending domain", "sending address", "sending user", "sending account", "outbound sender", "mail from",
            "mailfrom", "mail_from", "from domain", "from address", "from header", "from field", "header from",
            "reverse path", "return path", "envelope sender", "envelope from", "envelope blocked", "envelope rejected",
            "your domain", "your email address", "your address", "your mail address", "bounce address", "originator",
            "allowed senders", "not a valid sender", "no such sender", "from your address", "from your domain",
            "must be a member", "invalid dns", "mx or a aaaa", "expediteur*", "absender*", "remitente*", "remetente*",
            "mittente*", "*发件人*", "*送信者*", "*отправител*", "afzender*", "nadawc*", "sender callout*", "callback*");
}
