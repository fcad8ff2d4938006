using System.Collections.Concurrent;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Grains.Delivery;
using OrleansCampaigns.Mail.Messages;
using OrleansCampaigns.Mail.Relays;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Mail.Tests.Relays;

/// <summary>What a relay says about us is no recipient's outcome: the campaign waits, and finds out.</summary>
public sealed class RelayHoldTests
{
    private static readonly LaneRequest Wanted = new(null, Given.Campaign);

    [Theory]
    [InlineData("553 5.7.1 <news@sender.example>: Sender rejected", "553 5.7.1 <address> Sender rejected")]
    [InlineData("550 Account suspended", "550 Account suspended")]
    [InlineData("452 4.3.1 Insufficient system storage", "452 4.3.1 Insufficient system storage")]
    [InlineData("421 4.3.2 Shutting down", "421 4.3.2 Shutting down")]
    public async Task A_refusal_of_MAIL_FROM_is_no_attempt_and_is_tried_again_once(string reply, string detail)
    {
        var clock = new ManualClock();
        await using var server = new Answering { Mail = _ => reply };
        await using var relays = Given.Relays(server.Port, clock: clock);

        Assert.Null(await Send(relays, "anna@mail.example"));

        var hold = relays.GetHold(Wanted);
        Assert.Equal(("main", detail), (hold?.Relay, hold?.Detail));
        Assert.Equal(clock.GetUtcNow() + TimeSpan.FromSeconds(1), hold!.NextTryAt);
        Assert.Empty(await relays.ReserveFor(Wanted, 4, CancellationToken.None));

        server.Mail = _ => null;
        clock.Advance(TimeSpan.FromSeconds(1));
        await relays.UntilUp();
        await using (var probe = Assert.Single(await Lanes(relays, 4)))
        {
            Assert.Empty(await relays.ReserveFor(Wanted, 4, CancellationToken.None));
            Assert.Equal(Outcome.Sent, (await probe.Send(Given.Message(), CancellationToken.None))!.Outcome);
        }

        Assert.Null(relays.GetHold(Wanted));
    }

    [Fact]
    public async Task The_wait_doubles_while_nothing_is_mended_and_another_campaign_goes_on()
    {
        var clock = new ManualClock();
        await using var server = new Answering { Mail = _ => "553 5.7.1 Sender rejected" };
        await using var relays = Given.Relays(server.Port, clock: clock);
        var waits = new List<double>();
        for (var i = 0; i < 8; i++)
        {
            Assert.Null(await Send(relays, "anna@mail.example"));
            var hold = relays.GetHold(Wanted)!;
            waits.Add((hold.NextTryAt - clock.GetUtcNow()).TotalSeconds);
            clock.Advance(hold.NextTryAt - clock.GetUtcNow());
        }

        Assert.Equal([1, 2, 4, 8, 16, 32, 60, 60], waits);
        server.Mail = _ => null;
        Assert.Null(relays.GetHold(new(null, new("cmp_000000000000000000000000000000ff"))));
        relays.TryAgain(Given.Campaign);
        Assert.Equal(Outcome.Sent, (await Send(relays, "anna@mail.example"))!.Outcome);
    }

    [Fact]
    public async Task What_one_relay_refuses_another_one_takes()
    {
        await using var refusing = new Answering { Mail = _ => "550 5.7.1 Your account has been suspended" };
        await using var taking = new Answering();
        await using var relays = Given.Relays(Given.Options(
            Named(refusing.Port, "first"), Named(taking.Port, "second")));

        var reports = new List<AttemptReport?>();
        while (reports.Count(report => report is not null) < 6)
        {
            reports.Add(await Send(relays, "anna@mail.example"));
        }

        Assert.InRange(reports.Count(report => report is null), 0, 3);
        Assert.All(reports.OfType<AttemptReport>(), report => Assert.Equal("second", report.Relay));
        Assert.Null(relays.GetHold(Wanted));
    }

    [Fact]
    public async Task A_domain_that_the_relay_refuses_waits_alone()
    {
        var clock = new ManualClock();
        await using var server = new Answering
        {
            Recipient = to => to.Contains("refused.example", StringComparison.Ordinal)
                ? "550 5.7.1 Relaying denied" : null,
        };
        await using var relays = Given.Relays(server.Port, clock: clock);

        Assert.Null(await Send(relays, "anna@refused.example"));
        Assert.Equal(Outcome.Sent, (await Send(relays, "berta@mail.example"))!.Outcome);

        Assert.Null(relays.GetHold(Wanted));
        Assert.Null(relays.GetHold(Wanted, "mail.example"));
        Assert.Equal("550 5.7.1 Relaying denied", relays.GetHold(Wanted, "refused.example")?.Detail);
        Assert.False(relays.MayTry(Wanted, "main", "refused.example"));

        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(relays.MayTry(Wanted, "main", "refused.example"));
        Assert.False(relays.MayTry(Wanted, "main", "refused.example"), "One finds out.");
        server.Recipient = _ => null;
        Assert.Equal(Outcome.Sent, (await Send(relays, "anna@refused.example"))!.Outcome);
        Assert.Null(relays.GetHold(Wanted, "refused.example"));
    }

    [Fact]
    public async Task Many_domains_refused_one_after_another_hold_the_campaign()
    {
        await using var server = new Answering { Recipient = _ => "553 5.1.8 Sender address rejected" };
        await using var relays = Given.Relays(server.Port, clock: new ManualClock());

        for (var i = 0; i < 8; i++)
        {
            Assert.Null(relays.GetHold(Wanted));
            Assert.Null(await Send(relays, $"anna@domain-{i}.example"));
        }

        Assert.Equal("553 5.1.8 Sender address rejected", relays.GetHold(Wanted)?.Detail);
    }

    [Fact]
    public async Task An_address_that_is_refused_where_its_neighbours_are_served_has_its_own_outcome()
    {
        await using var server = new Answering
        {
            Recipient = to => to.Contains("odd@", StringComparison.Ordinal) ? "554 5.7.1 Relay access denied" : null,
        };
        await using var relays = Given.Relays(server.Port);

        Assert.Null(await Send(relays, "odd@mail.example"));
        Assert.Equal(Outcome.Sent, (await Send(relays, "anna@mail.example"))!.Outcome);
        var own = await Send(relays, "odd@mail.example");

        Assert.Equal((Outcome.Rejected, Cause.Relaying), (own?.Outcome, own?.Cause));
    }

    [Fact]
    public async Task The_last_address_of_a_domain_that_was_served_does_not_wait_for_ever()
    {
        await using var server = new Answering
        {
            Recipient = to => to.Contains("odd@", StringComparison.Ordinal) ? "554 5.7.1 Relay access denied" : null,
        };
        await using var relays = Given.Relays(server.Port, clock: new ManualClock());

        Assert.Equal(Outcome.Sent, (await Send(relays, "anna@mail.example"))!.Outcome);
        Assert.Null(await Send(relays, "odd@mail.example"));
        Assert.Equal(Outcome.Rejected, (await UntilReport(relays, "odd@mail.example")).Outcome);
    }

    [Theory]
    [InlineData("news@sender.example", "", null)]
    [InlineData("büro@sender.example", "", "does not offer SMTPUTF8, which the sender's address needs")]
    [InlineData("news@sender.example", "SIZE 500", "takes messages of 500 octets at most (SIZE)")]
    public async Task What_the_relay_cannot_carry_is_known_before_the_first_recipient(
        string sender, string extension, string? detail)
    {
        await using var server = new Answering { Extensions = extension.Length == 0 ? [] : [extension] };
        await using var relays = Given.Relays(server.Port);
        var composer = Given.Composer(Given.Definition() with { Sender = new Sender(sender) });
        var wanted = Wanted with { Needs = composer.Needs };

        var lanes = await relays.ReserveFor(wanted, 1, CancellationToken.None).WaitAsync(Given.Patience);

        if (detail is null)
        {
            await using var lane = Assert.Single(lanes);
            Assert.Null(relays.GetHold(wanted));
            return;
        }

        Assert.Empty(lanes);
        Assert.StartsWith(detail, relays.GetHold(wanted)?.Detail, StringComparison.Ordinal);
        Assert.Empty(server.Heard);
    }

    [Fact]
    public async Task A_relay_that_learns_SMTPUTF8_is_used_again()
    {
        await using var server = new Answering();
        await using var relays = Given.Relays(server.Port);
        var needs = Given.Composer(Given.Definition() with { Sender = new Sender("büro@sender.example") }).Needs;
        var wanted = Wanted with { Needs = needs };
        Assert.Empty(await relays.ReserveFor(wanted, 1, CancellationToken.None).WaitAsync(Given.Patience));

        server.Extensions = ["SMTPUTF8"];
        relays.TryAgain(Given.Campaign);

        await using var lane = Assert.Single(
            await relays.ReserveFor(wanted, 1, CancellationToken.None).WaitAsync(Given.Patience));
    }

    [Fact]
    public async Task One_message_above_the_relays_SIZE_is_not_sent_and_says_so()
    {
        await using var server = new Answering { Extensions = ["SIZE 20000"] };
        await using var relays = Given.Relays(server.Port);

        var report = await Send(relays, "anna@mail.example", new string('x', 30_000));

        Assert.Equal(
            (Outcome.Rejected, Cause.TooLarge, true, 552),
            (report!.Outcome, report.Cause, report.IsUnsent, report.Reply!.Code));
        Assert.Equal(Outcome.Sent, (await Send(relays, "berta@mail.example"))!.Outcome);
        Assert.Single(server.Heard, line => line.StartsWith("MAIL", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task The_headers_of_a_service_follow_the_relay_that_takes_the_message()
    {
        await using var plain = new Answering();
        await using var service = new Answering();
        var postmark = Named(service.Port, "second");
        postmark.Provider = RelayProvider.Postmark;
        var options = Given.Options(Named(plain.Port, "first"), postmark);
        await using var relays = Given.Relays(options);
        var message = Given.Message(Given.Definition(), Given.Recipient(), options);

        foreach (var relay in (string[])["first", "second"])
        {
            await using var lane = Assert.Single(await relays.Reserve(relay, 1, CancellationToken.None));
            Assert.Equal(Outcome.Sent, (await lane.Send(message, CancellationToken.None))!.Outcome);
        }

        Assert.DoesNotContain("X-PM-Metadata", Assert.Single(plain.Contents), StringComparison.Ordinal);
        Assert.Contains("X-PM-Metadata-message-id", Assert.Single(service.Contents), StringComparison.Ordinal);
    }

    private static RelayOptions Named(int port, string name)
    {
        var relay = Given.RelayAt(port);
        (relay.Name, relay.Weight) = (name, 1);
        return relay;
    }

    private static Task<IReadOnlyList<IMailLane>> Lanes(MailRelays relays, int max) => Eventually.Get(
        "a lane is there",
        async () => await relays.ReserveFor(Wanted, max, CancellationToken.None) is { Count: > 0 } lanes
            ? lanes : null);

    private static async Task<AttemptReport?> Send(
        MailRelays relays, string recipient, string html = "<p>Hello</p>")
    {
        var message = Given.Message(recipient, html);
        var lanes = await relays.ReserveFor(Wanted, 1, CancellationToken.None).WaitAsync(Given.Patience);
        await using var lane = lanes[0];
        return await lane.Send(message, CancellationToken.None).WaitAsync(Given.Patience);
    }

    private static async Task<AttemptReport> UntilReport(MailRelays relays, string recipient)
    {
        for (var i = 0; i < 5; i++)
        {
            if (await Send(relays, recipient) is { } report)
            {
                return report;
            }
        }

        throw new InvalidOperationException("It waits for ever.");
    }

    /// <summary>A relay that takes everything but what it is told to refuse.</summary>
    private sealed class Answering : IAsyncDisposable
    {
        private readonly ScriptedServer server;

        public Answering() => server = new(Serve);

        public int Port => server.Port;

        public string[] Extensions { get; set; } = [];

        public Func<string, string?> Mail { get; set; } = _ => null;

        public Func<string, string?> Recipient { get; set; } = _ => null;

        public ConcurrentQueue<string> Heard { get; } = [];

        public ConcurrentQueue<string> Contents { get; } = [];

        public ValueTask DisposeAsync() => server.DisposeAsync();

        private async Task Serve(ScriptedSession session)
        {
            await session.Greet(Extensions);
            while (await session.Hear() is var line && !line.StartsWith("QUIT", StringComparison.Ordinal))
            {
                var reply = line switch
                {
                    _ when line.StartsWith("MAIL", StringComparison.Ordinal) => Note(line, Mail(line)),
                    _ when line.StartsWith("RCPT", StringComparison.Ordinal) => Note(line, Recipient(line)),
                    "DATA" => await TakeContent(session),
                    _ => null,
                };
                await session.Say(reply ?? "250 2.0.0 Ok");
            }
        }

        private string? Note(string line, string? reply)
        {
            Heard.Enqueue(line);
            return reply;
        }

        private async Task<string?> TakeContent(ScriptedSession session)
        {
            await session.Say("354 Go ahead");
            var content = new System.Text.StringBuilder();
            while (await session.Hear() is var line && line != ".")
            {
                content.Append(line).Append('\n');
            }

            Contents.Enqueue(content.ToString());
            return null;
        }
    }
}
