using System.Text.Json.Nodes;
using OrleansCampaigns.Mail.Sandbox;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Scenarios.Cluster;

/// <summary>The relay is gone for a while, for all silos at the same moment.</summary>
[Collection("clusters")]
[Trait("Needs", "PostgreSQL")]
[Trait("Speed", "slow")]
public sealed class SinkDownTests
{
    [Theory]
    [InlineData("AssumeSent")]
    [InlineData("Resend")]
    public async Task A_relay_that_is_down_is_waited_for_by_all_silos(string policy)
    {
        const int Recipients = 2_000;
        var clock = new PacedClock();
        await using var sink = SandboxServer.Start(
            new SandboxOptions { Latency = TimeSpan.FromMilliseconds(500) }, clock);
        await using var cluster = await ClusterProcesses.Start(sink.Port, settings: new()
        {
            ["Engine:PartitionSize"] = "250",
        });
        var list = await cluster.Api.Import(Counts.Csv(Recounts.Addresses(Recipients)));
        var campaign = await cluster.Api.Draft(list, Recipients, new() { ["inDoubt"] = policy });
        await cluster.Api.Post($"campaigns/{campaign}/start");

        await Eventually.Holds(
            "a fourth is sent", () => sink.AcceptedSoFar() >= Recipients / 4);
        sink.GoDown();
        var waiting = await Eventually.Get<JsonNode>(
            "the statistics say what the campaign waits for",
            async () => await cluster.Statistics(campaign) is var statistics && statistics["waitingFor"] is not null
                ? statistics : null);
        Assert.InRange((long)waiting["attempts"]!, 1, Recipients - 1);

        // Long enough for a few tries to reach it, each of which must cost nobody an attempt.
        var away = TimeProvider.System.GetUtcNow();
        await Eventually.Holds(
            "it has been down for a while", () => TimeProvider.System.GetUtcNow() > away.AddSeconds(4));
        var before = await cluster.Statistics(campaign);
        Assert.Equal("Running", (string)before["status"]!);
        clock.Hurry();
        sink.ComeUp();

        await cluster.Ended(campaign);

        var recount = await Recounts.AssertSound(cluster, sink, campaign, policy);
        Assert.Equal(Recipients, recount.Count("Sent"));

        // Only what was being said when the connections broke: one message on each of a silo's 16 connections.
        Assert.InRange(recount.Recipients.Count(recipient => recipient.InDoubt), 0, 3 * 16);
    }
}
