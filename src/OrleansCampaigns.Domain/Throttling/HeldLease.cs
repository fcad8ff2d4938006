using System.Collections.Immutable;

namespace OrleansCampaigns.Domain.Throttling;

/// <summary>What one holder has of a throttle, on its own clock.</summary>
/// <remarks>
/// An answer's times count from somewhere between asking and hearing. So a segment begins late, counted from hearing,
/// and ends early, counted from asking: whatever the way there took, two holders' segments never overlap.
/// </remarks>
public sealed record HeldLease
{
    /// <summary>A stretch of time that belongs to the holder.</summary>
    public sealed record Segment(DateTimeOffset Opens, DateTimeOffset Closes, TimeSpan Interval);

    /// <summary>Whether nothing is limited, up to <see cref="ValidUntil"/>.</summary>
    public bool IsFree { get; init; }

    /// <summary>Until when the share holds, and whatever has no segment.</summary>
    public DateTimeOffset ValidUntil { get; init; } = DateTimeOffset.MinValue;

    /// <summary>
    /// Until when the share may be used for a start. The rest of its time is for renewing it: what is under way must
    /// not outlive it.
    /// </summary>
    public DateTimeOffset StartUntil { get; init; } = DateTimeOffset.MinValue;

    /// <summary>Its segments, in order.</summary>
    public ImmutableArray<Segment> Segments { get; init; } = [];

    /// <summary>The share of the transactions at once; <see langword="null"/> when not limited.</summary>
    public int? Share { get; init; } = 0;

    /// <summary>The earliest time of the next start, after the last one.</summary>
    public DateTimeOffset Next { get; init; } = DateTimeOffset.MinValue;

    /// <summary>Takes an answer in.</summary>
    public HeldLease With(Lease lease, DateTimeOffset askedAt, DateTimeOffset heardAt)
    {
        ArgumentNullException.ThrowIfNull(lease);
        var kept = Segments.RemoveAll(segment => segment.Closes <= heardAt);
        var last = kept.IsEmpty ? null : kept[^1];
        var closes = askedAt + lease.Closes;
        if (lease.Extends && last is not null)
        {
            kept = kept.RemoveAt(kept.Length - 1).Add(
                last.Interval == lease.Interval ? last with { Closes = closes } : last);
            if (last.Interval != lease.Interval)
            {
                kept = kept.Add(new(last.Closes, closes, lease.Interval));
            }
        }
        else if (lease.Closes > lease.Opens)
        {
            kept = kept.Add(new(heardAt + lease.Opens, closes, lease.Interval));
        }

        return this with
        {
            IsFree = lease.IsFree,
            ValidUntil = askedAt + lease.ValidFor,
            StartUntil = askedAt + (lease.ValidFor / 2),
            Segments = kept,
            Share = lease.Concurrency,
        };
    }

    /// <summary>The share that it may use at a time.</summary>
    public int ShareAt(DateTimeOffset time) => time < ValidUntil ? Share ?? 0 : 0;

    /// <summary>The earliest start at or after a time; <see langword="null"/> when there is none.</summary>
    public DateTimeOffset? EarliestFrom(DateTimeOffset time)
    {
        if (IsFree && time < ValidUntil)
        {
            return time;
        }

        foreach (var segment in Segments)
        {
            var start = Latest(time, Latest(segment.Opens, Next));
            if (start + segment.Interval <= segment.Closes)
            {
                return start;
            }
        }

        return null;
    }

    /// <summary>Uses a start that <see cref="EarliestFrom"/> has named, or a later one.</summary>
    public HeldLease Start(DateTimeOffset at)
    {
        var segment = Segments.FirstOrDefault(
            segment => at >= segment.Opens && at + segment.Interval <= segment.Closes);
        return segment is null ? this : this with { Next = Latest(Next, at + segment.Interval) };
    }

    /// <summary>How many starts there are from a time until another, given how many transactions are under
    /// way.</summary>
    public int Openings(DateTimeOffset from, DateTimeOffset until, int inUse)
    {
        if (IsFree && from < ValidUntil)
        {
            return int.MaxValue;
        }

        var room = Share is { } share ? (until < StartUntil ? share - inUse : 0) : int.MaxValue;
        var starts = 0d;
        var next = Next;
        foreach (var segment in Segments)
        {
            var first = Latest(from, Latest(segment.Opens, next));
            var last = segment.Closes - segment.Interval < until ? segment.Closes - segment.Interval : until;
            if (first > last)
            {
                continue;
            }

            if (segment.Interval == TimeSpan.Zero)
            {
                return Math.Max(0, room);
            }

            var count = Math.Floor((last - first) / segment.Interval) + 1;
            starts += count;
            next = first + (segment.Interval * count);
        }

        return (int)Math.Max(0, Math.Min(room, starts));
    }

    private static DateTimeOffset Latest(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
