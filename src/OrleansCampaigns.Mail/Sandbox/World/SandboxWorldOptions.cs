namespace OrleansCampaigns.Mail.Sandbox.World;

/// <summary>How a <see cref="SandboxWorld"/> is set up.</summary>
public sealed record SandboxWorldOptions
{
    /// <summary>Decides everything that is random.</summary>
    public int Seed { get; init; }

    /// <summary>The loopback port of whoever takes the sender's incoming mail.</summary>
    public required int InboundPort { get; init; }

    /// <summary>The only place that links are followed to: the world of a sandbox touches no other machine.</summary>
    public required Uri PublicUrl { get; init; }

    /// <summary>How long a minute of the world takes.</summary>
    public TimeSpan Minute { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Where providers send complaints; <c>complaints</c> at the domain of the envelope's sender when absent.
    /// </summary>
    public string? ComplaintsTo { get; init; }

    /// <summary>Which share of messages and one-click requests is delivered a second time.</summary>
    public double RepeatShare { get; init; } = 0.1;

    /// <summary>Keeps what was sent back. Costs memory without limit.</summary>
    public bool KeepSignals { get; init; } = true;

    /// <summary>How many requests and messages are under way at once, at most.</summary>
    public int AtOnceMax { get; init; } = 16;

    /// <summary>How often a message is tried before its server gives up.</summary>
    public int MessageTriesMax { get; init; } = 8;
}
