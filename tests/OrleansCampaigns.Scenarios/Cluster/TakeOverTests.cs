using Microsoft.Extensions.Configuration;
using Npgsql;
using Orleans.Configuration;
using OrleansCampaigns.Host.Serving;
using OrleansCampaigns.TestKit;
using OrleansCampaigns.TestKit.Postgres;
using OrleansCampaigns.TestKit.Sink;

namespace OrleansCampaigns.Scenarios.Cluster;

/// <summary>How soon the work of a silo goes on elsewhere that died, or that hangs.</summary>
[Collection(nameof(UndisturbedTests))]
[Trait("Needs", "PostgreSQL")]
[Trait("Speed", "slow")]
public sealed class TakeOverTests
{
    private const int Recipients = 4_000;

    // No promise: only so long that a machine which is busy with something else does not miss it. What bounds the
    // take-over are the settings that the first test derives; what it took is in the output.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData(3)]
    [InlineData(20)]
    [InlineData(120)]
    public void Everything_that_a_take_over_is_made_of_follows_from_its_bound(int seconds)
    {
        var bound = TimeSpan.FromSeconds(seconds);
        var options = new ClusterMembershipOptions();
        FailureDetection.Configure(options, bound);

        // A hung silo: its last answer, the next probe one later, three that fail, one of them once more.
        var missed = options.MaxProbeTimeout * (options.NumMissedProbesLimit + 2);
        Assert.InRange(missed, bound / 2, bound * 0.9);

        // Votes are withheld while a connection brought something within so long.
        Assert.InRange(options.MaxProbeTimeout * options.NumMissedProbesLimit, bound * 0.4, bound / 2);
        Assert.True(options.EnableConnectionLivenessCheck && options.EnableIndirectProbes);
        Assert.True(options.MinProbeTimeout < options.ProbeTimeout);
        Assert.True(options.ProbeTimeout < options.MaxProbeTimeout);
        Assert.True(options.DeathVoteExpirationTimeout >= bound, "A vote outlives the wait for the second.");

        // Two that hang at once: each is no messenger and no voter any more before the other is suspected.
        var signs = options.IAmAliveTablePublishTimeout * options.NumMissedTableIAmAliveLimit;
        Assert.InRange(signs + options.TableRefreshTimeout, TimeSpan.Zero, missed);
        Assert.InRange(options.TableRefreshTimeout, TimeSpan.Zero, bound - missed + TimeSpan.FromMilliseconds(1));
    }

    [Theory]
    [InlineData("00:00:02.9", false)]
    [InlineData("00:00:03", true)]
    [InlineData("00:02:00", true)]
    [InlineData("00:02:01", false)]
    public void The_bound_has_bounds(string value, bool isTaken)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("Cluster:TakeOverMax", value)]).Build();
        var refused = Record.Exception(() => ServerSettings.Read(configuration));

        Assert.Equal(isTaken, refused is null);
        Assert.True(isTaken || refused!.Message.Contains("Cluster:TakeOverMax", StringComparison.Ordinal));
    }

    [Fact]
    public Task The_work_of_a_killed_silo_goes_on_elsewhere() => AssertTakenOver("killed", silo => silo.Kill(), null);

    [Fact]
    public Task The_work_of_a_silo_that_hangs_goes_on_elsewhere_and_it_sends_nothing_twice_when_it_wakes_up() =>
        AssertTakenOver("stopped", silo => silo.Freeze(), silo => silo.Thaw());

    private static async Task AssertTakenOver(
        string what, Func<ServerProcess, Task> strike, Func<ServerProcess, Task>? release)
    {
        await using var sink = SmtpSink.Start();
        sink.Delay = _ => TimeSpan.FromMilliseconds(100);
        await using var cluster = await ClusterProcesses.Start(sink.Port, settings: new()
        {
            ["Engine:PartitionSize"] = $"{Recipients / 12}",
            ["Engine:ReminderPeriod"] = "00:01:00", // It is the last resort, and would hide that it takes so long.
            ["Cluster:TakeOverMax"] = "00:00:20",
        });
        var list = await cluster.Api.Import(Counts.Csv(
            Enumerable.Range(0, Recipients).Select(i => $"user@domain{i}.example")));
        var campaign = await cluster.Api.Draft(list, Recipients);
        await cluster.Api.Post($"campaigns/{campaign}/start");
        await Eventually.Holds("a fourth is sent", () => sink.Records.Count >= Recipients / 4, Patience);

        var partitions = await Partitions(cluster, campaign);
        await strike(cluster.Silos[1]);
        var (struckAt, struck) = (TimeProvider.System.GetTimestamp(), sink.Records.ToList());
        var orphaned = struck.Reverse<SinkRecord>().DistinctBy(record => partitions[record.Domain])
            .Where(record => record.Client == "silo1.example")
            .Select(record => partitions[record.Domain]).ToHashSet();
        Assert.NotEmpty(orphaned);
        await Eventually.Holds(
            "another silo sends on for each of its partitions",
            () => sink.Records.Where(record => record.Client != "silo1.example").Skip(struck.Count(
                    record => record.Client != "silo1.example"))
                .Select(record => partitions[record.Domain]).ToHashSet().IsSupersetOf(orphaned),
            Patience);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{orphaned.Count} partitions of a {what} silo went on elsewhere after "
            + $"{TimeProvider.System.GetElapsedTime(struckAt).TotalSeconds:F1} s.");
        await (release?.Invoke(cluster.Silos[1]) ?? Task.CompletedTask);

        var statistics = await cluster.Ended(campaign);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"The campaign ended {TimeProvider.System.GetElapsedTime(struckAt).TotalSeconds:F1} s after the silo was "
            + $"{what}.");
        Counts.AssertSound(statistics);
        Assert.Equal(Recipients, statistics.Outcome("Sent"));
        Assert.Empty(sink.Records.Repeated());
        Assert.Empty((await StorageRecount.Read(cluster.ConnectionString, campaign)).Differences.Take(10));
    }

    // Each recipient has a domain of its own.
    private static async Task<Dictionary<string, int>> Partitions(ClusterProcesses cluster, string campaign)
    {
        await using var source = NpgsqlDataSource.Create(cluster.ConnectionString);
        await using var command = source.CreateCommand(
            """
            SELECT split_part(c.address, '@', 2), r.partition
            FROM recipients r JOIN contacts c ON c.account = r.account AND c.id = r.contact_id
            WHERE r.campaign_id = $1
            """);
        command.Parameters.Add(new() { Value = campaign });
        await using var reader = await command.ExecuteReaderAsync();
        var partitions = new Dictionary<string, int>();
        while (await reader.ReadAsync())
        {
            partitions.Add(reader.GetString(0), reader.GetInt32(1));
        }

        return partitions;
    }
}
