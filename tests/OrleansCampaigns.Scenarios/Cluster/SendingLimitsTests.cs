using OrleansCampaigns.TestKit.Postgres;
using OrleansCampaigns.TestKit.Sink;

namespace OrleansCampaigns.Scenarios.Cluster;

/// <summary>Limits that the silos of a cluster share, by what the receiving side's clock says.</summary>
[Collection(nameof(UndisturbedTests))]
[Trait("Needs", "PostgreSQL")]
[Trait("Speed", "slow")]
public sealed class SendingLimitsTests
{
    private const int DomainRate = 10;
    private const int RelayRate = 50;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    // A transaction that was let through in time reaches the sink late when processors are busy, and then stands beside
    // those of the next second. It is late by so much at most. How evenly a silo lets them through, to the message, is
    // seen with a clock that stands still between them (ThrottleModel).
    private static readonly TimeSpan Lateness = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Window = 2 * Second;

    [Fact]
    public async Task A_domain_limit_is_used_up_by_two_silos_and_never_exceeded()
    {
        var records = await Sent(slow: 150, others: 150, new()
        {
            ["Throttling:Domains:slow.example:RatePerSecond"] = $"{DomainRate}",
        });

        var slow = records.Where(record => record.Domain == "slow.example").ToList();
        AssertShared(slow);
        AssertKept(slow, DomainRate);
        AssertUsed(slow, DomainRate);
    }

    [Fact]
    public async Task A_relay_window_is_used_up_by_two_silos_and_never_exceeded()
    {
        var records = await Sent(slow: 0, others: 750, new() { ["Mail:Relays:0:RatePerSecond"] = $"{RelayRate}" });

        AssertShared(records);
        AssertKept(records, RelayRate);
        AssertUsed(records, RelayRate);
    }

    [Fact]
    public async Task A_domain_limit_and_a_relay_window_hold_together_across_two_silos()
    {
        var records = await Sent(slow: 60, others: 690, new()
        {
            ["Throttling:Domains:slow.example:RatePerSecond"] = $"{DomainRate}",
            ["Mail:Relays:0:RatePerSecond"] = $"{RelayRate}",
        });

        var slow = records.Where(record => record.Domain == "slow.example").ToList();
        AssertShared(slow);
        AssertShared(records);
        AssertKept(slow, DomainRate);
        AssertKept(records, RelayRate);
        AssertUsed(records, RelayRate);
    }

    /// <summary>Sends a campaign with two silos; what the sink has recorded of it.</summary>
    private static async Task<IReadOnlyCollection<SinkRecord>> Sent(
        int slow, int others, Dictionary<string, string> limits)
    {
        await using var sink = SmtpSink.Start();
        await using var cluster = await ClusterProcesses.Start(
            sink.Port, silos: 2, new(limits) { ["Engine:PartitionSize"] = $"{(slow + others) / 10}" });
        var list = await cluster.Api.Import(Counts.Csv(Enumerable.Range(0, slow + others).Select(
            i => $"user{i}@{(i < slow ? "slow" : $"other{i % 40}")}.example")));
        var campaign = await cluster.Api.Draft(list, slow + others);
        await cluster.Api.Post($"campaigns/{campaign}/start");
        var statistics = await cluster.Ended(campaign);

        Counts.AssertSound(statistics);
        var recount = await StorageRecount.Read(cluster.ConnectionString, campaign);
        Assert.Empty(recount.Differences.Take(10));
        Assert.Equal((slow + others, slow + others), (statistics.Outcome("Sent"), (long)statistics["attempts"]!));
        Assert.Equal(slow + others, sink.Records.Count(record => record.IsAccepted));
        Assert.Equal(slow, sink.Records.Count(record => record.Domain == "slow.example"));
        Assert.Empty(sink.Records.Repeated());
        return sink.Records;
    }

    // A silo that has a limit for itself keeps it easily.
    private static void AssertShared(IReadOnlyCollection<SinkRecord> records)
    {
        var byClient = records.CountBy(record => record.Client).ToDictionary();
        Assert.Equal(["silo0.example", "silo1.example"], byClient.Keys.Order());
        Assert.All(byClient.Values, count => Assert.InRange(count, records.Count / 10, records.Count));
    }

    private static void AssertKept(IReadOnlyCollection<SinkRecord> records, int rate)
    {
        var most = records.MostWithin(Window);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{rate}/s: at most {records.MostWithin(Second)} began within a second, {most} within {Window}.");
        Assert.InRange(most, 0, (int)((Window + Lateness) / Second * rate));
    }

    // Kept because it is used, not because nothing comes. ADR 0009 tells what dividing a limit costs.
    private static void AssertUsed(IReadOnlyCollection<SinkRecord> records, int rate)
    {
        // The first and the last tenth are left out: connections are made then, and partitions end one by one.
        var begun = records.Select(record => record.BegunAt).Order()
            .Skip(records.Count / 10).SkipLast(records.Count / 10).ToList();
        var took = begun[^1] - begun[0];
        var least = Second * (double)(begun.Count - 1) / rate;
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{rate}/s: {records.Count} took {took.TotalSeconds:F1} s, {took / least:F2} of the least time.");
        Assert.InRange(took, (least * 0.95) - Lateness, (least * 1.6) + Lateness);
    }
}

/// <summary>Tests of times, which whatever runs beside them on a small machine would spoil.</summary>
[CollectionDefinition(nameof(UndisturbedTests), DisableParallelization = true)]
public sealed class UndisturbedTests;
