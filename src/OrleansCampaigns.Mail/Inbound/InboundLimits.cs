namespace OrleansCampaigns.Mail.Inbound;

/// <summary>What one connection may cost.</summary>
internal sealed record InboundLimits(int MessageOctetsMax, TimeSpan IdleTimeout)
{
    /// <summary>Of every message: a report says what it has to say at the beginning.</summary>
    public int KeptOctetsMax { get; init; } = 1024 * 1024;

    /// <summary>Of commands that wait for their reply.</summary>
    public int CommandOctetsMax { get; init; } = 64 * 1024;

    /// <summary>How long TLS may take to be agreed on.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a message may take to be sent, however steadily it drips.</summary>
    public TimeSpan MessageTimeout { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How long a connection may last, whatever it does.</summary>
    public TimeSpan ConnectionTimeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The domain of the postmaster whose address comes without one.</summary>
    public string? PostmasterDomain { get; init; }
}
