namespace OrleansCampaigns.Mail.Relays;

/// <summary>How a connection to a relay is secured.</summary>
public enum RelaySecurity
{
    /// <summary>Not at all, and a password goes in the clear, too.</summary>
    None = 0,

    /// <summary>By STARTTLS (RFC 3207); a relay that does not offer it is not used.</summary>
    StartTls = 1,

    /// <summary>By STARTTLS if the relay offers it, else not at all; a password is not sent without it.</summary>
    StartTlsWhenAvailable = 2,

    /// <summary>From the first byte (RFC 8314 §3.3), usually on port 465.</summary>
    Tls = 3,
}

/// <summary>Whose service a relay is: what a message needs for the service's events to find its recipient.</summary>
public enum RelayProvider
{
    /// <summary>No service with events, or one that gives back the Message-ID as it is.</summary>
    None = 0,

    /// <summary>SendGrid: the message carries a custom argument (<c>X-SMTPAPI</c>).</summary>
    SendGrid = 1,

    /// <summary>Mailgun: it keeps our Message-ID and needs nothing more.</summary>
    Mailgun = 2,

    /// <summary>
    /// Postmark: the message carries metadata (<c>X-PM-Metadata-message-id</c>) and asks to keep its Message-ID.
    /// </summary>
    Postmark = 3,

    /// <summary>
    /// Amazon SES: it tells our Message-ID and then writes another and a new Date, so that DKIM leaves out both.
    /// </summary>
    Ses = 4,
}

/// <summary>One relay: an SMTP server that takes our messages (<c>Mail:Relays:n</c>).</summary>
public sealed class RelayOptions
{
    /// <summary>What campaigns call it; unique, case does not matter.</summary>
    public string Name { get; set; } = "default";

    /// <summary>A host name or an IP address.</summary>
    public string Host { get; set; } = "";

    /// <summary>The TCP port.</summary>
    public int Port { get; set; } = 25;

    /// <summary>How the connection is secured.</summary>
    public RelaySecurity Security { get; set; } = RelaySecurity.StartTlsWhenAvailable;

    /// <summary>Whose service it is, if its events are to come to <c>/v1/webhooks</c>.</summary>
    public RelayProvider Provider { get; set; }

    /// <summary>Whom to authenticate as; no authentication when absent.</summary>
    public string? Username { get; set; }

    /// <summary>The password that goes with it.</summary>
    public string? Password { get; set; }

    /// <summary>
    /// Its part of the messages of campaigns that name no relay, relative to the others' weights. 0 leaves it to those
    /// that name it. Absent, it is 1 for the first relay and 0 for the others.
    /// </summary>
    public int? Weight { get; set; }

    /// <summary>How many messages a second all silos together give it; may be a fraction.</summary>
    public double? RatePerSecond { get; set; }

    /// <summary>How many messages a minute all silos together give it, evenly spaced.</summary>
    public int? RatePerMinute { get; set; }

    /// <summary>How many messages an hour all silos together give it, evenly spaced.</summary>
    public int? RatePerHour { get; set; }

    /// <summary>How many connections this silo opens at most: also how many messages are in flight.</summary>
    public int MaxConnections { get; set; } = 16;

    /// <summary>After how many messages a connection is closed and opened anew.</summary>
    public int MaxMessagesPerConnection { get; set; } = 200;

    /// <summary>How long connecting, TLS, greeting and authentication may take together.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long the relay may take for one reply before the end of the message, or for one block of it
    /// (RFC 5321 §4.5.3.2 asks for 5 minutes).
    /// </summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long the relay may take to reply to the end of the message (RFC 5321 §4.5.3.2.6 asks for 10 minutes:
    /// giving up early leaves the message's fate in doubt).
    /// </summary>
    public TimeSpan AcceptTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>After how long without use a connection is closed.</summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The name for EHLO; the machine's own when absent.</summary>
    public string? LocalDomain { get; set; }

    /// <summary>Takes any certificate: only for a relay on the same machine or a private network.</summary>
    public bool AllowInvalidCertificates { get; set; }
}
