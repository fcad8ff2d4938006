using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Domain.Feedback;

namespace OrleansCampaigns.Grains.Tests.Feedback;

/// <summary>Bounces for a campaign that its contact has moved to a page.</summary>
public sealed class PagedBounceTests
{
    private const string Anna = "anna@mail.example";

    [Fact]
    public async Task One_that_comes_back_from_long_ago_is_still_sent_again()
    {
        await using var engine = await Engine.Start();
        var (campaign, id, before) = await BounceTests.Sent(engine, Anna);
        await FillUp(engine, Contact.DeliveriesMax);
        var pages = (await engine.Contact(Anna).Describe()).HistoryPages;
        Assert.True(pages > 1, "Nothing has moved.");
        await AssertAway(engine, id);

        // What does not count leaves it where it is.
        Assert.Equal(FeedbackEffect.Ignored, (await engine.Learn(Anna, Told.Full(id, 1) with
        {
            Outcome = Outcome.Sent,
        })).Effect);
        await Engine.Forget(engine.Contact(Anna));
        await AssertAway(engine, id);

        Assert.Equal(FeedbackEffect.Applied, (await engine.Learn(Anna, Told.Full(id, 1))).Effect);
        var statistics = await Engine.Ended(campaign);

        Engine.AssertSound(statistics);
        Assert.Equal(CampaignStatus.Finished, statistics.Status);
        Assert.Equal((1, 2), (statistics.Totals[Outcome.Sent], statistics.Totals.Attempts));
        Assert.Equal(before.Licences, statistics.Licences);
        Assert.Equal(2, engine.Relays.Accepted[Anna]);
        var delivery = await engine.Delivery(Anna, id);
        Assert.Equal((2, 1), (delivery.Attempts, delivery.SoftBounces));
        Assert.Equal(
            [
                (HistoryKind.Queued, Outcome.Queued, 0), (HistoryKind.Attempt, Outcome.Sent, 1),
                (HistoryKind.Bounce, Outcome.SoftBounced, 1), (HistoryKind.Attempt, Outcome.Sent, 2),
            ],
            (await engine.History(Anna)).Where(entry => entry.Campaign == id).InShort());
    }

    [Fact]
    public async Task Moved_twice_the_latest_that_is_known_of_it_counts()
    {
        await using var engine = await Engine.Start();
        var (campaign, id, _) = await BounceTests.Sent(engine, Anna);
        await FillUp(engine, Contact.DeliveriesMax);
        Assert.Equal(FeedbackEffect.Applied, (await engine.Learn(Anna, Told.Full(id, 1))).Effect);
        await Engine.Ended(campaign);
        await FillUp(engine, Contact.DeliveriesMax);
        await Engine.Forget(engine.Contact(Anna));
        await AssertAway(engine, id);

        Assert.Equal(FeedbackEffect.Repeated, (await engine.Learn(Anna, Told.Full(id, 1))).Effect);
        Assert.Equal(FeedbackEffect.Applied, (await engine.Learn(Anna, Told.Missing(id, 2))).Effect);
        Assert.Equal(FeedbackEffect.Repeated, (await engine.Learn(Anna, Told.Missing(id, 2))).Effect);

        var statistics = (await campaign.GetStatistics(Engine.Account)).Value!;
        Engine.AssertSound(statistics);
        Assert.Equal(CampaignStatus.FinishedWithFailures, statistics.Status);
        Assert.Equal((1, 2), (statistics.Totals[Outcome.Bounced], statistics.Totals.Attempts));
        Assert.Equal(
            [
                (HistoryKind.Queued, 0), (HistoryKind.Attempt, 1), (HistoryKind.Bounce, 1), (HistoryKind.Attempt, 2),
                (HistoryKind.Bounce, 2),
            ],
            (await engine.History(Anna)).Where(entry => entry.Campaign == id)
                .Select(entry => (entry.Kind, entry.Attempt)));
    }

    [Theory]
    [InlineData(Fault.BeforeWrite)]
    [InlineData(Fault.AfterWrite)]
    public async Task Whichever_write_breaks_while_it_comes_back_from_one_page_and_fills_another(Fault fault)
    {
        await using var engine = await Engine.Start();
        var states = new HashSet<string>();
        for (var (broken, writes) = (1, 1); broken <= writes; broken++)
        {
            // With it there is one too many to keep at hand.
            var address = $"anna{broken}@mail.example";
            var (campaign, id, _) = await BounceTests.Sent(engine, address);
            var others = 0;
            while ((await engine.Contact(address).Describe()).Deliveries is var known
                && (known.Count < Contact.DeliveriesMax || known.Exists(delivery => delivery.Campaign == id)))
            {
                await FillUp(engine, 1, address);
                others++;
            }

            var (first, breaking) = (engine.Faults.Writes, broken);
            engine.Faults.Script = (number, state) =>
            {
                states.Add(state);
                return number - first == breaking ? fault : null;
            };
            try
            {
                await engine.Learn(address, Told.Full(id, 1));
            }
            catch (Exception failure) when (failure is not Xunit.Sdk.IAssertionException)
            {
                await engine.Learn(address, Told.Full(id, 1));
            }

            var statistics = await Engine.Ended(campaign);
            writes = Math.Max(writes, engine.Faults.Writes - first);
            engine.Faults.Script = (_, _) => null;
            Engine.AssertSound(statistics);
            Assert.True(
                (statistics.Totals[Outcome.Sent], statistics.Totals.Attempts) == (1, 2), $"Write {broken} broke.");
            Assert.Equal(2, engine.Relays.Accepted[address]);
            var history = await engine.History(address);
            Assert.Equal(4, history.Count(entry => entry.Campaign == id));
            Assert.Equal(4 + (2 * others), history.Count);
        }

        Assert.Contains("contact-page", states);
    }

    /// <summary>Other campaigns, as far as the contact is concerned.</summary>
    internal static async Task FillUp(Engine engine, int campaigns, string address = Anna)
    {
        for (var i = 0; i < campaigns; i++)
        {
            var now = TimeProvider.System.GetUtcNow();
            var turn = new Turn { Campaign = CampaignId.Create(now), QueuedAt = now, Attempt = 1 };
            await engine.Contact(address).Record(turn, new() { Outcome = Outcome.Sent }, new DeliveryRules());
        }
    }

    private static async Task AssertAway(Engine engine, CampaignId campaign) => Assert.DoesNotContain(
        (await engine.Contact(Anna).Describe()).Deliveries, delivery => delivery.Campaign == campaign);
}
