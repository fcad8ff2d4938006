using System.Collections.Immutable;
using Orleans;

namespace OrleansCampaigns.Domain.Feedback;

/// <summary>What a recipient did with one campaign's e-mail, people and machines apart.</summary>
/// <remarks>
/// Times are the earliest and counters are sums, so that it does not matter in which order events arrive. What was
/// seen lately is kept as it came: when a scanner's burst shows, what was taken for a person's before is taken back.
/// </remarks>
[GenerateSerializer, Immutable, Alias("Feedback.Engagement")]
public sealed record Engagement
{
    /// <summary>How many opens and clicks are remembered by name.</summary>
    public const int RecentMax = 64;

    /// <summary>How many sights are kept. A burst over more links has been recognised by then.</summary>
    public const int SightsMax = 24;

    /// <summary>For how long a sight is kept, by the time of the latest one.</summary>
    public static readonly TimeSpan SightAgeMax = TimeSpan.FromMinutes(10);

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

    /// <summary>
    /// What was seen in the last <see cref="SightAgeMax"/> before the latest of it, in the order of time; no more than
    /// <see cref="SightsMax"/>.
    /// </summary>
    [Id(8)] public ImmutableList<Sight> Sights { get; init; } = [];

    /// <summary>What happened up to then is settled: it is not looked at again.</summary>
    [Id(9)] public DateTimeOffset? SettledUpTo { get; init; }

    /// <summary>How many tracked links the message has; 0 before a click has told.</summary>
    [Id(10)] public int LinkCount { get; init; }

    /// <summary>How often people followed links.</summary>
    public int Clicks => Links.Sum(link => link.Clicks);

    /// <summary>How often machines did.</summary>
    public int MachineClicks => Links.Sum(link => link.MachineClicks);

    /// <summary>What is known of one link.</summary>
    public LinkClicks LinkOf(int number) => Links.Find(link => link.Link == number) ?? new(number, 0, 0, null);

    /// <summary>Whether an event was found to be a machine's before it came here.</summary>
    internal bool IsConvicted(long mark) =>
        Sights.Exists(sight => sight.Mark == mark && sight.Signal == FeedbackSignal.Machine);

    /// <summary>Whether an event still counts as a person's and can be taken back.</summary>
    internal Sight? PersonsSight(long mark) => Sights.Find(sight => sight.Mark == mark && sight.IsPersons);

    /// <summary>Takes one more event in, by itself.</summary>
    internal Engagement Take(Sight sight)
    {
        var counted = sight.Signal switch
        {
            FeedbackSignal.Open => Open(sight),
            FeedbackSignal.Click => Click(sight),
            _ => this,
        };
        return counted.Remember(sight.Mark).Expect(sight);
    }

    /// <summary>Puts a sight in its place in time, and counts nothing.</summary>
    internal Engagement Expect(Sight sight)
    {
        var after = Sights.FindIndex(other => other.At > sight.At);
        return this with { Sights = Sights.Insert(after < 0 ? Sights.Count : after, sight) };
    }

    /// <summary>Counts what was taken for a person's as a machine's.</summary>
    internal Engagement TakeBack(Sight sight)
    {
        var sights = Sights.Replace(sight, sight with { IsMachine = true });
        var people = sights.FindAll(other => other.IsPersons);
        var engagement = this with
        {
            Sights = sights,
            FirstOpenAt = First(FirstOpenAt, people),
            FirstClickAt = First(FirstClickAt, people.FindAll(other => other.IsClick)),
        };
        if (!sight.IsClick)
        {
            return engagement with { Opens = Opens - 1, MachineOpens = MachineOpens + 1 };
        }

        var link = LinkOf(sight.Link);
        return engagement.Put(link with
        {
            Clicks = link.Clicks - 1,
            MachineClicks = link.MachineClicks + 1,
            FirstClickAt = First(link.FirstClickAt, people.FindAll(other => other.IsClick && other.Link == sight.Link)),
        });
    }

    /// <summary>Forgets sights that are too old or too many; what they counted for stays.</summary>
    internal Engagement Settle()
    {
        if (Sights.IsEmpty)
        {
            return this;
        }

        var oldest = Sights[^1].At - SightAgeMax;
        var excess = Sights.Count > SightsMax ? Sights[Sights.Count - SightsMax - 1].At : DateTimeOffset.MinValue;
        var upTo = Sights.FindLast(sight => sight.At < oldest || sight.At <= excess || sight.At <= SettledUpTo)?.At;

        // Up to that very time all of them go: what stays is later than whatever has gone.
        return upTo is null ? this : this with
        {
            Sights = Sights.RemoveAll(sight => sight.At <= upTo),
            SettledUpTo = SettledUpTo > upTo ? SettledUpTo : upTo,
        };
    }

    private Engagement Open(Sight sight) => sight.IsMachine
        ? this with { MachineOpens = MachineOpens + 1 }
        : this with { Opens = Opens + 1, FirstOpenAt = Earlier(FirstOpenAt, sight.At) };

    private Engagement Click(Sight sight)
    {
        var known = LinkOf(sight.Link);
        known = sight.IsMachine
            ? known with { MachineClicks = known.MachineClicks + 1 }
            : known with { Clicks = known.Clicks + 1, FirstClickAt = Earlier(known.FirstClickAt, sight.At) };
        var isLatest = LastClickAt is null || sight.At >= LastClickAt;
        return Put(known) with
        {
            FirstClickAt = sight.IsMachine ? FirstClickAt : Earlier(FirstClickAt, sight.At),
            FirstOpenAt = sight.IsMachine ? FirstOpenAt : Earlier(FirstOpenAt, sight.At),
            LastClickAt = isLatest ? sight.At : LastClickAt,
            LastLink = isLatest ? sight.Link : LastLink,
        };
    }

    private Engagement Put(LinkClicks link) => this with
    {
        Links = Links.RemoveAll(other => other.Link == link.Link)
            .Insert(Links.Count(other => other.Link < link.Link), link),
    };

    // Whatever is settled is earlier than all that is not: a first time among it stays the first.
    private DateTimeOffset? First(DateTimeOffset? known, IEnumerable<Sight> people) =>
        known <= SettledUpTo ? known : people.Min(sight => (DateTimeOffset?)sight.At);

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
