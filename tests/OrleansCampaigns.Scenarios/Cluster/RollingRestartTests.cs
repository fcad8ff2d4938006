using OrleansCampaigns.Mail.Sandbox;
using OrleansCampaigns.TestKit;
using OrleansCampaigns.TestKit.Postgres;

namespace OrleansCampaigns.Scenarios.Cluster;

/// <summary>One silo after the other is told to stop and started again, as an upgrade does it.</summary>
[Collection(nameof(UndisturbedTests))]
public sealed class RollingRestartTests
{
    // Far shorter than the reminders' period: nobody waits for one.
    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(4);

    [Fact]
    public async Task Silos_that_stop_hand_over_and_sending_never_pauses()
    {
        const int Recipients = 8_000;
        await using var sink = SandboxServer.Start(new SandboxOptions
        {
            Latency = TimeSpan.FromMilliseconds(100),
            KeepAttempts = true,
        });
        await using var cluster = await ClusterProcesses.Start(sink.Port, settings: new()
        {
            ["Engine:PartitionSize"] = "500",
            ["Engine:ReminderPeriod"] = "00:01:00",
            ["Mail:Relays:0:MaxConnections"] = "8",
        });
        var list = await cluster.Api.Import(Counts.Csv(Recounts.Addresses(Recipients)));
        var campaign = await cluster.Api.Draft(list, Recipients, new() { ["inDoubt"] = "Resend" });
        await cluster.Api.Post($"campaigns/{campaign}/start");
        await Eventually.Holds("some are sent", () => sink.AcceptedSoFar() >= 300);

        var begun = TimeProvider.System.GetUtcNow();
        foreach (var silo in cluster.Silos)
        {
            Assert.Equal(0, await silo.Terminate());
            await silo.Start();
        }

        // While the last one joined there was still something to send: all of the restart is within what is measured.
        var ended = TimeProvider.System.GetUtcNow();
        Assert.InRange(sink.AcceptedSoFar(), 301, Recipients - 1);
        await cluster.Ended(campaign);

        var recount = await Recounts.AssertSound(cluster, sink, campaign, "Resend");
        Assert.Equal(Recipients, recount.Count("Sent"));
        Assert.Equal(0, recount.Recipients.Count(recipient => recipient.Doubts > 0));
        Assert.Equal(Recipients, sink.AcceptedSoFar());
        var pauses = Pauses(sink, recount, begun, ended);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"Longest pauses of {pauses.Count} partitions: {string.Join(", ", pauses.Order())}.");
        Assert.Equal(Recipients / 500, pauses.Count);
        Assert.All(pauses, pause => Assert.InRange(pause, TimeSpan.Zero, PauseMax));
    }

    /// <summary>
    /// The longest time in which nothing of a partition began, for each of them: others sending on hide that one has
    /// stopped.
    /// </summary>
    private static List<TimeSpan> Pauses(
        SandboxServer sink, StorageRecount recount, DateTimeOffset begun, DateTimeOffset ended)
    {
        // First attempts only: a retry waits because it shall.
        var first = sink.Attempts().GroupBy(attempt => attempt.Recipient, attempt => attempt.Began)
            .ToDictionary(attempts => attempts.Key, attempts => attempts.Min());
        return
        [
            .. recount.Recipients.GroupBy(recipient => recipient.Partition, recipient => first[recipient.Address])
                .Select(times => times.Order().ToList())
                .Select(times => times.Zip(times.Skip(1))
                    .Where(pair => pair.Second >= begun && pair.First <= ended)
                    .Select(pair => pair.Second - pair.First)
                    .DefaultIfEmpty()
                    .Max()),
        ];
    }
}
