using System.Text;
using System.Text.Json.Nodes;
using OrleansCampaigns.Mail.Sandbox;
using OrleansCampaigns.Mail.Sandbox.World;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Scenarios;

/// <summary>A mailbox full of what came back, and a process that dies while it reads.</summary>
[Trait("Needs", "Dovecot")]
[Trait("Speed", "slow")]
public sealed class MailboxTests(ITestOutputHelper output)
{
    private const string User = "bounces";
    private const int Unreadable = 75;
    private const int Unmatched = 75;

    // How many messages a connection reads before it takes them away.
    private const int Batch = 100;

    /// <summary>What comes back from whom, and what it must come to in the end.</summary>
    /// <param name="Word">The rule of the sandbox.</param>
    /// <param name="Count">How many recipients.</param>
    /// <param name="Outcome">The outcome in the end.</param>
    /// <param name="Status">The contact's status in the end.</param>
    /// <param name="Kind">The entries of history that come of it; none when absent.</param>
    private sealed record Fate(string Word, int Count, string Outcome, string Status, string? Kind = null);

    private static readonly Fate[] Fates =
    [
        new("asyncmissing", 450, "Bounced", "DoesNotExist", "Bounce"),
        new("asyncblocked", 100, "Bounced", "Active", "Bounce"),

        // Sent again after a temporary bounce; that of the second word comes back every time.
        new("asyncfull", 150, "Sent", "Active", "Bounce"),
        new("asyncfull9", 50, "Bounced", "MailboxFull", "Bounce"),
        new("complain", 120, "Sent", "Complained", "Complaint"),
        new("hotmail", 80, "Sent", "Complained", "Complaint"),
        new("leavermail", 200, "Sent", "Unsubscribed", "Unsubscribe"),

        // Nothing comes of these.
        new("delayed", 200, "Sent", "Active"),
        new("vacation", 200, "Sent", "Active"),
        new("forged", 100, "Sent", "Active"),
        new("ok", 50, "Sent", "Active"),
    ];

    private static readonly int Recipients = Fates.Sum(fate => fate.Count);

    [Theory]
    [InlineData("Imap", 21)]
    [InlineData("Pop3", 22)]
    public async Task Every_message_counts_once_although_the_process_dies_twice_while_it_reads(
        string protocol, int seed)
    {
        Assert.SkipUnless(Dovecot.Missing is null, Dovecot.Missing ?? "");
        await using var dovecot = await Dovecot.Start();
        await using var sink = SandboxServer.Start();
        await using var server = new ServerProcess(sink.Port, Settings(dovecot, protocol));
        var post = new Post(dovecot);
        var port = ServerProcess.FreePort();
        await using var agent = new DeliveryAgent(port, post.Take);
        await using var world = new SandboxWorld(new()
        {
            Seed = seed,
            InboundPort = port,
            PublicUrl = new Uri(server.Url),
            Minute = TimeSpan.FromMilliseconds(1),
        });
        sink.World = world;
        await server.Start();
        var campaign = await Send(server);
        await world.WhenQuiet();
        await server.Terminate();

        // Nobody reads for a while, and all of it piles up; what comes from now on comes while it is read.
        var pile = await post.Pile(Poison(), new Random(seed));
        await server.Start();
        var contacts = (await server.Recipients(campaign)).ToDictionary(
            item => (string)item["address"]!, item => (string)item["contactId"]!);
        foreach (var start in new[] { 6, 13 })
        {
            await KillAmidst(server, dovecot, pile, post.FindBounce(sink, start * Batch), contacts);
            await server.Start();
        }

        await Eventually.Holds(
            "everything is read and the campaign is over",
            async () => dovecot.Messages(User).Count == 0 && await IsOver(server, campaign) && world.Pending == 0,
            TimeSpan.FromMinutes(5));
        output.WriteLine($"{post.Count} messages, {world.Signals().Count(signal => signal.IsRepeat)} of them twice");
        Assert.True(post.Count >= 2_000, $"Only {post.Count} messages came back.");
        await AssertTotals(server, campaign);
        await AssertEachOnce(server, campaign, world, sink);
        await AssertSetAside(server, dovecot, protocol);
        Assert.Empty(dovecot.Messages(User));
        Assert.DoesNotContain(server.Errors, line => line.Contains('@', StringComparison.Ordinal));
    }

    private static Dictionary<string, string> Settings(Dovecot dovecot, string protocol) => new()
    {
        ["Mail:ReturnPath"] = "bounces@sender.example",
        ["Mail:Mailboxes:0:Name"] = "bounces",
        ["Mail:Mailboxes:0:Protocol"] = protocol,
        ["Mail:Mailboxes:0:Host"] = "127.0.0.1",
        ["Mail:Mailboxes:0:Port"] = $"{(protocol == "Imap" ? dovecot.ImapPort : dovecot.Pop3Port)}",
        ["Mail:Mailboxes:0:Security"] = "None",
        ["Mail:Mailboxes:0:Username"] = User,
        ["Mail:Mailboxes:0:Password"] = Dovecot.Password,
        ["Mail:Mailboxes:0:PollPeriod"] = "00:00:01",
    };

    private static async Task<string> Send(ServerProcess server)
    {
        var list = await server.Import(Counts.Csv(Fates.SelectMany(
            fate => Enumerable.Range(0, fate.Count).Select(i => $"{fate.Word}-{i}@mail.example"))));

        // Whatever a kill hides is sent again, so that everybody's fate is certain.
        var campaign = await server.Draft(list, Recipients, new() { ["inDoubt"] = "Resend" });
        await server.Post($"campaigns/{campaign}/start");
        Assert.Equal(Recipients, (await server.Ended(campaign)).Outcome("Sent"));
        return campaign;
    }

    private static IEnumerable<byte[]> Poison()
    {
        for (var i = 0; i < Unreadable; i++)
        {
            yield return [.. Encoding.ASCII.GetBytes($"{i}\r\nno header: 550 5.1.1\r\n"), 0, 255, 254, 13, 10];
        }

        for (var i = 0; i < Unmatched; i++)
        {
            yield return Encoding.ASCII.GetBytes(
                $"""
                From: MAILER-DAEMON@mx.elsewhere.example
                To: bounces@sender.example
                Subject: Undelivered Mail Returned to Sender
                Message-ID: <stranger-{i}@mx.elsewhere.example>
                MIME-Version: 1.0
                Content-Type: multipart/report; report-type=delivery-status; boundary=b

                --b
                Content-Type: message/delivery-status

                Reporting-MTA: dns; mx.elsewhere.example

                Final-Recipient: rfc822; asyncmissing-{i}@mail.example
                Action: failed
                Status: 5.1.1

                --b
                Content-Type: text/rfc822-headers

                Message-ID: <not-ours-{i}@sender.example>
                To: ok-{i}@mail.example

                --b--
                """.ReplaceLineEndings("\r\n"));
        }
    }

    /// <summary>Kills it when a message has been applied and not yet been taken out of the mailbox.</summary>
    private static async Task KillAmidst(
        ServerProcess server,
        Dovecot dovecot,
        int pile,
        (int Number, string Recipient) message,
        Dictionary<string, string> contacts)
    {
        await Eventually.Holds(
            $"message {message.Number} is applied",
            async () => (string)(await server.Get($"contacts/{contacts[message.Recipient]}/state"))["status"]!
                == "DoesNotExist");
        await server.Kill();

        var left = dovecot.Messages(User).Select(path => Path.GetFileName(path).Split('.')[0]).ToHashSet();
        Assert.Contains($"{message.Number:D9}", left);
        Assert.DoesNotContain($"{message.Number - Batch:D9}", left);
        Assert.Contains($"{pile:D9}", left);
    }

    private static async Task<bool> IsOver(ServerProcess server, string campaign)
    {
        var statistics = await server.Statistics(campaign);
        return (string)statistics["status"]! == "FinishedWithFailures"
            && statistics.Outcome("Bounced") == Expected("Bounced");
    }

    private static int Expected(string outcome) =>
        Fates.Where(fate => fate.Outcome == outcome).Sum(fate => fate.Count);

    private static async Task AssertTotals(ServerProcess server, string campaign)
    {
        var statistics = await server.Statistics(campaign);
        Counts.AssertSound(statistics);
        Assert.Equal(Recipients, (long)statistics["audience"]!);
        Assert.Equal(Recipients, (long)statistics["licences"]!["deducted"]!);
        Assert.Equal(Expected("Bounced"), statistics.Outcome("Bounced"));
        Assert.Equal(Expected("Sent"), statistics.Outcome("Sent"));
        Assert.Equal(
            Fates.Where(fate => fate.Kind == "Complaint").Sum(fate => fate.Count), (long)statistics["complained"]!);
        Assert.Equal(
            Fates.Where(fate => fate.Kind == "Unsubscribe").Sum(fate => fate.Count),
            (long)statistics["unsubscribed"]!);
        Assert.Equal(0, (long)statistics["retriesWaiting"]!);
    }

    /// <summary>One by one, as the contacts themselves tell it.</summary>
    private static async Task AssertEachOnce(
        ServerProcess server, string campaign, SandboxWorld world, SandboxServer sink)
    {
        var told = world.Signals()
            .Where(signal => signal is { IsForged: false, IsRepeat: false } && signal.Fate != SandboxSignalFate.Failed)
            .CountBy(signal => signal.Recipient).ToDictionary();
        var accepted = sink.Deliveries().CountBy(delivery => delivery.Recipient).ToDictionary();
        var fates = Fates.ToDictionary(fate => fate.Word);
        var recipients = await server.Recipients(campaign);
        Assert.Equal(Recipients, recipients.Count);
        Assert.Equal(Recipients, accepted.Count);
        foreach (var some in recipients.Chunk(8))
        {
            await Task.WhenAll(some.Select(async recipient =>
            {
                var address = (string)recipient["address"]!;
                var fate = fates[address.Split('-')[0]];
                var history = (await server.Get($"contacts/{recipient["contactId"]}/history?limit=100"))["items"]!
                    .AsArray().Select(entry => (string)entry!["kind"]!).ToList();
                Assert.Equal(
                    (fate.Outcome, fate.Status),
                    ((string)recipient["outcome"]!, (string)recipient["contactStatus"]!));

                // Everything that was said of it stands there once, and nothing else does.
                Assert.Equal(
                    fate.Kind is null ? 0 : told[address],
                    history.Count(kind => kind is "Bounce" or "Complaint" or "Unsubscribe"));
                Assert.Equal(
                    fate.Kind is null ? 0 : told[address], history.Count(kind => kind == fate.Kind));

                // Nobody gets a second one whose first did not come back for a while.
                Assert.Equal(
                    fate.Word.StartsWith("asyncfull", StringComparison.Ordinal), accepted[address] > 1);
            }));
        }
    }

    private static async Task AssertSetAside(ServerProcess server, Dovecot dovecot, string protocol)
    {
        var forged = Fates.Single(fate => fate.Word == "forged").Count;
        var reasons = (await server.Items("feedback/set-aside"))
            .CountBy(item => (string)item["reason"]!).ToDictionary();
        Assert.Equal(
            new Dictionary<string, int>
            {
                ["bad-token"] = forged,
                ["unreadable"] = Unreadable,
                ["unmatched"] = Unmatched,
            },
            reasons);
        Assert.Equal(
            protocol == "Imap" ? forged + Unreadable + Unmatched : 0, dovecot.Messages(User, "Set aside").Count);
    }

    /// <summary>What comes back is kept until it is piled up, and delivered at once from then on.</summary>
    private sealed class Post(Dovecot dovecot)
    {
        private readonly Lock _gate = new();
        private readonly List<(string To, byte[] Octets)> _pile = [];
        private bool _isOpen;

        public int Count { get; private set; }

        public Task Take(string to, byte[] octets)
        {
            lock (_gate)
            {
                Count++;
                if (!_isOpen)
                {
                    _pile.Add((to, octets));
                    return Task.CompletedTask;
                }
            }

            return dovecot.Deliver(User, octets);
        }

        /// <summary>Puts what was kept and some more into the mailbox, in no order; the files are numbered from 1.
        /// </summary>
        public async Task<int> Pile(IEnumerable<byte[]> more, Random random)
        {
            foreach (var octets in more)
            {
                await Take("", octets);
            }

            lock (_gate)
            {
                _isOpen = true;
            }

            var mixed = _pile.ToArray();
            random.Shuffle(mixed);
            for (var i = 0; i < mixed.Length; i++)
            {
                _pile[i] = mixed[i];
                await dovecot.Deliver(User, mixed[i].Octets);
            }

            return mixed.Length;
        }

        /// <summary>A bounce that comes only once, early in the batch that begins after <paramref name="start"/>.
        /// </summary>
        public (int Number, string Recipient) FindBounce(SandboxServer sink, int start)
        {
            var missing = sink.Deliveries()
                .Where(delivery => delivery.Recipient.StartsWith("asyncmissing-", StringComparison.Ordinal))
                .ToDictionary(delivery => delivery.Sender, delivery => delivery.Recipient);
            var at = Enumerable.Range(start + 15, Batch - 20).First(i =>
                missing.ContainsKey(_pile[i].To) && _pile.Count(mail => mail.To == _pile[i].To) == 1);
            return (at + 1, missing[_pile[at].To]);
        }
    }
}
