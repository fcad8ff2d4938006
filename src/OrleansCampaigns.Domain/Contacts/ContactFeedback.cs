using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Domain.Feedback;

namespace OrleansCampaigns.Domain.Contacts;

public sealed partial record Contact
{
    /// <summary>How many bounces are kept at most that came before their attempt was recorded.</summary>
    /// <remarks>
    /// A contact has one attempt in flight for each campaign that is being sent to it. Should there be more, the oldest
    /// is forgotten: its attempt is the least likely one to be recorded still.
    /// </remarks>
    public const int PendingMax = 32;

    /// <summary>
    /// By how much the clocks of others may be wrong, where only the time of a bounce can tell which attempt it means.
    /// </summary>
    public static readonly TimeSpan ClockSkewMax = TimeSpan.FromMinutes(15);

    /// <summary>What an event did.</summary>
    /// <param name="Contact">The contact after it; the same instance when nothing is to be written.</param>
    /// <param name="Effect">Whether it counted.</param>
    public readonly record struct Lesson(Contact Contact, FeedbackEffect Effect);

    /// <summary>Learns what came back for one campaign. The same event counts once, whenever it comes.</summary>
    /// <remarks>
    /// Only bounces wait for the record of their attempt: whatever a person or a machine does with an e-mail applies at
    /// once. A campaign that the contact knows nothing of is opened when the event says when its audience was taken.
    /// </remarks>
    /// <param name="happened">The event.</param>
    /// <param name="rules">The rules of the campaign; <see langword="null"/> when it was cancelled.</param>
    /// <param name="machines">How machines give themselves away.</param>
    /// <param name="jitterSeed">Decides the jitter of a retry, together with the attempt.</param>
    /// <param name="now">The time at which it is learned.</param>
    public Lesson Learn(
        FeedbackEvent happened, DeliveryRules? rules, MachineRules machines, int jitterSeed, DateTimeOffset now)
    {
        if (DeliveryOf(happened.Campaign) is null && happened.QueuedAt is null)
        {
            return new(this, FeedbackEffect.Ignored);
        }

        return happened.Signal switch
        {
            FeedbackSignal.Bounce => LearnBounce(happened, rules, jitterSeed, now),
            FeedbackSignal.Complaint or FeedbackSignal.Unsubscribe => LearnWish(happened, now),
            FeedbackSignal.Open or FeedbackSignal.HiddenLink => LearnEngagement(happened, machines, now),
            FeedbackSignal.Machine => LearnMachine(happened, now),
            FeedbackSignal.Click when happened.Link >= 0 => LearnEngagement(happened, machines, now),
            _ => new(this, FeedbackEffect.Ignored),
        };
    }

    private Lesson LearnBounce(FeedbackEvent happened, DeliveryRules? rules, int jitterSeed, DateTimeOffset now)
    {
        if (happened.Outcome is not (
            Outcome.Bounced or Outcome.SoftBounced or Outcome.Deferred or Outcome.Rejected or Outcome.Spam))
        {
            return new(this, FeedbackEffect.Ignored);
        }

        var delivery = DeliveryOf(happened.Campaign);
        if (happened.Attempt is null && delivery?.Heard.Contains(happened.Mark) == true)
        {
            return new(this, FeedbackEffect.Repeated);
        }

        if ((happened.Attempt ?? AttemptMeant(happened, delivery)) is not { } attempt)
        {
            return new(this, FeedbackEffect.Ignored);
        }

        if (delivery is null || attempt > delivery.Attempts)
        {
            return new(Keep(happened with { Attempt = attempt }), FeedbackEffect.Early);
        }

        if (attempt <= delivery.OverturnedAttempt && !delivery.IsInDoubt(attempt))
        {
            // Two channels may tell of one bounce. What does not say which attempt it means must not be taken for the
            // bounce of the next one, should it come a third time.
            var heard = happened.Attempt is null ? Put(delivery.Hear(happened.Mark)) : this;
            return new(heard, FeedbackEffect.Repeated);
        }

        return Stands(delivery, attempt)
            ? new(Overturn(happened, delivery, attempt, rules, jitterSeed, now), FeedbackEffect.Applied)
            : new(this, FeedbackEffect.Ignored);
    }

    // Whether the e-mail of that attempt counts as accepted, or may have been.
    private static bool Stands(CampaignDelivery delivery, int attempt) =>
        delivery.IsInDoubt(attempt) || (delivery.Outcome == Outcome.Sent && delivery.Attempts == attempt);

    // The latest that can have bounced; null when none can.
    private static int? AttemptMeant(FeedbackEvent happened, CampaignDelivery? delivery)
    {
        if (delivery is null or { Attempts: 0 })
        {
            return 1;
        }

        if (delivery.Attempts > delivery.OverturnedAttempt && Stands(delivery, delivery.Attempts))
        {
            // Long before the attempt was recorded that now stands, it can only have been about the one before it.
            var isOld = delivery.OverturnedAttempt > 0 && happened.At < delivery.SentAt - ClockSkewMax;
            return isOld ? delivery.OverturnedAttempt : delivery.Attempts;
        }

        if (delivery.InDoubt && delivery.DoubtfulAttempt > delivery.OverturnedAttempt)
        {
            return delivery.DoubtfulAttempt;
        }

        // What was overturned is what it is about; where nothing was ever accepted, the next attempt is on its way.
        return delivery.OverturnedAttempt > 0 ? delivery.OverturnedAttempt
            : delivery.IsOver ? null
            : delivery.Attempts + 1;
    }

    private Contact Keep(FeedbackEvent happened)
    {
        if (PendingFeedback.Exists(kept => kept.Campaign == happened.Campaign && kept.Attempt == happened.Attempt))
        {
            return this;
        }

        var room = PendingFeedback.Count < PendingMax ? PendingFeedback : PendingFeedback.RemoveAt(0);
        return this with { PendingFeedback = room.Add(happened) };
    }

    // The attempt is recorded: what came back before that applies now, and what it says of earlier ones is void.
    private Contact ApplyPending(Turn turn, DeliveryRules rules, int jitterSeed, DateTimeOffset now)
    {
        var pending = PendingFeedback.FindAll(
            kept => kept.Campaign == turn.Campaign && kept.Attempt <= turn.Attempt);
        if (pending.IsEmpty)
        {
            return this;
        }

        var contact = this with { PendingFeedback = PendingFeedback.RemoveRange(pending) };
        return pending.Aggregate(
            contact, (known, kept) => known.LearnBounce(kept, rules, jitterSeed, now).Contact);
    }

    private Contact Overturn(
        FeedbackEvent happened,
        CampaignDelivery delivery,
        int attempt,
        DeliveryRules? rules,
        int jitterSeed,
        DateTimeOffset now)
    {
        var outcome = happened.Outcome!.Value;
        delivery = delivery.Hear(happened.Mark) with
        {
            OverturnedAttempt = Math.Max(attempt, delivery.OverturnedAttempt),
            InDoubt = delivery.InDoubt && !delivery.IsInDoubt(attempt),
            UpdatedAt = now,
        };
        if (attempt < delivery.Attempts && delivery.IsOver)
        {
            return NoteBounce(happened, delivery, attempt, now);
        }

        var report = new AttemptReport
        {
            Outcome = outcome,
            Cause = happened.Cause,
            RetryAfter = happened.RetryAfter,
            Reply = happened.Reply,
        };
        var overturned = delivery with
        {
            Cause = happened.Cause,
            Reply = happened.Reply,
            FirstAttemptAt = delivery.FirstAttemptAt ?? now,
            NextAttemptAt = null,

            // The relay's word is withdrawn; what the recipient did stays done.
            RecipientStatus = delivery.RecipientStatus == RecipientStatus.Delivered
                ? RecipientStatus.None
                : delivery.RecipientStatus,
        };
        var stands = Deliveries.Exists(other => other.Campaign != delivery.Campaign && other.SentAt is not null
            && (other.Outcome == Outcome.Sent || other.RecipientStatus != RecipientStatus.None));
        var hasReceived = stands || overturned.RecipientStatus != RecipientStatus.None
            || DeliveriesMovedUpTo is not null; // Of campaigns on a page one was received, as far as is known.
        return (this with { HasReceived = HasReceived && hasReceived }).Take(
            overturned,
            new(report, HistoryKind.Bounce, happened.Source, attempt, rules, jitterSeed + attempt, now));
    }

    // A copy whose fate was hidden has bounced, and a later attempt has decided the recipient's outcome.
    private Contact NoteBounce(FeedbackEvent happened, CampaignDelivery delivery, int attempt, DateTimeOffset now)
    {
        var isSoft = happened.Outcome == Outcome.SoftBounced;
        return Put(delivery with { SoftBounces = delivery.SoftBounces + (isSoft ? 1 : 0) }).Add(new HistoryEntry
        {
            At = now,
            Kind = HistoryKind.Bounce,
            Source = happened.Source,
            Campaign = happened.Campaign,
            Attempt = attempt,
            Cause = happened.Cause,
            Reply = happened.Reply,
            Pass = delivery.Pass,
        });
    }

    private Lesson LearnWish(FeedbackEvent happened, DateTimeOffset now)
    {
        if (DeliveryOf(happened.Campaign)?.Heard.Contains(happened.Mark) == true)
        {
            return new(this, FeedbackEffect.Repeated);
        }

        var isComplaint = happened.Signal == FeedbackSignal.Complaint;
        var trigger = isComplaint ? ContactTrigger.Complained : ContactTrigger.Unsubscribed;
        var next = ContactStatusTable.Next(Status, trigger, HasReceived);
        var contact = WithQueued(happened);
        var delivery = contact.DeliveryOf(happened.Campaign)!.Hear(happened.Mark);
        var known = isComplaint ? delivery.ComplainedAt : delivery.UnsubscribedAt;
        if (next == Status && known is not null)
        {
            // Remembered, so that it does not undo what the contact decides later.
            return new(contact.Put(delivery), FeedbackEffect.Repeated);
        }

        var at = known ?? TimeOf(happened, now);
        delivery = delivery with
        {
            ComplainedAt = isComplaint ? at : delivery.ComplainedAt,
            UnsubscribedAt = isComplaint ? delivery.UnsubscribedAt : at,
            UpdatedAt = now,
        };
        contact = next == Status ? contact : contact with { Status = next, StatusSince = now };
        var kind = isComplaint ? HistoryKind.Complaint : HistoryKind.Unsubscribe;
        return new(
            contact.Put(delivery).Add(Told(happened, delivery, kind, now) with
            {
                Status = next == Status ? null : next,
            }),
            FeedbackEffect.Applied);
    }

    private Contact WithQueued(FeedbackEvent happened) => DeliveryOf(happened.Campaign) is { } delivery
        ? WithQueued(delivery.Campaign, delivery.QueuedAt)
        : WithQueued(happened.Campaign, happened.QueuedAt!.Value);

    private static HistoryEntry Told(
        FeedbackEvent happened, CampaignDelivery delivery, HistoryKind kind, DateTimeOffset now) => new()
        {
            At = now,
            Kind = kind,
            Source = happened.Source,
            Campaign = happened.Campaign,
            Pass = delivery.Pass,
        };

    // The clocks of others may be ahead; nothing happens in the future. Or behind, which would make machines of people:
    // who has seen it says how long ago that was.
    private static DateTimeOffset TimeOf(FeedbackEvent happened, DateTimeOffset now) =>
        happened.Age is { } age ? now - age
        : happened.At < now ? happened.At
        : now;
}
