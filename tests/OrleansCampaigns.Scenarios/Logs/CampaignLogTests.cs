using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using OrleansCampaigns.Mail.Sandbox;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Scenarios.Logs;

/// <summary>What an operator reads while a server runs: a line for each thing that happened, and few others.</summary>
[Trait("Speed", "slow")]
public sealed partial class CampaignLogTests
{
    [Fact]
    public async Task A_start_tells_what_the_server_is_and_works_with()
    {
        await using var server = new ServerProcess(1, new()
        {
            ["Mail:Relays:0:Host"] = "127.0.0.1",
            ["Mail:Relays:0:Username"] = "secret-user",
            ["Mail:Relays:0:Password"] = "secret-word",
            ["Mail:Relays:0:RatePerMinute"] = "600",
            ["Mail:ReturnPath"] = "bounces@return.example",
            ["Mail:Inbound:Listen"] = "127.0.0.1:0",
        });
        await server.Start();

        var log = server.Errors.ToList();
        Assert.Matches(Banner(), log[0]);
        Assert.Contains(log, line => line.EndsWith($"Data: {server.Folder}, the embedded database.",
            StringComparison.Ordinal));
        Assert.Contains(log, line => line.EndsWith(
            "Relay sink: 127.0.0.1:1, None, authentication, 600 messages a minute, 16 connections, weight 1.",
            StringComparison.Ordinal));
        Assert.Contains(log, line => line.EndsWith($"Tracking: {server.Url}.", StringComparison.Ordinal));
        Assert.Contains(log, line => line.EndsWith("listener on 127.0.0.1:0, 0 mailboxes.", StringComparison.Ordinal));
        Assert.Contains(log, line => line.EndsWith(
            $"Dashboard: {server.Url}/orleans. Log level: Information. API: {server.Url}.", StringComparison.Ordinal));
        Assert.DoesNotContain(log, line => line.Contains("secret-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_campaign_of_thousands_leaves_a_line_for_each_step_and_no_more()
    {
        const int recipients = 2_000;
        await using var sandbox = SandboxServer.Start();
        await using var server = new ServerProcess(sandbox.Port);
        await server.Start();
        var list = await server.Import(Counts.Csv(Enumerable.Range(0, recipients).Select(
            i => $"{(i % 10) switch { 0 => "missing", 1 => "greylist", 2 => "full", _ => "ok" }}-{i}@mail.example")));
        var campaign = await server.Draft(list, recipients);
        await server.Post($"campaigns/{campaign}/start");
        await Eventually.Holds("some are sent", () => sandbox.Snapshot().Accepted >= 50);
        await server.Post($"campaigns/{campaign}/pause");
        await server.Post($"campaigns/{campaign}/resume");
        await server.Ended(campaign);
        await Eventually.Holds("the end is told", () => Lines("ended as").Any());

        Assert.Contains($" {recipients} rows, {recipients} new contacts, 0 known, 0 duplicates, 0 malformed addresses, "
            + "0 rejected rows.", Assert.Single(Lines("Import imp_")), StringComparison.Ordinal);
        Assert.Single(Lines($"Campaign {campaign} started: {recipients} recipients in "));
        Assert.Single(Lines($"Campaign {campaign} is paused."));
        Assert.Single(Lines($"Campaign {campaign} is resumed."));
        var end = Assert.Single(Lines($"Campaign {campaign} ended as FinishedWithFailures after "));
        Assert.Matches(
            $"Sent {recipients / 10 * 8}, .*Bounced {recipients / 10 * 2}, excluded 0; 0 in doubt, .* "
            + $"{recipients} licences",
            end);
        Assert.True(server.Errors.Count() < 100, string.Join('\n', server.Errors));
        Assert.DoesNotContain(server.Errors, line => line.Contains('@', StringComparison.Ordinal)
            || line.Contains("con_", StringComparison.Ordinal) || line.Contains("Polly", StringComparison.Ordinal));

        IEnumerable<string> Lines(string text) =>
            server.Errors.Where(line => line.Contains(text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Cancelled_campaigns_and_starts_that_came_to_nothing_are_told()
    {
        await using var sandbox = SandboxServer.Start();
        await using var server = new ServerProcess(sandbox.Port);
        await server.Start();
        var list = await server.Import(Counts.Csv(["never-a@mail.example", "ok-b@mail.example"]));
        var cancelled = await server.Draft(list, 2);
        await server.Post($"campaigns/{cancelled}/start");
        await Eventually.Holds("both were tried", () => sandbox.Snapshot().Attempts >= 2);
        await server.Post($"campaigns/{cancelled}/cancel");

        await Told($"Campaign {cancelled} is cancelled; it was Running.");
        await Told($"Campaign {cancelled} ended as Cancelled after ");

        Task Told(string text) => Eventually.Holds(
            text, () => server.Errors.Any(line => line.Contains(text, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Keys_that_are_made_revoked_and_refused_leave_a_trace_but_never_a_secret()
    {
        await using var sandbox = SandboxServer.Start();
        await using var server = new ServerProcess(sandbox.Port);
        await server.Start();
        var made = await server.Post("api-keys", new JsonObject { ["name"] = "The shop of Ann", ["role"] = "Client" });
        await server.Send(HttpMethod.Delete, $"api-keys/{made["id"]}");
        using var stranger = new HttpClient { Timeout = Eventually.Patience };
        for (var i = 0; i < 50; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"{server.Url}/v1/lists"));
            request.Headers.Authorization =
                i % 2 == 0 ? new AuthenticationHeaderValue("Bearer", $"{made["secret"]}") : null;
            using var answer = await stranger.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        }

        await Eventually.Holds("the refusals are told", () => Lines("were refused").Any());
        Assert.Matches(
            $"API key {made["id"]} \\(Client\\) was made by key_[^ ]+\\.$", Assert.Single(Lines("was made by")));
        Assert.Single(Lines($"API key {made["id"]} was revoked by key_"));
        Assert.Single(Lines("Requests with an unknown or revoked API key were refused: 1 since"));
        Assert.Single(Lines("were refused"));
        Assert.Empty(Lines("AuthenticationScheme")); // A line for each request would be for strangers to write.
        Assert.DoesNotContain(server.Errors, line => line.Contains($"{made["secret"]}", StringComparison.Ordinal)
            || line.Contains("Ann", StringComparison.Ordinal));

        IEnumerable<string> Lines(string text) =>
            server.Errors.Where(line => line.Contains(text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_relay_that_goes_down_and_comes_up_is_told()
    {
        var port = ServerProcess.FreePort();
        await using var server = new ServerProcess(port);
        await server.Start();
        var campaign = await server.Draft(await server.Import(Counts.Csv(["ok-a@mail.example"])), 1);
        await server.Post($"campaigns/{campaign}/start");
        await Eventually.Holds("the relay is told to be down", () => Has("warn", "Relay sink takes no connections"));

        await using var sink = TestKit.Sink.SmtpSink.Start(port);
        await Eventually.Holds("the relay is told to be up", () => Has("info", "Relay sink takes connections again."));

        bool Has(string level, string text) => server.Errors.Any(line =>
            line.Contains($" {level} ", StringComparison.Ordinal) && line.Contains(text, StringComparison.Ordinal));
    }

    [GeneratedRegex(
        @"^[-0-9T:.]+Z info OrleansCampaigns: OrleansCampaigns [0-9]+\.[0-9]+\.[0-9]+\S*, role all, process ")]
    private static partial Regex Banner();
}
