using OrleansCampaigns.Contracts.Campaigns;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Domain.Feedback;

namespace OrleansCampaigns.Grains.Tests.Feedback;

/// <summary>Bounces that overtake the record of their attempt.</summary>
public sealed class EarlyBounceTests
{
    private const string Anna = "anna@mail.example";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task One_that_comes_before_its_first_attempt_is_recorded_waits_for_the_record(bool isForgotten)
    {
        await using var engine = await Engine.Start();
        var (campaign, effects) = await SendAndBounce(
            engine, inAttempt: 1, id => Told.Full(id, 1), isForgotten);

        var statistics = await Engine.Ended(campaign);

        Assert.Equal([FeedbackEffect.Early, FeedbackEffect.Early], effects);
        Engine.AssertSound(statistics);
        Assert.Equal(CampaignStatus.Finished, statistics.Status);
        Assert.Equal((2, 2), (engine.Relays.Accepted[Anna], statistics.Totals.Attempts));
        Assert.Equal(
            [
                (HistoryKind.Queued, Outcome.Queued, 0), (HistoryKind.Attempt, Outcome.Sent, 1),
                (HistoryKind.Bounce, Outcome.SoftBounced, 1), (HistoryKind.Attempt, Outcome.Sent, 2),
            ],
            (await engine.History(Anna)).InShort());

        // It was kept, applied and forgotten: told again, it is known.
        var id = (await campaign.Get(Engine.Account)).Value!.Id;
        Assert.Equal(FeedbackEffect.Repeated, (await engine.Learn(Anna, Told.Full(id, 1))).Effect);
        Assert.Equal(2, engine.Relays.Accepted[Anna]);
    }

    [Fact]
    public async Task A_permanent_one_that_is_early_is_the_end()
    {
        await using var engine = await Engine.Start();
        var (campaign, effects) = await SendAndBounce(
            engine, inAttempt: 1, id => Told.Missing(id, 1), isForgotten: true);

        var statistics = await Engine.Ended(campaign);

        Assert.Equal([FeedbackEffect.Early, FeedbackEffect.Early], effects);
        Engine.AssertSound(statistics);
        Assert.Equal(CampaignStatus.FinishedWithFailures, statistics.Status);
        Assert.Equal((1, 1), (statistics.Totals[Outcome.Bounced], statistics.Totals.Attempts));
        Assert.Equal(ContactStatus.DoesNotExist, (await engine.Contact(Anna).Describe()).Status);
    }

    [Fact]
    public async Task One_that_overtakes_a_retry_counts_for_that_retry()
    {
        await using var engine = await Engine.Start();
        engine.Relays.Script = (_, attempt) => attempt == 1
            ? new() { Outcome = Outcome.SoftBounced, Cause = Cause.MailboxFull }
            : null;
        var (campaign, effects) = await SendAndBounce(
            engine, inAttempt: 2, id => Told.Full(id, 2), isForgotten: true);

        var statistics = await Engine.Ended(campaign);

        Assert.Equal([FeedbackEffect.Early, FeedbackEffect.Early], effects);
        Engine.AssertSound(statistics);
        Assert.Equal((1, 3), (statistics.Totals[Outcome.Sent], statistics.Totals.Attempts));
        var id = (await campaign.Get(Engine.Account)).Value!.Id;
        Assert.Equal(2, (await engine.Delivery(Anna, id)).SoftBounces);
    }

    [Fact]
    public async Task Without_an_attempt_it_is_about_the_one_under_way()
    {
        await using var engine = await Engine.Start();
        var (campaign, effects) = await SendAndBounce(
            engine, inAttempt: 1, id => Told.Full(id, null, "some-message"), isForgotten: false);

        var statistics = await Engine.Ended(campaign);

        Assert.Equal([FeedbackEffect.Early, FeedbackEffect.Early], effects);
        Engine.AssertSound(statistics);
        Assert.Equal((1, 2), (statistics.Totals[Outcome.Sent], statistics.Totals.Attempts));
        var id = (await campaign.Get(Engine.Account)).Value!.Id;
        Assert.Equal(1, (await engine.Delivery(Anna, id)).OverturnedAttempt);
    }

    /// <summary>Sends, and lets the bounce come twice while the server has not yet answered.</summary>
    private static async Task<(ICampaignGrain Campaign, List<FeedbackEffect> Effects)> SendAndBounce(
        Engine engine, int inAttempt, Func<CampaignId, FeedbackEvent> bounce, bool isForgotten)
    {
        var campaign = await engine.Draft([Anna]);
        var id = (await campaign.Get(Engine.Account)).Value!.Id;
        var effects = new List<FeedbackEffect>();
        engine.Relays.OnSend = async _ =>
        {
            if (engine.Relays.Attempts.GetValueOrDefault(Anna) != inAttempt - 1)
            {
                return;
            }

            for (var time = 0; time < 2; time++)
            {
                effects.Add((await engine.Learn(Anna, bounce(id))).Effect);
                if (isForgotten)
                {
                    await Engine.Forget(engine.Contact(Anna));
                }
            }
        };
        Assert.Null((await campaign.Start(Engine.Account)).Refusal);
        return (campaign, effects);
    }
}
