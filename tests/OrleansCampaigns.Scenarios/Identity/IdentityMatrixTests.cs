using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using OrleansCampaigns.Mail.Sandbox;
using OrleansCampaigns.Mail.Sandbox.World;
using OrleansCampaigns.TestKit;
using OrleansCampaigns.TestKit.Postgres;

namespace OrleansCampaigns.Scenarios.Identity;

/// <summary>However an address is spelled and by whichever door it comes, it is one person's.</summary>
[Trait("Needs", "PostgreSQL")]
[Trait("Speed", "slow")]
public sealed class IdentityMatrixTests
{
    private const string Csv = "text/csv";

    // What each door does with a spelling, and what the person is afterwards; New is told by what it has received.
    private static readonly (string Name, Func<Door, Task> Open, string Status, bool IsSuppressed)[] Doors =
    [
        ("import", door => door.Import("address,name\n{0},Renamed"), "Active", false),
        ("status", door => door.Import("address,status\n{0},unsubscribed"), "Unsubscribed", false),
        ("api", door => door.CallApi(), "Active", false),
        ("link", door => door.Leave("action=unsubscribe"), "Unsubscribed", false),
        ("oneclick", door => door.Leave("List-Unsubscribe=One-Click"), "Unsubscribed", false),
        ("mail", door => door.LeaveByMail(), "Unsubscribed", false),
        ("bounce", door => door.Bounce(), "DoesNotExist", false),
        ("complaint", door => door.Complain(), "Complained", false),
        ("reimport", door => door.ImportAfterLeaving(), "UnsubscribedByUs", false),
        ("suppression", door => door.Suppress(), "Active", true),
    ];

    [Fact]
    public async Task Every_spelling_by_every_door_is_one_person() => await AssertOnePerson([]);

    [Fact]
    public async Task Every_spelling_by_every_door_is_one_person_in_the_clusters_database()
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        await using var postgres = await PostgresServer.Start("fsync=off");
        await AssertOnePerson(ServerProcess.OnPostgres(await postgres.CreateDatabase()));
    }

    private static async Task AssertOnePerson(Dictionary<string, string> settings)
    {
        settings["Mail:ReturnPath"] = "bounces@sender.example";
        settings["Licences:Unlimited"] = "true";
        await using var sink = SandboxServer.Start(new SandboxOptions { KeepMessages = true });
        await using var server = new ServerProcess(sink.Port, settings);
        await server.Start();
        var people = Doors.SelectMany(door => Spellings.All.Select(
            (spell, i) => (door, spell, Given: $"Ann.{door.Name}{i}@B\u00FCcher.example"))).ToList();
        var list = await server.Import(Counts.Csv(people.Select(person => person.Given)));
        var letters = await Letters(server, sink, list, people.Count);

        foreach (var (door, spell, given) in people)
        {
            await door.Open(new Door(server, list, letters[given.Split('@')[0].ToLowerInvariant()], spell(given)));
        }

        Assert.Equal(people.Count, (await server.Items("contacts")).Count);
        foreach (var (door, _, given) in people)
        {
            var ids = new HashSet<string>();
            foreach (var spell in Spellings.All)
            {
                var found = await server.Get($"contacts/by-address?address={Uri.EscapeDataString(spell(given))}");
                ids.Add((string)found["id"]!);
            }

            var state = await server.Get($"contacts/{Assert.Single(ids)}/state");
            Assert.Equal((given, door.Status), (given, (string)state["status"]!));
            Assert.Equal((given, door.IsSuppressed), (given, state["suppression"] is not null));
        }

        var reached = people.Count(person => person.door is { Status: "Active", IsSuppressed: false });
        var before = sink.Deliveries().Count;
        var campaign = await server.Draft(list, 1);
        await server.Post($"campaigns/{campaign}/start");
        var statistics = await server.Ended(campaign);
        Counts.AssertSound(statistics);
        Assert.Equal((people.Count, reached), ((int)statistics["audience"]!, (int)statistics.Outcome("Sent")));
        var again = sink.Deliveries().Skip(before).Select(delivery => delivery.Recipient).ToList();
        Assert.Equal((reached, reached), (again.Count, again.Distinct().Count()));
    }

    private static async Task<Dictionary<string, ReceivedMail>> Letters(
        ServerProcess server, SandboxServer sink, string list, int count)
    {
        var campaign = await server.Draft(list, 1);
        await server.Post($"campaigns/{campaign}/start");
        Assert.Equal(count, (await server.Ended(campaign)).Outcome("Sent"));
        return sink.Deliveries()
            .Select(one => ReceivedMail.Read(one.Sender, one.Recipient, 1, one.Content!.Value.ToArray()))
            .ToDictionary(letter => letter.Recipient.Split('@')[0].ToLowerInvariant());
    }

    /// <summary>One way in, for one person whose address somebody spells in their own way.</summary>
    private sealed class Door(ServerProcess server, string list, ReceivedMail letter, string spelled)
    {
        public async Task Import(string csv)
        {
            var cell = $"\"{spelled.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
            var answer = await Send(
                HttpMethod.Post, $"lists/{list}/imports", csv.Replace("{0}", cell, StringComparison.Ordinal), Csv);
            var import = (string)answer["id"]!;
            var ended = await Eventually.Get(
                "the import ends",
                async () => await server.Get($"imports/{import}") is var now && (string)now["status"]! != "Running"
                    ? now
                    : null);
            Assert.True(
                ((string)ended["status"]!, (int)ended["updated"]!) == ("Finished", 1), $"{spelled}: {ended}");
        }

        public async Task CallApi()
        {
            var (status, problem) = await server.Send(
                HttpMethod.Post, "contacts", new JsonObject { ["address"] = spelled });
            Assert.Equal((HttpStatusCode.Conflict, "contact.exists"), (status, (string)problem["code"]!));
            var members = (int)(await server.Get($"lists/{list}"))["members"]!;
            var added = await server.Post($"lists/{list}/members", new JsonObject
            {
                ["contacts"] = new JsonArray(new JsonObject { ["address"] = spelled }),
            });
            Assert.Equal(members, (int)added["members"]!);
        }

        public async Task Leave(string form)
        {
            using var body = new StringContent(form, Encoding.ASCII, "application/x-www-form-urlencoded");
            using var response = await server.Http.PostAsync(letter.UnsubscribeUrl, body);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        private string UnsubscribeAddress => letter.UnsubscribeMail!.GetComponents(
            UriComponents.UserInfo | UriComponents.Host, UriFormat.Unescaped);

        public Task LeaveByMail() => Return(
            UnsubscribeAddress,
            $"""
            From: <{spelled.Trim()}>
            To: <{UnsubscribeAddress}>
            Subject: unsubscribe
            Message-ID: <{Guid.NewGuid():N}@client.example>
            Content-Type: text/plain; charset=utf-8

            unsubscribe

            """);

        public Task Bounce() => Return(
            letter.Sender,
            $"""
            From: MAILER-DAEMON@mx.example
            To: <{letter.Sender}>
            Subject: Undelivered Mail Returned to Sender
            Message-ID: <{Guid.NewGuid():N}@mx.example>
            MIME-Version: 1.0
            Content-Type: multipart/report; report-type=delivery-status; boundary="b"

            --b
            Content-Type: text/plain; charset=utf-8

            <{spelled.Trim()}>: 550 5.1.1 No such user here

            --b
            Content-Type: message/delivery-status

            Reporting-MTA: dns; mx.example

            Final-Recipient: rfc822; {spelled.Trim()}
            Action: failed
            Status: 5.1.1
            Diagnostic-Code: smtp; 550 5.1.1 No such user here

            --b--

            """);

        public Task Complain() => Return(
            "abuse@sender.example",
            $"""
            From: <fbl@provider.example>
            To: abuse@sender.example
            Subject: complaint
            Message-ID: <{Guid.NewGuid():N}@provider.example>
            MIME-Version: 1.0
            Content-Type: multipart/report; report-type=feedback-report; boundary="b"

            --b
            Content-Type: text/plain

            An abuse report.

            --b
            Content-Type: message/feedback-report

            Feedback-Type: abuse
            User-Agent: Provider/1.0
            Version: 1
            Original-Rcpt-To: <{spelled.Trim()}>

            --b
            Content-Type: text/rfc822-headers

            {letter.Header.Replace("\r\n", "\n", StringComparison.Ordinal)}

            --b--

            """);

        public async Task ImportAfterLeaving()
        {
            var found = await server.Get($"contacts/by-address?address={Uri.EscapeDataString(spelled)}");
            await server.Post(
                $"contacts/{found["id"]}/unsubscribe", new JsonObject { ["actor"] = "test", ["reason"] = "asked" });
            await Import("address,status\n{0},subscribed");
        }

        public async Task Suppress() => Assert.Equal(1, (int)(await server.Post("suppressions", new JsonObject
        {
            ["addresses"] = new JsonArray(spelled),
        }))["added"]!);

        private async Task Return(string recipient, string message)
        {
            var answer = await Send(
                HttpMethod.Post,
                $"feedback/messages?recipient={Uri.EscapeDataString(recipient)}",
                message.ReplaceLineEndings("\r\n"),
                "message/rfc822");
            Assert.True((int)answer["applied"]! == 1, $"{spelled}: {answer}");
        }

        private async Task<JsonNode> Send(HttpMethod method, string path, string text, string type)
        {
            using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(text));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
            using var response = await server.Http.SendAsync(request);
            var answer = await response.Content.ReadAsStringAsync();
            Assert.True(response.IsSuccessStatusCode, $"{path}: {response.StatusCode} {answer}");
            return JsonNode.Parse(answer)!;
        }
    }
}
