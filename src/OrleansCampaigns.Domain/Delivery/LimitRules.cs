namespace OrleansCampaigns.Domain.Delivery;

/// <summary>Replies that hold us back for now, whatever the code, and those of a server at fault itself.</summary>
internal static class LimitRules
{
    /// <summary>Said so plainly that nothing else in the reply matters.</summary>
    public static readonly ReplyRule[] Plain =
    [
        new("greylisted", Outcome.Deferred, Cause.Greylisted,
            "greylist*", "graylist*", "grey list*", "gray list*", "postgrey*", "sqlgrey*"),

        new("too many at once", Outcome.Deferred, Cause.Throttled,
            "too many connections", "too many concurrent", "too many simultaneous", "too many sessions",
            "too many open connections", "too many smtp", "too many parallel", "too many messages from",
            "too many mails", "too many emails", "too many e mails", "too many messages sent", "too many messages per",
            "too much mail", "too many recipients", "too many rcpt*", "too many invalid recipients",
            "too many bad recipients", "too many unknown", "too many errors", "too many requests", "too many login",
            "too many failed", "too many * connections", "too many transactions", "too many envelope*",
            "zu viele verbindungen", "trop de connexions", "trop de messages", "demasiadas conexiones",
            "demasiados mensajes", "muitas conexoes", "troppe connessioni"),

        new("too fast", Outcome.Deferred, Cause.Throttled,
            "too quickly", "too fast", "rate limit*", "ratelimit*", "rate limited", "rate controlled", "sending rate",
            "message rate", "mail rate", "email rate", "connection rate", "rate that prevents", "exceeded * rate",
            "exceeds * rate", "rate exceeded", "throttl*", "slow down", "slower", "frequency limit*",
            "frequency limited", "sends too often", "connection frequency", "excessive rate", "unexpected volume",
            "traffic limit*", "volume limit*", "connecting too", "connects too often", "connection limit*",
            "connections limit", "concurrency limit*", "session limit*", "limit of concurrent",
            "concurrent connections", "频率", "*过于频繁*", "*频率*"),

        new("allowance used up", Outcome.Deferred, Cause.Throttled,
            "per hour", "per minute", "per second", "hourly * limit*", "hourly quota", "hourly limit", "daily limit*",
            "daily * limit", "daily * quota", "daily quota", "per day", "sending limit*", "sending quota",
            "submission quota", "relay limit exceeded", "limit of messages", "message limit exceeded",
            "message limit reached", "receive limit", "receiving limit", "email quota exceeded",
            "maximum number of messages", "maximum number of connections", "maximum number of recipients",
            "maximum number of concurrent", "max number of messages", "max number of recipients", "recipient limit*",
            "recipients limit*", "recipient count exceeds", "sending messages too", "user complaints",
            "reached your daily", "exceeded * messages per", "per connection"),

        // The words of the relay in between. A name that it cannot look up today may be back tomorrow.
        new("the relay could not get through", Outcome.Deferred, Cause.Unreachable,
            "delivery temporarily suspended", "lost connection with", "conversation with * timed out", "dns error",
            "host not found try again"),

        new("asked to come back", Outcome.Deferred, Cause.Throttled,
            "temporarily deferred", "temporarily rate", "deferred due to", "delayed due to", "deferring connection*",
            "temporarily rejected", "temporarily refused", "temporary rejected", "temporarily throttled"),
    ];

    /// <summary>Believed only when the reply gives no reason of its own.</summary>
    public static readonly ReplyRule[] Faint =
    [
        new("took too long to deliver", Outcome.Deferred, Cause.Expired,
            "in the queue too long", "queue too long", "retry timeout exceeded", "retry time not reached",
            "delivery time expired", "message expired", "expired message", "message timed out", "delivery expired",
            "could not be delivered for", "giving up on", "undeliverable for", "retry limit", "maximum retries",
            "unable to deliver * after", "has expired"),

        new("time limit", Outcome.Deferred, Cause.TimedOut,
            "timed out", "timeout", "time out", "idle for too long", "time limit exceeded", "zeituberschreitung"),

        new("cannot be reached", Outcome.Deferred, Cause.Unreachable,
            "connection refused", "connection reset", "connection closed", "connection dropped", "connection lost",
            "lost connection", "connection failed", "connect failed", "broken pipe", "no route to host",
            "network is unreachable", "network unreachable", "unreachable", "not reachable", "unable to connect",
            "could not connect", "couldnt connect", "cannot connect", "cant connect", "failed to connect",
            "establish an smtp connection", "establish a connection", "connection to * failed", "no answer from host",
            "bad connection", "dns lookup", "dns errors", "dns failure", "dns timeout", "dns query", "name server",
            "nameserver", "temporary lookup failure", "temporary resolution", "cannot resolve", "unable to resolve",
            "try again lookup", "error establishing", "connection was closed", "connection error", "dropped by remote",
            "all hosts for * failing", "remote server * not respond*", "not responding", "remote host closed"),

        new("at fault itself", Outcome.Deferred, Cause.ServerFault,
            "internal error", "internal server error", "internal system error", "system error", "server error",
            "local error", "local problem", "temporary local", "temporary failure", "temporary error",
            "temporary problem", "temporary system", "temporary server", "temporarily unavailable",
            "temporarily not available", "service unavailable", "service not available",
            "service currently unavailable", "service is unavailable", "service temporarily", "resources temporarily",
            "out of memory", "cannot allocate memory", "configuration error", "misconfigur*", "database error",
            "lookup error", "server busy", "system busy", "server is busy", "mailbox busy", "mailbox is busy",
            "overload*", "high load", "maintenance", "shutting down", "queue file write error", "local configuration",
            "server is down", "ldap", "mysql", "unexpected error", "processing error", "error in processing",
            "transient", "service shutting", "fatal error", "child crashed", "unable to open", "unable to create",
            "io error", "i o error", "system incapable", "system not accepting", "not accepting network messages"),

        new("asked to try again", Outcome.Deferred, Cause.Other,
            "try again", "try later", "retry later", "please retry", "try it again", "come back later", "later time",
            "resend later", "try your request", "spater * versuchen", "spater erneut", "essayer plus tard",
            "reessayer plus tard", "reessayez", "intente * mas tarde", "mas tarde", "tente * mais tarde", "mais tarde",
            "riprova*", "sprobuj * pozniej", "*稍后*", "*后再试*", "*попробуйте*", "*позже*"),
    ];
}
