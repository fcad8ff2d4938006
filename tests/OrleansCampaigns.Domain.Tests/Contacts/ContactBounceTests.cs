using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Domain.Feedback;

namespace OrleansCampaigns.Domain.Tests.Contacts;

/// <summary>Bounce messages for e-mails that had been accepted.</summary>
public class ContactBounceTests
{
    private static readonly DateTimeOffset Later = Given.Now.AddHours(2);

    [Theory]
    [InlineData(Outcome.Bounced, Cause.NoSuchMailbox, ContactStatus.DoesNotExist)]
    [InlineData(Outcome.Bounced, Cause.NoSuchDomain, ContactStatus.DoesNotExist)]
    [InlineData(Outcome.Bounced, Cause.MailboxInactive, ContactStatus.MailboxFull)]
    [InlineData(Outcome.Bounced, Cause.Blocked, ContactStatus.Active)]
    [InlineData(Outcome.Bounced, Cause.Other, ContactStatus.Unavailable)]
    [InlineData(Outcome.Rejected, Cause.Authentication, ContactStatus.Active)]
    [InlineData(Outcome.Rejected, Cause.SenderRefused, ContactStatus.Active)]
    [InlineData(Outcome.Bounced, Cause.TooBig, ContactStatus.Active)]
    [InlineData(Outcome.Rejected, Cause.Policy, ContactStatus.Unavailable)]
    [InlineData(Outcome.Spam, Cause.Spam, ContactStatus.Active)]
    public void A_permanent_one_overturns_what_counted_as_sent(Outcome outcome, Cause cause, ContactStatus status)
    {
        var sent = new Contact().Attempted(1, Given.Sent);

        var (bounced, effect) = sent.Learn(Given.Bounce(1, outcome, cause), Later);

        Assert.Equal(FeedbackEffect.Applied, effect);
        var delivery = bounced.Delivery();
        Assert.Equal((outcome, cause, 1), (delivery.Outcome, delivery.Cause, delivery.OverturnedAttempt));
        Assert.Null(delivery.NextAttemptAt);
        Assert.Equal((550, RecipientStatus.None), (delivery.Reply?.Code, delivery.RecipientStatus));
        Assert.True(delivery.Charged, "What was deducted stays deducted.");
        Assert.Equal((status, outcome, cause), (bounced.Status, bounced.LastOutcome, bounced.LastCause));
        Assert.Equal(
            [
                (HistoryKind.Queued, Outcome.Queued, 0), (HistoryKind.Attempt, Outcome.Sent, 1),
                (HistoryKind.Bounce, outcome, 1),
            ],
            bounced.Told());
        Assert.Equal(
            ("test", Later, status == ContactStatus.Active ? null : status),
            (bounced.History[^1].Source, bounced.History[^1].At, bounced.History[^1].Status));
    }

    [Fact]
    public void A_temporary_one_brings_the_recipient_back_into_the_queue()
    {
        var (bounced, _) = new Contact().Attempted(1, Given.Sent).Learn(Given.FullMailbox(1), Later);

        var delivery = bounced.Delivery();
        Assert.Equal((Outcome.SoftBounced, 1), (delivery.Outcome, delivery.SoftBounces));
        Assert.Equal(Later.AddHours(4), delivery.NextAttemptAt);
        Assert.Equal(ContactStatus.Active, bounced.Status);
        Assert.True(bounced.Begin(Given.Turn(2), Given.Rules, delivery.NextAttemptAt!.Value).MayBegin);
    }

    [Fact]
    public void Soft_bounces_from_replies_and_from_messages_count_together_towards_three()
    {
        var third = new Contact()
            .Attempted(1, Given.Full)
            .Attempted(2, Given.Sent).Learn(Given.FullMailbox(2)).Contact
            .Attempted(3, Given.Sent).Learn(Given.FullMailbox(3)).Contact;

        Assert.Equal((Outcome.Bounced, Cause.MailboxFull), (third.Delivery().Outcome, third.Delivery().Cause));
        Assert.Equal((3, ContactStatus.MailboxFull), (third.Delivery().SoftBounces, third.Status));
        Assert.Null(third.Delivery().NextAttemptAt);
        Assert.Equal(
            [
                (HistoryKind.Queued, Outcome.Queued, 0), (HistoryKind.Attempt, Outcome.SoftBounced, 1),
                (HistoryKind.Attempt, Outcome.Sent, 2), (HistoryKind.Bounce, Outcome.SoftBounced, 2),
                (HistoryKind.Attempt, Outcome.Sent, 3), (HistoryKind.Bounce, Outcome.SoftBounced, 3),
                (HistoryKind.Decision, Outcome.Bounced, 0),
            ],
            third.Told());
    }

    [Fact]
    public void A_deferral_that_comes_after_the_maximum_age_is_the_end()
    {
        var sent = new Contact().Attempted(1, Given.Sent);
        var deferral = Given.Bounce(1, Outcome.Deferred, Cause.Greylisted);

        var early = sent.Learn(deferral, Given.Now.AddHours(71)).Contact.Delivery();
        var late = sent.Learn(deferral, Given.Now.AddHours(72)).Contact;

        Assert.Equal((Outcome.Deferred, Given.Now.AddHours(71).AddMinutes(5)), (early.Outcome, early.NextAttemptAt));
        Assert.Equal((Outcome.Bounced, Cause.Expired), (late.Delivery().Outcome, late.Delivery().Cause));
        Assert.Equal(ContactStatus.Unavailable, late.Status);
    }

    [Theory]
    [InlineData(Outcome.SoftBounced, Cause.MailboxFull)]
    [InlineData(Outcome.Deferred, Cause.ServerFault)]
    public void In_a_cancelled_campaign_a_temporary_one_is_recorded_and_nothing_waits(Outcome outcome, Cause cause)
    {
        var sent = new Contact().Attempted(1, Given.Sent);

        var bounced = sent.Learn(Given.Bounce(1, outcome, cause), null, MachineRules.Default, 1, Later).Contact;

        Assert.Equal((outcome, cause), (bounced.Delivery().Outcome, bounced.Delivery().Cause));
        Assert.Null(bounced.Delivery().NextAttemptAt);
        Assert.Null(bounced.History[^1].NextAttemptAt);
    }

    [Fact]
    public void One_attempt_bounces_once_however_often_and_by_whatever_channel_it_is_told()
    {
        var once = new Contact().Attempted(1, Given.Sent).Learn(Given.FullMailbox(1)).Contact;

        Assert.Equal((once, FeedbackEffect.Repeated), AsPair(once.Learn(Given.FullMailbox(1), Later)));
        Assert.Equal((once, FeedbackEffect.Repeated), AsPair(once.Learn(Given.Bounce(1, key: "ses"), Later)));

        var again = once.Attempted(2, Given.Sent, Later);
        Assert.Equal((again, FeedbackEffect.Repeated), AsPair(again.Learn(Given.FullMailbox(1), Later)));
        Assert.Equal(Outcome.Sent, again.Delivery().Outcome);
    }

    [Fact]
    public void What_was_refused_in_the_reply_cannot_come_back()
    {
        foreach (var report in (AttemptReport[])[Given.Deferred, Given.Full, Given.Report(Outcome.Rejected)])
        {
            var refused = new Contact().Attempted(1, report);

            Assert.Equal((refused, FeedbackEffect.Ignored), AsPair(refused.Learn(Given.Bounce(1))));
            Assert.Equal(
                FeedbackEffect.Ignored, refused.Attempted(2, Given.Sent).Learn(Given.Bounce(1)).Effect);
        }
    }

    [Fact]
    public void What_says_that_it_was_delivered_is_no_bounce()
    {
        var sent = new Contact().Attempted(1, Given.Sent);

        foreach (var outcome in (Outcome?[])[null, Outcome.Sent, Outcome.Queued, Outcome.Invalid, Outcome.Duplicated])
        {
            Assert.Equal(
                (sent, FeedbackEffect.Ignored), AsPair(sent.Learn(Given.Bounce(1) with { Outcome = outcome })));
        }
    }

    [Fact]
    public void One_that_comes_before_its_attempt_is_recorded_applies_with_the_record()
    {
        var happened = Given.FullMailbox(1) with { QueuedAt = Given.QueuedAt };
        var (early, effect) = new Contact().Learn(happened);
        Assert.Equal(FeedbackEffect.Early, effect);
        Assert.Equal((early, FeedbackEffect.Early), AsPair(early.Learn(happened with { Key = "other" })));
        Assert.Empty(early.History);

        var recorded = early.Attempted(1, Given.Sent);

        Assert.Equal((Outcome.SoftBounced, 1), (recorded.Delivery().Outcome, recorded.Delivery().SoftBounces));
        Assert.Equal(Given.Now.AddHours(4), recorded.Delivery().NextAttemptAt);
        Assert.Equal(
            [
                (HistoryKind.Queued, Outcome.Queued, 0), (HistoryKind.Attempt, Outcome.Sent, 1),
                (HistoryKind.Bounce, Outcome.SoftBounced, 1),
            ],
            recorded.Told());
        Assert.Empty(recorded.PendingFeedback);
        Assert.Equal(FeedbackEffect.Repeated, recorded.Learn(happened).Effect);
    }

    [Fact]
    public void One_that_came_early_for_an_attempt_that_was_refused_is_void()
    {
        var early = new Contact().Learn(Given.Bounce(1) with { QueuedAt = Given.QueuedAt }).Contact;

        var recorded = early.Attempted(1, Given.Deferred);

        Assert.Equal(Outcome.Deferred, recorded.Delivery().Outcome);
        Assert.Empty(recorded.PendingFeedback);
    }

    [Fact]
    public void Early_ones_of_other_campaigns_and_attempts_wait_on()
    {
        var early = new Contact()
            .Learn(Given.Bounce(2) with { QueuedAt = Given.QueuedAt }).Contact
            .Learn(Given.Bounce(1) with { Campaign = Given.OtherCampaign, QueuedAt = Given.QueuedAt }).Contact;

        var recorded = early.Attempted(1, Given.Deferred);

        Assert.Equal(2, recorded.PendingFeedback.Count);
        var second = recorded.Attempted(2, Given.Sent);
        Assert.Equal(Outcome.Bounced, second.Delivery().Outcome);
        Assert.Equal(Given.OtherCampaign, Assert.Single(second.PendingFeedback).Campaign);
    }

    [Fact]
    public void No_more_early_ones_are_kept_than_can_be_in_flight()
    {
        var contact = Enumerable.Range(1, Contact.PendingMax + 1).Aggregate(
            new Contact(),
            (known, attempt) => known.Learn(Given.Bounce(attempt) with { QueuedAt = Given.QueuedAt }).Contact);

        Assert.Equal(
            Enumerable.Range(2, Contact.PendingMax), contact.PendingFeedback.Select(kept => kept.Attempt!.Value));
    }

    [Theory]
    [InlineData(InDoubtPolicy.AssumeSent)]
    [InlineData(InDoubtPolicy.Resend)]
    public void A_bounce_is_evidence_that_clears_the_doubt(InDoubtPolicy policy)
    {
        var doubtful = new Contact().ResolveDoubt(Given.Turn(1), Given.Doubt(policy), 1, Given.Now);

        var soft = doubtful.Learn(Given.FullMailbox(1)).Contact;
        var hard = doubtful.Learn(Given.Bounce(1)).Contact;

        Assert.Equal((Outcome.SoftBounced, false), (soft.Delivery().Outcome, soft.Delivery().InDoubt));
        Assert.Equal(Given.Now.AddHours(4), soft.Delivery().NextAttemptAt);
        Assert.Equal((Outcome.Bounced, false), (hard.Delivery().Outcome, hard.Delivery().InDoubt));
        Assert.True(hard.Delivery().IsOver);
        Assert.Equal(ContactStatus.DoesNotExist, hard.Status);

        // The silo that was thought dead reports after all: the bounce has the last word.
        Assert.Same(hard, hard.Attempted(1, Given.Sent));
    }

    [Theory]
    [InlineData(InDoubtPolicy.AssumeSent)]
    [InlineData(InDoubtPolicy.Resend)]
    public void One_that_came_before_the_doubt_was_settled_settles_it(InDoubtPolicy policy)
    {
        var early = new Contact().Learn(Given.FullMailbox(1) with { QueuedAt = Given.QueuedAt }).Contact;

        var resolved = early.ResolveDoubt(
            Given.Turn(1), Given.Rules with { InDoubt = policy }, 1, Given.Now).Delivery();

        Assert.Equal((Outcome.SoftBounced, false, 1), (resolved.Outcome, resolved.InDoubt, resolved.SoftBounces));
        Assert.Equal(Given.Now.AddHours(4), resolved.NextAttemptAt);
    }

    [Fact]
    public void The_bounce_of_a_doubtful_copy_does_not_overturn_the_one_that_was_sent_again()
    {
        var sentAgain = new Contact()
            .ResolveDoubt(Given.Turn(1), Given.ResendRules, 1, Given.Now).Attempted(2, Given.Sent);

        var (noted, effect) = sentAgain.Learn(Given.FullMailbox(1));

        Assert.Equal(FeedbackEffect.Applied, effect);
        Assert.Equal((Outcome.Sent, false, 1), (
            noted.Delivery().Outcome, noted.Delivery().InDoubt, noted.Delivery().SoftBounces));
        Assert.Equal((HistoryKind.Bounce, null, 1), noted.Told().Last());
        Assert.Equal(Outcome.Sent, noted.LastOutcome);
        Assert.Equal(FeedbackEffect.Repeated, noted.Learn(Given.FullMailbox(1)).Effect);
        Assert.Equal(Outcome.Bounced, noted.Learn(Given.Bounce(2)).Contact.Delivery().Outcome);
    }

    [Fact]
    public void The_bounce_of_a_doubtful_copy_ends_a_wait_that_would_be_in_vain()
    {
        var waiting = new Contact()
            .ResolveDoubt(Given.Turn(1), Given.ResendRules, 1, Given.Now).Attempted(2, Given.Deferred);

        var bounced = waiting.Learn(Given.Bounce(1)).Contact.Delivery();

        Assert.Equal((Outcome.Bounced, null), (bounced.Outcome, bounced.NextAttemptAt));
    }

    [Fact]
    public void One_that_does_not_say_which_attempt_is_about_the_latest_that_can_have_bounced()
    {
        var sent = new Contact().Attempted(1, Given.Deferred).Attempted(2, Given.Sent);
        Assert.Equal(2, sent.Learn(Given.Bounce(null)).Contact.Delivery().OverturnedAttempt);

        var unknown = new Contact().Learn(Given.Bounce(null) with { QueuedAt = Given.QueuedAt });
        Assert.Equal(
            (FeedbackEffect.Early, 1), (unknown.Effect, unknown.Contact.PendingFeedback[0].Attempt!.Value));

        var inFlight = new Contact().Attempted(1, Given.Deferred).Learn(Given.Bounce(null));
        Assert.Equal(
            (FeedbackEffect.Early, 2), (inFlight.Effect, inFlight.Contact.PendingFeedback[0].Attempt!.Value));

        var doubtful = new Contact()
            .ResolveDoubt(Given.Turn(1), Given.ResendRules, 1, Given.Now).Attempted(2, Given.Deferred);
        Assert.Equal(1, doubtful.Learn(Given.Bounce(null)).Contact.Delivery().OverturnedAttempt);

        var refused = new Contact().Attempted(1, Given.Report(Outcome.Rejected));
        Assert.Equal(FeedbackEffect.Ignored, refused.Learn(Given.Bounce(null)).Effect);
    }

    [Fact]
    public void One_that_does_not_say_which_attempt_is_known_again_after_the_next_attempt()
    {
        var bounced = new Contact().Attempted(1, Given.Sent).Learn(Given.FullMailbox(null, "dsn")).Contact;
        var twice = bounced.Learn(Given.FullMailbox(null, "webhook"));
        Assert.Equal(FeedbackEffect.Repeated, twice.Effect);

        var again = twice.Contact.Attempted(2, Given.Sent, Given.Now.AddHours(4));

        foreach (var key in (string[])["dsn", "webhook"])
        {
            Assert.Equal(
                (again, FeedbackEffect.Repeated),
                AsPair(again.Learn(Given.FullMailbox(null, key) with { At = Given.Now.AddHours(5) })));
        }

        // A channel that was never heard of before: the time tells that it cannot mean the second attempt.
        Assert.Equal(FeedbackEffect.Repeated, again.Learn(Given.FullMailbox(null, "new")).Effect);
        var second = Given.FullMailbox(null, "new") with { At = Given.Now.AddHours(4).AddMinutes(-5) };
        Assert.Equal(2, again.Learn(second).Contact.Delivery().OverturnedAttempt);
    }

    [Fact]
    public void A_late_one_finds_its_campaign_when_it_is_recalled_from_a_page()
    {
        var sent = new Contact().Attempted(1, Given.Sent);
        var recalled = sent with { Deliveries = [.. sent.Deliveries], DeliveriesMovedUpTo = Given.QueuedAt };

        Assert.Equal(FeedbackEffect.Applied, recalled.Learn(Given.Bounce(1), Given.Now.AddDays(90)).Effect);
        Assert.Equal(
            FeedbackEffect.Ignored, (recalled with { Deliveries = [] }).Learn(Given.Bounce(1)).Effect);
    }

    [Fact]
    public void Pages_leave_what_waits_for_its_attempt_where_it_is()
    {
        var entry = new HistoryEntry { At = Given.Now, Kind = HistoryKind.StatusChange, Source = "test" };
        var contact = new Contact { History = [.. Enumerable.Repeat(entry, Contact.HistoryMax + 1)] };
        contact = contact.Learn(Given.Bounce(1) with { QueuedAt = Given.QueuedAt }).Contact;

        Assert.Equal(contact.PendingFeedback, contact.TakePage()!.Value.Remainder.PendingFeedback);
    }

    [Fact]
    public void Retry_failed_takes_up_whom_a_bounce_message_failed()
    {
        var bounced = new Contact().Attempted(1, Given.Sent)
            .Learn(Given.Bounce(1, Outcome.Bounced, Cause.Blocked)).Contact;

        var again = bounced.Requeue(Given.Campaign, 2, Later);

        Assert.Equal(Outcome.Queued, again.Delivery().Outcome);
        Assert.Equal((again, FeedbackEffect.Repeated), AsPair(again.Learn(Given.Bounce(1))));
        Assert.Equal(Outcome.Sent, again.Attempted(2, Given.Sent).Delivery().Outcome);
    }

    private static (Contact Contact, FeedbackEffect Effect) AsPair(Contact.Lesson lesson) =>
        (lesson.Contact, lesson.Effect);
}
