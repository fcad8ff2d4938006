using OrleansCampaigns.Mail.Relays;

namespace OrleansCampaigns.Mail.Mailboxes;

/// <summary>How a mailbox is read.</summary>
public enum MailboxProtocol
{
    /// <summary>IMAP (RFC 9051).</summary>
    Imap = 1,

    /// <summary>POP3 (RFC 1939), with UIDL.</summary>
    Pop3 = 2,
}

/// <summary>What becomes of a message that was read.</summary>
public enum AfterReading
{
    /// <summary>It is deleted: what it says is recorded, and mailboxes are finite.</summary>
    Delete = 0,

    /// <summary>It is moved to <see cref="MailboxOptions.ReadFolder"/>; IMAP alone.</summary>
    Move = 1,

    /// <summary>It stays where it is, over IMAP marked as seen.</summary>
    Keep = 2,
}

/// <summary>The mailboxes that are read: the section <c>Mail</c>.</summary>
public sealed class MailboxesOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Mail";

    /// <summary>The mailboxes (<c>Mail:Mailboxes:n</c>).</summary>
    public IList<MailboxOptions> Mailboxes { get; set; } = [];
}

/// <summary>One mailbox that bounces, complaints or requests are collected in.</summary>
public sealed class MailboxOptions
{
    /// <summary>What it is called; unique, lower-case letters, digits and hyphens.</summary>
    public string Name { get; set; } = "";

    /// <summary>How it is read.</summary>
    public MailboxProtocol Protocol { get; set; } = MailboxProtocol.Imap;

    /// <summary>A host name or an IP address.</summary>
    public string Host { get; set; } = "";

    /// <summary>The TCP port; the usual one of protocol and security when absent.</summary>
    public int? Port { get; set; }

    /// <summary>How the connection is secured.</summary>
    public RelaySecurity Security { get; set; } = RelaySecurity.Tls;

    /// <summary>Takes any certificate: only for a server on the same machine or a private network.</summary>
    public bool AllowInvalidCertificates { get; set; }

    /// <summary>Whom to authenticate as.</summary>
    public string Username { get; set; } = "";

    /// <summary>The password that goes with it.</summary>
    public string Password { get; set; } = "";

    /// <summary>The folder that is read; IMAP alone.</summary>
    public string Folder { get; set; } = "INBOX";

    /// <summary>How often it is looked into.</summary>
    public TimeSpan PollPeriod { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>What becomes of a message that was read.</summary>
    public AfterReading AfterReading { get; set; }

    /// <summary>Where read messages are moved to, if they are; made when it is missing.</summary>
    public string ReadFolder { get; set; } = "Read";

    /// <summary>
    /// Where messages are moved to that could not be read or concern nobody; made when it is missing. A slash stands
    /// between a folder and one inside it. IMAP alone.
    /// </summary>
    public string SetAsideFolder { get; set; } = "Set aside";

    /// <summary>How long the server may take for one answer.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The port, or the usual one.</summary>
    internal int UsedPort => Port ?? (Protocol, Security) switch
    {
        (MailboxProtocol.Imap, RelaySecurity.Tls) => 993,
        (MailboxProtocol.Imap, _) => 143,
        (_, RelaySecurity.Tls) => 995,
        _ => 110,
    };
}
