using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Domain.Feedback;

namespace OrleansCampaigns.Domain.Tests.Contacts;

/// <summary>What becomes of a recipient whose campaign ends before it does, and of who waits for nothing.</summary>
public class ContactEndTests
{
    private static readonly DateTimeOffset Later = Given.Now.AddHours(1);

    [Theory]
    [InlineData(Outcome.Rejected, Cause.Policy)]
    [InlineData(Outcome.Bounced, Cause.MailboxFull)]
    public void A_failure_that_was_queued_again_is_that_failure_when_the_campaign_is_cancelled(
        Outcome outcome, Cause cause)
    {
        var requeued = new Contact().Attempted(1, Given.Report(outcome, cause)).Requeue(Given.Campaign, 2, Given.Now);
        Assert.Equal(Outcome.Queued, requeued.Delivery().Outcome);

        var ended = requeued.Abandon(Given.Campaign, Later);

        var delivery = ended.Delivery();
        Assert.Equal((outcome, cause, null), (delivery.Outcome, delivery.Cause, delivery.NextAttemptAt));
        Assert.True(delivery.IsOver);
        Assert.Equal((outcome, cause), (ended.LastOutcome, ended.LastCause));
        Assert.Equal(requeued.Status, ended.Status);
        Assert.Equal((HistoryKind.Abandoned, outcome), (ended.History[^1].Kind, ended.History[^1].Outcome));
        Assert.Same(ended, ended.Abandon(Given.Campaign, Later));
    }

    [Fact]
    public void An_attempt_in_doubt_that_is_not_made_again_counts_as_sent_with_doubt()
    {
        var doubtful = new Contact().ResolveDoubt(
            Given.Turn(1), Given.Doubt(InDoubtPolicy.Resend) with { DeductOn = DeductOn.Sent }, 1, Given.Now);
        Assert.Equal(Outcome.Queued, doubtful.Delivery().Outcome);

        var delivery = doubtful.Abandon(Given.Campaign, Later).Delivery();

        Assert.Equal((Outcome.Sent, true, true), (delivery.Outcome, delivery.InDoubt, delivery.Charged));
        Assert.True(delivery.IsOver);
    }

    [Fact]
    public void A_failure_in_doubt_in_the_second_pass_counts_as_sent_with_doubt()
    {
        var doubtful = new Contact().Attempted(1, Given.Report(Outcome.Rejected, Cause.Policy))
            .Requeue(Given.Campaign, 2, Given.Now)
            .ResolveDoubt(Given.Turn(2), Given.Doubt(InDoubtPolicy.Resend), 1, Given.Now);

        var delivery = doubtful.Abandon(Given.Campaign, Later).Delivery();

        Assert.Equal((Outcome.Sent, true), (delivery.Outcome, delivery.InDoubt));
    }

    [Fact]
    public void Whose_retry_lost_its_time_is_due_again()
    {
        var waiting = new Contact().Attempted(1, Given.Deferred);
        var stranded = waiting with
        {
            Deliveries = [waiting.Delivery() with { NextAttemptAt = null }],
        };
        Assert.True(stranded.Delivery().IsStranded);

        var mended = stranded.Mend(Given.Campaign, Later);

        Assert.Equal((Outcome.Deferred, Later), (mended.Delivery().Outcome, mended.Delivery().NextAttemptAt));
        Assert.Equal(stranded.History.Count + 1, mended.History.Count);
        Assert.Same(mended, mended.Mend(Given.Campaign, Later));
        Assert.Same(waiting, waiting.Mend(Given.Campaign, Later));
    }

    [Theory]
    [InlineData(InDoubtPolicy.AssumeSent)]
    [InlineData(InDoubtPolicy.Resend)]
    public void Who_had_left_before_its_audience_was_taken_was_certainly_not_sent_to(InDoubtPolicy policy)
    {
        var left = new Contact().UnsubscribeByUs("Eve", "asked by phone", Given.QueuedAt.AddDays(-1));

        var resolved = left.ResolveDoubt(Given.Turn(1), Given.Doubt(policy), 1, Given.Now);

        var delivery = resolved.Delivery();
        Assert.Equal((Outcome.Unsubscribed, false, 0), (delivery.Outcome, delivery.InDoubt, delivery.Attempts));
        Assert.False(delivery.Charged);
    }

    [Fact]
    public void Who_left_before_a_retry_was_due_was_not_sent_it()
    {
        var waiting = new Contact().Attempted(1, Given.Deferred);
        var left = waiting.UnsubscribeByUs("Eve", "asked", Given.Now.AddSeconds(1));
        Assert.True(left.Delivery().NextAttemptAt > left.StatusSince);

        var delivery = left.ResolveDoubt(Given.Turn(2), Given.Rules, 1, Later).Delivery();

        Assert.Equal((Outcome.Unsubscribed, false, 1), (delivery.Outcome, delivery.InDoubt, delivery.Attempts));
    }

    [Fact]
    public void Who_left_the_list_before_a_retry_was_due_was_not_sent_it()
    {
        var rules = Given.Rules with { Lists = ["lst_a"] };
        var waiting = new Contact().Attempted(1, Given.Deferred);
        var dueAt = waiting.Delivery().NextAttemptAt!.Value;
        SubscriptionChange change = new(SubscriptionState.Left, dueAt.AddSeconds(-1), "link", null, null);

        var before = waiting.EndSubscription("lst_a", [], change)
            .ResolveDoubt(Given.Turn(2), rules, 1, Later).Delivery();
        var after = waiting.EndSubscription("lst_a", [], change with { At = dueAt })
            .ResolveDoubt(Given.Turn(2), rules, 1, Later).Delivery();

        Assert.Equal(
            (Outcome.Unsubscribed, Cause.LeftList, false, 1),
            (before.Outcome, before.Cause, before.InDoubt, before.Attempts));
        Assert.Equal((Outcome.Sent, true), (after.Outcome, after.InDoubt));
    }

    [Fact]
    public void Who_left_afterwards_may_have_been_sent_to()
    {
        var left = new Contact().UnsubscribeByUs("Eve", "asked by phone", Given.QueuedAt.AddMinutes(1));

        var delivery = left.ResolveDoubt(Given.Turn(1), Given.Rules, 1, Given.Now).Delivery();

        Assert.Equal((Outcome.Sent, true), (delivery.Outcome, delivery.InDoubt));
    }

    [Fact]
    public void Whose_only_e_mail_came_back_is_new_when_reinstated()
    {
        var bounced = new Contact().Attempted(1, Given.Sent).Learn(Given.Bounce(1)).Contact;
        Assert.Equal((ContactStatus.DoesNotExist, false), (bounced.Status, bounced.HasReceived));

        Assert.Equal(ContactStatus.New, bounced.Reinstate("Eve", "it exists", Later).Status);
    }

    [Fact]
    public void Who_received_another_e_mail_is_active_when_reinstated()
    {
        var bounced = new Contact().Attempted(1, Given.Sent, campaign: Given.OtherCampaign)
            .Attempted(1, Given.Sent).Learn(Given.Bounce(1)).Contact;

        Assert.Equal(ContactStatus.Active, bounced.Reinstate("Eve", "it exists", Later).Status);
    }

    [Fact]
    public void Who_opened_an_e_mail_has_received_it_whatever_a_bounce_says()
    {
        var opened = new Contact().Attempted(1, Given.Sent)
            .Learn(Given.Event(FeedbackSignal.Open) with { At = Given.Now.AddHours(1) }, Given.Now.AddHours(1)).Contact;
        var bounced = opened.Learn(Given.Bounce(1), Given.Now.AddHours(2)).Contact;

        Assert.Equal(ContactStatus.Active, bounced.Reinstate("Eve", "it exists", Later).Status);
    }
}
