using OrleansCampaigns.Mail.Sandbox;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Scenarios.Cluster;

/// <summary>PostgreSQL crashes and recovers in the middle of a campaign.</summary>
[Collection("clusters")]
[Trait("Needs", "PostgreSQL")]
[Trait("Speed", "slow")]
public sealed class DatabaseRestartTests
{
    [Fact]
    public async Task A_database_that_crashes_is_waited_for_and_what_it_acknowledged_holds()
    {
        const int Recipients = 4_000;
        await using var sink = SandboxServer.Start(new SandboxOptions { Latency = TimeSpan.FromMilliseconds(20) });
        await using var cluster = await ClusterProcesses.Start(sink.Port, settings: new()
        {
            ["Engine:PartitionSize"] = "500",
        });
        Assert.SkipUnless(cluster.Postgres.IsOwn, "The database is not ours to stop.");
        var list = await cluster.Api.Import(Counts.Csv(Recounts.Addresses(Recipients)));
        var campaign = await cluster.Api.Draft(list, Recipients, new() { ["inDoubt"] = "AssumeSent" });
        await cluster.Api.Post($"campaigns/{campaign}/start");

        // Once for an instant, once for as long as a server needs to be noticed as gone.
        await Eventually.Holds(
            "a fourth is sent", () => sink.AcceptedSoFar() >= Recipients / 4);
        await cluster.Postgres.Restart(immediately: true);
        await Eventually.Holds("half is sent", () => sink.AcceptedSoFar() >= Recipients / 2);
        await cluster.Postgres.Stop(immediately: true);
        var answer = await cluster.Api.Send(HttpMethod.Get, $"campaigns/{campaign}/recipients");
        Assert.Equal(
            (System.Net.HttpStatusCode.ServiceUnavailable, "storage.unavailable"),
            (answer.Status, (string)answer.Body["code"]!));
        var gone = TimeProvider.System.GetUtcNow();
        await Eventually.Holds(
            "the database has been away for a while", () => TimeProvider.System.GetUtcNow() > gone.AddSeconds(5));
        await cluster.Postgres.Resume();

        await cluster.Ended(campaign);

        // Every process survived: an outcome that could not be stored waited for the database.
        var recount = await Recounts.AssertSound(cluster, sink, campaign, "AssumeSent");
        Assert.Equal(Recipients, recount.Count("Sent"));
        Assert.All(cluster.Processes, process => Assert.True(process.IsRunning));

        // A window whose write was lost may be stored: whoever stands in it is in doubt, and may not have been sent to.
        var inDoubt = recount.Recipients.Count(recipient => recipient.InDoubt);
        Assert.InRange(inDoubt, 0, 2 * 8 * 64);
        Assert.InRange(sink.AcceptedSoFar(), Recipients - inDoubt, Recipients);
    }
}
