using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Domain.Tests.Contacts;

public class ContactAudienceTests
{
    [Fact]
    public void Each_further_occurrence_is_told_once()
    {
        var thrice = new Contact().Duplicate(Given.Campaign, Given.QueuedAt, 3, Given.Now);

        Assert.Equal(
            [
                (HistoryKind.Queued, Outcome.Queued, 0), (HistoryKind.Decision, Outcome.Duplicated, 0),
                (HistoryKind.Decision, Outcome.Duplicated, 0),
            ],
            thrice.Told());
        Assert.Same(thrice, thrice.Duplicate(Given.Campaign, Given.QueuedAt, 3, Given.Now));
        Assert.Same(thrice, thrice.Duplicate(Given.Campaign, Given.QueuedAt, 2, Given.Now));
        Assert.Equal(4, thrice.Duplicate(Given.Campaign, Given.QueuedAt, 4, Given.Now).History.Count);
        Assert.Equal(ContactStatus.New, thrice.Status);
        Assert.False(thrice.Delivery().Charged);
    }

    [Fact]
    public void Duplicates_that_come_first_do_not_stop_the_one_email()
    {
        var duplicated = new Contact().Duplicate(Given.Campaign, Given.QueuedAt, 2, Given.Now);
        Assert.Equal(Outcome.Duplicated, duplicated.LastOutcome);
        Assert.False(duplicated.Delivery().IsOver);

        Assert.True(duplicated.Begin(Given.Turn(1), Given.Rules, Given.Now).MayBegin);
        var sent = duplicated.Attempted(1, Given.Sent);

        Assert.Equal((Outcome.Sent, Outcome.Sent), (sent.LastOutcome, sent.Delivery().Outcome));
        Assert.Equal(2, sent.Delivery().DuplicatesUpTo);
        Assert.Equal(
            [
                (HistoryKind.Queued, Outcome.Queued, 0), (HistoryKind.Decision, Outcome.Duplicated, 0),
                (HistoryKind.Attempt, Outcome.Sent, 1),
            ],
            sent.Told());
    }

    [Fact]
    public void Duplicates_that_come_later_do_not_hide_what_became_of_the_one_email()
    {
        var sent = new Contact().Attempted(1, Given.Sent).Duplicate(Given.Campaign, Given.QueuedAt, 2, Given.Now);

        Assert.Equal((Outcome.Sent, Outcome.Sent), (sent.LastOutcome, sent.Delivery().Outcome));
        Assert.Equal(Outcome.Duplicated, sent.History[^1].Outcome);
    }

    [Fact]
    public void An_excluded_contact_keeps_status_last_status_and_history()
    {
        var before = new Contact().Attempted(1, Given.Sent, campaign: Given.OtherCampaign);

        var excluded = before.Exclude(Given.Campaign, Given.QueuedAt, Exclusions.MissingField, Given.Now);

        Assert.Equal(
            (before.Status, before.StatusSince, before.LastOutcome, before.LastCampaign),
            (excluded.Status, excluded.StatusSince, excluded.LastOutcome, excluded.LastCampaign));
        Assert.Same(before.History, excluded.History);
        Assert.Equal(Exclusions.MissingField, excluded.Delivery().Excluded);
        Assert.True(excluded.Delivery().IsOver);
        Assert.Same(excluded, excluded.Exclude(Given.Campaign, Given.QueuedAt, Exclusions.Deleted, Given.Now));
    }

    [Fact]
    public void Who_has_its_outcome_is_excluded_no_more()
    {
        var sent = new Contact().Attempted(1, Given.Sent);

        Assert.Same(sent, sent.Exclude(Given.Campaign, Given.QueuedAt, Exclusions.Deleted, Given.Now));
    }

    [Fact]
    public void Who_waits_for_a_retry_and_cannot_be_sent_to_any_more_ends_as_bounced()
    {
        var waiting = new Contact().Attempted(1, Given.Deferred);

        var ended = waiting.Exclude(Given.Campaign, Given.QueuedAt, Exclusions.Deleted, Given.Now);

        Assert.Equal((Outcome.Bounced, Cause.Other), (ended.Delivery().Outcome, ended.Delivery().Cause));
        Assert.Null(ended.Delivery().Excluded);
        Assert.Null(ended.Delivery().NextAttemptAt);
        Assert.Equal("deleted", ended.History[^1].Reason);
        Assert.Same(ended, ended.Exclude(Given.Campaign, Given.QueuedAt, Exclusions.Deleted, Given.Now));
    }

    [Fact]
    public void An_abandoned_retry_keeps_its_outcome()
    {
        var waiting = new Contact().Attempted(1, Given.Full);

        var abandoned = waiting.Abandon(Given.Campaign, Given.Now);

        Assert.Null(abandoned.Delivery().NextAttemptAt);
        Assert.Equal((Outcome.SoftBounced, Outcome.SoftBounced), (abandoned.Delivery().Outcome, abandoned.LastOutcome));
        Assert.Equal((HistoryKind.Abandoned, null, 0), abandoned.Told().Last());
        Assert.Same(abandoned, abandoned.Abandon(Given.Campaign, Given.Now));
    }

    [Fact]
    public void Nothing_is_abandoned_where_nothing_waits()
    {
        var sent = new Contact().Attempted(1, Given.Sent);

        Assert.Same(sent, sent.Abandon(Given.Campaign, Given.Now));
        Assert.Same(sent, sent.Abandon(Given.OtherCampaign, Given.Now));
    }

    [Fact]
    public void A_failed_recipient_that_is_requeued_counts_from_the_start_and_is_not_charged_again()
    {
        var bounced = new Contact().Attempted(1, Given.Full).Attempted(2, Given.Full).Attempted(3, Given.Full);

        var requeued = bounced.Requeue(Given.Campaign, 2, Given.Now.AddDays(1));

        var delivery = requeued.Delivery();
        Assert.Equal((Outcome.Queued, 2, 3, 0, 0), (
            delivery.Outcome, delivery.Pass, delivery.Attempts, delivery.SoftBounces, delivery.Deferrals));
        Assert.Equal(Given.Now.AddDays(1), delivery.NextAttemptAt);
        Assert.True(delivery.Charged);
        Assert.Equal(Outcome.Queued, requeued.LastOutcome);
        Assert.Same(requeued, requeued.Requeue(Given.Campaign, 2, Given.Now.AddDays(2)));
        Assert.Equal(
            Outcome.SoftBounced, requeued.Attempted(4, Given.Full).Attempted(5, Given.Full).Delivery().Outcome);
        Assert.Equal(2, requeued.Attempted(4, Given.Full).History[^1].Pass);
    }

    [Theory]
    [InlineData(Outcome.Sent, Cause.None)]
    [InlineData(Outcome.Bounced, Cause.NoSuchMailbox)]
    [InlineData(Outcome.Spam, Cause.Spam)]
    [InlineData(Outcome.Deferred, Cause.Greylisted)]
    public void Who_did_not_fail_or_cannot_succeed_is_not_requeued(Outcome outcome, Cause cause)
    {
        var recorded = new Contact().Attempted(1, Given.Report(outcome, cause));

        Assert.Same(recorded, recorded.Requeue(Given.Campaign, 2, Given.Now));
        Assert.Same(recorded, recorded.Requeue(Given.OtherCampaign, 2, Given.Now));
    }

    [Fact]
    public void A_second_pass_has_its_own_maximum_age()
    {
        var later = Given.Now.AddDays(10);
        var expired = new Contact().Attempted(1, Given.Deferred).Attempted(2, Given.Deferred, Given.Now.AddHours(72));

        var deferred = expired.Requeue(Given.Campaign, 2, later).Attempted(3, Given.Deferred, later);

        Assert.Equal(Outcome.Deferred, deferred.Delivery().Outcome);
        Assert.Equal(later.AddMinutes(5), deferred.Delivery().NextAttemptAt);
    }
}
