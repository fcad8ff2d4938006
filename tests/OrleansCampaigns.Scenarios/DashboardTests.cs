using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using OrleansCampaigns.Mail.Sandbox;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Scenarios;

/// <summary>The Orleans Dashboard of a running server, as a browser asks for it.</summary>
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
                .AsArray().Count == 1,
            TimeSpan.FromSeconds(30));
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
