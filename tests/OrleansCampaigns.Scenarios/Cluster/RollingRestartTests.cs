using OrleansCampaigns.Mail.Sandbox;
using OrleansCampaigns.TestKit;
using OrleansCampaigns.TestKit.Postgres;

namespace OrleansCampaigns.Scenarios.Cluster;

/// <summary>One silo after the other is told to stop and started again, as an upgrade does it.</summary>
[Collection(nameof(UndisturbedTests))]
[Trait("Needs", "PostgreSQL")]
[Trait("Speed", "slow")]
public sealed class RollingRestartTests
{
    // What a hand-over adds on an idle machine to the time that a silo takes to stop and to start, at most. Both get
    // longer on a busy one; the reminders' period, which a partition without a hand-over waits for, does not come near.
    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(4);

    [Fact]
    public async Task Silos_that_stop_hand_over_and_sending_never_pauses()
    {
        const int Recipients = 8_000;
        var clock = new PacedClock();
        await using var sink = SandboxServer.Start(
            new SandboxOptions { Latency = TimeSpan.FromMilliseconds(300), KeepAttempts = true }, clock);
        await using var cluster = await ClusterProcesses.Start(sink.Port, settings: new()
        {
            ["Engine:PartitionSize"] = "500",
            ["Engine:ReminderPeriod"] = "00:05:00",
            ["Mail:Relays:0:MaxConnections"] = "8",
        });
        var list = await cluster.Api.Import(Counts.Csv(Recounts.Addresses(Recipients)));
        var campaign = await cluster.Api.Draft(list, Recipients, new() { ["inDoubt"] = "Resend" });
        await cluster.Api.Post($"campaigns/{campaign}/start");
        await Eventually.Holds("some are sent", () => sink.AcceptedSoFar() >= 300);

        var begun = TimeProvider.System.GetUtcNow();
        var longest = TimeSpan.Zero;
        foreach (var silo in cluster.Silos)
        {
            var toldAt = TimeProvider.System.GetTimestamp();
            Assert.True(await silo.Terminate() == 0, string.Join('\n', silo.Errors));
            await silo.Start();
            var took = TimeProvider.System.GetElapsedTime(toldAt);
            longest = took > longest ? took : longest;
        }

        // While the last one joined there was still something to send: all of the restart is within what is measured.
        var ended = TimeProvider.System.GetUtcNow();
        Assert.InRange(sink.AcceptedSoFar(), 301, Recipients - 1);
        clock.Hurry();
        await cluster.Ended(campaign);

        var told = cluster.Silos.SelectMany((silo, i) => silo.Errors.Select(line => $"silo {i}: {line}"));
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', told));

        var recount = await Recounts.AssertSound(cluster, sink, campaign, "Resend");
        Assert.Equal(Recipients, recount.Count("Sent"));
        Assert.Equal(0, recount.Recipients.Count(recipient => recipient.Doubts > 0));
        Assert.Equal(Recipients, sink.AcceptedSoFar());
        var pauses = Pauses(sink, recount, begun, ended);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"A silo took up to {longest} to stop and start. "
                + $"Longest pauses of {pauses.Count} partitions: {string.Join(", ", pauses.Order())}.");
        Assert.Equal(Recipients / 500, pauses.Count);
        Assert.All(pauses, pause => Assert.InRange(pause, TimeSpan.Zero, longest + PauseMax));
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
