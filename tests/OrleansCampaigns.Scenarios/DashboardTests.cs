using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using OrleansCampaigns.Mail.Sandbox;
using OrleansCampaigns.TestKit;

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

    private static async Task<(HttpStatusCode Status, string Body)> Get(
        ServerProcess server, string path, string? password)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, server.Url + path);
        if (password is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue(
                "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"admin:{password}")));
        }

        using var answer = await http.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
