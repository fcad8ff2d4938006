using System.Net;
using System.Text.Json.Nodes;

namespace OrleansCampaigns.Scenarios.Sandboxing;

/// <summary>The inbox of <c>serve --sandbox</c>, as a browser asks for it.</summary>
[Trait("Speed", "slow")]
public sealed class SandboxPagesTests
{
    private const string Attack = "<script>alert(1)</script>";

    [Fact]
    public async Task The_inbox_shows_what_arrived_and_runs_nothing_of_it()
    {
        await using var server = new ServerProcess(relayPort: 0, command: ["serve", "--sandbox"]);
        await server.Start();
        var list = await server.Import($"address,first_name\nanna@mail.example,\"{Attack}\"\n");
        var campaign = await server.Draft(list, 1, new()
        {
            ["content"] = new JsonObject
            {
                ["subject"] = "Hello {{first_name}}",
                ["html"] = $"<p>Hello</p>{Attack}<img src=\"https://elsewhere.example/a.png\">",
            },
        });
        await server.Post($"campaigns/{campaign}/start");
        await server.Ended(campaign);

        var inbox = await Get(server, "/sandbox", server.Key);
        Assert.Equal(HttpStatusCode.OK, inbox.Status);
        Assert.Contains("anna@mail.example", inbox.Body, StringComparison.Ordinal);
        Assert.Contains("href=\"/sandbox/1\"", inbox.Body, StringComparison.Ordinal);
        var page = await Get(server, "/sandbox/1", server.Key);
        foreach (var (_, body, policy) in new[] { inbox, page })
        {
            Assert.DoesNotContain("<script", body, StringComparison.OrdinalIgnoreCase);
            Assert.StartsWith("default-src 'none'; style-src 'sha256-", policy, StringComparison.Ordinal);
        }

        Assert.Contains("<iframe title=\"The message's HTML\" sandbox=", page.Body, StringComparison.Ordinal);
        var frame = await Get(server, "/sandbox/1/html", server.Key);
        Assert.StartsWith("sandbox allow-popups", frame.Policy, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", frame.Policy, StringComparison.Ordinal);
        var raw = await Get(server, "/sandbox/1/raw", server.Key);
        Assert.StartsWith("From: ", raw.Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await Get(server, "/sandbox/2", server.Key)).Status);
        Assert.Contains(
            "No message of that recipient",
            (await Get(server, "/sandbox?to=%22%3E%3Cscript%3E", server.Key)).Body,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_for_administrators_alone_and_there_is_none_without_a_sandbox()
    {
        await using var server = new ServerProcess(relayPort: 0, command: ["serve", "--sandbox"]);
        await server.Start();
        var (_, made) = await server.Send(
            HttpMethod.Post, "api-keys", new JsonObject { ["name"] = "client", ["role"] = "Client" });
        foreach (var path in (string[])["/sandbox", "/sandbox/1", "/sandbox/1/html", "/sandbox/1/raw"])
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await Get(server, path, null)).Status);
            Assert.Equal(HttpStatusCode.Forbidden, (await Get(server, path, (string)made["secret"]!)).Status);
        }

        Assert.Equal(HttpStatusCode.Unauthorized, (await Get(server, "/sandbox/messages", null)).Status);
        var first = await Get(server, "/", null, "text/html");
        Assert.Equal(HttpStatusCode.OK, first.Status);
        Assert.Contains("href=\"/sandbox\"", first.Body, StringComparison.Ordinal);
        Assert.Contains("href=\"/openapi/v1.json\"", first.Body, StringComparison.Ordinal);

        await using var other = new ServerProcess(1);
        await other.Start();
        using var missing = await other.Http.GetAsync(
            new Uri($"{other.Url}/sandbox"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        Assert.DoesNotContain("sandbox", (await Get(other, "/", null)).Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Mail:Relays:0:Host", "mail.example", "Mail:Relays names relays")]
    [InlineData("Role", "api", "Role all")]
    [InlineData("Postgres:ConnectionString", "Host=127.0.0.1", "leave Postgres out")]
    public async Task What_cannot_go_with_a_sandbox_ends_the_start(string key, string value, string rule)
    {
        var folder = Directory.CreateTempSubdirectory("oc-sandbox-");
        try
        {
            var run = await CommandRun.Of(folder.FullName, ["serve", "--sandbox"], new() { [key] = value });

            Assert.Equal(1, run.ExitCode);
            Assert.StartsWith("Sandbox: ", run.Errors, StringComparison.Ordinal);
            Assert.Contains(rule, run.Errors, StringComparison.Ordinal);
            Assert.Empty(folder.EnumerateFileSystemInfos());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<(HttpStatusCode Status, string Body, string Policy)> Get(
        ServerProcess server, string path, string? key, string accept = "*/*")
    {
        var (status, body, headers) = await Browser.Get(server, path, key, accept);
        return (status, body, headers.TryGetValues("Content-Security-Policy", out var some) ? some.Single() : "");
    }
}
