using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Campaigns;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.TestKit;
using OrleansCampaigns.TestKit.Sink;

namespace OrleansCampaigns.Grains.Tests.Throttling;

/// <summary>Limits that two silos share, as the receiving side sees them.</summary>
public sealed class TwoSiloLimitTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = Eventually.Patience;

    [Fact]
    public async Task A_domain_limit_and_a_relay_window_hold_across_two_silos_at_the_sink()
    {
        await using var sink = SmtpSink.Start();
        await using var silos = await TwoSilos.Start(
            options => options.Domains["slow.example"] = new() { RatePerSecond = 10 }, sink, relayRate: 50);
        var addresses = Addresses(80, "slow.example")
            .Concat(Enumerable.Range(0, 320).Select(i => $"user{i}@other{i % 40}.example")).ToList();

        var campaign = await silos.Send(addresses);
        var divided = 0;
        await Eventually.Holds("both limits are divided between two silos", async () =>
        {
            var domain = await silos.Grains.Throttle("slow.example").GetState();
            var relay = await silos.Grains.Throttle("relay/sink").GetState();
            divided = Math.Max(divided, domain.Silos + relay.Silos);
            return divided == 4;
        });
        var statistics = await Engine.Ended(campaign, Patience);

        Engine.AssertSound(statistics);
        Assert.Equal((400, 400), (statistics.Totals[Outcome.Sent], statistics.Totals.Attempts));
        var slow = sink.Records.Where(record => record.Domain == "slow.example").ToList();
        Assert.Equal((400, 80), (sink.Records.Count, slow.Count));
        Assert.Empty(sink.Records.Repeated());
        Assert.InRange(slow.MostWithin(Second), 4, 10);
        Assert.InRange(sink.Records.MostWithin(Second), 20, 50);
    }

    [Fact]
    public async Task A_domain_that_is_limited_holds_up_nobody_else_and_burns_no_attempt()
    {
        await using var silos = await TwoSilos.Start(
            options => options.Domains["slow.example"] = new() { RatePerSecond = 10 });
        var addresses = Addresses(70, "slow.example").Concat(Addresses(330, "fast.example")).ToList();

        var campaign = await silos.Send(addresses);
        await Eventually.Holds("the fast domain is through", () => CountOf(silos, "fast.example") == 330, Patience);

        Assert.InRange(CountOf(silos, "slow.example"), 0, 60);
        var statistics = await Engine.Ended(campaign, Patience);
        Engine.AssertSound(statistics);
        Assert.Equal((400, 400), (statistics.Totals[Outcome.Sent], statistics.Totals.Attempts));
        Assert.Equal(0, statistics.Totals.InDoubt);
        Assert.Equal(400, silos.Records.Select(record => record.MessageId).Distinct().Count());
        Assert.InRange(Of(silos, "slow.example").MostWithin(Second), 4, 10);
    }

    [Fact]
    public async Task A_domain_takes_no_more_transactions_at_once_than_it_may()
    {
        await using var silos = await TwoSilos.Start(
            options => options.Domains["narrow.example"] = new() { Concurrency = 3 });
        silos.Takes = TimeSpan.FromMilliseconds(30);

        var isShared = false;
        var campaign = await silos.Send([.. Addresses(100, "narrow.example"), .. Addresses(50, "wide.example")]);
        var statistics = await Eventually.Get("the campaign ends", async () =>
        {
            isShared |= (await silos.Grains.Throttle("narrow.example").GetState()).Silos == 2;
            var now = (await campaign.GetStatistics(AccountId.Main)).Value!;
            return now.Status == CampaignStatus.Finished ? now : null;
        }, Patience);

        Assert.True(isShared, "Only one silo had anything to send.");
        Assert.True(statistics.Totals.IsConserved, $"Conservation: {statistics.Totals}");
        Assert.Equal((150, 150), (statistics.Totals[Outcome.Sent], statistics.Totals.Attempts));
        Assert.InRange(Of(silos, "narrow.example").MostAtOnce(), 2, 3);
        Assert.InRange(Of(silos, "wide.example").MostAtOnce(), 4, 50);
    }

    [Fact]
    public async Task Windows_of_a_sender_and_of_an_account_hold_across_two_silos()
    {
        await using var silos = await TwoSilos.Start(options =>
        {
            options.Accounts["main"] = new() { RatePerSecond = 30 };
            options.Senders["news@sender.example"] = new() { RatePerSecond = 20 };
            options.Senders["sender.example"] = new() { RatePerMinute = 6_000 };
        });

        var campaign = await silos.Send(Addresses(100, "mail.example"));
        var statistics = await Engine.Ended(campaign, Patience);

        Engine.AssertSound(statistics);
        Assert.Equal((100, 100), (statistics.Totals[Outcome.Sent], statistics.Totals.Attempts));
        Assert.InRange(silos.Records.MostWithin(Second), 8, 20);
    }

    [Fact]
    public async Task Paused_with_recipients_held_back_it_resumes_and_sends_to_everybody_once()
    {
        await using var silos = await TwoSilos.Start(
            options => options.Domains["slow.example"] = new() { RatePerSecond = 20 });
        var campaign = await silos.Send([.. Addresses(60, "slow.example"), .. Addresses(60, "fast.example")]);
        await Eventually.Holds("some are sent", () => CountOf(silos, "slow.example") >= 10, Patience);

        await campaign.Pause(AccountId.Main);
        await Eventually.Holds("nothing begins any more", async () =>
        {
            var before = silos.Records.Count;
            await Quiet();
            return silos.Records.Count == before;
        });
        Assert.InRange(CountOf(silos, "slow.example"), 10, 59);

        await campaign.Resume(AccountId.Main);
        var statistics = await Engine.Ended(campaign, Patience);
        Engine.AssertSound(statistics);
        Assert.Equal((120, 120, 0), (
            statistics.Totals[Outcome.Sent], statistics.Totals.Attempts, statistics.Totals.InDoubt));
        Assert.Equal(120, silos.Records.Count);
    }

    [Fact]
    public async Task Cancelled_with_recipients_held_back_it_gives_their_licences_back()
    {
        await using var silos = await TwoSilos.Start(
            options => options.Domains["slow.example"] = new() { RatePerHour = 100 });
        var campaign = await silos.Send([.. Addresses(60, "slow.example"), .. Addresses(60, "fast.example")]);
        await Eventually.Holds("the others are sent", () => CountOf(silos, "fast.example") == 60, Patience);

        await campaign.Cancel(AccountId.Main);
        var statistics = await Engine.Ended(campaign, Patience);

        Engine.AssertSound(statistics);
        Assert.Equal(CampaignStatus.Cancelled, statistics.Status);
        Assert.Equal(0, statistics.Totals.InDoubt);
        Assert.Equal(0, statistics.Totals[Outcome.Queued]);
        var leftOut = Assert.Contains(Exclusions.Cancelled, statistics.Totals.Excluded);
        Assert.InRange(leftOut, 58, 60);
        Assert.Equal(120 - leftOut, statistics.Licences.Deducted);
    }

    [Fact]
    public async Task Who_unsubscribes_while_held_back_gets_nothing()
    {
        await using var silos = await TwoSilos.Start(
            options => options.Domains["slow.example"] = new() { RatePerSecond = 5 });
        var addresses = Addresses(30, "slow.example");
        var campaign = await silos.Send(addresses);
        await Eventually.Holds("some are sent", () => CountOf(silos, "slow.example") >= 3, Patience);
        var sent = silos.Records.Select(record => record.MessageId).ToHashSet();
        var held = addresses.Last(address => !sent.Contains(address));
        var contact = silos.Grains.Contact(AccountId.Main, silos.ContactOf(held));
        await contact.UnsubscribeByUs("test", "asked");
        var isTooLate = silos.Records.Any(record => record.MessageId == held);

        var statistics = await Engine.Ended(campaign, Patience);

        Engine.AssertSound(statistics);
        Assert.False(isTooLate, "The last one of all was sent among the first.");
        Assert.Equal((29, 1), (statistics.Totals[Outcome.Sent], statistics.Totals[Outcome.Unsubscribed]));
        Assert.DoesNotContain(silos.Records, record => record.MessageId == held);
    }

    [Fact]
    public async Task Those_held_back_are_in_no_doubt_when_a_silo_is_killed()
    {
        await using var silos = await TwoSilos.Start(
            options => options.Domains["slow.example"] = new() { RatePerSecond = 20 });
        var addresses = Addresses(100, "slow.example").Concat(Addresses(200, "fast.example")).ToList();
        var campaign = await silos.Send(addresses);
        await Eventually.Holds("the others are sent", () => CountOf(silos, "fast.example") == 200, Patience);
        Assert.InRange(CountOf(silos, "slow.example"), 1, 90);

        await silos.Cluster.KillSiloAsync(silos.Cluster.Silos[1]);
        var statistics = await Engine.Ended(campaign, Patience);

        Engine.AssertSound(statistics);
        var accepted = silos.Records.Select(record => record.MessageId).Distinct().Count();
        Assert.Equal(300, statistics.Totals[Outcome.Sent]);
        Assert.InRange(statistics.Totals.InDoubt, 0, 32);
        Assert.InRange(accepted, 300 - (int)statistics.Totals.InDoubt, 300);
        Assert.InRange(Of(silos, "slow.example").MostWithin(Second), 5, 20);
    }

    private static List<string> Addresses(int count, string domain) =>
        [.. Enumerable.Range(0, count).Select(i => $"user{i}@{domain}")];

    private static List<SinkRecord> Of(TwoSilos silos, string domain) =>
        [.. silos.Records.Where(record => record.Domain == domain)];

    private static int CountOf(TwoSilos silos, string domain) =>
        silos.Records.Count(record => record.Domain == domain);

    // Long enough for several starts, should any come.
    private static async Task Quiet()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(600));
        await timer.WaitForNextTickAsync();
    }
}
