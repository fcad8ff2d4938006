using OrleansCampaigns.Mail.Sandbox;

namespace OrleansCampaigns.Scenarios.Cluster;

/// <summary>Three silos and an API process, nothing in the way.</summary>
[Collection("clusters")]
[Trait("Needs", "PostgreSQL")]
[Trait("Speed", "slow")]
public sealed class ClusterTests
{
    [Fact]
    public async Task A_campaign_runs_on_three_silos()
    {
        const int Recipients = 3_000;
        await using var sink = SandboxServer.Start(new SandboxOptions());
        await using var cluster = await ClusterProcesses.Start(sink.Port, settings: new()
        {
            ["Engine:PartitionSize"] = "500",
        });
        var list = await cluster.Api.Import(Counts.Csv(
            Enumerable.Range(0, Recipients).Select(i => $"{(i % 10 == 0 ? "greylist" : "ok")}-{i}@mail.example")));
        var campaign = await cluster.Api.Draft(list, Recipients);
        await cluster.Api.Post($"campaigns/{campaign}/start");

        var statistics = await cluster.Api.Ended(campaign);

        Counts.AssertSound(statistics);
        Assert.Equal(Recipients, statistics.Outcome("Sent"));
        Assert.Equal(0, (long)statistics["inDoubt"]!);
        Assert.Equal(Recipients, sink.Snapshot().Accepted);
    }
}
