using OrleansCampaigns.Mail.Sandbox;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Scenarios;

/// <summary>The process dies in the middle of a campaign, without a word, or stands still before it does.</summary>
[Trait("Speed", "slow")]
public sealed class KillTests
{
    [Theory]
    [InlineData("AssumeSent", 3)]
    [InlineData("Resend", 4)]
    public async Task A_killed_campaign_finishes_by_itself_and_nobody_is_lost_or_silently_doubled(
        string policy, int seed)
    {
        const int Recipients = 600;
        var random = new Random(seed);
        await using var sink = SandboxServer.Start(new SandboxOptions { Latency = TimeSpan.FromMilliseconds(20) });
        await using var server = new ServerProcess(sink.Port);
        await server.Start();
        var list = await server.Import(Counts.Csv(
            Enumerable.Range(0, Recipients).Select(i => $"{Rule(i)}-{i}@mail.example")));
        var campaign = await server.Draft(list, Recipients, new() { ["inDoubt"] = policy });
        await server.Post($"campaigns/{campaign}/start");

        // Four kills, each after some more messages than the one before: at no moment in particular. Before every other
        // one the process stands still and goes on.
        var goal = 0L;
        for (var kill = 0; kill < 4; kill++)
        {
            goal += random.Next(20, 120);
            await Eventually.Holds($"the sink has seen {goal} attempts", () => sink.Snapshot().Attempts >= goal);
            if (kill % 2 == 0)
            {
                await StandStill(server, sink);
            }

            await server.Kill();
            await server.Start();
        }

        var statistics = await server.Ended(campaign);
        Counts.AssertSound(statistics);
        Assert.Equal("FinishedWithFailures", (string)statistics["status"]!);
        Assert.Equal(Recipients, (long)statistics["audience"]!);
        Assert.Equal(Recipients, (long)statistics["licences"]!["deducted"]!);
        var snapshot = sink.Snapshot();
        var (sent, inDoubt) = (statistics.Outcome("Sent"), (long)statistics["inDoubt"]!);
        Assert.Equal(Recipients, sent + statistics.Outcome("Bounced"));
        if (policy == "AssumeSent")
        {
            // Nobody gets two; who got none is among those in doubt, and so is a full mailbox that counts as Sent.
            Assert.Equal(0, snapshot.Duplicates);
            Assert.InRange(snapshot.Accepted, sent - inDoubt, sent);
            Assert.InRange(statistics.Outcome("Bounced"), 30 - inDoubt, 30);
        }
        else
        {
            // Nobody goes without; who got two is among those in doubt.
            Assert.Equal(30, statistics.Outcome("Bounced"));
            Assert.Equal(570, snapshot.Accepted - snapshot.Duplicates);
            Assert.InRange(snapshot.Duplicates, 0, inDoubt);
        }

        // The doubt is at most one window (64) of the one partition at each of the four kills.
        Assert.InRange(inDoubt, 0, 4 * 64);
        Assert.DoesNotContain(
            server.Errors, line => line.Contains('@') || line.Contains("con_", StringComparison.Ordinal));
    }

    // For longer than a contact's yes holds. What was on its way is not sent twice, and the rest goes on.
    private static async Task StandStill(ServerProcess server, SandboxServer sink)
    {
        await server.Freeze();
        var since = TimeProvider.System.GetTimestamp();
        await Eventually.Holds(
            "it stands still", () => TimeProvider.System.GetElapsedTime(since) > TimeSpan.FromSeconds(3));
        var goal = sink.Snapshot().Attempts + 10;
        await server.Thaw();
        await Eventually.Holds($"the sink has seen {goal} attempts", () => sink.Snapshot().Attempts >= goal);
    }

    private static string Rule(int i) => (i % 10) switch
    {
        0 => "greylist",
        1 => "serverfault",
        2 when i % 20 == 2 => "full",
        _ => "ok",
    };
}
