using System.Collections.Immutable;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Grains;

/// <summary>How campaigns are driven.</summary>
public sealed class EngineOptions
{
    /// <summary>About how many recipients one partition holds.</summary>
    public int PartitionSize { get; set; } = 5_000;

    /// <summary>How many recipients of one partition may be in flight at most.</summary>
    public int WindowMax { get; set; } = 64;

    /// <summary>How many partitions of one silo send at the same time; the others take turns.</summary>
    public int PumpsMax { get; set; } = 8;

    /// <summary>
    /// How often a reminder looks after partitions and campaigns; Orleans takes no less than a minute by default.
    /// </summary>
    public TimeSpan ReminderPeriod { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>When temporary outcomes come back.</summary>
    public RetryPolicy Retry { get; set; } = new();

    /// <summary>How long unreachable contacts rest.</summary>
    public RestPolicy Rest { get; set; } = RestPolicy.Default;

    /// <summary>What costs a licence.</summary>
    public DeductOn DeductOn { get; set; }

    /// <summary>When a campaign pauses by itself.</summary>
    public FuseOptions Fuse { get; set; } = new();

    /// <summary>
    /// Up to how many recipients a start counts its audience and looks for missing fields before it answers; beyond, it
    /// does so afterwards.
    /// </summary>
    public long CheckedBeforeAnswerMax { get; set; } = 50_000;

    /// <summary>The rules that these settings and a campaign's policy make together.</summary>
    internal DeliveryRules RulesFor(InDoubtPolicy inDoubt, ImmutableList<string>? lists = null) => new()
    {
        Lists = lists ?? [],
        Retry = Retry,
        InDoubt = inDoubt,
        DeductOn = DeductOn,
        Rest = Rest,
    };
}

/// <summary>When a campaign pauses by itself: it is refused everywhere alike.</summary>
public sealed class FuseOptions
{
    /// <summary>After how many equal permanent refusals in a row, on one silo; 0 for never.</summary>
    public int Refusals { get; set; } = 50;

    /// <summary>Over how many receiving domains at least.</summary>
    public int Domains { get; set; } = 10;

    internal FuseLimits Limits => new(Refusals, Domains);
}
