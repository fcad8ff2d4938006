using System.Net;
using OrleansCampaigns.Mail.Sandbox;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Scenarios.Cluster;

/// <summary>All silos die at the same moment, and are started again.</summary>
[Collection("clusters")]
[Trait("Needs", "PostgreSQL")]
[Trait("Speed", "slow")]
public sealed class ClusterKillTests
{
    [Fact]
    public async Task All_silos_at_once_leave_no_more_than_doubt_and_the_api_finds_them_again()
    {
        const int Recipients = 4_000;
        var clock = new PacedClock();
        await using var sink = SandboxServer.Start(
            new SandboxOptions { Latency = TimeSpan.FromMilliseconds(20) }, clock);
        await using var cluster = await ClusterProcesses.Start(sink.Port, settings: new()
        {
            ["Engine:PartitionSize"] = "500",
        });
        var list = await cluster.Api.Import(Counts.Csv(Recounts.Addresses(Recipients)));
        var campaign = await cluster.Api.Draft(list, Recipients, new() { ["inDoubt"] = "Resend" });
        await cluster.Api.Post($"campaigns/{campaign}/start");

        await Eventually.Holds(
            "a fourth is sent", () => sink.AcceptedSoFar() >= Recipients / 4);
        clock.Slowly(TimeSpan.FromMilliseconds(300));
        await Task.WhenAll(cluster.Silos.Select(silo => silo.Kill()));
        await Eventually.Holds("the sink has answered the dead", () => sink.Snapshot().ConnectionsNow == 0);
        var accepted = sink.AcceptedSoFar();
        Assert.InRange(accepted, Recipients / 4, Recipients - 500);

        // The API lives on, and says that the cluster is away: no fault of its own, and worth another try.
        var (status, answer) = await cluster.Api.Send(HttpMethod.Get, $"campaigns/{campaign}/statistics");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "unavailable"), (status, (string)answer["code"]!));
        var (ready, why) = await cluster.Api.Send(HttpMethod.Get, "/health/ready");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "not_ready"), (ready, (string)why["code"]!));
        Assert.Equal(HttpStatusCode.OK, (await cluster.Api.Send(HttpMethod.Get, "/health/live")).Status);
        Assert.Equal(accepted, sink.AcceptedSoFar());

        clock.Normally();
        await Task.WhenAll(cluster.Silos.Select(silo => silo.Start()));
        await cluster.Ended(campaign);

        var recount = await Recounts.AssertSound(cluster, sink, campaign, "Resend");
        Assert.Equal(Recipients, recount.Count("Sent"));

        // At most one window (64) of each of the eight partitions is in doubt.
        Assert.InRange(recount.Recipients.Count(recipient => recipient.InDoubt), 1, 8 * 64);
    }
}
