namespace OrleansCampaigns.Mail.Sandbox.World;

/// <summary>What the world sent back.</summary>
public enum SandboxSignalKind
{
    /// <summary>A bounce message.</summary>
    Bounce = 1,

    /// <summary>A warning that a server keeps trying; must change nothing.</summary>
    DelayNotice = 2,

    /// <summary>An automatic reply; must change nothing.</summary>
    AutoReply = 3,

    /// <summary>A provider's report that the recipient called it spam.</summary>
    Complaint = 4,

    /// <summary>The pixel was asked for.</summary>
    Open = 5,

    /// <summary>A link was followed; a machine may ask for the headers alone.</summary>
    Click = 6,

    /// <summary>The unsubscribe page was only looked at; must change nothing.</summary>
    Look = 7,

    /// <summary>A one-click unsubscribe (RFC 8058).</summary>
    OneClick = 8,

    /// <summary>An unsubscribe by e-mail.</summary>
    UnsubscribeMail = 9,
}

/// <summary>How a signal was taken.</summary>
public enum SandboxSignalFate
{
    /// <summary>Taken: 250, or 2xx or 3xx.</summary>
    Acknowledged = 1,

    /// <summary>Refused for good: 5yz, or 4xx.</summary>
    Refused = 2,

    /// <summary>Nobody took it.</summary>
    Failed = 3,
}

/// <summary>One thing that the world sent back, as it was taken.</summary>
/// <param name="Kind">What it was.</param>
/// <param name="Recipient">Who it was from: the recipient of the message it is about.</param>
/// <param name="Campaign">The X-Campaign of that message.</param>
/// <param name="Attempt">Which attempt at the recipient that message was, from 1.</param>
/// <param name="At">When it was answered.</param>
/// <param name="Fate">How it was taken.</param>
public sealed record SandboxSignal(
    SandboxSignalKind Kind,
    string Recipient,
    string? Campaign,
    int Attempt,
    DateTimeOffset At,
    SandboxSignalFate Fate)
{
    /// <summary>Whether a machine did it, not a person.</summary>
    public bool IsMachine { get; init; }

    /// <summary>Whether the very same was delivered before.</summary>
    public bool IsRepeat { get; init; }

    /// <summary>Whether its tokens were tampered with; must change nothing.</summary>
    public bool IsForged { get; init; }

    /// <summary>Where the answer to a click leads.</summary>
    public Uri? Leads { get; init; }

    /// <summary>Whether it may change what is known of its recipient.</summary>
    public bool Matters => !IsForged && !IsRepeat
        && Kind is not (SandboxSignalKind.DelayNotice or SandboxSignalKind.AutoReply or SandboxSignalKind.Look);
}
