using System.Collections.Immutable;
using Orleans;

namespace OrleansCampaigns.Domain.Throttling;

/// <summary>What a holder asks for.</summary>
/// <param name="Holder">Who asks: one process.</param>
/// <param name="Wanted">How many starts it has use for soon.</param>
/// <param name="InUse">How many transactions it has under way.</param>
/// <param name="Share">
/// How many it may have, as far as it knows. Until it has heard of a smaller share, it may use this one.
/// </param>
[GenerateSerializer, Immutable, Alias("Throttling.LeaseRequest")]
public sealed record LeaseRequest(
    [property: Id(0)] string Holder,
    [property: Id(1)] int Wanted,
    [property: Id(2)] int InUse,
    [property: Id(3)] int Share);

/// <summary>How leases are cut.</summary>
/// <param name="LeaseTime">How long a lease holds; one that is not renewed by then is lost.</param>
/// <param name="Slack">How much room a segment has beside its starts, for what a start may come late by.</param>
[GenerateSerializer, Immutable, Alias("Throttling.LeaseTerms")]
public sealed record LeaseTerms([property: Id(0)] TimeSpan LeaseTime, [property: Id(1)] TimeSpan Slack);

/// <summary>What a holder is given. Times count from the moment of the answer: clocks need not agree.</summary>
[GenerateSerializer, Immutable, Alias("Throttling.Lease")]
public sealed record Lease
{
    /// <summary>Nothing is limited for <see cref="ValidFor"/>.</summary>
    [Id(0)] public bool IsFree { get; init; }

    /// <summary>For how long it holds.</summary>
    [Id(1)] public required TimeSpan ValidFor { get; init; }

    /// <summary>In how much time its segment begins.</summary>
    [Id(2)] public TimeSpan Opens { get; init; }

    /// <summary>In how much time its segment ends; equal to <see cref="Opens"/> when it has none.</summary>
    [Id(3)] public TimeSpan Closes { get; init; }

    /// <summary>The least time between two starts in the segment.</summary>
    [Id(4)] public TimeSpan Interval { get; init; }

    /// <summary>Whether the segment goes on where the holder's last one ends.</summary>
    [Id(5)] public bool Extends { get; init; }

    /// <summary>The holder's share of the transactions at once; <see langword="null"/> when not limited.</summary>
    [Id(6)] public int? Concurrency { get; init; }

    /// <summary>When to ask again, if there is no segment or no share.</summary>
    [Id(7)] public TimeSpan RetryAfter { get; init; }
}

/// <summary>A holder's share of the transactions at once: what it was given or may still believe to have.</summary>
public sealed record ThrottleShare(int Concurrency, DateTimeOffset LostAt);

/// <summary>One limit, divided among processes: time in segments, concurrency in shares.</summary>
/// <remarks>
/// Time is granted one segment after another, each to one holder, who spaces its own starts inside it and makes the
/// last one an interval before its end. So starts are an interval apart across all holders, whoever asks for how much;
/// what a dead holder was given passes by as time does. Shares are lost when they are not renewed.
/// </remarks>
public sealed record Throttle
{
    /// <summary>Up to when time is granted.</summary>
    public DateTimeOffset GrantedUpTo { get; init; }

    /// <summary>Who holds the last segment.</summary>
    public string? LastHolder { get; init; }

    /// <summary>Who has asked lately, and what share each holds.</summary>
    public ImmutableDictionary<string, ThrottleShare> Shares { get; init; } =
        ImmutableDictionary<string, ThrottleShare>.Empty;

    /// <summary>The room a segment has for starts that come late.</summary>
    public static TimeSpan RoomOf(TimeSpan interval, LeaseTerms terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        return terms.Slack > interval / 10 ? terms.Slack : interval / 10;
    }

    /// <summary>Grants what there is.</summary>
    public (Throttle Throttle, Lease Lease) Grant(
        LeaseRequest request, SendingLimit limit, LeaseTerms terms, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(limit);
        ArgumentNullException.ThrowIfNull(terms);
        var (throttle, share) = GrantShare(request, limit, terms, now);
        var lease = new Lease
        {
            ValidFor = terms.LeaseTime,
            IsFree = limit.IsNone,
            Interval = limit.Interval,
            Concurrency = share,

            // What others give back, they give back with their next renewal.
            RetryAfter = share == 0 ? terms.LeaseTime / 4 : TimeSpan.Zero,
        };
        return limit switch
        {
            { IsNone: true } => (throttle, lease),
            { Interval.Ticks: 0 } => (throttle, lease with { Closes = terms.LeaseTime }),
            _ => throttle.GrantTime(request, lease, terms, now),
        };
    }

    /// <summary>Grants no more time before then.</summary>
    public Throttle PauseUntil(DateTimeOffset until) => this with
    {
        GrantedUpTo = until > GrantedUpTo ? until : GrantedUpTo,
        LastHolder = null,
    };

    private (Throttle, int?) GrantShare(
        LeaseRequest request, SendingLimit limit, LeaseTerms terms, DateTimeOffset now)
    {
        var others = Shares.RemoveRange(Shares
            .Where(share => share.Key == request.Holder || share.Value.LostAt <= now)
            .Select(share => share.Key));
        int? granted = null;
        if (limit.Concurrency is { } most)
        {
            // What it uses it keeps; beyond that everybody may have the same.
            var left = most - others.Values.Sum(share => share.Concurrency);
            var fair = Math.Max(1, most / (others.Count + 1));
            var wish = Math.Min(request.InUse + request.Wanted, fair);
            granted = Math.Max(request.InUse, Math.Clamp(wish, 0, Math.Max(0, left)));
        }

        // What a share is smaller by is free for others once the holder asks again, and so has heard of it.
        var counted = granted is { } share ? Math.Max(share, request.Share) : 0;
        var shares = others.SetItem(request.Holder, new(counted, now + terms.LeaseTime));
        return (this with { Shares = shares }, granted);
    }

    private (Throttle, Lease) GrantTime(LeaseRequest request, Lease lease, LeaseTerms terms, DateTimeOffset now)
    {
        var interval = lease.Interval;
        var extends = LastHolder == request.Holder && GrantedUpTo > now;
        var opens = GrantedUpTo > now ? GrantedUpTo : now;
        var tooFar = opens - now - (terms.LeaseTime / 2);
        if (tooFar > TimeSpan.Zero)
        {
            return (this, lease with { RetryAfter = tooFar });
        }

        var fair = Math.Max(1, Math.Floor(terms.LeaseTime / interval / Shares.Count));
        var count = Math.Clamp(request.Wanted, 1, fair);
        var closes = opens + (interval * count) + (extends ? TimeSpan.Zero : RoomOf(interval, terms));
        return (
            this with { GrantedUpTo = closes, LastHolder = request.Holder },
            lease with { Opens = opens - now, Closes = closes - now, Extends = extends });
    }
}
