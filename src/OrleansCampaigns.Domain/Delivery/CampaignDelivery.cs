using System.Collections.Immutable;
using Orleans;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Feedback;

namespace OrleansCampaigns.Domain.Delivery;

/// <summary>Where one campaign stands with one contact.</summary>
[GenerateSerializer, Immutable, Alias("Delivery.CampaignDelivery")]
public sealed record CampaignDelivery
{
    /// <summary>How many bounces, complaints and unsubscribes are remembered by name.</summary>
    public const int HeardMax = 32;

    /// <summary>The campaign.</summary>
    [Id(0)] public required CampaignId Campaign { get; init; }

    /// <summary>When the audience was taken.</summary>
    [Id(1)] public required DateTimeOffset QueuedAt { get; init; }

    /// <summary>The latest outcome.</summary>
    [Id(2)] public Outcome Outcome { get; init; } = Outcome.Queued;

    /// <summary>Why.</summary>
    [Id(3)] public Cause Cause { get; init; }

    /// <summary>Whether a crash or a lost connection hid the fate of an attempt, and nothing cleared it up.</summary>
    [Id(4)] public bool InDoubt { get; init; }

    /// <summary>How many attempts there were.</summary>
    [Id(5)] public int Attempts { get; init; }

    /// <summary>How many of them, in this pass, were Soft Bounced.</summary>
    [Id(6)] public int SoftBounces { get; init; }

    /// <summary>How many of them, in this pass, were Deferred.</summary>
    [Id(7)] public int Deferrals { get; init; }

    /// <summary>When the first attempt of this pass ended.</summary>
    [Id(8)] public DateTimeOffset? FirstAttemptAt { get; init; }

    /// <summary>When the next attempt is due; <see langword="null"/> when there is none to come.</summary>
    [Id(9)] public DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>When it last changed.</summary>
    [Id(10)] public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Whether its licence has been deducted; never undone, never twice.</summary>
    [Id(11)] public bool Charged { get; init; }

    /// <summary>Why the recipient is excluded, which is no outcome; <see langword="null"/> when it is not.</summary>
    [Id(12)] public string? Excluded { get; init; }

    /// <summary>Which pass of the campaign.</summary>
    [Id(13)] public int Pass { get; init; } = 1;

    /// <summary>What the server last said.</summary>
    [Id(14)] public SmtpReply? Reply { get; init; }

    /// <summary>How far the contact went with the campaign.</summary>
    [Id(15)] public RecipientStatus RecipientStatus { get; init; }

    /// <summary>
    /// The highest occurrence of the address in this audience that was recorded as Duplicated; 1 when none.
    /// </summary>
    [Id(16)] public int DuplicatesUpTo { get; init; } = 1;

    /// <summary>Whether a first occurrence of the address was decided on (and not only duplicates of it).</summary>
    [Id(17)] public bool Decided { get; init; }

    /// <summary>The latest attempt whose fate was hidden; 0 when none was.</summary>
    [Id(18)] public int DoubtfulAttempt { get; init; }

    /// <summary>When the latest accepted attempt was recorded.</summary>
    [Id(19)] public DateTimeOffset? SentAt { get; init; }

    /// <summary>The latest attempt whose acceptance a bounce message overturned; 0 when none did.</summary>
    [Id(20)] public int OverturnedAttempt { get; init; }

    /// <summary>What the recipient did with it; <see langword="null"/> before anything was seen.</summary>
    [Id(21)] public Engagement? Engagement { get; init; }

    /// <summary>When the recipient unsubscribed by way of this campaign.</summary>
    [Id(22)] public DateTimeOffset? UnsubscribedAt { get; init; }

    /// <summary>When the recipient complained about it.</summary>
    [Id(23)] public DateTimeOffset? ComplainedAt { get; init; }

    /// <summary>
    /// The marks of the latest bounces without an attempt, complaints and unsubscribes: one that comes again is known
    /// by them. Beyond <see cref="HeardMax"/> the oldest is forgotten.
    /// </summary>
    [Id(24)] public ImmutableList<long> Heard { get; init; } = [];

    /// <summary>The outcome that "retry failed" has taken back last; <see langword="null"/> before.</summary>
    [Id(25)] public Outcome? OutcomeBeforePass { get; init; }

    /// <summary>The cause of that outcome.</summary>
    [Id(26)] public Cause CauseBeforePass { get; init; }

    /// <summary>Whether nothing more will be done for it by itself.</summary>
    public bool IsOver => Excluded is not null || (Decided && !Outcome.IsTemporary());

    /// <summary>Whether it should be tried again and no time is set for it: nothing would ever come of it.</summary>
    public bool IsStranded => Decided && !IsOver && NextAttemptAt is null;

    /// <summary>Whether anything came back, be it before its first attempt was recorded.</summary>
    public bool HasFeedback => Engagement is not null || UnsubscribedAt is not null || ComplainedAt is not null;

    /// <summary>Whether the fate of <paramref name="attempt"/> is still hidden.</summary>
    public bool IsInDoubt(int attempt) => InDoubt && DoubtfulAttempt == attempt;

    /// <summary>The same delivery, which has heard of one more event.</summary>
    internal CampaignDelivery Hear(long mark) => this with
    {
        Heard = (Heard.Count >= HeardMax ? Heard.RemoveRange(0, Heard.Count - HeardMax + 1) : Heard).Add(mark),
    };
}
