using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using OrleansCampaigns.Mail.Sandbox;
using OrleansCampaigns.Mail.Sandbox.World;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Scenarios;

/// <summary>Consent last: whoever was told that it is unsubscribed gets nothing that had not begun.</summary>
[Trait("Speed", "slow")]
public sealed class UnsubscribeTests
{
    private const int Recipients = 1_200;
    private const int LeaversAtOnce = 6;
    private const double PerLeaver = 1.2;

    // How many attempts the sink may be ahead of the recipients that leave before it answers slowly.
    private const int AheadMax = 60;

    // An attempt begins when the gate of its contact lets it through, and is seen by the sink when its processor has
    // come to MAIL FROM. On a busy machine the answer to an unsubscribe that came in between can be there before. What
    // would begin later without the gate, a retry or a turn in the queue, begins seconds later.
    private static readonly TimeSpan Lateness = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task No_attempt_begins_after_an_unsubscribe_was_acknowledged()
    {
        var world = new SandboxOptions
        {
            Port = ServerProcess.FreePort(),
            Latency = TimeSpan.FromMilliseconds(25),
            KeepMessages = true,
            KeepAttempts = true,
        };
        await using var server = new ServerProcess(world.Port, new()
        {
            ["Engine:PartitionSize"] = "150", // Many pumps at once.
            ["Mail:Relays:0:MaxConnections"] = "8",
            ["Engine:Retry:Deferred:First"] = "00:00:02",
            ["Engine:Retry:Deferred:Max"] = "00:00:02",
        });
        await server.Start();
        var list = await server.Import(Counts.Csv(
            Enumerable.Range(0, Recipients).Select(i => $"{(i % 4 == 0 ? "greylist" : "ok")}-{i}@mail.example")));
        var letters = await Letters(server, world, list);

        // A new world, which greylists once more.
        var clock = new PacedClock();
        await using var sink = SandboxServer.Start(world, clock);
        var campaign = await server.Draft(list, Recipients);
        await server.Post($"campaigns/{campaign}/start");
        var left = await LeaveWhileItRuns(letters, sink, clock);
        var statistics = await server.Ended(campaign);

        Counts.AssertSound(statistics);
        var attempts = sink.Attempts().ToLookup(attempt => attempt.Recipient, attempt => attempt.Began);
        foreach (var (recipient, acknowledged) in left)
        {
            Assert.DoesNotContain(attempts[recipient], start => start > acknowledged + Lateness);
        }

        var accepted = sink.Deliveries().Select(delivery => delivery.Recipient).ToHashSet();
        Assert.Equal(accepted.Count, statistics.Outcome("Sent"));
        Assert.Equal(Recipients - accepted.Count, statistics.Outcome("Unsubscribed"));
        Assert.All(letters.Keys.Where(recipient => !accepted.Contains(recipient)), recipient => Assert.Contains(
            recipient, left.Keys));

        // It was not too easy: some left before their turn, some between two attempts, some when it was too late.
        Assert.True(left.Keys.Count(recipient => !attempts.Contains(recipient)) > 50);
        Assert.True(left.Keys.Count(recipient => attempts.Contains(recipient) && !accepted.Contains(recipient)) > 10);
        Assert.True(left.Keys.Count(accepted.Contains) > 50);
    }

    /// <summary>An earlier campaign's letters, by recipient: with them people unsubscribe from everything.</summary>
    private static async Task<Dictionary<string, ReceivedMail>> Letters(
        ServerProcess server, SandboxOptions world, string list)
    {
        await using var sink = SandboxServer.Start(world with { Latency = TimeSpan.Zero });
        var campaign = await server.Draft(list, Recipients);
        await server.Post($"campaigns/{campaign}/start");
        Assert.Equal(Recipients, (await server.Ended(campaign)).Outcome("Sent"));
        return sink.Deliveries().Select(Read).ToDictionary(letter => letter.Recipient);
    }

    private static ReceivedMail Read(SandboxDelivery delivery) =>
        ReceivedMail.Read(delivery.Sender, delivery.Recipient, 1, delivery.Content!.Value.ToArray());

    // Half of them, at the pace of the campaign: after every other attempt one recipient leaves. And the campaign goes
    // at the pace of those who leave: where HTTP is slow, the sink is.
    private static async Task<ConcurrentDictionary<string, DateTimeOffset>> LeaveWhileItRuns(
        Dictionary<string, ReceivedMail> letters, SandboxServer sink, PacedClock clock)
    {
        var leavers = letters.Values.ToArray();
        new Random(11).Shuffle(leavers);
        var waiting = new ConcurrentQueue<(int Number, ReceivedMail Letter)>(leavers.Take(Recipients / 2).Index());
        var left = new ConcurrentDictionary<string, DateTimeOffset>();
        using var http = new HttpClient { Timeout = Eventually.Patience };
        clock.Pace(due => sink.Snapshot().Attempts > (left.Count * PerLeaver) + AheadMax ? 10 * due : due);
        await Task.WhenAll(Enumerable.Range(0, LeaversAtOnce).Select(async _ =>
        {
            while (waiting.TryDequeue(out var next))
            {
                await Eventually.Holds(
                    "the campaign goes on", () => sink.Snapshot().Attempts >= next.Number * PerLeaver);
                using var body = new StringContent(
                    "List-Unsubscribe=One-Click", Encoding.ASCII, "application/x-www-form-urlencoded");
                using var response = await http.PostAsync(next.Letter.UnsubscribeUrl, body);
                left[next.Letter.Recipient] = TimeProvider.System.GetUtcNow();
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            }
        }));
        clock.Normally();
        return left;
    }
}
