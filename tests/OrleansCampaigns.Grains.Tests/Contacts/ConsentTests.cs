using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Contacts;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Domain.Feedback;
using OrleansCampaigns.Grains.Contacts;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Grains.Tests.Contacts;

/// <summary>Consent last: whatever was acknowledged before an attempt begins stops it.</summary>
public sealed class ConsentTests
{
    private const string Leaving = "leaving@mail.example";

    [Theory]
    [InlineData(FeedbackSignal.Unsubscribe, ContactStatus.Unsubscribed)]
    [InlineData(FeedbackSignal.Complaint, ContactStatus.Complained)]
    public async Task A_message_being_made_is_not_sent_once_what_its_contact_wants_was_acknowledged(
        FeedbackSignal signal, ContactStatus status)
    {
        await AssertStopped(status, (contact, campaign, queuedAt) => contact.Learn(
            new FeedbackEvent
            {
                Signal = signal,
                Campaign = campaign,
                Key = "once",
                At = TimeProvider.System.GetUtcNow(),
                Source = "test",
                QueuedAt = queuedAt,
            },
            null));
    }

    [Fact]
    public Task A_message_being_made_is_not_sent_once_an_operator_was_told_that_the_contact_is_unsubscribed() =>
        AssertStopped(
            ContactStatus.UnsubscribedByUs,
            (contact, _, _) => contact.UnsubscribeByUs("operator", "asked by telephone"));

    [Fact]
    public async Task A_message_that_was_being_made_while_its_silo_hung_is_not_sent_without_asking_again()
    {
        await using var engine = await Engine.Start();
        await using var other = await engine.StartTwin();
        var (isMaking, goOn) = HoldBack(engine);
        using var _ = goOn;
        var campaign = await engine.Draft([Leaving, "staying@mail.example"]);
        Assert.Null((await campaign.Start(Engine.Account)).Refusal);
        await isMaking.WaitAsync(Eventually.Patience);

        // The others have taken the silo for dead, or cannot reach its gate: they answer, and it wakes up later.
        var elsewhere = other.Grains.Contact(Engine.Account, engine.ContactOf(Leaving));
        Assert.Null((await elsewhere.UnsubscribeByUs("operator", "asked by telephone")).Refusal);
        await Engine.Forget(engine.Contact(Leaving));
        engine.Clock.Jump(AttemptGate.ShutMax);
        goOn.Set();

        var statistics = await Engine.Ended(campaign);
        Engine.AssertSound(statistics);
        Assert.Equal(["staying@mail.example"], engine.Relays.Attempts.Keys);
        Assert.Equal(1, statistics.Totals.Outcomes[Outcome.Unsubscribed]);
    }

    [Fact]
    public async Task A_message_that_took_long_to_make_is_sent_when_its_contact_still_agrees()
    {
        await using var engine = await Engine.Start();
        var (isMaking, goOn) = HoldBack(engine);
        using var _ = goOn;
        var campaign = await engine.Draft([Leaving]);
        Assert.Null((await campaign.Start(Engine.Account)).Refusal);
        await isMaking.WaitAsync(Eventually.Patience);
        engine.Clock.Jump(TimeSpan.FromMinutes(1));
        goOn.Set();

        var statistics = await Engine.Ended(campaign);
        Engine.AssertSound(statistics);
        Assert.Equal(1, statistics.Totals.Outcomes[Outcome.Sent]);
        Assert.Equal(1, engine.Relays.Attempts[Leaving]);
    }

    [Fact]
    public void A_yes_holds_for_less_time_than_a_wish_waits_and_what_was_shut_stays_shut()
    {
        var clock = new ManualClock();
        var gate = new AttemptGate(clock);
        var contact = new ContactId(new string('0', 32));
        using var attempt = gate.Enter(Engine.Account, contact);
        Assert.True(attempt.Pass());

        clock.Advance(AttemptGate.YesHolds);
        Assert.True(attempt.Pass());
        clock.Advance(AttemptGate.ShutMax - AttemptGate.YesHolds);
        Assert.False(attempt.Pass());
        attempt.AskAgain();
        Assert.True(attempt.Pass());

        gate.Shut(Engine.Account, contact);
        attempt.AskAgain();
        Assert.False(attempt.Pass());
    }

    // The first message stays in the making until it is told to go on.
    private static (Task IsMaking, ManualResetEventSlim GoOn) HoldBack(Engine engine)
    {
        var isMaking = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var goOn = new ManualResetEventSlim();
        engine.Composers.OnCompose = address =>
        {
            if (address == Leaving)
            {
                isMaking.TrySetResult();
                Assert.True(goOn.Wait(Eventually.Patience));
            }
        };
        return (isMaking.Task, goOn);
    }

    private static async Task AssertStopped(
        ContactStatus status, Func<IContactGrain, CampaignId, DateTimeOffset, Task> withdraw)
    {
        await using var engine = await Engine.Start();
        var (isMaking, goOn) = HoldBack(engine);
        using var _ = goOn;
        var campaign = await engine.Draft([Leaving, "staying@mail.example"]);
        Assert.Null((await campaign.Start(Engine.Account)).Refusal);
        await isMaking.WaitAsync(Eventually.Patience);

        var contact = engine.Grains.Contact(Engine.Account, engine.ContactOf(Leaving));
        var queuedAt = (await campaign.GetPlan())!.QueuedAt;
        await withdraw(contact, GrainKeys.ReadCampaign(campaign.GetPrimaryKeyString()), queuedAt);
        goOn.Set();

        var statistics = await Engine.Ended(campaign);
        Engine.AssertSound(statistics);
        Assert.Equal(["staying@mail.example"], engine.Relays.Attempts.Keys);
        Assert.Equal(status, (await contact.Describe()).Status);
        Assert.Equal(1, statistics.Totals.Outcomes[Outcome.Unsubscribed]);
        Assert.Equal(1, statistics.Licences.Deducted);
    }
}
