using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Mail.Sandbox;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Mail.Tests.Sandbox;

/// <summary>The sandbox does what its table says, and counts it right.</summary>
public sealed class SandboxTests
{
    [Theory]
    [InlineData("ok-anna@mail.example", "ok", SandboxRule.Always)]
    [InlineData("anybody@mail.example", "ok", SandboxRule.Always)]
    [InlineData("fullerton@mail.example", "ok", SandboxRule.Always)]
    [InlineData("full@mail.example", "full", SandboxRule.Always)]
    [InlineData("Full-x@mail.example", "full", SandboxRule.Always)]
    [InlineData("full2-x@mail.example", "full", 2)]
    [InlineData("greylist-x@mail.example", "greylist", 1)]
    [InlineData("greylist3-x@mail.example", "greylist", 3)]
    [InlineData("ok-x@nodomain.mail.example", "nodomain", SandboxRule.Always)]
    [InlineData("full.x@mail.example", "ok", SandboxRule.Always)]
    [InlineData("asyncfull@mail.example", "asyncfull", 1)]
    [InlineData("asyncfull3-x@mail.example", "asyncfull", 3)]
    [InlineData("leavermail-x@mail.example", "leavermail", SandboxRule.Always)]
    public void An_address_meets_its_rule(string address, string word, int times)
    {
        var rule = SandboxRules.For(address);

        Assert.Equal((word, times), (rule.Word, rule.Times));
    }

    [Fact]
    public async Task Every_rule_ends_as_the_table_says()
    {
        await using var sandbox =
            SandboxServer.Start(new SandboxOptions { SlowLatency = TimeSpan.FromMilliseconds(20) });
        await using var relays = Given.Relays(sandbox.Port);

        foreach (var rule in SandboxRules.All)
        {
            for (var before = 1; before < rule.From; before++)
            {
                Assert.Equal(Outcome.Sent, (await relays.SendOne($"{rule.Word}-1@mail.example"))!.Outcome);
            }

            var reports = await SendUntilOver(relays, $"{rule.Word}-1@mail.example");

            // What is sent back later is accepted first.
            var expected = rule.Stage == SandboxStage.Later ? Outcome.Sent : rule.Expected;
            Assert.Equal((rule.Word, expected), (rule.Word, Ends(reports)));
            Assert.Equal(rule.Stage is SandboxStage.DropAccepted or SandboxStage.DropUnaccepted, reports[0].InDoubt);
            if (rule.Times == 1 && rule.Stage != SandboxStage.Later)
            {
                Assert.Equal((rule.Word, 2), (rule.Word, reports.Count));
            }

            if (rule.Code >= 400 && rule.Stage != SandboxStage.Later)
            {
                Assert.Equal(rule.Code, reports[0].Reply!.Code);
                Assert.Equal(rule.Text, $"{reports[0].Reply!.EnhancedCode} {reports[0].Reply!.Text}");
            }
        }
    }

    [Theory]
    [InlineData("asyncfull2", Outcome.Sent)]
    [InlineData("asyncfull3", Outcome.Bounced)]
    [InlineData("full2", Outcome.Sent)]
    [InlineData("greylist3", Outcome.Sent)]
    public void A_number_changes_how_it_ends_where_three_are_too_many(string word, Outcome expected) =>
        Assert.Equal(expected, SandboxRules.For($"{word}-x@mail.example").Expected);

    [Fact]
    public async Task It_knows_when_attempts_began_when_asked_to()
    {
        var clock = new ManualClock();
        await using var sandbox = SandboxServer.Start(new SandboxOptions { KeepAttempts = true }, clock);
        await using var relays = Given.Relays(sandbox.Port);

        await relays.SendOne("ok-1@mail.example");
        clock.Advance(TimeSpan.FromSeconds(5));
        await relays.SendOne("missing-1@mail.example");

        Assert.Equal(
            [new("ok-1@mail.example", Given.Noon), new("missing-1@mail.example", Given.Noon.AddSeconds(5))],
            sandbox.Attempts());
    }

    [Fact]
    public async Task It_counts_for_itself()
    {
        await using var sandbox = SandboxServer.Start();
        await using var relays = Given.Relays(sandbox.Port);
        var message = Given.Message("ok-anna@mail.example");

        await relays.SendOne("ok-anna@mail.example");
        await relays.SendOne("ok-anna@mail.example");
        await relays.SendOne("ok-bela@mail.example");
        await relays.SendOne("missing-x@mail.example");
        await relays.SendOne("spam-x@mail.example");

        var snapshot = sandbox.Snapshot();
        Assert.Equal((3, 1, 5, 4), (snapshot.Accepted, snapshot.Duplicates, snapshot.Attempts, snapshot.Transactions));
        Assert.Equal((1, 1), (snapshot.Connections, snapshot.ConnectionsAtOnceMax));
        Assert.Equal(2, sandbox.AttemptsAt("ok-anna@mail.example"));
        Assert.Equal(message.MessageId, sandbox.Deliveries()[0].MessageId);
        Assert.Equal("news@sender.example", sandbox.Deliveries()[0].Sender);
        Assert.All(sandbox.Deliveries(), delivery => Assert.Null(delivery.Content));
    }

    [Fact]
    public async Task What_was_accepted_though_its_reply_was_lost_is_counted_and_its_repetition_as_duplicate()
    {
        await using var sandbox = SandboxServer.Start();
        await using var relays = Given.Relays(sandbox.Port);

        Assert.True((await relays.SendOne("dropaccepted-x@mail.example"))!.InDoubt);
        Assert.Equal((1, 0), (sandbox.Snapshot().Accepted, sandbox.Snapshot().Duplicates));
        Assert.Equal(Outcome.Sent, (await relays.SendOne("dropaccepted-x@mail.example"))!.Outcome);
        Assert.Equal((2, 1), (sandbox.Snapshot().Accepted, sandbox.Snapshot().Duplicates));

        Assert.True((await relays.SendOne("dropafter-x@mail.example"))!.InDoubt);
        Assert.Equal(2, sandbox.Snapshot().Accepted);
    }

    [Fact]
    public async Task It_goes_down_and_comes_up_on_the_same_port_and_remembers()
    {
        await using var sandbox = SandboxServer.Start();
        var port = sandbox.Port;
        await using (var relays = Given.Relays(port))
        {
            await relays.SendOne("ok-1@mail.example");
        }

        sandbox.GoDown();
        sandbox.GoDown();
        using (var socket = new System.Net.Sockets.TcpClient())
        {
            await Assert.ThrowsAsync<System.Net.Sockets.SocketException>(
                () => socket.ConnectAsync(SandboxServer.Host, port));
        }

        sandbox.ComeUp();
        sandbox.ComeUp();
        await using var again = Given.Relays(port);
        Assert.Equal(Outcome.Sent, (await again.SendOne("ok-2@mail.example"))!.Outcome);
        Assert.Equal((port, 2L), (sandbox.Port, sandbox.Snapshot().Accepted));
    }

    [Fact]
    public async Task Latency_is_waited_for()
    {
        var clock = new ManualClock();
        await using var sandbox =
            SandboxServer.Start(new SandboxOptions { Latency = TimeSpan.FromMilliseconds(50) }, clock);
        await using var relays = Given.Relays(sandbox.Port);

        var sending = relays.SendOne("ok-1@mail.example");
        await clock.UntilTimerWithin(TimeSpan.FromMilliseconds(50)).WaitAsync(Given.Patience);
        Assert.False(sending.IsCompleted);
        clock.Advance(TimeSpan.FromMilliseconds(50));

        Assert.Equal(Outcome.Sent, (await sending)!.Outcome);
    }

    private static async Task<List<AttemptReport>> SendUntilOver(
        OrleansCampaigns.Mail.Relays.MailRelays relays, string recipient)
    {
        var reports = new List<AttemptReport>();
        while (
            reports.Count < 3 && (reports.Count == 0 || reports[^1].Outcome is Outcome.Deferred or Outcome.SoftBounced))
        {
            if (await relays.SendOne(recipient) is { } report)
            {
                reports.Add(report);
            }
        }

        return reports;
    }

    // Three soft bounces are one bounce, and what is deferred for ever expires.
    private static Outcome Ends(List<AttemptReport> reports) =>
        reports is [_, _, { Outcome: Outcome.SoftBounced or Outcome.Deferred }] ? Outcome.Bounced : reports[^1].Outcome;
}
