using System.Collections.Immutable;
using Orleans;

namespace OrleansCampaigns.Domain.Feedback;

/// <summary>What a recipient did with one campaign's e-mail, people and machines apart.</summary>
/// <remarks>
/// Times are the earliest and counters are sums, so that it does not matter in which order events arrive; only a
/// scanner's burst is recognised from the clicks before it.
/// </remarks>
[GenerateSerializer, Immutable, Alias("Feedback.Engagement")]
public sealed record Engagement
{
    /// <summary>How many opens and clicks are remembered by name.</summary>
    public const int RecentMax = 64;

    /// <summary>When a person first opened it; a click counts as an open.</summary>
    [Id(0)] public DateTimeOffset? FirstOpenAt { get; init; }

    /// <summary>How often people opened it: fetched the pixel.</summary>
    [Id(1)] public int Opens { get; init; }

    /// <summary>How often machines did: prefetching proxies, scanners.</summary>
    [Id(2)] public int MachineOpens { get; init; }

    /// <summary>When a person first followed a link.</summary>
    [Id(3)] public DateTimeOffset? FirstClickAt { get; init; }

    /// <summary>Every link that was followed, in the order of its number; no more than the message has.</summary>
    [Id(4)] public ImmutableList<LinkClicks> Links { get; init; } = [];

    /// <summary>When the latest click was made, by whomever.</summary>
    [Id(5)] public DateTimeOffset? LastClickAt { get; init; }

    /// <summary>Which link it was.</summary>
    [Id(6)] public int LastLink { get; init; }

    /// <summary>
    /// The marks of the latest opens and clicks. An event that comes again after <see cref="RecentMax"/> others of the
    /// same recipient and campaign is taken for a new one.
    /// </summary>
    [Id(7)] public ImmutableList<long> Recent { get; init; } = [];

    /// <summary>How often people followed links.</summary>
    public int Clicks => Links.Sum(link => link.Clicks);

    /// <summary>How often machines did.</summary>
    public int MachineClicks => Links.Sum(link => link.MachineClicks);

    /// <summary>What is known of one link.</summary>
    public LinkClicks LinkOf(int number) => Links.Find(link => link.Link == number) ?? new(number, 0, 0, null);

    /// <summary>Whether a click comes so soon after one on another link that nobody can have read in between.</summary>
    internal bool IsBurst(int link, DateTimeOffset at, TimeSpan burst) =>
        burst > TimeSpan.Zero && LastClickAt is { } last && link != LastLink && (at - last).Duration() <= burst;

    internal Engagement Open(long mark, DateTimeOffset at, bool isMachine) => isMachine
        ? Remember(mark) with { MachineOpens = MachineOpens + 1 }
        : Remember(mark) with { Opens = Opens + 1, FirstOpenAt = Earlier(FirstOpenAt, at) };

    internal Engagement Click(long mark, int link, DateTimeOffset at, bool isMachine)
    {
        var known = LinkOf(link);
        known = isMachine
            ? known with { MachineClicks = known.MachineClicks + 1 }
            : known with { Clicks = known.Clicks + 1, FirstClickAt = Earlier(known.FirstClickAt, at) };
        var isLatest = LastClickAt is null || at >= LastClickAt;
        return Remember(mark) with
        {
            Links = Links.RemoveAll(other => other.Link == link)
                .Insert(Links.Count(other => other.Link < link), known),
            FirstClickAt = isMachine ? FirstClickAt : Earlier(FirstClickAt, at),
            FirstOpenAt = isMachine ? FirstOpenAt : Earlier(FirstOpenAt, at),
            LastClickAt = isLatest ? at : LastClickAt,
            LastLink = isLatest ? link : LastLink,
        };
    }

    private Engagement Remember(long mark) => this with
    {
        Recent = (Recent.Count >= RecentMax ? Recent.RemoveRange(0, Recent.Count - RecentMax + 1) : Recent).Add(mark),
    };

    private static DateTimeOffset Earlier(DateTimeOffset? known, DateTimeOffset at) => known < at ? known.Value : at;
}

/// <summary>How often one link was followed.</summary>
/// <param name="Link">Its number in the message, from 1.</param>
/// <param name="Clicks">By people.</param>
/// <param name="MachineClicks">By machines.</param>
/// <param name="FirstClickAt">When a person first did.</param>
[GenerateSerializer, Immutable, Alias("Feedback.LinkClicks")]
public sealed record LinkClicks(
    [property: Id(0)] int Link,
    [property: Id(1)] int Clicks,
    [property: Id(2)] int MachineClicks,
    [property: Id(3)] DateTimeOffset? FirstClickAt);
