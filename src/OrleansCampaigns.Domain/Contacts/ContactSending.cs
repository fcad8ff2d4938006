using System.Diagnostics;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Domain.Contacts;

public sealed partial record Contact
{
    /// <summary>What a contact says to one recipient's turn.</summary>
    /// <param name="Contact">The contact after the decision; the same instance when nothing is to be written.</param>
    /// <param name="MayBegin">Whether the attempt may begin now.</param>
    public readonly record struct TurnDecision(Contact Contact, bool MayBegin);

    /// <summary>
    /// Decides at the moment of sending whether an attempt may begin: consent, status, and whether it was done.
    /// </summary>
    public TurnDecision Begin(Turn turn, DeliveryRules rules, DateTimeOffset now)
    {
        var delivery = DeliveryOf(turn.Campaign);
        if (delivery is not null && (delivery.IsOver || delivery.Attempts >= turn.Attempt))
        {
            return new(this, MayBegin: false);
        }

        if (Status.IsOptedOut())
        {
            return new(Decide(turn, delivery, Outcome.Unsubscribed, OptOutCause(Status), now), MayBegin: false);
        }

        // That is the account's decision and may expire: the contact's own status stays what it is.
        if (turn.IsSuppressed)
        {
            return new(Decide(turn, delivery, Outcome.Unsubscribed, Cause.Suppressed, now), MayBegin: false);
        }

        if (HasLeft(rules.Lists, turn.QueuedAt))
        {
            return new(Decide(turn, delivery, Outcome.Unsubscribed, Cause.LeftList, now), MayBegin: false);
        }

        if (!turn.AddressIsValid)
        {
            return new(Decide(turn, delivery, Outcome.Invalid, Cause.MalformedAddress, now), MayBegin: false);
        }

        // Somebody who asks for failed ones to be retried has decided not to wait for the end of the rest.
        var askedFor = delivery?.Pass > 1;
        var isResting = !askedFor && RestsUntil(rules.Rest) > now;
        if (Status != ContactStatus.DoesNotExist && !isResting)
        {
            // Somebody who became available after the start has no licence held: the next campaign reaches it.
            return turn.IsReserved
                ? new(this, MayBegin: true)
                : new(Exclude(turn.Campaign, turn.QueuedAt, Exclusions.UnavailableAtStart, now), MayBegin: false);
        }

        return new(
            delivery is { Attempts: > 0 }
                ? Decide(turn, delivery, Outcome.Bounced, KnownCause(Status), now)
                : Exclude(turn.Campaign, turn.QueuedAt, ExclusionOf(Status), now),
            MayBegin: false);
    }

    /// <summary>Records how an attempt ended.</summary>
    /// <remarks>
    /// A late report of an attempt that was already written off as in doubt replaces the guess; any other repeated
    /// report changes nothing.
    /// </remarks>
    public Contact Record(Turn turn, AttemptReport report, DeliveryRules rules, int jitterSeed, DateTimeOffset now)
    {
        var delivery = DeliveryOf(turn.Campaign);
        var clearsDoubt = delivery is { InDoubt: true } && delivery.Attempts == turn.Attempt
            && delivery.DoubtfulAttempt == turn.Attempt && !report.InDoubt;
        if (delivery is not null && delivery.Attempts >= turn.Attempt && !clearsDoubt)
        {
            return this;
        }

        var contact = WithQueued(turn.Campaign, turn.QueuedAt);
        delivery = contact.DeliveryOf(turn.Campaign)!;
        var isSecond = IsSecond(delivery, turn, rules);
        if (isSecond && report.Outcome != Outcome.Sent)
        {
            return contact.NoteSecond(delivery, turn, report, clearsDoubt, now)
                .ApplyPending(turn, rules, jitterSeed, now);
        }

        delivery = delivery with
        {
            Attempts = turn.Attempt,
            FirstAttemptAt = delivery.FirstAttemptAt ?? now,
            Cause = report.Cause,
            Reply = report.Reply,
            UpdatedAt = now,
            Decided = true,
            Excluded = null, // An attempt that was made after all is an outcome.
            InDoubt = report.InDoubt || (delivery.InDoubt && !clearsDoubt) || isSecond,
            DoubtfulAttempt = report.InDoubt ? turn.Attempt
                : isSecond ? turn.Attempt - 1
                : delivery.DoubtfulAttempt,
            Charged = delivery.Charged || rules.DeductOn == DeductOn.FirstAttempt || report.Outcome == Outcome.Sent,
        };
        if (report.InDoubt && rules.InDoubt == InDoubtPolicy.AssumeSent)
        {
            report = report with { Outcome = Outcome.Sent };
            delivery = delivery with { Charged = true };
        }

        var news = new News(report, HistoryKind.Attempt, "smtp", turn.Attempt, rules, jitterSeed, now);
        return contact.Take(delivery, news).ApplyPending(turn, rules, jitterSeed, now);
    }

    /// <summary>Records further occurrences of the address in one audience; none of them gets an e-mail.</summary>
    /// <param name="campaign">The campaign.</param>
    /// <param name="queuedAt">When its audience was taken.</param>
    /// <param name="upToOccurrence">The highest occurrence, counted from 1 for the one that is sent to.</param>
    /// <param name="now">The time of the decision.</param>
    public Contact Duplicate(CampaignId campaign, DateTimeOffset queuedAt, int upToOccurrence, DateTimeOffset now)
    {
        if (DeliveryOf(campaign)?.DuplicatesUpTo >= upToOccurrence)
        {
            return this;
        }

        var contact = WithQueued(campaign, queuedAt);
        var delivery = contact.DeliveryOf(campaign)!;
        for (var occurrence = delivery.DuplicatesUpTo + 1; occurrence <= upToOccurrence; occurrence++)
        {
            contact = contact.Add(new HistoryEntry
            {
                At = now,
                Kind = HistoryKind.Decision,
                Source = "engine",
                Campaign = campaign,
                Outcome = Outcome.Duplicated,
                Cause = Cause.DuplicateAddress,
                Pass = 1,
            });
        }

        // What became of the one e-mail says more about the contact than that its address was given twice.
        contact = LastCampaign == campaign ? contact : contact with
        {
            LastOutcome = Outcome.Duplicated,
            LastCause = Cause.DuplicateAddress,
            LastOutcomeAt = now,
            LastCampaign = campaign,
        };
        return contact.Put(delivery with { DuplicatesUpTo = upToOccurrence, UpdatedAt = now });
    }

    /// <summary>Leaves the contact out of a campaign, for a reason that is no outcome.</summary>
    /// <remarks>
    /// Status, Last Status and history stay as they were. Who was attempted before and waits for a retry ends as
    /// Bounced instead: it had an outcome, and the retry would be due for ever.
    /// </remarks>
    public Contact Exclude(CampaignId campaign, DateTimeOffset queuedAt, string reason, DateTimeOffset now)
    {
        var delivery = DeliveryOf(campaign) ?? new CampaignDelivery { Campaign = campaign, QueuedAt = queuedAt };
        if (delivery.IsOver)
        {
            return this;
        }

        var cause = Exclusions.IsFailure(reason) ? CauseNames.Parse(reason)!.Value : Cause.None;
        if (delivery.Attempts == 0)
        {
            return Put(delivery with
            {
                Excluded = reason,
                Cause = cause,
                NextAttemptAt = null,
                Decided = true,
                UpdatedAt = now,
            });
        }

        delivery = delivery with
        {
            Outcome = Outcome.Bounced,
            Cause = cause == Cause.None ? Cause.Other : cause,
            NextAttemptAt = null,
            UpdatedAt = now
        };
        return Put(delivery)
            .Assign(delivery, EntryOf(delivery, HistoryKind.Decision, "engine", now) with { Reason = reason });
    }

    /// <summary>Gives up waiting retries of a cancelled campaign.</summary>
    /// <remarks>
    /// The outcome stays what it was. Queued is none to stay with: a failure that was put back into the queue is that
    /// failure again, and an attempt in doubt, which is not made again any more, counts as the other policy has it.
    /// </remarks>
    public Contact Abandon(CampaignId campaign, DateTimeOffset now)
    {
        const string Reason = "campaign cancelled";
        var delivery = DeliveryOf(campaign);
        if (delivery is null or { IsOver: true } or { Decided: false }
            or { NextAttemptAt: null, Outcome: not Outcome.Queued })
        {
            return this;
        }

        var ended = delivery with { NextAttemptAt = null, UpdatedAt = now };
        if (delivery.Outcome != Outcome.Queued)
        {
            return Put(ended).Add(
                EntryOf(ended, HistoryKind.Abandoned, "engine", now) with { Outcome = null, Reason = Reason });
        }

        if (delivery.OutcomeBeforePass == Outcome.Queued && !delivery.IsInDoubt(delivery.Attempts))
        {
            // No message could be made for it before the new pass, and none was made since.
            ended = ended with { Excluded = delivery.CauseBeforePass.Name(), Cause = delivery.CauseBeforePass };
            return Put(ended).Add(
                EntryOf(ended, HistoryKind.Abandoned, "engine", now) with { Outcome = null, Reason = Reason });
        }

        var isSent = delivery.OutcomeBeforePass is null || delivery.IsInDoubt(delivery.Attempts);
        ended = isSent
            ? ended with
            {
                Outcome = Outcome.Sent,
                Cause = Cause.None,
                Charged = true,
                SentAt = now,
                RecipientStatus = Delivered(delivery),
            }
            : ended with { Outcome = delivery.OutcomeBeforePass!.Value, Cause = delivery.CauseBeforePass };
        var moved = isSent ? Move(ContactTrigger.Sent, now) : this;
        return moved.Put(ended).Assign(ended, EntryOf(ended, HistoryKind.Abandoned, "engine", now) with
        {
            InDoubt = isSent,
            Reason = Reason,
            Status = ChangedStatus(moved),
        });
    }

    /// <summary>Sets a time for what should be tried again and has none: it is due now.</summary>
    /// <remarks>Only for a campaign that goes on: in a cancelled one nothing is tried again.</remarks>
    public Contact Mend(CampaignId campaign, DateTimeOffset now)
    {
        var delivery = DeliveryOf(campaign);
        if (delivery is not { IsStranded: true })
        {
            return this;
        }

        delivery = delivery with { NextAttemptAt = now, UpdatedAt = now };
        return Put(delivery).Add(EntryOf(delivery, HistoryKind.Decision, "engine", now) with
        {
            Outcome = null,
            Reason = "a retry without a time is due now",
        });
    }

    /// <summary>Puts a failed recipient back into the queue for a new pass over the campaign.</summary>
    public Contact Requeue(CampaignId campaign, int pass, DateTimeOffset now)
    {
        var delivery = DeliveryOf(campaign);
        if (delivery is null || delivery.Pass >= pass || !(Exclusions.IsFailure(delivery.Excluded)
            || (delivery.Excluded is null && OutcomeTable.MayBeRetriedByHand(delivery.Outcome, delivery.Cause))))
        {
            return this;
        }

        delivery = delivery with
        {
            OutcomeBeforePass = delivery.Outcome,
            CauseBeforePass = delivery.Cause,
            Excluded = null,
            Outcome = Outcome.Queued,
            Cause = Cause.None,
            SoftBounces = 0,
            Deferrals = 0,
            FirstAttemptAt = null,
            NextAttemptAt = now,
            Pass = pass,
            UpdatedAt = now,
        };
        return Put(delivery).Assign(
            delivery, EntryOf(delivery, HistoryKind.Queued, "engine", now) with { Reason = "retry failed" });
    }

    // What is learned of one attempt, by a reply or long afterwards by a bounce message; without rules nothing of it is
    // tried again.
    private readonly record struct News(
        AttemptReport Report,
        HistoryKind Kind,
        string Source,
        int Attempt,
        DeliveryRules? Rules,
        int JitterSeed,
        DateTimeOffset Now)
    {
        public RetryPolicy Retry => Rules?.Retry ?? DefaultRetry;

        public DateTimeOffset? Next(Outcome outcome, int failures) => Rules is null
            ? null
            : Retry.NextAttemptAt(outcome, failures, Report.RetryAfter, JitterSeed, Now);
    }

    private static readonly RetryPolicy DefaultRetry = new();

    private Contact Take(CampaignDelivery delivery, News news) => news.Report.Outcome switch
    {
        Outcome.SoftBounced => SoftBounce(delivery, news),
        Outcome.Deferred => Defer(delivery, news),
        _ => Conclude(delivery, news),
    };

    private Contact SoftBounce(CampaignDelivery delivery, News news)
    {
        delivery = delivery with { Outcome = Outcome.SoftBounced, SoftBounces = delivery.SoftBounces + 1 };
        return delivery.SoftBounces >= news.Retry.SoftBouncesMax
            ? GiveUp(delivery, news, delivery.Cause)
            : Tell(delivery with { NextAttemptAt = news.Next(Outcome.SoftBounced, delivery.SoftBounces) }, news);
    }

    private Contact Defer(CampaignDelivery delivery, News news)
    {
        delivery = delivery with { Outcome = Outcome.Deferred, Deferrals = delivery.Deferrals + 1 };
        var lastChance = delivery.FirstAttemptAt!.Value + news.Retry.MaxAge;
        if (news.Now >= lastChance)
        {
            // Expired would hide whose fault it was: what is ours keeps its cause.
            return GiveUp(delivery, news, delivery.Cause.IsOurs() ? delivery.Cause : Cause.Expired);
        }

        // The last attempt comes at the maximum age itself, not somewhere before it.
        var next = news.Next(Outcome.Deferred, delivery.Deferrals);
        return Tell(delivery with { NextAttemptAt = next > lastChance ? lastChance : next }, news);
    }

    private Contact Conclude(CampaignDelivery delivery, News news)
    {
        var isSent = news.Report.Outcome == Outcome.Sent;
        var moved = Move(ContactStatusTable.TriggerOf(news.Report.Outcome, news.Report.Cause), news.Now);
        return moved.Tell(
            delivery with
            {
                Outcome = news.Report.Outcome,
                NextAttemptAt = null,
                SentAt = isSent ? news.Now : delivery.SentAt,
                RecipientStatus = isSent ? Delivered(delivery) : delivery.RecipientStatus,
            },
            news,
            ChangedStatus(moved));
    }

    private Contact GiveUp(CampaignDelivery delivery, News news, Cause cause)
    {
        var told = Tell(delivery with { NextAttemptAt = null }, news);
        var moved = told.Move(ContactStatusTable.TriggerOf(Outcome.Bounced, cause), news.Now);
        var bounced = delivery with { Outcome = Outcome.Bounced, Cause = cause, NextAttemptAt = null };
        return moved.Put(bounced).Assign(bounced, EntryOf(bounced, HistoryKind.Decision, "engine", news.Now) with
        {
            Attempt = 0,
            Status = ChangedStatus(moved),
            Reason = delivery.Outcome == Outcome.Deferred ? "maximum age reached" : "soft bounce limit reached",
        });
    }

    private Contact Tell(CampaignDelivery delivery, News news, ContactStatus? status = null) =>
        Put(delivery).Assign(delivery, EntryOf(delivery, news.Kind, news.Source, news.Now) with
        {
            Attempt = news.Attempt,
            InDoubt = news.Report.InDoubt,
            Reply = news.Report.Reply,
            Relay = news.Report.Relay,
            Status = status,
        });

    private Contact Decide(Turn turn, CampaignDelivery? delivery, Outcome outcome, Cause cause, DateTimeOffset now)
    {
        var contact = WithQueued(turn.Campaign, turn.QueuedAt);
        var decided = contact.DeliveryOf(turn.Campaign)! with
        {
            Outcome = outcome,
            Cause = cause,
            NextAttemptAt = null,
            Decided = true,
            UpdatedAt = now,
        };
        return contact.Put(decided).Assign(decided, EntryOf(decided, HistoryKind.Decision, "engine", now));
    }

    // The history of a recipient opens with Queued, at the time of the snapshot.
    private Contact WithQueued(CampaignId campaign, DateTimeOffset queuedAt)
    {
        var delivery = DeliveryOf(campaign);
        if (delivery is { Decided: true } or { DuplicatesUpTo: > 1 } or { HasFeedback: true })
        {
            return this;
        }

        delivery ??= new CampaignDelivery { Campaign = campaign, QueuedAt = queuedAt, UpdatedAt = queuedAt };
        return Put(delivery).Add(new HistoryEntry
        {
            At = queuedAt,
            Kind = HistoryKind.Queued,
            Source = "engine",
            Campaign = campaign,
            Outcome = Outcome.Queued,
            Pass = delivery.Pass,
        });
    }

    private Contact Assign(CampaignDelivery delivery, HistoryEntry entry) => Add(entry) with
    {
        LastOutcome = delivery.Outcome,
        LastCause = delivery.Cause,
        LastOutcomeAt = entry.At,
        LastCampaign = delivery.Campaign,
    };

    private static HistoryEntry EntryOf(
        CampaignDelivery delivery, HistoryKind kind, string source, DateTimeOffset now) => new()
        {
            At = now,
            Kind = kind,
            Source = source,
            Campaign = delivery.Campaign,
            Outcome = delivery.Outcome,
            Cause = delivery.Cause,
            InDoubt = kind == HistoryKind.Doubt,
            NextAttemptAt = delivery.NextAttemptAt,
            Pass = delivery.Pass,
        };

    // An open may be seen before the attempt is recorded: a recipient's status only moves forward.
    private static RecipientStatus Delivered(CampaignDelivery delivery) =>
        RecipientStatusRules.Advance(delivery.RecipientStatus, RecipientStatus.Delivered);

    private ContactStatus? ChangedStatus(Contact after) => after.Status == Status ? null : after.Status;

    private static Cause OptOutCause(ContactStatus status) => status switch
    {
        ContactStatus.Unsubscribed => Cause.Unsubscribed,
        ContactStatus.UnsubscribedByUs => Cause.UnsubscribedByUs,
        ContactStatus.Complained => Cause.Complained,
        _ => throw new UnreachableException($"{status} is no opt-out."),
    };

    private static Cause KnownCause(ContactStatus status) => status switch
    {
        ContactStatus.DoesNotExist => Cause.NoSuchMailbox,
        ContactStatus.MailboxFull => Cause.MailboxFull,
        _ => Cause.Other,
    };

    private static string ExclusionOf(ContactStatus status) => status switch
    {
        ContactStatus.DoesNotExist => Exclusions.DoesNotExist,
        ContactStatus.MailboxFull => Exclusions.MailboxFull,
        _ => Exclusions.Unavailable,
    };
}
