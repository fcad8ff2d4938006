using System.Text.Json.Nodes;
using OrleansCampaigns.Mail.Sandbox;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Scenarios;

/// <summary>The relay is away, or does not want us: campaigns wait, say why, and burn no attempt.</summary>
[Trait("Speed", "slow")]
public sealed class RelayTroubleTests
{
    [Fact]
    public async Task A_relay_that_is_down_is_waited_for()
    {
        await using var sink = SandboxServer.Start();
        sink.GoDown();
        await using var server = new ServerProcess(sink.Port);
        await server.Start();
        var campaign = await server.Draft(
            await server.Import(Counts.Csv(["ok-a@mail.example", "ok-b@mail.example"])), 2);

        await server.Post($"campaigns/{campaign}/start");
        var waiting = await Waiting(server, campaign);
        Assert.Contains("cannot connect", (string)waiting["waitingFor"]!, StringComparison.Ordinal);
        Assert.Equal(0, (long)waiting["attempts"]!);
        Assert.Equal(2, waiting.Outcome("Queued"));

        // Killed while it waits: nothing was begun, so nothing is in doubt.
        await server.Kill();
        await server.Start();
        await Waiting(server, campaign);
        sink.ComeUp();
        var statistics = await server.Ended(campaign);
        Counts.AssertSound(statistics);
        Assert.Equal(2, statistics.Outcome("Sent"));
        Assert.Equal(2, (long)statistics["attempts"]!);
        Assert.Equal(0, (long)statistics["inDoubt"]!);
        Assert.Equal(2, sink.Snapshot().Accepted);
    }

    [Fact]
    public async Task A_relay_that_goes_down_in_the_middle_loses_nobody()
    {
        var clock = new PacedClock();
        await using var sink = SandboxServer.Start(
            new SandboxOptions { Latency = TimeSpan.FromMilliseconds(500) }, clock);
        await using var server = new ServerProcess(sink.Port);
        await server.Start();
        var list = await server.Import(Counts.Csv(Enumerable.Range(0, 300).Select(i => $"ok-{i}@mail.example")));
        var campaign = await server.Draft(list, 300, new() { ["inDoubt"] = "Resend" });
        await server.Post($"campaigns/{campaign}/start");
        await Eventually.Holds("some are sent", () => sink.Snapshot().Accepted >= 60);

        sink.GoDown();
        await Waiting(server, campaign);
        clock.Hurry();
        sink.ComeUp();

        var statistics = await server.Ended(campaign);
        Counts.AssertSound(statistics);
        Assert.Equal(300, statistics.Outcome("Sent"));
        var snapshot = sink.Snapshot();
        Assert.Equal(300, snapshot.Accepted - snapshot.Duplicates);
        Assert.InRange(snapshot.Duplicates, 0, (long)statistics["inDoubt"]!);
    }

    [Fact]
    public async Task Wrong_credentials_are_told_and_no_secret_is_logged()
    {
        await using var sink = SandboxServer.Start(
            new SandboxOptions { Username = "sender", Password = "right-secret" });
        await using var server = new ServerProcess(sink.Port, new()
        {
            ["Mail:Relays:0:Username"] = "sender",
            ["Mail:Relays:0:Password"] = "wrong-secret",
        });
        await server.Start();
        var campaign = await server.Draft(await server.Import(Counts.Csv(["ok-a@mail.example"])), 1);

        await server.Post($"campaigns/{campaign}/start");
        var waiting = await Waiting(server, campaign);

        Assert.Contains("credentials refused", (string)waiting["waitingFor"]!, StringComparison.Ordinal);
        Assert.Equal(0, (long)waiting["attempts"]!);
        Assert.Equal(0, sink.Snapshot().Accepted);
        Assert.DoesNotContain(
            server.Errors.Concat(server.Output.Skip(1)), line => line.Contains("secret", StringComparison.Ordinal));
    }

    private static Task<JsonNode> Waiting(ServerProcess server, string campaign) => Eventually.Get(
        "the statistics say what the campaign waits for",
        async () => await server.Statistics(
            campaign) is var statistics && statistics["waitingFor"] is not null ? statistics : null);
}
