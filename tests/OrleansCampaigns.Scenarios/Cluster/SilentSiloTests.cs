using System.Net;
using OrleansCampaigns.Mail.Sandbox;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Scenarios.Cluster;

/// <summary>A silo is there and does not answer.</summary>
[Collection(nameof(UndisturbedTests))]
[Trait("Needs", "PostgreSQL")]
[Trait("Speed", "slow")]
public sealed class SilentSiloTests
{
    [Fact]
    public async Task A_request_is_answered_when_the_time_is_over_that_silos_have_and_the_next_one_when_they_answer()
    {
        await using var sink = SandboxServer.Start();
        await using var cluster = await ClusterProcesses.Start(sink.Port, silos: 1, new()
        {
            ["Cluster:ResponseTimeout"] = "00:00:02",
        });
        await using var patient = await cluster.StartApi(new() { ["Cluster:ResponseTimeout"] = "00:00:20" });
        var list = await cluster.Api.Import(Counts.Csv(["ok-1@mail.example"]));
        var campaign = await cluster.Api.Draft(list, 1);
        await cluster.Api.Get($"campaigns/{campaign}");
        await patient.Get($"campaigns/{campaign}");

        // On a busy machine two seconds take longer, and so do twenty: which of them are over first is the same.
        await cluster.Silos[0].Freeze();
        var askedAt = TimeProvider.System.GetTimestamp();
        var later = patient.Send(HttpMethod.Get, $"campaigns/{campaign}");
        var (status, answer) = await cluster.Api.Send(HttpMethod.Get, $"campaigns/{campaign}");
        var waited = TimeProvider.System.GetElapsedTime(askedAt);
        Assert.False(later.IsCompleted, "An answer took as long with two seconds as with twenty.");
        await cluster.Silos[0].Thaw();

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "unavailable"), (status, (string?)answer["code"]));
        Assert.InRange(waited, TimeSpan.FromSeconds(1), Eventually.Patience);
        Assert.Equal(HttpStatusCode.OK, (await later).Status);
        await Eventually.Get("it is answered again", () => cluster.Try(HttpMethod.Get, $"campaigns/{campaign}"));
    }
}
