using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Domain.Feedback;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Grains.Tests.Feedback;

/// <summary>Campaigns to which an e-mail comes back at an unusual moment of their life.</summary>
public sealed class RevivedCampaignTests
{
    private const string Anna = "anna@mail.example";
    private const string Bert = "bert@mail.example";

    [Fact]
    public async Task Paused_it_waits_with_the_retry_until_it_is_resumed()
    {
        var hour = TimeSpan.FromHours(1);
        await using var engine = await Engine.Start(options => options.Retry = Engine.Fast with
        {
            Deferred = new(hour, 1, hour),
            MaxAge = 10 * hour,
        });
        engine.Relays.Script = (address, _) => address == Bert
            ? new() { Outcome = Outcome.Deferred, Cause = Cause.Greylisted }
            : null;
        var campaign = await engine.Draft([Anna, Bert]);
        await campaign.Start(Engine.Account);
        var id = (await campaign.Get(Engine.Account)).Value!.Id;
        await Eventually.Holds("both are recorded", async () =>
            (await engine.Audiences.Count(id)).Totals.Attempts == 2);
        Assert.Null((await campaign.Pause(Engine.Account)).Refusal);

        var due = (await engine.Learn(Anna, Told.Full(id, 1))).Delivery!.NextAttemptAt!.Value;

        // A second is more than a pump that does not ask would take.
        await Eventually.Holds(
            "it is overdue", () => TimeProvider.System.GetUtcNow() > due + TimeSpan.FromSeconds(1));
        Assert.Equal((1, 1), (engine.Relays.Attempts[Anna], engine.Relays.Attempts[Bert]));
        Assert.Equal(CampaignStatus.Paused, (await campaign.GetStatistics(Engine.Account)).Value!.Status);

        Assert.Null((await campaign.Resume(Engine.Account)).Refusal);
        await Eventually.Holds("it is sent again", async () =>
            await engine.Delivery(Anna, id) is { Attempts: 2, Outcome: Outcome.Sent });
        Assert.Equal(2, engine.Relays.Accepted[Anna]);
    }

    [Fact]
    public async Task Where_only_a_sent_email_costs_a_licence_one_that_is_sent_again_costs_no_second()
    {
        await using var engine = await Engine.Start(options => options.DeductOn = DeductOn.Sent);
        engine.Relays.Script = (address, _) => address == Bert
            ? new() { Outcome = Outcome.Rejected, Cause = Cause.Policy }
            : null;
        var campaign = await engine.Draft([Anna, Bert]);
        await campaign.Start(Engine.Account);
        var before = await Engine.Ended(campaign);
        var id = (await campaign.Get(Engine.Account)).Value!.Id;
        Assert.Equal((2, 1, 1), (before.Licences.Reserved, before.Licences.Deducted, before.Licences.Released));

        var answer = await engine.Learn(Anna, Told.Full(id, 1));
        Assert.True(answer.Delivery!.Charged, "What was deducted stays deducted.");
        var statistics = await Engine.Ended(campaign);

        Engine.AssertSound(statistics);
        Assert.Equal(before.Licences, statistics.Licences);
        Assert.Equal((2, 1), (engine.Relays.Accepted[Anna], engine.Relays.Attempts[Bert]));
    }

    [Fact]
    public async Task What_was_retried_by_hand_after_a_bounce_may_come_back_and_be_sent_again()
    {
        await using var engine = await Engine.Start();
        var (campaign, id, before) = await BounceTests.Sent(engine, Anna, Bert);
        await engine.Learn(Anna, Told.Bounce(id, 1, Outcome.Bounced, Cause.Other));
        Assert.Equal(ContactStatus.Unavailable, (await engine.Contact(Anna).Describe()).Status);

        Assert.Null((await campaign.RetryFailed(Engine.Account)).Refusal);
        await Eventually.Holds("the second pass ends", async () =>
            (await campaign.GetStatistics(Engine.Account)).Value is
            {
                Status: CampaignStatus.Finished, Licences: { Pass: 2, IsSettled: true }
            });
        Assert.Equal(FeedbackEffect.Repeated, (await engine.Learn(Anna, Told.Missing(id, 1))).Effect);
        Assert.Equal(FeedbackEffect.Applied, (await engine.Learn(Anna, Told.Full(id, 2))).Effect);
        var statistics = await Engine.Ended(campaign);

        Engine.AssertSound(statistics);
        Assert.Equal(CampaignStatus.Finished, statistics.Status);
        Assert.Equal((2, 4), (statistics.Totals[Outcome.Sent], statistics.Totals.Attempts));
        Assert.Equal(before.Licences.Deducted, statistics.Licences.Deducted);
        Assert.Equal((3, 1), (engine.Relays.Accepted[Anna], engine.Relays.Accepted[Bert]));
        Assert.Equal(ContactStatus.Active, (await engine.Contact(Anna).Describe()).Status);
        Assert.Equal(
            [
                (HistoryKind.Queued, Outcome.Queued, 0), (HistoryKind.Attempt, Outcome.Sent, 1),
                (HistoryKind.Bounce, Outcome.Bounced, 1), (HistoryKind.Queued, Outcome.Queued, 0),
                (HistoryKind.Attempt, Outcome.Sent, 2), (HistoryKind.Bounce, Outcome.SoftBounced, 2),
                (HistoryKind.Attempt, Outcome.Sent, 3),
            ],
            (await engine.History(Anna)).InShort());
    }
}
