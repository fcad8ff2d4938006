using OrleansCampaigns.Mail.Sandbox;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Scenarios.Cluster;

/// <summary>Silos die without a word, or stand still for a while, in the middle of a campaign.</summary>
[Collection("clusters")]
[Trait("Needs", "PostgreSQL")]
[Trait("Speed", "slow")]
public sealed class SiloKillTests
{
    [Theory]
    [InlineData("AssumeSent", 5)]
    [InlineData("Resend", 6)]
    public async Task Killed_silos_lose_nobody_and_double_nobody_silently(string policy, int seed)
    {
        const int Recipients = 20_000;
        var random = new Random(seed);
        var clock = new PacedClock();
        await using var sink = SandboxServer.Start(
            new SandboxOptions { Latency = TimeSpan.FromMilliseconds(10) }, clock);
        await using var cluster = await ClusterProcesses.Start(sink.Port, settings: new()
        {
            ["Engine:PartitionSize"] = "2000",
        });
        var list = await cluster.Api.Import(Counts.Csv(Recounts.Addresses(Recipients)));
        var campaign = await cluster.Api.Draft(list, Recipients, new() { ["inDoubt"] = policy });
        await cluster.Api.Post($"campaigns/{campaign}/start");

        // After so many more messages, not so many seconds: a slow machine makes no other test of it.
        var (kills, stands, begun) = (0, 0, TimeProvider.System.GetTimestamp());
        for (var goal = 1_000; goal < Recipients - 1_000; goal = sink.AcceptedSoFar() + random.Next(2_000, 4_000))
        {
            await Eventually.Holds(
                $"the sink has accepted {goal}", () => sink.AcceptedSoFar() >= goal);
            var silo = cluster.Silos[random.Next(cluster.Silos.Count)];
            if (kills % 2 == 1 && goal < Recipients - 4_000)
            {
                stands++;
                await StandStill(silo, sink);
            }

            await silo.Kill();
            kills++;

            // However long that takes, the others leave something to do for the next ones.
            clock.Slowly(TimeSpan.FromMilliseconds(200));
            await silo.Start();
            clock.Normally();
        }

        await cluster.Ended(campaign);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{kills} silos killed, {stands} of them after standing still, "
            + $"within {TimeProvider.System.GetElapsedTime(begun)}.");

        var recount = await Recounts.AssertSound(cluster, sink, campaign, policy);
        Assert.Equal(Recipients, recount.Count("Sent"));
        Assert.InRange(kills, 3, 10);

        // At most one window (64) of each of the partitions that a silo sends at a time (8) is in doubt.
        Assert.InRange(recount.Recipients.Count(recipient => recipient.InDoubt), 0, (kills + stands) * 8 * 64);
    }

    // Until the others have sent something meanwhile; whether they have taken it for dead by then, it finds out itself.
    private static async Task StandStill(ServerProcess silo, SandboxServer sink)
    {
        const int Meanwhile = 500;
        await silo.Freeze();
        var goal = sink.AcceptedSoFar() + Meanwhile;
        await Eventually.Holds(
            "the others send while one stands still", () => sink.AcceptedSoFar() >= goal, TimeSpan.FromSeconds(60));
        await silo.Thaw();
        goal = sink.AcceptedSoFar() + Meanwhile;
        await Eventually.Holds(
            "all go on, or the others do", () => sink.AcceptedSoFar() >= goal, TimeSpan.FromSeconds(60));
    }
}
