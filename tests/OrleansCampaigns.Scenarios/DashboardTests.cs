using System.Net;
using System.Text.Json.Nodes;
using OrleansCampaigns.Mail.Sandbox;
using OrleansCampaigns.TestKit;
using static OrleansCampaigns.Scenarios.Browser;

namespace OrleansCampaigns.Scenarios;

/// <summary>The Orleans Dashboard of a running server, as a browser asks for it.</summary>
[Trait("Speed", "slow")]
public sealed class DashboardTests
{
    [Fact]
    public async Task The_dashboard_is_for_administrators_alone()
    {
        await using var sandbox = SandboxServer.Start();
        await using var server = new ServerProcess(sandbox.Port);
        await server.Start();
        var (status, made) = await server.Send(
            HttpMethod.Post, "api-keys", new JsonObject { ["name"] = "client", ["role"] = "Client" });
        Assert.True((int)status is 200 or 201, $"The key was answered {status}.");
        var client = made["secret"]!.GetValue<string>();

        Assert.Equal(HttpStatusCode.Unauthorized, (await Get(server, "/orleans/", null)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await Get(server, "/orleans/DashboardCounters", "wrong")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await Get(server, "/orleans/DashboardCounters", client)).Status);
        var page = await Get(server, "/orleans/", server.Key);
        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.Contains("<html", page.Body, StringComparison.OrdinalIgnoreCase);
        await Eventually.Holds(
            "the dashboard counts its silo",
            async () => JsonNode.Parse((await Get(server, "/orleans/DashboardCounters", server.Key)).Body)!["hosts"]!
                .AsArray().Count == 1);
    }

    [Fact]
    public async Task It_is_no_part_of_other_pages_and_loads_nothing_from_elsewhere()
    {
        await using var sandbox = SandboxServer.Start();
        await using var server = new ServerProcess(sandbox.Port);
        await server.Start();

        foreach (var path in new[] { "/orleans/", "/Orleans/", "/orleans/DashboardCounters" })
        {
            var answer = await Get(server, path, server.Key);
            var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
            Assert.Contains("default-src 'self'", policy, StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("http", policy, StringComparison.Ordinal);
            Assert.Equal("DENY", answer.Headers.GetValues("X-Frame-Options").Single());
        }
    }

    [Fact]
    public async Task A_path_that_names_nothing_is_the_callers_fault_and_shows_nothing_of_ours()
    {
        await using var sandbox = SandboxServer.Start();
        await using var server = new ServerProcess(sandbox.Port);
        await server.Start();

        foreach (var path in new[]
        {
            "/orleans/SiloProperties/nonsense",
            "/orleans/SiloStats/nonsense",
            "/orleans/HistoricalStats/1.2.3.4",
            "/orleans/HistoricalStats/S1.2.3.4:99999999999999:x",
            "/orleans/HistoricalStats/%00",
            "/orleans/SiloCounters/S127.0.0.1:x:7",
            "/orleans/SiloStats/%5B::%5D:1:1",
            "/orleans/GrainState?grainId=x&grainType=y",
            "/orleans/GrainState",
        })
        {
            var answer = await Get(server, path, server.Key);

            Assert.True((int)answer.Status < 500, $"{path} is answered {answer.Status}.");
            Assert.DoesNotContain("   at ", answer.Body, StringComparison.Ordinal);
            Assert.DoesNotContain("Exception:", answer.Body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Its_live_log_is_off_and_its_password_opens_nothing_else()
    {
        await using var sandbox = SandboxServer.Start();
        await using var server = new ServerProcess(sandbox.Port);
        await server.Start();

        Assert.Equal(HttpStatusCode.Forbidden, (await Get(server, "/orleans/Trace", server.Key)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await Get(server, "/v1/lists", server.Key)).Status);
    }

    [Fact]
    public async Task Grains_can_be_looked_into_without_seeing_whom_they_are_about()
    {
        const string Telltale = "missing-telltale@mail.example";
        await using var sandbox = SandboxServer.Start();
        await using var server = new ServerProcess(sandbox.Port);
        await server.Start();
        var campaign = await server.Draft(await server.Import(Counts.Csv([Telltale])), 1);
        await server.Post($"campaigns/{campaign}/start");
        await server.Ended(campaign);
        var contact = (string)(await server.Recipients(campaign)).Single()["contactId"]!;

        var shown = new[]
        {
            await State(server, "Contacts.ContactGrain", $"ct:main:{contact["con_".Length..]}"),
            await State(server, "Campaigns.CampaignGrain", $"cp:{campaign["cmp_".Length..]}"),
            await State(server, "Campaigns.CampaignPartitionGrain", $"cx:{campaign["cmp_".Length..]}:0"),
            await State(server, "Accounts.AccountGrain", "ac:main"),
        };

        Assert.Equal("DoesNotExist", (string)shown[0]["Status"]!);
        Assert.Equal("FinishedWithFailures", (string)shown[1]["Status"]!);
        Assert.Equal(1, (long)shown[2]["Cursor"]!);
        Assert.Equal(1, (long)shown[3]["DeductedTotal"]!);
        Assert.All(shown, state =>
        {
            Assert.DoesNotContain("telltale", state.ToJsonString(), StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("@", state.ToJsonString(), StringComparison.Ordinal);
        });
    }

    // What the dashboard answers is a text in JSON whose content is JSON.
    private static async Task<JsonNode> State(ServerProcess server, string grain, string key)
    {
        var type = Uri.EscapeDataString($"OrleansCampaigns.Grains.{grain}");
        var answer = await Get(
            server, $"/orleans/GrainState?grainId={Uri.EscapeDataString(key)}&grainType={type}", server.Key);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        var shown = JsonNode.Parse((string)JsonNode.Parse(answer.Body)!)!.AsObject();
        Assert.Equal(["GetState"], shown.Select(pair => pair.Key));
        return shown["GetState"]!;
    }
}
