using System.Collections.Immutable;
using Orleans;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Domain.Campaigns;

/// <summary>What became of a campaign's audience, counted.</summary>
[GenerateSerializer, Immutable, Alias("Campaigns.CampaignTotals")]
public sealed record CampaignTotals
{
    /// <summary>How many recipients the audience holds.</summary>
    [Id(0)] public long Audience { get; init; }

    /// <summary>How many recipients have each outcome; excluded ones are not among them.</summary>
    [Id(1)]
    public ImmutableDictionary<Outcome, long> Outcomes { get; init; } =
        ImmutableDictionary<Outcome, long>.Empty;

    /// <summary>How many are excluded, by reason.</summary>
    [Id(2)] public ImmutableDictionary<string, long> Excluded { get; init; } = ImmutableDictionary<string, long>.Empty;

    /// <summary>How many have each cause, over outcomes other than Sent and Queued.</summary>
    [Id(3)] public ImmutableDictionary<Cause, long> Causes { get; init; } = ImmutableDictionary<Cause, long>.Empty;

    /// <summary>How many attempts were made.</summary>
    [Id(4)] public long Attempts { get; init; }

    /// <summary>How many of them were not a recipient's first.</summary>
    [Id(5)] public long Retries { get; init; }

    /// <summary>How many recipients wait for a retry.</summary>
    [Id(6)] public long RetriesWaiting { get; init; }

    /// <summary>How many recipients' licences were deducted.</summary>
    [Id(7)] public long Deducted { get; init; }

    /// <summary>How many recipients' fate is in doubt.</summary>
    [Id(8)] public long InDoubt { get; init; }

    /// <summary>How many recipients' e-mail was accepted and not sent back since.</summary>
    [Id(9)] public long Delivered { get; init; }

    /// <summary>How many recipients opened it, people only; who clicked has opened.</summary>
    [Id(10)] public long Opened { get; init; }

    /// <summary>How many recipients clicked, people only.</summary>
    [Id(11)] public long Clicked { get; init; }

    /// <summary>How often it was opened by people.</summary>
    [Id(12)] public long Opens { get; init; }

    /// <summary>How often links were clicked by people.</summary>
    [Id(13)] public long Clicks { get; init; }

    /// <summary>How often machines opened it.</summary>
    [Id(14)] public long MachineOpens { get; init; }

    /// <summary>How often machines clicked.</summary>
    [Id(15)] public long MachineClicks { get; init; }

    /// <summary>How many recipients unsubscribed by way of this campaign.</summary>
    [Id(16)] public long Unsubscribed { get; init; }

    /// <summary>How many recipients complained about it.</summary>
    [Id(17)] public long Complained { get; init; }

    /// <summary>How many recipients were not attempted: excluded, or decided without an attempt, or waiting.</summary>
    [Id(18)] public long NotAttempted { get; init; }

    /// <summary>How many recipients are excluded, whatever the reason.</summary>
    public long ExcludedTotal => Excluded.Values.Sum();

    /// <summary>How many recipients have an outcome.</summary>
    public long this[Outcome outcome] => Outcomes.GetValueOrDefault(outcome);

    /// <summary>The first invariant: nobody is lost and nobody counts twice.</summary>
    public bool IsConserved => Audience == Outcomes.Values.Sum() + ExcludedTotal;

    /// <summary>Whether every recipient has a permanent outcome or is excluded.</summary>
    public bool IsOver => Outcomes.Where(pair => pair.Key.IsTemporary()).All(pair => pair.Value == 0);

    /// <summary>How many recipients no message could be made or carried for.</summary>
    public long Unmade => Excluded.Where(pair => Exclusions.IsFailure(pair.Key)).Sum(pair => pair.Value);

    /// <summary>Whether some recipient was Rejected, Spam or Bounced, or no message could be made for it.</summary>
    public bool HasFailures => Unmade > 0 || Outcomes.Any(pair => pair.Key.IsFailure() && pair.Value > 0);

    /// <summary>How many recipients something went wrong with, by whose fault it is.</summary>
    public long this[Blame blame] =>
        Causes.Where(pair => pair.Key.Fault() == blame).Sum(pair => pair.Value) + (blame == Blame.Ours ? Unmade : 0);
}
