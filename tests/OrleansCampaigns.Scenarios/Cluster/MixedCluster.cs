using Npgsql;
using OrleansCampaigns.Mail.Sandbox;
using OrleansCampaigns.TestKit;
using OrleansCampaigns.TestKit.Baselines;

namespace OrleansCampaigns.Scenarios.Cluster;

/// <summary>A silo and an API process of each of two versions, during one campaign on one PostgreSQL.</summary>
internal sealed class MixedCluster : IAsyncDisposable
{
    /// <summary>How many messages of a partition tell that the silo which is left sends it.</summary>
    private const int TakenOverAfter = 20;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private readonly SandboxServer _sink;
    private readonly ClusterProcesses _cluster;

    private MixedCluster(SandboxServer sink, ClusterProcesses cluster, MixedSide first, MixedSide second) =>
        (_sink, _cluster, First, Second) = (sink, cluster, first, second);

    public ClusterProcesses Processes => _cluster;

    public SandboxServer Sink => _sink;

    /// <summary>The version that made the database; it runs.</summary>
    public MixedSide First { get; }

    /// <summary>The version that joins; nothing of it runs yet.</summary>
    public MixedSide Second { get; }

    /// <summary>How many messages the sink has accepted.</summary>
    public int Accepted => _sink.AcceptedSoFar();

    /// <summary>Starts the first version alone.</summary>
    /// <param name="baselineIsFirst">Which of the two that is.</param>
    public static async Task<MixedCluster> Start(bool baselineIsFirst)
    {
        var missing = await Baseline.Missing();
        Assert.SkipWhen(missing is not null, missing ?? "");
        var baseline = (Name: $"baseline {Baseline.Commit[..7]}", Program: await Baseline.Executable());
        var own = (Name: "this build", Program: ServerProcess.Executable);
        var (first, second) = baselineIsFirst ? (baseline, own) : (own, baseline);

        var sink = SandboxServer.Start(new SandboxOptions { KeepAttempts = true });
        try
        {
            // However fast the machine is, the campaign lasts longer than silos need to start and to be missed.
            var cluster = await ClusterProcesses.Start(sink.Port, silos: 1, program: first.Program, settings: new()
            {
                ["Engine:PartitionSize"] = "500",
                ["Mail:Relays:0:RatePerSecond"] = "150",
                ["Engine:Retry:MaxAge"] = "01:00:00", // A retry that waits for a silo expires on no machine.
            });
            return new(
                sink,
                cluster,
                new(first.Name, cluster.Silos[0], cluster.Api),
                new(second.Name, cluster.AddSilo(second.Program), cluster.AddApi(second.Program)));
        }
        catch (Exception failure) when (failure is InvalidOperationException or TimeoutException)
        {
            await sink.DisposeAsync();
            throw new InvalidOperationException($"{first.Name}, alone: {failure.Message}", failure);
        }
    }

    /// <summary>Runs a scenario; where it fails, the message goes on with what the processes said last.</summary>
    public async Task Run(Func<Task> scenario)
    {
        try
        {
            await scenario();
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"{failure.Message}\n{First.LastWords}{Second.LastWords}", failure);
        }
    }

    /// <summary>
    /// Starts a process while the campaign runs. A machine so slow that it would end meanwhile gets a pause, which one
    /// version's API asks for and the other's takes back: a slow machine makes no other test of it.
    /// </summary>
    public async Task Join(MixedSide side, ServerProcess process, string campaign, int acceptedMax)
    {
        var started = Named(side, process);
        await Eventually.Holds(
            $"{side.Name} starts", () => started.IsCompleted || Accepted >= acceptedMax, Limit);
        if (!started.IsCompleted)
        {
            await Ask(First, $"campaigns/{campaign}/pause");
            await started;
            await Ask(Second.Api.IsRunning ? Second : First, $"campaigns/{campaign}/resume");
        }

        await started;
    }

    /// <summary>Waits until so many messages have been accepted.</summary>
    public Task Sent(int accepted) =>
        Eventually.Holds($"the sink has accepted {accepted}", () => Accepted >= accepted, Limit);

    /// <summary>
    /// One side's silo ends while it sends, and the only other one goes on with every partition that is not done.
    /// </summary>
    /// <param name="ended">The side that ends.</param>
    /// <param name="campaign">The campaign.</param>
    /// <param name="isKilled">As a power failure ends it, or as an operator does.</param>
    /// <returns>How many messages had been accepted then, and how many partitions were not done.</returns>
    public async Task<(int Accepted, int Partitions)> TakeOver(MixedSide ended, string campaign, bool isKilled)
    {
        if (isKilled)
        {
            await ended.Silo.Kill();
        }
        else
        {
            Assert.Equal(0, await ended.Silo.Terminate());
        }

        var (accepted, at) = (Accepted, TimeProvider.System.GetUtcNow());
        var partitions = await PartitionsOf(campaign);
        var before = _sink.Attempts().Select(attempt => attempt.Recipient).ToHashSet(StringComparer.Ordinal);
        var open = partitions.Where(pair => !before.Contains(pair.Key)).CountBy(pair => pair.Value).ToDictionary();
        Assert.True(open.Count > 1, $"{open.Count} partitions had something left when the silo of {ended.Name} ended.");
        await Eventually.Holds(
            $"the other silo goes on with all {open.Count} partitions after the one of {ended.Name} ended",
            () =>
            {
                var since = _sink.Attempts().Where(attempt => attempt.Began > at && !before.Contains(attempt.Recipient))
                    .CountBy(attempt => partitions[attempt.Recipient]).ToDictionary();
                return open.All(
                    pair => since.GetValueOrDefault(pair.Key) >= Math.Min(pair.Value, TakenOverAfter));
            },
            Limit);
        return (accepted, open.Count);
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        await _sink.DisposeAsync();
    }

    private static async Task Named(MixedSide side, ServerProcess process)
    {
        try
        {
            await process.Start();
        }
        catch (Exception failure) when (failure is InvalidOperationException or TimeoutException)
        {
            throw new InvalidOperationException($"{side.Name}, beside the other version: {failure.Message}", failure);
        }
    }

    private static Task Ask(MixedSide side, string path) => Eventually.Holds(
        $"{side.Name} answers {path}",
        async () => (int)(await side.Api.Send(HttpMethod.Post, path)).Status is >= 200 and < 300,
        Limit);

    private async Task<Dictionary<string, int>> PartitionsOf(string campaign)
    {
        await using var source = NpgsqlDataSource.Create(_cluster.ConnectionString);
        await using var command = source.CreateCommand("""
            SELECT c.address, r.partition
            FROM recipients r JOIN contacts c ON c.account = r.account AND c.id = r.contact_id
            WHERE r.campaign_id = $1
            """);
        command.Parameters.Add(new() { Value = campaign });
        await using var reader = await command.ExecuteReaderAsync();
        var partitions = new Dictionary<string, int>(StringComparer.Ordinal);
        while (await reader.ReadAsync())
        {
            partitions.Add(reader.GetString(0), reader.GetInt32(1));
        }

        return partitions;
    }
}

/// <summary>One version's processes.</summary>
internal sealed record MixedSide(string Name, ServerProcess Silo, ServerProcess Api)
{
    private const int LinesMax = 15;
    private const int LengthMax = 300;

    /// <summary>What both processes complained of last, each line after the name of its process.</summary>
    public string LastWords => string.Concat(
        from process in new[] { (Role: "silo", Said: Silo), (Role: "API", Said: Api) }
        from line in process.Said.Errors.Where(said => !said.Contains(" info ", StringComparison.Ordinal))
            .TakeLast(LinesMax).DefaultIfEmpty("(nothing)")
        select $"{Name}, {process.Role}: {line[..Math.Min(line.Length, LengthMax)]}\n");
}
