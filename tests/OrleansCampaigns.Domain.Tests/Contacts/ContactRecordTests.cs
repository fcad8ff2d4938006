using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Domain.Tests.Contacts;

public class ContactRecordTests
{
    [Theory]
    [InlineData(Outcome.Sent, Cause.None, ContactStatus.Active)]
    [InlineData(Outcome.Rejected, Cause.Policy, ContactStatus.Unavailable)]
    [InlineData(Outcome.Rejected, Cause.Other, ContactStatus.Unavailable)]
    [InlineData(Outcome.Rejected, Cause.Content, ContactStatus.New)]
    [InlineData(Outcome.Rejected, Cause.Authentication, ContactStatus.New)]
    [InlineData(Outcome.Rejected, Cause.SenderRefused, ContactStatus.New)]
    [InlineData(Outcome.Rejected, Cause.AccountSuspended, ContactStatus.New)]
    [InlineData(Outcome.Rejected, Cause.Relaying, ContactStatus.New)]
    [InlineData(Outcome.Spam, Cause.Spam, ContactStatus.New)]
    [InlineData(Outcome.Bounced, Cause.NoSuchMailbox, ContactStatus.DoesNotExist)]
    [InlineData(Outcome.Bounced, Cause.NoSuchDomain, ContactStatus.DoesNotExist)]
    [InlineData(Outcome.Bounced, Cause.Blocked, ContactStatus.New)]
    [InlineData(Outcome.Bounced, Cause.TooBig, ContactStatus.New)]
    public void A_permanent_outcome_ends_the_delivery_and_moves_the_status(
        Outcome outcome, Cause cause, ContactStatus status)
    {
        var recorded = new Contact().Attempted(1, Given.Report(outcome, cause));

        var delivery = recorded.Delivery();
        Assert.True(delivery.IsOver);
        Assert.Equal((outcome, cause, 1), (delivery.Outcome, delivery.Cause, delivery.Attempts));
        Assert.Null(delivery.NextAttemptAt);
        Assert.True(delivery.Charged);
        Assert.Equal(status, recorded.Status);
        Assert.Equal(status == ContactStatus.New ? null : Given.Now, recorded.StatusSince);
        Assert.Equal(outcome == Outcome.Sent, recorded.HasReceived);
        Assert.Equal((outcome, cause), (recorded.LastOutcome, recorded.LastCause));
        Assert.Equal(
            outcome == Outcome.Sent ? RecipientStatus.Delivered : RecipientStatus.None, delivery.RecipientStatus);
        Assert.Equal([(HistoryKind.Queued, Outcome.Queued, 0), (HistoryKind.Attempt, outcome, 1)], recorded.Told());
    }

    [Theory]
    [InlineData(Outcome.SoftBounced, Cause.MailboxFull, 240)]
    [InlineData(Outcome.Deferred, Cause.Greylisted, 5)]
    public void A_temporary_outcome_is_retried_and_leaves_the_status(Outcome outcome, Cause cause, int minutes)
    {
        var recorded = new Contact().Attempted(1, Given.Report(outcome, cause));

        Assert.False(recorded.Delivery().IsOver);
        Assert.Equal(Given.Now.AddMinutes(minutes), recorded.Delivery().NextAttemptAt);
        Assert.Equal(recorded.Delivery().NextAttemptAt, recorded.History[^1].NextAttemptAt);
        Assert.Equal(ContactStatus.New, recorded.Status);
        Assert.Equal(outcome, recorded.LastOutcome);
    }

    [Fact]
    public void An_entry_holds_what_the_server_said_and_through_which_relay()
    {
        var entry = new Contact().Attempted(1, Given.Full).History[^1];

        Assert.Equal(
            (Given.Now, "smtp", Given.Campaign, Cause.MailboxFull, Given.Full.Reply, "relay-1", 1),
            (entry.At, entry.Source, entry.Campaign, entry.Cause, entry.Reply, entry.Relay, entry.Pass));
    }

    [Theory]
    [InlineData(Cause.MailboxFull, ContactStatus.MailboxFull)]
    [InlineData(Cause.MailboxInactive, ContactStatus.MailboxFull)]
    [InlineData(Cause.ServerFull, ContactStatus.Unavailable)]
    [InlineData(Cause.TooBig, ContactStatus.New)]
    public void The_third_soft_bounce_is_a_bounce(Cause cause, ContactStatus status)
    {
        var soft = Given.Report(Outcome.SoftBounced, cause);
        var twice = new Contact().Attempted(1, soft).Attempted(2, soft);
        var thrice = twice.Attempted(3, soft);

        Assert.Equal((Outcome.SoftBounced, ContactStatus.New), (twice.Delivery().Outcome, twice.Status));
        Assert.Equal((Outcome.Bounced, cause), (thrice.Delivery().Outcome, thrice.Delivery().Cause));
        Assert.Null(thrice.Delivery().NextAttemptAt);
        Assert.Equal((Outcome.Bounced, status), (thrice.LastOutcome, thrice.Status));
        Assert.Equal(
            [
                (HistoryKind.Queued, Outcome.Queued, 0),
                (HistoryKind.Attempt, Outcome.SoftBounced, 1),
                (HistoryKind.Attempt, Outcome.SoftBounced, 2),
                (HistoryKind.Attempt, Outcome.SoftBounced, 3),
                (HistoryKind.Decision, Outcome.Bounced, 0),
            ],
            thrice.Told());
    }

    [Theory]
    [InlineData(Cause.Throttled, Cause.Expired, ContactStatus.Unavailable)]
    [InlineData(Cause.Unreachable, Cause.Expired, ContactStatus.Unavailable)]
    [InlineData(Cause.Blocked, Cause.Blocked, ContactStatus.New)]
    [InlineData(Cause.Authentication, Cause.Authentication, ContactStatus.New)]
    [InlineData(Cause.OwnQuota, Cause.OwnQuota, ContactStatus.New)]
    public void A_deferral_that_expires_moves_the_status_unless_it_was_our_fault(
        Cause cause, Cause last, ContactStatus status)
    {
        var deferred = Given.Report(Outcome.Deferred, cause);
        var contact = new Contact().Attempted(1, deferred);
        var expired = contact.Record(Given.Turn(2), deferred, Given.Rules, 0, Given.Now + Given.Rules.Retry.MaxAge);

        Assert.Equal((Outcome.Bounced, last), (expired.Delivery().Outcome, expired.Delivery().Cause));
        Assert.Equal((status, "maximum age reached"), (expired.Status, expired.History[^1].Reason));
    }

    [Fact]
    public void Deferrals_between_them_do_not_make_soft_bounces_count_more_or_less()
    {
        var contact = new Contact()
            .Attempted(1, Given.Full).Attempted(2, Given.Deferred)
            .Attempted(3, Given.Full).Attempted(4, Given.Deferred);
        Assert.False(contact.Delivery().IsOver);

        Assert.Equal(Outcome.Bounced, contact.Attempted(5, Given.Full).Delivery().Outcome);
    }

    [Fact]
    public void Soft_bounces_of_another_campaign_do_not_count()
    {
        var contact = new Contact()
            .Attempted(1, Given.Full, campaign: Given.OtherCampaign)
            .Attempted(2, Given.Full, campaign: Given.OtherCampaign)
            .Attempted(1, Given.Full);

        Assert.Equal(Outcome.SoftBounced, contact.Delivery().Outcome);
    }

    [Fact]
    public void A_deferral_comes_back_at_its_maximum_age_at_the_latest()
    {
        var before = Given.Now.AddHours(71);
        var deferred = new Contact().Attempted(1, Given.Deferred).Attempted(2, Given.Deferred, before);
        var asked = new Contact().Attempted(1, Given.Deferred with { RetryAfter = TimeSpan.FromHours(100) });
        var late = new Contact().Attempted(1, Given.Deferred)
            .Attempted(2, Given.Deferred with { RetryAfter = TimeSpan.FromHours(20) }, before);

        Assert.Equal(before.AddMinutes(10), deferred.Delivery().NextAttemptAt);
        Assert.Equal(Given.Now.AddHours(24), asked.Delivery().NextAttemptAt);
        Assert.Equal(Given.Now.AddHours(72), late.Delivery().NextAttemptAt);
    }

    [Fact]
    public void A_deferral_at_its_maximum_age_has_expired()
    {
        var deferred = new Contact().Attempted(1, Given.Deferred);
        var justBefore = deferred.Attempted(2, Given.Deferred, Given.Now.AddHours(72).AddTicks(-1));
        var expired = deferred.Attempted(2, Given.Deferred, Given.Now.AddHours(72));

        Assert.Equal(Outcome.Deferred, justBefore.Delivery().Outcome);
        Assert.Equal(Given.Now.AddHours(72), justBefore.Delivery().NextAttemptAt);
        Assert.Equal((Outcome.Bounced, Cause.Expired), (expired.Delivery().Outcome, expired.Delivery().Cause));
        Assert.Equal(ContactStatus.Unavailable, expired.Status);
        Assert.Equal(
            [(HistoryKind.Attempt, Outcome.Deferred, 2), (HistoryKind.Decision, Outcome.Bounced, 0)],
            expired.Told().TakeLast(2));
    }

    [Fact]
    public void The_last_attempt_may_still_succeed()
    {
        var sent = new Contact().Attempted(1, Given.Deferred).Attempted(2, Given.Sent, Given.Now.AddHours(72));

        Assert.Equal((Outcome.Sent, ContactStatus.Active), (sent.Delivery().Outcome, sent.Status));
        Assert.Contains(sent.History, entry => entry.Outcome == Outcome.Deferred);
    }

    [Fact]
    public void A_report_that_arrives_again_changes_nothing()
    {
        foreach (var report in (AttemptReport[])[Given.Sent, Given.Deferred, Given.Full, Given.LostAfterData])
        {
            foreach (var rules in (DeliveryRules[])[Given.Rules, Given.ResendRules])
            {
                var recorded = new Contact().Attempted(1, report, rules: rules);
                Assert.Same(recorded, recorded.Attempted(1, report, Given.Now.AddHours(1), rules));
            }
        }
    }

    [Fact]
    public void A_report_that_arrives_after_a_later_one_changes_nothing()
    {
        var recorded = new Contact().Attempted(1, Given.Deferred).Attempted(2, Given.Sent);

        Assert.Same(recorded, recorded.Attempted(1, Given.Full));
    }

    [Fact]
    public void An_opt_out_during_the_attempt_stays_and_the_outcome_is_kept()
    {
        var unsubscribed = new Contact().Unsubscribed();

        var sent = unsubscribed.Attempted(1, Given.Sent);

        Assert.Equal((ContactStatus.Unsubscribed, Given.Now), (sent.Status, sent.StatusSince));
        Assert.Equal(Outcome.Sent, sent.Delivery().Outcome);
        Assert.Equal(ContactStatus.Active, sent.Resubscribe("op", "form of 2 March", Given.Now).Status);
    }

    [Fact]
    public void A_rest_starts_anew_with_a_failure_that_confirms_it()
    {
        var unavailable = new Contact { Status = ContactStatus.Unavailable, StatusSince = Given.Now.AddDays(-8) };

        var again = unavailable.Attempted(1, Given.Report(Outcome.Rejected, Cause.Policy));

        Assert.Equal((ContactStatus.Unavailable, Given.Now), (again.Status, again.StatusSince));
    }

    [Fact]
    public void Spam_does_not_prolong_a_rest()
    {
        var unavailable = new Contact { Status = ContactStatus.Unavailable, StatusSince = Given.Now.AddDays(-8) };

        Assert.Equal(
            unavailable.StatusSince, unavailable.Attempted(1, Given.Report(Outcome.Spam, Cause.Spam)).StatusSince);
    }

    [Fact]
    public void With_deduction_on_sent_only_a_sent_email_costs_a_licence()
    {
        var onSent = Given.Rules with { DeductOn = DeductOn.Sent };

        Assert.False(new Contact().Attempted(1, Given.Deferred, rules: onSent).Delivery().Charged);
        Assert.False(new Contact().Attempted(1, Given.Report(Outcome.Bounced), rules: onSent).Delivery().Charged);
        Assert.True(new Contact().Attempted(1, Given.Sent, rules: onSent).Delivery().Charged);
    }

    [Fact]
    public void A_report_of_an_attempt_that_was_made_after_all_lifts_the_exclusion()
    {
        var excluded = new Contact().Exclude(Given.Campaign, Given.QueuedAt, Exclusions.MissingField, Given.Now);

        var recorded = excluded.Attempted(1, Given.Deferred);

        Assert.Null(recorded.Delivery().Excluded);
        Assert.False(recorded.Delivery().IsOver);
    }

    [Fact]
    public void An_opened_email_stays_opened_whatever_is_recorded_later()
    {
        var opened = Opened(new Contact().Attempted(1, Given.LostAfterData, rules: Given.ResendRules));

        Assert.Equal(RecipientStatus.Opened, opened.Attempted(1, Given.Sent).Delivery().RecipientStatus);
        Assert.Equal(RecipientStatus.Opened, opened.Attempted(2, Given.Sent).Delivery().RecipientStatus);
        Assert.Equal(RecipientStatus.Opened, opened.Attempted(2, Given.Full).Delivery().RecipientStatus);
        Assert.All(
            Enum.GetValues<InDoubtPolicy>(),
            policy => Assert.Equal(
                RecipientStatus.Opened,
                opened.ResolveDoubt(Given.Turn(2), Given.Doubt(policy), 1, Given.Now).Delivery().RecipientStatus));
    }

    private static Contact Opened(Contact contact) => contact with
    {
        Deliveries = [contact.Delivery() with { RecipientStatus = RecipientStatus.Opened }],
    };
}
