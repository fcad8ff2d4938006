using OrleansCampaigns.Mail.Sandbox;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Scenarios.Cluster;

/// <summary>One silo after the other is told to stop and started again, as an upgrade does it.</summary>
[Collection("clusters")]
public sealed class RollingRestartTests
{
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
        var times = sink.Attempts().Select(attempt => attempt.Began).Where(at => at >= begun && at <= ended).Order()
            .ToList();
        var pause = times.Zip(times.Skip(1), (one, next) => next - one).Max();
        TestContext.Current.TestOutputHelper?.WriteLine($"Longest pause of {times.Count} attempts: {pause}.");
        Assert.InRange(pause, TimeSpan.Zero, TimeSpan.FromSeconds(3));
    }
}
