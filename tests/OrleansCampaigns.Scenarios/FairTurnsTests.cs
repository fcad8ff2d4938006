using System.Text.Json.Nodes;
using OrleansCampaigns.TestKit;
using OrleansCampaigns.TestKit.Sink;

namespace OrleansCampaigns.Scenarios;

/// <summary>A small campaign beside a large one of another account, on few connections.</summary>
/// <remarks>Told by the order in which the relay took messages, never by a clock.</remarks>
[Trait("Speed", "slow")]
public sealed class FairTurnsTests
{
    private const int Small = 500;
    private const int Large = 40_000;

    [Fact]
    public async Task A_small_campaign_gets_as_much_as_a_large_one_of_another_account()
    {
        await using var sink = SmtpSink.Start();
        sink.Delay = _ => TimeSpan.FromMilliseconds(5);
        await using var server = new ServerProcess(sink.Port, settings: new()
        {
            ["Mail:Relays:0:MaxConnections"] = "16",
            ["Engine:PartitionSize"] = "1000",
        });
        await server.Start();
        var large = await server.Import(Counts.Csv(Enumerable.Range(0, Large).Select(i => $"ok-{i}@large.example")));
        var first = await server.Draft(large, Large);
        await server.Post("api-keys", new JsonObject { ["name"] = "small", ["account"] = "other" });
        server.Account = "other";
        var small = await server.Import(Counts.Csv(Enumerable.Range(0, Small).Select(i => $"ok-{i}@small.example")));
        var second = await server.Draft(small, Small);

        server.Account = null;
        await server.Post($"campaigns/{first}/start");
        await Eventually.Holds("the large one is under way", () => sink.Records.Count >= 1_000);
        server.Account = "other";
        await server.Post($"campaigns/{second}/start");
        Counts.AssertSound(await server.Ended(second));
        server.Account = null;
        await server.Post($"campaigns/{first}/cancel");
        await Eventually.Holds(
            "the cancelled one is settled",
            async () => (bool)(await server.Statistics(first))["licences"]!["isSettled"]!);
        Counts.AssertSound(await server.Statistics(first));

        var domains = sink.Records.Select(record => record.Domain).ToList();
        var turns = Enumerable.Range(0, domains.Count).Where(i => domains[i] == "small.example").ToList();
        Assert.Equal(Small, turns.Count);
        var others = turns[^1] - turns[0] + 1 - Small;
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{others} others were sent between the first and the last of {Small}; {turns[0]} before.");

        // Fair is as many as its own; windows and lanes are no exact measure. By partitions it would be many times as
        // many.
        Assert.InRange(others, 0, Small * 3 / 2);
    }
}
