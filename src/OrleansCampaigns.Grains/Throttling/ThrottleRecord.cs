using OrleansCampaigns.Domain.Throttling;

namespace OrleansCampaigns.Grains.Throttling;

/// <summary>What is stored of a limit: what a crash must not forget.</summary>
internal sealed record ThrottleRecord
{
    /// <summary>What the domain's push-backs have led to.</summary>
    public BackOff? BackOff { get; init; }

    /// <summary>
    /// Whether leases are being granted. Found at the beginning, it says that the grain ended without a word and that
    /// leases of its may still be held.
    /// </summary>
    public bool IsGranting { get; init; }

    /// <summary>Until when leases may be held that were granted before an orderly end.</summary>
    public DateTimeOffset? HeldUntil { get; init; }
}

/// <summary>What is stored of the slowed domains.</summary>
internal sealed class SlowedDomainsRecord
{
    /// <summary>Until when each is slowed.</summary>
    public Dictionary<string, DateTimeOffset> Domains { get; set; } = [];
}
