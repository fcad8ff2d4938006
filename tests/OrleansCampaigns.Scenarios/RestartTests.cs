using System.Globalization;
using System.Text.Json.Nodes;
using OrleansCampaigns.Mail.Sandbox;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Scenarios;

/// <summary>What falls due while the process is down happens when it is up again.</summary>
[Trait("Speed", "slow")]
public sealed class RestartTests
{
    // A campaign of hundreds goes on for ten seconds and more unless its sink is hurried.
    private static readonly TimeSpan Slowly = TimeSpan.FromMilliseconds(500);

    [Fact]
    public async Task A_retry_that_falls_due_while_the_process_is_down_is_made_afterwards()
    {
        await using var sink = SandboxServer.Start();
        await using var server = new ServerProcess(sink.Port, new()
        {
            // Far enough away for the process to be killed before.
            ["Engine:Retry:Deferred:First"] = "00:00:10",
            ["Engine:Retry:Deferred:Max"] = "00:00:10",
        });
        await server.Start();
        var list = await server.Import(Counts.Csv(["greylist-a@mail.example", "greylist-b@mail.example"]));
        var campaign = await server.Draft(list, 2);
        await server.Post($"campaigns/{campaign}/start");
        var waiting = await Eventually.Get("both wait", async () =>
            await server.Statistics(
                campaign) is var statistics && (long)statistics["retriesWaiting"]! == 2 ? statistics : null);

        await server.Kill();
        var due = DateTimeOffset.Parse((string)waiting["nextRetryAt"]!, CultureInfo.InvariantCulture);
        await Eventually.Holds("the retry is overdue", () => TimeProvider.System.GetUtcNow() > due.AddSeconds(2));
        Assert.Equal(2, sink.Snapshot().Attempts);
        await server.Start();

        var statistics = await server.Ended(campaign);
        Counts.AssertSound(statistics);
        Assert.Equal(2, statistics.Outcome("Sent"));
        Assert.Equal(0, (long)statistics["inDoubt"]!);
        Assert.Equal(4, sink.Snapshot().Attempts);
        Assert.Equal(2, sink.Snapshot().Accepted);
    }

    [Fact]
    public async Task A_scheduled_campaign_starts_on_time_after_a_restart()
    {
        await using var sink = SandboxServer.Start();
        await using var server = new ServerProcess(sink.Port);
        await server.Start();
        var list = await server.Import(Counts.Csv(["ok-a@mail.example"]));
        var campaign = await server.Draft(list, 1);
        var at = TimeProvider.System.GetUtcNow().AddSeconds(10);
        await server.Post($"campaigns/{campaign}/schedule", new JsonObject { ["scheduledAt"] = at.ToString("O") });

        await server.Kill();
        await server.Start();
        var isScheduled = (string)(await server.Get($"campaigns/{campaign}"))["status"]! == "Scheduled";
        Assert.True(isScheduled || TimeProvider.System.GetUtcNow() >= at, "It started before its time.");

        var statistics = await server.Ended(campaign);
        Assert.Equal(1, statistics.Outcome("Sent"));
        var started = DateTimeOffset.Parse(
            (string)(await server.Get($"campaigns/{campaign}"))["startedAt"]!, CultureInfo.InvariantCulture);
        Assert.InRange(started, at, TimeProvider.System.GetUtcNow());
    }

    [Fact]
    public async Task A_cancelled_campaign_stays_silent_after_a_restart()
    {
        await using var sink = SandboxServer.Start();
        await using var server = new ServerProcess(sink.Port);
        await server.Start();
        var list = await server.Import(Counts.Csv(Enumerable.Range(0, 20).Select(i => $"never-{i}@mail.example")));
        var campaign = await server.Draft(list, 20);
        await server.Post($"campaigns/{campaign}/start");
        await Eventually.Holds("everybody was tried", () => sink.Snapshot().Attempts >= 20);

        await server.Post($"campaigns/{campaign}/cancel");
        var statistics = await Eventually.Get("the licences are settled", async () =>
            await server.Statistics(campaign) is var ended && (long)ended["retriesWaiting"]! == 0
                && (long)ended["licences"]!["deducted"]! == 20 ? ended : null);
        var attempts = sink.Snapshot().Attempts;
        await server.Kill();
        await server.Start();

        // A retry would have come within two seconds, and another campaign shows that the engine runs.
        var other = await server.Draft(await server.Import(Counts.Csv(["greylist3-x@mail.example"])), 1);
        await server.Post($"campaigns/{other}/start");
        Assert.Equal(1, (await server.Ended(other)).Outcome("Sent"));
        Counts.AssertSound(statistics);
        Assert.Equal("Cancelled", (string)statistics["status"]!);
        Assert.Equal(attempts + 4, sink.Snapshot().Attempts);
    }

    [Fact]
    public async Task Paused_nothing_new_begins_after_a_second_and_a_restart_changes_nothing_about_it()
    {
        var clock = new PacedClock();
        await using var sink = SandboxServer.Start(new SandboxOptions { Latency = Slowly }, clock);
        await using var server = new ServerProcess(sink.Port);
        await server.Start();
        var list = await server.Import(Counts.Csv(Enumerable.Range(0, 400).Select(i => $"ok-{i}@mail.example")));
        var campaign = await server.Draft(list, 400);
        await server.Post($"campaigns/{campaign}/start");
        await Eventually.Holds("some are sent", () => sink.Snapshot().Accepted >= 50);

        await server.Post($"campaigns/{campaign}/pause");
        var paused = TimeProvider.System.GetUtcNow();
        await Eventually.Holds("a second has passed", () => TimeProvider.System.GetUtcNow() > paused.AddSeconds(1));
        await Eventually.Holds("what had begun is recorded", async () =>
            (long)(await server.Statistics(campaign))["attempts"]! == sink.Snapshot().Attempts);
        var attempts = sink.Snapshot().Attempts;
        await server.Kill();
        await server.Start();
        var restarted = TimeProvider.System.GetUtcNow();
        await Eventually.Holds("reminders have come", () => TimeProvider.System.GetUtcNow() > restarted.AddSeconds(3));
        Assert.Equal(attempts, sink.Snapshot().Attempts);
        Assert.InRange(attempts, 50, 399);

        clock.Hurry();
        await server.Post($"campaigns/{campaign}/resume");
        var statistics = await server.Ended(campaign);
        Counts.AssertSound(statistics);
        Assert.Equal(400, statistics.Outcome("Sent"));
        Assert.Equal(0, (long)statistics["inDoubt"]!);
        Assert.Equal(400, sink.Snapshot().Accepted);
        Assert.Equal(0, sink.Snapshot().Duplicates);
    }

    [Fact]
    public async Task Told_to_stop_it_finishes_what_is_in_flight_and_leaves_no_doubt()
    {
        var clock = new PacedClock();
        await using var sink = SandboxServer.Start(new SandboxOptions { Latency = Slowly }, clock);
        await using var server = new ServerProcess(sink.Port);
        await server.Start();
        var list = await server.Import(Counts.Csv(Enumerable.Range(0, 300).Select(i => $"ok-{i}@mail.example")));
        var campaign = await server.Draft(list, 300, new() { ["inDoubt"] = "Resend" });
        await server.Post($"campaigns/{campaign}/start");
        await Eventually.Holds("some are sent", () => sink.Snapshot().Accepted >= 50);

        Assert.Equal(0, await server.Terminate());
        Assert.InRange(sink.Snapshot().Accepted, 50, 299);
        clock.Hurry();
        await server.Start();

        var statistics = await server.Ended(campaign);
        Counts.AssertSound(statistics);
        Assert.Equal(300, statistics.Outcome("Sent"));
        Assert.Equal(0, (long)statistics["inDoubt"]!);
        Assert.Equal(0, sink.Snapshot().Duplicates);
        Assert.Equal(300, sink.Snapshot().Accepted);
    }
}
