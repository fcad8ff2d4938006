using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Domain.Contacts;

public sealed partial record Contact
{
    /// <summary>Settles an attempt of which no record exists after a crash, as the campaign's policy says.</summary>
    /// <param name="turn">The turn whose attempt may or may not have happened.</param>
    /// <param name="rules">The policy: Sent with doubt, or back into the queue with doubt.</param>
    /// <param name="jitterSeed">Decides the jitter of a retry, should a bounce have come already.</param>
    /// <param name="now">The time of the recovery.</param>
    public Contact ResolveDoubt(Turn turn, DeliveryRules rules, int jitterSeed, DateTimeOffset now)
    {
        var delivery = DeliveryOf(turn.Campaign);
        if (delivery is { Outcome: Outcome.Sent, DoubtfulAttempt: > 0 } && delivery.DoubtfulAttempt == turn.Attempt - 1
            && delivery.Attempts < turn.Attempt)
        {
            return DoubtSecond(turn, delivery, now).ApplyPending(turn, rules, jitterSeed, now);
        }

        if (delivery is not null && (delivery.IsOver || delivery.Attempts >= turn.Attempt))
        {
            return this;
        }

        if (!turn.AddressIsValid || !turn.IsReserved || WasOptedOutBefore(turn, delivery, rules))
        {
            // No such turn ever begins: the crash hid no attempt, and what it would have decided is decided now.
            return Begin(turn, rules, now).Contact;
        }

        var contact = WithQueued(turn.Campaign, turn.QueuedAt);
        var assumeSent = rules.InDoubt == InDoubtPolicy.AssumeSent;
        var known = contact.DeliveryOf(turn.Campaign)!;
        delivery = known with
        {
            Outcome = assumeSent ? Outcome.Sent : Outcome.Queued,
            Cause = Cause.None,
            InDoubt = true,
            DoubtfulAttempt = turn.Attempt,
            Attempts = turn.Attempt,
            FirstAttemptAt = known.FirstAttemptAt ?? now,
            NextAttemptAt = assumeSent ? null : now,
            SentAt = assumeSent ? now : known.SentAt,
            RecipientStatus = assumeSent ? Delivered(known) : known.RecipientStatus,
            Charged = known.Charged || assumeSent || rules.DeductOn == DeductOn.FirstAttempt,
            Decided = true,
            UpdatedAt = now,
        };
        var moved = assumeSent ? contact.Move(ContactTrigger.Sent, now) : contact;
        return moved.Put(delivery).Assign(delivery, EntryOf(delivery, HistoryKind.Doubt, "recovery", now) with
        {
            Attempt = turn.Attempt,
            Status = ChangedStatus(moved),
        }).ApplyPending(turn, rules, jitterSeed, now);
    }

    // No attempt of this turn can have been made before its audience was taken, or before it was due.
    private bool WasOptedOutBefore(Turn turn, CampaignDelivery? delivery, DeliveryRules rules)
    {
        var dueAt = delivery?.NextAttemptAt ?? delivery?.QueuedAt ?? turn.QueuedAt;
        return (Status.IsOptedOut() && StatusSince < dueAt) || HasLeft(rules.Lists, turn.QueuedAt, dueAt);
    }

    // An attempt was written off and made again; then it turned out that it was accepted, and what became of the other
    // one is hidden. Nobody sends a third, but there may be two.
    private Contact DoubtSecond(Turn turn, CampaignDelivery delivery, DateTimeOffset now)
    {
        delivery = delivery with
        {
            InDoubt = true,
            DoubtfulAttempt = turn.Attempt,
            Attempts = turn.Attempt,
            UpdatedAt = now,
        };
        return Put(delivery).Assign(
            delivery, EntryOf(delivery, HistoryKind.Doubt, "recovery", now) with { Attempt = turn.Attempt });
    }

    // An attempt was written off and made again, and then it turned out that it was accepted. The record of the other
    // one may come after a recovery that found none; under the other policy, Sent may only have been assumed.
    private static bool IsSecond(CampaignDelivery delivery, Turn turn, DeliveryRules rules) =>
        delivery.Outcome == Outcome.Sent
        && delivery.DoubtfulAttempt > 0
        && (delivery.DoubtfulAttempt == turn.Attempt - 1
            || (delivery.IsInDoubt(turn.Attempt) && rules.InDoubt == InDoubtPolicy.Resend));

    // The e-mail before it is out: that this one was refused takes nothing back, and nobody sends a third.
    private Contact NoteSecond(
        CampaignDelivery delivery, Turn turn, AttemptReport report, bool clearsDoubt, DateTimeOffset now)
    {
        var moved = report.Outcome.IsTemporary()
            ? this
            : Move(ContactStatusTable.TriggerOf(report.Outcome, report.Cause), now);
        delivery = delivery with
        {
            Attempts = turn.Attempt,
            UpdatedAt = now,
            InDoubt = report.InDoubt || (delivery.InDoubt && !clearsDoubt),
            DoubtfulAttempt = report.InDoubt ? turn.Attempt : delivery.DoubtfulAttempt,
        };
        return moved.Put(delivery).Add(EntryOf(delivery, HistoryKind.Attempt, "smtp", now) with
        {
            Outcome = null,
            Cause = report.Cause,
            Attempt = turn.Attempt,
            InDoubt = report.InDoubt,
            Reply = report.Reply,
            Relay = report.Relay,
            Status = ChangedStatus(moved),
        });
    }
}
