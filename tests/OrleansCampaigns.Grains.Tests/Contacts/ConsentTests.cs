using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Contacts;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Domain.Feedback;
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

    private static async Task AssertStopped(
        ContactStatus status, Func<IContactGrain, CampaignId, DateTimeOffset, Task> withdraw)
    {
        await using var engine = await Engine.Start();
        var isMaking = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var goOn = new ManualResetEventSlim();
        engine.Composers.OnCompose = address =>
        {
            if (address == Leaving)
            {
                isMaking.TrySetResult();
                Assert.True(goOn.Wait(Eventually.Patience));
            }
        };
        var campaign = await engine.Draft([Leaving, "staying@mail.example"]);
        Assert.Null((await campaign.Start(Engine.Account)).Refusal);
        await isMaking.Task.WaitAsync(Eventually.Patience);

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
