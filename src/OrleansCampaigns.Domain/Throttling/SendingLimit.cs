using Orleans;

namespace OrleansCampaigns.Domain.Throttling;

/// <summary>How fast something may be sent, and how many transactions may be under way at once.</summary>
/// <remarks>
/// A rate is kept as the least time between two starts. Evenly spaced, sends stay below the rate in every window of
/// time, wherever it begins; a bucket that fills up would let twice as many through around the moment it is emptied.
/// </remarks>
[GenerateSerializer, Immutable, Alias("Throttling.SendingLimit")]
public sealed record SendingLimit
{
    /// <summary>No limit at all.</summary>
    public static readonly SendingLimit None = new();

    /// <summary>The least time between two starts; zero when there is no rate.</summary>
    [Id(0)] public TimeSpan Interval { get; init; }

    /// <summary>How many transactions at once; <see langword="null"/> when that is not limited.</summary>
    [Id(1)] public int? Concurrency { get; init; }

    /// <summary>Whether it limits nothing.</summary>
    public bool IsNone => Interval == TimeSpan.Zero && Concurrency is null;

    /// <summary>At most <paramref name="count"/> starts in every window of that length.</summary>
    /// <param name="count">How many; may be a fraction, which lengthens the window to one start.</param>
    /// <param name="window">How long the window is.</param>
    /// <param name="slack">
    /// How much later than another start one may arrive at the server: on the way two starts may move together by this
    /// much, and still no window of the server's clock holds too many.
    /// </param>
    public static SendingLimit Rate(double count, TimeSpan window, TimeSpan slack)
    {
        var whole = count < 1 ? 1 : count;
        var lengthened = count < 1 ? window / count : window;

        // Rounded up: a tick too little would let one more in.
        return new() { Interval = TimeSpan.FromTicks((long)Math.Ceiling((lengthened + slack).Ticks / whole)) };
    }

    /// <summary>Whatever of the two is tighter, for rate and concurrency each.</summary>
    public SendingLimit And(SendingLimit other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new()
        {
            Interval = Interval > other.Interval ? Interval : other.Interval,
            Concurrency = (Concurrency, other.Concurrency) switch
            {
                ({ } one, { } two) => Math.Min(one, two),
                var (one, two) => one ?? two,
            },
        };
    }
}
