using Orleans;

namespace OrleansCampaigns.Domain.Throttling;

/// <summary>How a domain that pushes back is slowed, and how it recovers.</summary>
/// <param name="StartRatePerSecond">The rate after the first push-back, unless half the configured one is less.</param>
/// <param name="Decrease">What each further push-back multiplies the rate by; between 0 and 1.</param>
/// <param name="RatePerSecondMin">The slowest.</param>
/// <param name="RatePerSecondMax">The rate at which a domain without a configured one is free again.</param>
/// <param name="Step">By how much a second the rate recovers at each step.</param>
/// <param name="StepPeriod">How long a step takes.</param>
/// <param name="Pause">How long nothing is sent after a push-back; doubled by each one that follows soon.</param>
/// <param name="PauseMax">The longest pause.</param>
/// <param name="Concurrency">How many transactions at once, while a domain is slowed.</param>
[GenerateSerializer, Immutable, Alias("Throttling.BackOffRules")]
public sealed record BackOffRules(
    [property: Id(0)] double StartRatePerSecond,
    [property: Id(1)] double Decrease,
    [property: Id(2)] double RatePerSecondMin,
    [property: Id(3)] double RatePerSecondMax,
    [property: Id(4)] double Step,
    [property: Id(5)] TimeSpan StepPeriod,
    [property: Id(6)] TimeSpan Pause,
    [property: Id(7)] TimeSpan PauseMax,
    [property: Id(8)] int Concurrency);

/// <summary>What a domain's push-backs have led to: multiplicative decrease, a pause, additive recovery.</summary>
/// <remarks>
/// Recovery follows from the time alone, so that nothing needs to be stored while it goes on and every process that
/// reads this comes to the same rate.
/// </remarks>
[GenerateSerializer, Immutable, Alias("Throttling.BackOff")]
public sealed record BackOff
{
    /// <summary>The rate after the last push-back.</summary>
    [Id(0)] public required double RatePerSecond { get; init; }

    /// <summary>When the last push-back was learned of.</summary>
    [Id(1)] public required DateTimeOffset At { get; init; }

    /// <summary>Until when nothing is sent.</summary>
    [Id(2)] public required DateTimeOffset PausedUntil { get; init; }

    /// <summary>How many push-backs followed each other before a step of recovery.</summary>
    [Id(3)] public int Strikes { get; init; } = 1;

    /// <summary>Learns of a push-back.</summary>
    /// <param name="known">What earlier ones have led to, if there were any.</param>
    /// <param name="begunAt">
    /// When the transaction began that was pushed back. One from before the last slowing tells nothing new.
    /// </param>
    /// <param name="retryAfter">The wait that the server asked for.</param>
    /// <param name="configured">The domain's configured rate, if it has one.</param>
    /// <param name="rules">The rules.</param>
    /// <param name="now">The time.</param>
    /// <returns>The same instance when there is nothing new in it.</returns>
    public static BackOff Take(
        BackOff? known,
        DateTimeOffset begunAt,
        TimeSpan? retryAfter,
        double? configured,
        BackOffRules rules,
        DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(rules);
        var ceiling = configured ?? rules.RatePerSecondMax;
        if (known is null || now >= known.FreeAt(configured, rules))
        {
            var first = Math.Min(rules.StartRatePerSecond, ceiling * rules.Decrease);
            return Slow(first, strikes: 1, retryAfter, rules, now);
        }

        if (begunAt <= known.At || now < known.PausedUntil)
        {
            return known;
        }

        var strikes = known.Steps(rules, now) > 0 ? 1 : known.Strikes + 1;
        return Slow(known.RateAt(now, rules) * rules.Decrease, strikes, retryAfter, rules, now);
    }

    /// <summary>The rate that holds now, once the pause is over.</summary>
    public double RateAt(DateTimeOffset now, BackOffRules rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        return RatePerSecond + (Steps(rules, now) * rules.Step);
    }

    /// <summary>When the domain will have recovered, if it does not push back again.</summary>
    public DateTimeOffset FreeAt(double? configured, BackOffRules rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        var missing = (configured ?? rules.RatePerSecondMax) - RatePerSecond;
        return PausedUntil + (Math.Max(0, Math.Ceiling(missing / rules.Step)) * rules.StepPeriod);
    }

    private double Steps(BackOffRules rules, DateTimeOffset now) =>
        now <= PausedUntil ? 0 : Math.Floor((now - PausedUntil) / rules.StepPeriod);

    private static BackOff Slow(
        double rate, int strikes, TimeSpan? retryAfter, BackOffRules rules, DateTimeOffset now)
    {
        var pause = rules.Pause * Math.Pow(2, Math.Min(strikes - 1, 20));
        pause = retryAfter > pause ? retryAfter.Value : pause;
        return new()
        {
            RatePerSecond = Math.Max(rules.RatePerSecondMin, rate),
            At = now,
            PausedUntil = now + (pause < rules.PauseMax ? pause : rules.PauseMax),
            Strikes = strikes,
        };
    }
}
