using Orleans;

namespace OrleansCampaigns.Domain.Delivery;

/// <summary>When a temporary outcome comes back: exponential back-off with jitter, per outcome.</summary>
/// <param name="First">The wait after the first failure.</param>
/// <param name="Factor">What each further failure multiplies the wait by; at least 1.</param>
/// <param name="Max">The longest wait.</param>
[GenerateSerializer, Immutable, Alias("Delivery.RetrySchedule")]
public sealed record RetrySchedule(
    [property: Id(0)] TimeSpan First,
    [property: Id(1)] double Factor,
    [property: Id(2)] TimeSpan Max);

/// <summary>The rules of automatic retries.</summary>
[GenerateSerializer, Immutable, Alias("Delivery.RetryPolicy")]
public sealed record RetryPolicy
{
    /// <summary>For Deferred; the defaults suit greylisting (5 minutes and up).</summary>
    [Id(0)]
    public RetrySchedule Deferred { get; init; } = new(TimeSpan.FromMinutes(5), 2, TimeSpan.FromHours(4));

    /// <summary>For Soft Bounced: a full mailbox wants hours.</summary>
    [Id(1)]
    public RetrySchedule SoftBounced { get; init; } = new(TimeSpan.FromHours(4), 2, TimeSpan.FromHours(24));

    /// <summary>How long after its first attempt a Deferred e-mail is given up on as Bounced (expired).</summary>
    [Id(2)]
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromHours(72);

    /// <summary>Which soft bounce of a recipient in a campaign makes it Bounced.</summary>
    [Id(3)]
    public int SoftBouncesMax { get; init; } = 3;

    /// <summary>How far the wait may stray from the schedule, as a share of it: 0.2 is ±20 %.</summary>
    [Id(4)]
    public double Jitter { get; init; } = 0.2;

    /// <summary>The longest wait that a server's "try again in …" is obeyed for.</summary>
    [Id(5)]
    public TimeSpan RetryAfterMax { get; init; } = TimeSpan.FromHours(24);

    /// <summary>When the next attempt is due.</summary>
    /// <param name="outcome">Deferred or SoftBounced.</param>
    /// <param name="failures">How many attempts with that outcome there were, this one included; from 1.</param>
    /// <param name="retryAfter">What the server asked for; obeyed, never shortened.</param>
    /// <param name="jitterSeed">Decides the jitter: the same seed gives the same time, so that a replay decides
    /// alike.</param>
    /// <param name="now">The time of the failure.</param>
    public DateTimeOffset NextAttemptAt(
        Outcome outcome, int failures, TimeSpan? retryAfter, int jitterSeed, DateTimeOffset now)
    {
        var schedule = outcome switch
        {
            Outcome.Deferred => Deferred,
            Outcome.SoftBounced => SoftBounced,
            _ => throw new ArgumentOutOfRangeException(
                nameof(outcome), outcome, "Only temporary outcomes are retried."),
        };

        var growth = Math.Pow(schedule.Factor, Math.Min(failures - 1, 64));
        var seconds = Math.Min(schedule.First.TotalSeconds * growth, schedule.Max.TotalSeconds);

        // A multiplicative hash spreads neighbouring seeds over the whole range.
        var fraction = (uint)(jitterSeed * 2654435761u) / (double)uint.MaxValue;
        var wait = TimeSpan.FromSeconds(seconds * (1 + (Jitter * ((2 * fraction) - 1))));
        if (retryAfter is { } asked)
        {
            // Never before the time that the server named, spread a little after it.
            var obeyed = asked <= RetryAfterMax ? asked : RetryAfterMax;
            wait = obeyed + TimeSpan.FromSeconds(obeyed.TotalSeconds * Jitter * fraction);
        }

        return now + wait;
    }
}

/// <summary>How long a contact rests that could not be reached, before the next campaign tries it again.</summary>
/// <param name="MailboxFull">For a full or inactive mailbox.</param>
/// <param name="Unavailable">For any other reason.</param>
[GenerateSerializer, Immutable, Alias("Delivery.RestPolicy")]
public sealed record RestPolicy(
    [property: Id(0)] TimeSpan MailboxFull,
    [property: Id(1)] TimeSpan Unavailable)
{
    /// <summary>3 and 7 days.</summary>
    public static RestPolicy Default { get; } = new(TimeSpan.FromDays(3), TimeSpan.FromDays(7));
}

/// <summary>What becomes of an e-mail whose fate a crash or a lost connection hid.</summary>
public enum InDoubtPolicy
{
    /// <summary>It counts as Sent, marked in doubt: nobody gets it twice, somebody may not get it.</summary>
    AssumeSent = 0,

    /// <summary>It is sent again with the same Message-ID: somebody may get it twice, nobody goes without.</summary>
    Resend = 1,
}

/// <summary>Which event costs the licence of a recipient.</summary>
public enum DeductOn
{
    /// <summary>The first attempt that reaches a mail server.</summary>
    FirstAttempt = 0,

    /// <summary>Only an accepted e-mail.</summary>
    Sent = 1,
}
