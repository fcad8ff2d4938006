using System.Net;
using OrleansCampaigns.Mail.Sandbox;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Scenarios.Cluster;

/// <summary>A silo is there and does not answer.</summary>
[Collection(nameof(UndisturbedTests))]
public sealed class SilentSiloTests
{
    [Fact]
    public async Task A_request_is_answered_soon_when_no_silo_answers_and_the_next_one_when_it_does()
    {
        await using var sink = SandboxServer.Start();
        await using var cluster = await ClusterProcesses.Start(sink.Port, silos: 1, new()
        {
            ["Cluster:ResponseTimeout"] = "00:00:02",
        });
        var list = await cluster.Api.Import(Counts.Csv(["ok-1@mail.example"]));
        var campaign = await cluster.Api.Draft(list, 1);
        await cluster.Api.Get($"campaigns/{campaign}");

        await cluster.Silos[0].Freeze();
        var askedAt = TimeProvider.System.GetTimestamp();
        var (status, answer) = await cluster.Api.Send(HttpMethod.Get, $"campaigns/{campaign}");
        var waited = TimeProvider.System.GetElapsedTime(askedAt);
        await cluster.Silos[0].Thaw();

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "unavailable"), (status, (string?)answer["code"]));
        Assert.InRange(waited, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(8));
        await Eventually.Get("it is answered again", () => cluster.Try(HttpMethod.Get, $"campaigns/{campaign}"));
    }
}
