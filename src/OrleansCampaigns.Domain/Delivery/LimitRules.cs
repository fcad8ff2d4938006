namespace OrleansCampaigns.Domain.Delivery;

/// <summary>Replies that hold us back for now, whatever the code, and those of a server at fault itself.</summary>
internal static class LimitRules
{
    /// <summary>Said so plainly that nothing else in the reply matters.</summary>
    public static readonly ReplyRule[] Plain =
    [
        new("the server greylists: it wants to see us again", Outcome.Deferred, Cause.Greylisted,
            "greylist*", "graylist*", "grey list*", "gray list*", "greylst*", "postgrey*", "sqlgrey*", "liste grise",
            "lista gris", "lista grigia", "lista cinza*", "szara lista", "szarej liscie", "graue liste", "graulist*",
            "grijze lijst", "*灰名单*", "*灰名單*", "*グレイリスト*", "*グレーリスト*", "*серый список*", "*серого списка*",
            "*серых списк*", "*серые списк*", "first time sender * try", "new sender * try again"),

        new("too many messages, recipients or connections at once", Outcome.Deferred, Cause.Throttled,
            "too many connections", "too many concurrent", "too many simultaneous", "too many sessions",
            "too many open connections", "too many smtp", "too many parallel", "too many messages from",
            "too many mails", "too many emails", "too many e mails", "too many messages sent", "too many messages per",
            "send too many", "sent too many", "sending too many", "sends too many", "too many mail from",
            "too many messages in a short", "too many messages in a given", "too many messages within",
            "too many messages today", "too many messages this", "too much mail from", "too much mail in",
            "too much mail today", "too much email", "too much e mail", "too much traffic", "too many recipients",
            "too many recipient", "too many rcpt*", "too many invalid recipients", "too many bad recipients",
            "too many unknown", "too many errors", "too many requests", "too many login", "too many failed",
            "too many * connections", "too many transactions", "too many envelope*", "too many deliveries",
            "too many attempts", "too many bounces", "too many processes", "too many deferred", "too many queued",
            "too many hosts", "zu viele verbindungen", "zu viele nachrichten", "zu viele e mails",
            "zu viele empfanger", "trop de connexions", "trop de messages", "trop de destinataires",
            "demasiadas conexiones", "demasiados mensajes", "demasiados destinatarios", "demasiados correos",
            "muitas conexoes", "muitas mensagens", "muitos destinatarios", "troppe connessioni", "troppi messaggi",
            "troppi destinatari", "te veel verbindingen", "te veel berichten", "zbyt wiele polaczen",
            "zbyt wiele wiadomosci", "za duzo polaczen", "za duzo wiadomosci", "*слишком много *", "*連接過多*", "*连接过多*",
            "*连接数*", "*同时连接*", "*接続が多*", "*接続数*"),

        new("too fast: a limit on our rate", Outcome.Deferred, Cause.Throttled,
            "too quickly", "too fast", "rate limit*", "ratelimit*", "rate limited", "rate controlled", "sending rate",
            "message rate", "mail rate", "email rate", "connection rate", "rate that prevents", "exceeded * rate",
            "exceeds * rate", "rate exceeded", "rate control*", "throttl*", "slow down", "slower", "frequency limit*",
            "frequency limited", "sends too often", "too often", "too frequent*", "connection frequency",
            "excessive rate", "unexpected volume", "traffic limit*", "volume limit*", "volume of mail",
            "connecting too", "connects too often", "connection limit*", "connections limit", "concurrency limit*",
            "session limit*", "limit of concurrent", "concurrent connections", "mail flood", "flooding", "velocity",
            "频率", "*过于频繁*", "*频率*", "*頻率*", "*頻度*", "*слишком часто*", "*лимит отправ*", "*лимит сообщений*",
            "*лимит писем*", "zu schnell", "trop vite", "trop rapide*", "demasiado rapido", "muito rapido",
            "troppo veloce", "te snel", "zbyt szybko", "limite de envio*", "limite de debit", "limite d envoi*",
            "limite denvoi*", "limite di invio", "versandlimit", "sendelimit", "limit wysylania"),

        // What is unusual and refused for good is a block.
        new("an unusual rate or volume", Outcome.Deferred, Cause.Throttled,
            "unusual rate", "unusual volume", "unusually high", "high rate", "high volume", "unusual amount",
            "unusual number", "suspicious rate", "sudden increase")
        { Class = 4 },

        new("an allowance that is not the mailbox's is used up", Outcome.Deferred, Cause.Throttled,
            "per hour", "per minute", "per second", "hourly * limit*", "hourly quota", "hourly limit", "daily limit*",
            "daily * limit", "daily * quota", "daily quota", "per day", "sending limit*", "sending quota",
            "submission quota", "relay limit exceeded", "limit of messages", "message limit exceeded",
            "message limit reached", "receive limit", "receiving limit", "email quota exceeded",
            "maximum number of messages", "maximum number of connections", "maximum number of recipients",
            "maximum number of concurrent", "max number of messages", "max number of recipients", "recipient limit*",
            "thread limit exceeded", "limits for how many", "exceeded threshold", "exceeded the threshold",
            "size per transaction exceeded", "recipients limit*", "recipient count exceeds", "sending messages too",
            "user complaints", "reached your daily", "exceeded * messages per", "per connection", "queue quota",
            "queue limit*", "queue * quota exceed*", "organization * quota", "organisation * quota",
            "organization quota", "organisation quota", "tenant * quota", "tenant quota", "tenant * limit",
            "domain quota", "domain * quota exceed*", "company quota", "customer quota", "message quota",
            "messages quota", "quota of messages", "quota for messages", "policy rejection quota", "policy quota",
            "outbox quota", "rate quota", "bandwidth quota", "traffic quota", "connection quota", "connections quota",
            "recipients quota", "smtp quota", "delivery quota", "hour quota", "day quota", "quota for this hour",
            "quota for today", "quota * per", "ip quota", "quota for * ip", "limit * number of allowed",
            "limit * exceeded for today", "limit for today", "mailing quota"),

        // The words of the relay in between. A name that it cannot look up today may be back tomorrow.
        new("the relay could not get through", Outcome.Deferred, Cause.Unreachable,
            "delivery temporarily suspended", "lost connection with", "conversation with * timed out",
            "host not found try again", "try again lookup", "temporary failure in name resolution",
            "temporary * name resolution", "dns temporar*", "temporary dns", "temporarily * resolve", "servfail",
            "dns server * general failure", "general failure", "dns timeout", "dns * timed out", "lookup timed out",
            "dns * try again", "network is busy", "network busy"),

        new("asked to come back", Outcome.Deferred, Cause.Throttled,
            "temporarily deferred", "temporarily rate", "deferred due to", "delayed due to", "deferring connection*",
            "temporarily rejected", "temporarily refused", "temporary rejected")
        { Weight = RuleWeight.Vague },

        // A policy that is busy limits us (X.7 is security or policy).
        new("the server is too busy for us", Outcome.Deferred, Cause.Throttled,
            "server busy", "server is busy", "system busy", "too busy", "is busy", "service busy")
        { Subject = 7 },

        // A server that answers is not out of reach, whatever its status says.
        new("the server is busy or not ready", Outcome.Deferred, Cause.ServerFault,
            "server busy", "system busy", "server is busy", "server too busy", "server is too busy", "host busy",
            "host is busy", "service busy", "service is busy", "system is busy", "too busy", "busy try", "is busy",
            "busy now", "very busy", "currently busy", "server * busy", "server not ready", "not ready", "overload*",
            "high load", "under heavy load", "heavy load", "load too high", "load average", "license expired",
            "license has expired", "licence expired", "licence has expired", "license * expired", "licence * expired",
            "no valid license", "license limit", "subscription * expired", "subscription expired", "not enough licen*",
            "qq trouble", "qq temporary", "qq read", "qq write", "qq crashed", "qq waitpid", "qq out of",
            "qq internal", "qq unable", "trouble in home directory", "qmail queue", "unable to chdir", "*服务器忙*",
            "*服务器繁忙*", "*系统繁忙*", "*伺服器忙*", "*系統忙*", "*混雑*", "*混み合*", "server uberlastet", "serveur * surcharge",
            "serveur occupe", "servidor ocupado", "servidor * sobrecargado", "server occupato", "serwer * zajety",
            "*сервер перегружен*", "*сервер занят*"),
    ];

    /// <summary>Believed only when the reply gives no reason of its own.</summary>
    public static readonly ReplyRule[] Faint =
    [
        new("it took too long to deliver", Outcome.Deferred, Cause.Expired,
            "in the queue too long", "in queue too long", "queue too long", "retry timeout exceeded",
            "retry time not reached", "delivery time expired", "message expired", "expired message",
            "message timed out", "message timeout", "delivery expired", "could not be delivered for", "giving up on",
            "undeliverable for", "retry limit", "maximum retries", "unable to deliver * after", "has expired",
            "envelope expired", "not delivered within", "not been delivered within", "delivery * given up",
            "exceeded max time", "exceeded * lifetime", "message too old", "maximum queue time",
            "delivery period * expired", "stop trying", "stopped trying", "no longer be retried")
        { Weight = RuleWeight.Vague },

        new("a time limit passed", Outcome.Deferred, Cause.TimedOut,
            "timed out", "timeout", "time out", "idle for too long", "time limit exceeded", "zeituberschreitung",
            "delai * depasse", "tiempo de espera", "tempo limite", "tempo scaduto", "przekroczono czas", "*超时*",
            "*逾時*", "*タイムアウト*", "*время ожидания*", "*таймаут*")
        { Weight = RuleWeight.Vague },

        new("the server cannot be reached", Outcome.Deferred, Cause.Unreachable,
            "connection refused", "connection reset", "connection closed", "connection dropped", "connection lost",
            "lost connection", "connection failed", "connect failed", "broken pipe", "no route to host",
            "network is unreachable", "network unreachable", "unreachable", "not reachable", "unable to connect",
            "could not connect", "couldnt connect", "cannot connect", "cant connect", "failed to connect",
            "establish an smtp connection", "establish a connection", "connection to * failed", "no answer from host",
            "bad connection", "dns lookup", "dns error", "dns errors", "dns failure", "dns query", "name server",
            "nameserver", "temporary lookup failure", "temporary resolution", "cannot resolve", "unable to resolve",
            "error establishing", "connection was closed", "connection error", "dropped by remote",
            "all hosts for * failing", "remote server * not respond*", "not responding", "remote host closed",
            "failing for a long time", "verbindung * fehlgeschlagen", "verbindung abgelehnt", "connexion * impossible",
            "connexion refusee", "no se pudo conectar", "conexion rechazada", "connessione rifiutata",
            "impossibile connettersi", "nie mozna polaczyc", "*无法连接*", "*無法連接*", "*連接失敗*", "*连接失败*", "*接続できません*")
        { Weight = RuleWeight.Vague },

        new("the recipient is not available for now", Outcome.Deferred, Cause.Other,
            "recipient temporarily", "recipient is temporarily", "address temporarily", "address is temporarily",
            "recipient currently unavailable", "recipient is currently unavailable", "recipient not available at")
        { Weight = RuleWeight.Vague, Class = 4 },

        new("the server has a fault of its own", Outcome.Deferred, Cause.ServerFault,
            "internal error", "internal server error", "internal system error", "system error", "server error",
            "local error", "local problem", "temporary local", "temporary failure", "temporary error",
            "temporary system", "temporary server", "temporarily unavailable", "temporarily not available",
            "service unavailable", "service not available", "service currently unavailable", "service is unavailable",
            "service temporarily", "resources temporarily", "out of memory", "cannot allocate memory",
            "configuration error", "misconfigur*", "database error", "lookup error", "mailbox busy", "mailbox is busy",
            "maintenance", "shutting down", "queue file write error", "local configuration", "server is down", "ldap",
            "mysql", "unexpected error", "processing error", "error in processing", "transient", "service shutting",
            "fatal error", "child crashed", "unable to open", "unable to create", "io error", "i o error",
            "system incapable", "system not accepting", "not accepting network messages", "out of order",
            "backend * unavailable", "backend * down", "backend error", "cannot open", "cannot write", "write error",
            "read error", "dienst nicht verfugbar", "interner fehler", "service indisponible", "erreur interne",
            "servicio no disponible", "error interno", "servico indisponivel", "erro interno",
            "servizio non disponibile", "errore interno", "usluga niedostepna", "blad wewnetrzny", "*服务不可用*", "*内部错误*",
            "*內部錯誤*", "*サービスは利用できません*", "*внутренняя ошибка*", "*сервис недоступен*")
        { Weight = RuleWeight.Vague },

        new("the reply only asks to try again", Outcome.Deferred, Cause.Other,
            "try again", "try later", "retry later", "please retry", "try it again", "come back later", "later time",
            "resend later", "try your request", "spater * versuchen", "spater erneut", "essayer plus tard",
            "reessayer plus tard", "reessayez", "intente * mas tarde", "mas tarde", "tente * mais tarde", "mais tarde",
            "riprova*", "sprobuj * pozniej", "temporary problem", "*稍后*", "*后再试*", "*попробуйте*", "*позже*")
        { Weight = RuleWeight.Vague },
    ];
}
