using Orleans.Runtime;
using Orleans.TestingHost;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Campaigns;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Grains.Campaigns;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Grains.Tests.Campaigns;

/// <summary>Silos come and go during a campaign.</summary>
/// <remarks>Where nothing else is said, no reminder comes: what goes on does so by itself.</remarks>
public sealed class PartitionMovesTests
{
    private const int Recipients = 400;
    private const int FirstFew = 20;

    [Fact]
    public void Partitions_are_dealt_out_evenly()
    {
        var silos = Enumerable.Range(1, 3).Select(i => SiloAddress.New(System.Net.IPAddress.Loopback, i, i)).ToList();
        var campaign = CampaignId.Create(TimeProvider.System.GetUtcNow());
        var chosen = Enumerable.Range(0, 6)
            .Select(n => GrainId.Create("campaign-partition", $"cx:{campaign.Value["cmp_".Length..]}:{n}"))
            .Select(partition => PartitionSpread.Choose(partition, silos))
            .ToList();

        Assert.All(silos, silo => Assert.Equal(2, chosen.Count(other => other == silo)));
    }

    [Fact]
    public async Task A_silo_that_stops_hands_its_partitions_over()
    {
        await using var engine = await Start(silos: 2);
        var (campaign, goOn) = await RunSome(engine);
        await Eventually.Holds(
            "each has its half", async () => await PartitionsOn(engine, engine.Cluster.Silos[1]) == 4);

        var stopping = engine.Cluster.StopSiloAsync(engine.Cluster.Silos[1]);
        goOn.SetResult();
        await stopping;

        var statistics = await Engine.Ended(campaign);
        Engine.AssertSound(statistics);
        Assert.Equal(Recipients, statistics.Totals.Outcomes[Outcome.Sent]);
        Assert.Equal(0, statistics.Totals.InDoubt);
        Assert.All(engine.Relays.Accepted.Values, times => Assert.Equal(1, times));
    }

    [Fact]
    public async Task The_partitions_of_a_silo_that_died_go_on_elsewhere()
    {
        // A call to the dead may fail a pump, and then it is the reminder that brings it back.
        await using var engine = await Start(silos: 2, reminders: TimeSpan.FromSeconds(10));
        var (campaign, goOn) = await RunSome(engine);

        await engine.Cluster.KillSiloAsync(engine.Cluster.Silos[1]);
        goOn.SetResult();

        var statistics = await Engine.Ended(campaign, Eventually.Patience);
        Engine.AssertSound(statistics);
        Assert.Equal(Recipients, statistics.Totals.Outcomes[Outcome.Sent]);
        Assert.All(engine.Relays.Accepted.Values, times => Assert.Equal(1, times));
    }

    [Fact]
    public async Task A_silo_that_joins_takes_its_share()
    {
        await using var engine = await Start(silos: 1);
        var (campaign, goOn) = await RunSome(engine);

        var joined = await engine.Cluster.StartAdditionalSiloAsync();
        await engine.Cluster.WaitForLivenessToStabilizeAsync();
        goOn.SetResult();

        await Eventually.Holds("the new silo has its half", async () => await PartitionsOn(engine, joined) == 4);
        var statistics = await Engine.Ended(campaign);
        Engine.AssertSound(statistics);
        Assert.Equal(Recipients, statistics.Totals.Outcomes[Outcome.Sent]);
        Assert.Equal(0, statistics.Totals.InDoubt);
    }

    private static Task<Engine> Start(short silos, TimeSpan? reminders = null) => Engine.Start(
        options =>
        {
            options.PartitionSize = 50;
            options.ReminderPeriod = reminders ?? TimeSpan.FromHours(1);
        },
        silos);

    // Every transaction but the first few waits for a word: no partition is done.
    private static async Task<(ICampaignGrain Campaign, TaskCompletionSource GoOn)> RunSome(Engine engine)
    {
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var begun = 0;
        engine.Relays.OnSend = _ => Interlocked.Increment(ref begun) > FirstFew ? goOn.Task : Task.CompletedTask;
        var campaign = await engine.Draft(
            [.. Enumerable.Range(0, Recipients).Select(i => $"reader-{i}@mail.example")]);
        Assert.Null((await campaign.Start(Engine.Account)).Refusal);
        await Eventually.Holds("some of it is sent", () => Volatile.Read(ref begun) > FirstFew);
        return (campaign, goOn);
    }

    private static async Task<int> PartitionsOn(Engine engine, InProcessSiloHandle silo) =>
        (await engine.Grains.GetGrain<IManagementGrain>(0).GetDetailedGrainStatistics())
        .Count(grain => grain.GrainId.Type.ToString() == "campaign-partition"
            && grain.SiloAddress == silo.SiloAddress);
}
