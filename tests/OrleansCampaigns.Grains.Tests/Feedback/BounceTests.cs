using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Campaigns;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Domain.Feedback;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Grains.Tests.Feedback;

/// <summary>E-mails that counted as sent and came back after all.</summary>
public sealed class BounceTests
{
    private const string Anna = "anna@mail.example";
    private const string Bert = "bert@mail.example";

    [Theory]
    [InlineData(Outcome.SoftBounced, Cause.MailboxFull)]
    [InlineData(Outcome.Deferred, Cause.ServerFault)]
    public async Task After_a_temporary_one_a_finished_campaign_sends_again_and_finishes_again(
        Outcome outcome, Cause cause)
    {
        await using var engine = await Engine.Start();
        var (campaign, id, before) = await Sent(engine, Anna, Bert);

        var answer = await engine.Learn(Anna, Told.Bounce(id, 1, outcome, cause));
        var statistics = await Engine.Ended(campaign);

        Assert.Equal(FeedbackEffect.Applied, answer.Effect);
        Assert.Equal((outcome, 1), (answer.Delivery!.Outcome, answer.Delivery.OverturnedAttempt));
        Engine.AssertSound(statistics);
        Assert.Equal(CampaignStatus.Finished, statistics.Status);
        Assert.Equal((2, 3), (statistics.Totals[Outcome.Sent], statistics.Totals.Attempts));
        Assert.Equal((2, 1), (engine.Relays.Accepted[Anna], engine.Relays.Accepted[Bert]));
        Assert.Equal(before.Licences, statistics.Licences);
        Assert.Equal(
            [
                (HistoryKind.Queued, Outcome.Queued, 0), (HistoryKind.Attempt, Outcome.Sent, 1),
                (HistoryKind.Bounce, outcome, 1), (HistoryKind.Attempt, Outcome.Sent, 2),
            ],
            (await engine.History(Anna)).InShort());
    }

    [Fact]
    public async Task A_temporary_one_is_sent_again_while_the_campaign_still_runs()
    {
        await using var engine = await Engine.Start();
        const int Recipients = 400;
        using var gate = new SemaphoreSlim(0);
        string? first = null; // Whoever that is: the order of an audience is nobody's choice.
        engine.Relays.OnSend = address =>
            Interlocked.CompareExchange(ref first, address, null) is null || address == first
                ? Task.CompletedTask
                : gate.WaitAsync();
        var campaign = await engine.Draft(
            [.. Enumerable.Range(0, Recipients).Select(i => $"user{i}@mail.example")]);
        await campaign.Start(Engine.Account);
        var id = (await campaign.Get(Engine.Account)).Value!.Id;
        await Eventually.Holds("the first is recorded", async () =>
        {
            gate.Release();
            return first is not null
                && (await engine.Contact(first).Describe()).Deliveries is [{ Outcome: Outcome.Sent }];
        });

        await engine.Learn(first!, Told.Full(id, 1));
        await Eventually.Holds("it is sent again", async () =>
        {
            gate.Release();
            return await engine.Delivery(first!, id) is { Attempts: 2, Outcome: Outcome.Sent };
        });
        Assert.InRange(engine.Relays.Accepted.Count, 1, Recipients - 50);
        gate.Release(Recipients);

        var statistics = await Engine.Ended(campaign);
        Engine.AssertSound(statistics);
        Assert.Equal(
            (Recipients, Recipients + 1), (statistics.Totals[Outcome.Sent], statistics.Totals.Attempts));
        Assert.Equal(Recipients, statistics.Licences.Deducted);
    }

    [Fact]
    public async Task Soft_bounces_count_together_towards_three_however_they_come()
    {
        await using var engine = await Engine.Start();
        for (var told = 0; told < 8; told++)
        {
            // Each bit says of one attempt whether it is refused at once or comes back as a message.
            var address = $"full{told}@mail.example";
            bool ComesBack(int attempt) => ((told >> (attempt - 1)) & 1) == 1;
            engine.Relays.Script = (_, attempt) => ComesBack(attempt)
                ? null
                : new() { Outcome = Outcome.SoftBounced, Cause = Cause.MailboxFull };
            var campaign = await engine.Draft([address]);
            await campaign.Start(Engine.Account);
            var id = (await campaign.Get(Engine.Account)).Value!.Id;
            foreach (var attempt in Enumerable.Range(1, 3).Where(ComesBack))
            {
                await Engine.Ended(campaign);
                Assert.Equal((Outcome.Sent, attempt), await Standing(engine, address, id));
                await engine.Learn(address, Told.Full(id, attempt));
            }

            var statistics = await Engine.Ended(campaign);
            Engine.AssertSound(statistics);
            Assert.Equal(CampaignStatus.FinishedWithFailures, statistics.Status);
            Assert.Equal((3, 1), (engine.Relays.Attempts[address], statistics.Licences.Deducted));
            var delivery = await engine.Delivery(address, id);
            Assert.Equal(
                (Outcome.Bounced, Cause.MailboxFull, 3), (delivery.Outcome, delivery.Cause, delivery.SoftBounces));
            Assert.Equal(ContactStatus.MailboxFull, (await engine.Contact(address).Describe()).Status);
            Assert.Equal(
                3, (await engine.History(address)).Count(entry => entry.Outcome == Outcome.SoftBounced));
        }
    }

    [Fact]
    public async Task A_permanent_one_changes_what_a_finished_campaign_came_to_and_nothing_is_sent()
    {
        await using var engine = await Engine.Start();
        var (campaign, id, before) = await Sent(engine, Anna, Bert);
        Assert.Equal(CampaignStatus.Finished, before.Status);

        Assert.Equal(FeedbackEffect.Applied, (await engine.Learn(Anna, Told.Missing(id, 1))).Effect);

        var statistics = (await campaign.GetStatistics(Engine.Account)).Value!;
        Engine.AssertSound(statistics);
        Assert.Equal(CampaignStatus.FinishedWithFailures, statistics.Status);
        Assert.Equal((1, 1), (statistics.Totals[Outcome.Sent], statistics.Totals[Outcome.Bounced]));
        Assert.Equal(1, statistics.Totals.Causes[Cause.NoSuchMailbox]);
        Assert.Equal((2, 0), (statistics.Totals.Attempts, statistics.Totals.RetriesWaiting));
        Assert.Equal(before.Licences, statistics.Licences);
        Assert.Equal(1, engine.Relays.Attempts[Anna]);
        Assert.Equal(ContactStatus.DoesNotExist, (await engine.Contact(Anna).Describe()).Status);
        Assert.Equal(
            [
                (HistoryKind.Queued, Outcome.Queued, 0), (HistoryKind.Attempt, Outcome.Sent, 1),
                (HistoryKind.Bounce, Outcome.Bounced, 1),
            ],
            (await engine.History(Anna)).InShort());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_same_one_ten_times_counts_once(bool atOnce)
    {
        await using var engine = await Engine.Start();
        var (campaign, id, _) = await Sent(engine, Anna, Bert);
        var effects = new List<FeedbackEffect>();
        if (atOnce)
        {
            var answers = await Task.WhenAll(
                Enumerable.Range(0, 10).Select(_ => engine.Learn(Anna, Told.Full(id, 1))));
            effects.AddRange(answers.Select(answer => answer.Effect));
        }
        else
        {
            // Five before it is sent again, five afterwards; half of them of the grain that has just been reloaded.
            for (var i = 0; i < 10; i++)
            {
                effects.Add((await engine.Learn(Anna, Told.Full(id, 1))).Effect);
                await (i % 2 == 0 ? Engine.Forget(engine.Contact(Anna)) : default);
                _ = i == 4 ? await Engine.Ended(campaign) : null;
            }
        }

        var statistics = await Engine.Ended(campaign);
        Assert.Equal(
            [(FeedbackEffect.Applied, 1), (FeedbackEffect.Repeated, 9)],
            effects.CountBy(effect => effect).Select(pair => (pair.Key, pair.Value)).Order());
        Engine.AssertSound(statistics);
        Assert.Equal(2, engine.Relays.Accepted[Anna]);
        Assert.Equal(1, (await engine.Delivery(Anna, id)).SoftBounces);
        Assert.Single(await engine.History(Anna), entry => entry.Kind == HistoryKind.Bounce);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task In_a_cancelled_campaign_it_is_recorded_and_nothing_is_tried_again(bool isFresh)
    {
        await using var engine = await Engine.Start(options => options.Retry = Slow(TimeSpan.FromHours(1)));
        engine.Relays.Script = (address, _) => address == Bert
            ? new() { Outcome = Outcome.Deferred, Cause = Cause.Greylisted }
            : null;
        var campaign = await engine.Draft([Anna, Bert]);
        await campaign.Start(Engine.Account);
        var id = (await campaign.Get(Engine.Account)).Value!.Id;
        await Eventually.Holds("both are recorded", async () =>
            (await engine.Audiences.Count(id)).Totals.Attempts == 2);
        if (!isFresh)
        {
            // What the router knows of the campaign is from before its end.
            Assert.Equal(FeedbackEffect.Ignored, (await engine.Learn(Bert, Told.Missing(id, 1))).Effect);
        }

        Assert.Null((await campaign.Cancel(Engine.Account)).Refusal);
        await Engine.Ended(campaign);
        Assert.Equal(FeedbackEffect.Applied, (await engine.Learn(Anna, Told.Full(id, 1))).Effect);
        var statistics = await Eventually.Get("it is counted", async () =>
            (await campaign.GetStatistics(Engine.Account)).Value is var counted
            && counted!.Totals[Outcome.SoftBounced] == 1 ? counted : null);

        Engine.AssertSound(statistics);
        Assert.Equal(CampaignStatus.Cancelled, statistics.Status);
        Assert.Equal(
            (1, 0, 2),
            (statistics.Totals[Outcome.SoftBounced], statistics.Totals.RetriesWaiting, statistics.Totals.Attempts));
        var delivery = await engine.Delivery(Anna, id);
        Assert.Equal((Outcome.SoftBounced, null), (delivery.Outcome, delivery.NextAttemptAt));
        Assert.Equal((1, 1), (engine.Relays.Attempts[Anna], engine.Relays.Attempts[Bert]));

        // And a second one, long after the end, is no other.
        Assert.Equal(FeedbackEffect.Repeated, (await engine.Learn(Anna, Told.Full(id, 1))).Effect);
        Assert.Equal(
            CampaignStatus.Cancelled, (await campaign.GetStatistics(Engine.Account)).Value!.Status);
    }

    [Fact]
    public async Task Grains_that_are_reloaded_before_the_retry_is_due_make_it()
    {
        await using var engine = await Engine.Start(options => options.Retry = Slow(TimeSpan.FromSeconds(2)));
        var (campaign, id, _) = await Sent(engine, Anna, Bert);

        await engine.Learn(Anna, Told.Full(id, 1));
        await Engine.Forget(engine.Contact(Anna));
        await Engine.Forget(campaign);
        await Engine.Forget(engine.Grains.Partition(id, 0));
        Assert.Equal((Outcome.SoftBounced, 1), await Standing(engine, Anna, id));
        Assert.Equal(1, engine.Relays.Attempts[Anna]);

        var statistics = await Engine.Ended(campaign);
        Engine.AssertSound(statistics);
        Assert.Equal((Outcome.Sent, 2), await Standing(engine, Anna, id));
        Assert.Equal((2, 1), (engine.Relays.Accepted[Anna], engine.Relays.Accepted[Bert]));
        Assert.Equal((0, 2), (statistics.Totals.InDoubt, statistics.Licences.Deducted));
    }

    internal static async Task<(ICampaignGrain Campaign, CampaignId Id, CampaignStatistics Statistics)> Sent(
        Engine engine, params string[] addresses)
    {
        var campaign = await engine.Draft(addresses);
        Assert.Null((await campaign.Start(Engine.Account)).Refusal);
        var statistics = await Engine.Ended(campaign);
        Assert.Equal(addresses.Length, statistics.Totals[Outcome.Sent]);
        return (campaign, (await campaign.Get(Engine.Account)).Value!.Id, statistics);
    }

    private static async Task<(Outcome Outcome, int Attempts)> Standing(Engine engine, string address, CampaignId id) =>
        await engine.Delivery(address, id) is var delivery ? (delivery.Outcome, delivery.Attempts) : default;

    private static RetryPolicy Slow(TimeSpan wait) => Engine.Fast with
    {
        SoftBounced = new(wait, 1, wait),
        Deferred = new(wait, 1, wait),
        MaxAge = TimeSpan.FromHours(10),
    };
}
