using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Orleans;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Domain.Feedback;

/// <summary>What the world said of an e-mail after it was accepted.</summary>
public enum FeedbackSignal
{
    /// <summary>It came back after all: a bounce message or a provider's event.</summary>
    Bounce = 1,

    /// <summary>The recipient called it spam (RFC 5965: abuse or fraud).</summary>
    Complaint = 2,

    /// <summary>The recipient wants no more e-mail (RFC 8058, a link, a message).</summary>
    Unsubscribe = 3,

    /// <summary>The open pixel was fetched.</summary>
    Open = 4,

    /// <summary>A link was followed.</summary>
    Click = 5,

    /// <summary>The link that no person sees was followed: what else happened then is a machine's.</summary>
    HiddenLink = 6,

    /// <summary>An open or a click that was told of before is a machine's.</summary>
    Machine = 7,
}

/// <summary>One thing that came back for one recipient of one campaign.</summary>
/// <remarks>It may arrive twice, late and out of order, and counts once.</remarks>
[GenerateSerializer, Immutable, Alias("Feedback.FeedbackEvent")]
public sealed record FeedbackEvent
{
    /// <summary>What was said.</summary>
    [Id(0)] public required FeedbackSignal Signal { get; init; }

    /// <summary>The campaign whose e-mail it is about.</summary>
    [Id(1)] public required CampaignId Campaign { get; init; }

    /// <summary>Names the event: two with the same key are one. Holds no contact data.</summary>
    [Id(2)] public required string Key { get; init; }

    /// <summary>When it happened, as far as is known.</summary>
    [Id(3)] public required DateTimeOffset At { get; init; }

    /// <summary>Who told us: <c>message</c>, <c>link</c>, <c>one-click</c>, <c>pixel</c>, <c>ses</c>, ….</summary>
    [Id(4)] public required string Source { get; init; }

    /// <summary>Which attempt, from 1; <see langword="null"/> when the signal does not tell: the latest one.</summary>
    [Id(5)] public int? Attempt { get; init; }

    /// <summary>What a bounce comes to: Bounced, SoftBounced, Deferred, Rejected or Spam.</summary>
    [Id(6)] public Outcome? Outcome { get; init; }

    /// <summary>Why it bounced.</summary>
    [Id(7)] public Cause Cause { get; init; }

    /// <summary>What the refusing server said, as far as it is quoted.</summary>
    [Id(8)] public SmtpReply? Reply { get; init; }

    /// <summary>The wait that the refusing server asked for.</summary>
    [Id(9)] public TimeSpan? RetryAfter { get; init; }

    /// <summary>Which link of the message was followed, from 1.</summary>
    [Id(10)] public int Link { get; init; }

    /// <summary>Whether signs of the request say that a machine opened or clicked.</summary>
    [Id(11)] public bool IsMachine { get; init; }

    /// <summary>
    /// When the audience was taken. Whoever delivers events leaves it out: it is filled in for a contact that knows
    /// nothing of the campaign yet, once the campaign confirms that its e-mail may be on the way.
    /// </summary>
    [Id(12)] public DateTimeOffset? QueuedAt { get; init; }

    /// <summary>
    /// How long ago it happened when it was handed over, where its teller has seen it happen; <see langword="null"/>
    /// otherwise. Unlike <see cref="At"/> it does not depend on whose clock is right.
    /// </summary>
    [Id(13)] public TimeSpan? Age { get; init; }

    /// <summary>
    /// Whether an image proxy fetched: for a person that opens, or in advance. A proxy that follows links is a machine.
    /// </summary>
    [Id(14)] public bool IsProxy { get; init; }

    /// <summary>How many tracked links the message has; 0 when the teller does not know.</summary>
    [Id(15)] public int Links { get; init; }

    /// <summary>Of <see cref="FeedbackSignal.Machine"/>: the signal of the event that has the same key.</summary>
    [Id(16)] public FeedbackSignal? Retracts { get; init; }

    /// <summary>The event as contacts remember it: 64 bits of a hash, so that nobody can aim at another's.</summary>
    internal long Mark => BinaryPrimitives.ReadInt64BigEndian(
        SHA256.HashData(Encoding.UTF8.GetBytes($"{(int)(Retracts ?? Signal)}\n{Key}")));
}

/// <summary>What an event did.</summary>
public enum FeedbackEffect
{
    /// <summary>It changed what is known.</summary>
    Applied = 1,

    /// <summary>It was known already.</summary>
    Repeated = 2,

    /// <summary>It came before its attempt was recorded; it is kept and applies with that record.</summary>
    Early = 3,

    /// <summary>It has no bearing: an unknown recipient, or an e-mail that was never accepted.</summary>
    Ignored = 4,
}
