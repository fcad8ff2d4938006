using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using OrleansCampaigns.Mail.Sandbox;
using OrleansCampaigns.Mail.Sandbox.World;
using OrleansCampaigns.TestKit;
using OrleansCampaigns.TestKit.Postgres;

namespace OrleansCampaigns.Scenarios.Identity;

/// <summary>What was exported and is imported again is what it was, on either database.</summary>
[Trait("Needs", "PostgreSQL")]
[Trait("Speed", "slow")]
public sealed partial class ExportsComeBackTests
{
    private const string Csv = """
        address,name,status,city
        new@mail.example,=New,subscribed,Graz
        gone@mail.example,Gone,cleaned,"Bad ""Ischl"", Upper Austria"
        full@mail.example,,soft bounced,
        broken@mail.example,,error,
        left@mail.example,Left,unsubscribed,
        us@mail.example,,suppressed,
        angry@mail.example,,complained,
        """;

    [Fact]
    public async Task Contacts_recipients_and_suppressions_come_back_as_what_they_were() => await AssertSame([]);

    [Fact]
    public async Task Contacts_recipients_and_suppressions_come_back_in_the_clusters_database()
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        await using var postgres = await PostgresServer.Start("fsync=off");
        await AssertSame(ServerProcess.OnPostgres(await postgres.CreateDatabase()));
    }

    private static async Task AssertSame(Dictionary<string, string> settings)
    {
        settings["Tracking:MachineWindow"] = "00:00:00";
        await using var sink = SandboxServer.Start(new SandboxOptions { KeepMessages = true });
        await using var server = new ServerProcess(sink.Port, settings);
        await server.Start();
        var list = await server.Import(Csv);
        await server.Import("address,name\nok-sent@mail.example,Sent\nok-open@mail.example,Open\nnowhere,None");
        var everybody = new JsonObject { ["filter"] = new JsonObject(), ["under"] = "account" };
        var campaign = await server.Draft(list, 100, new JsonObject { ["audience"] = everybody });
        await server.Post($"campaigns/{campaign}/start");
        await server.Ended(campaign);
        await Open(server, sink, "ok-open@mail.example");

        var contacts = await Text(server, "contacts/export");
        Assert.Contains(",Opened,Email Sender: Sent,", contacts, StringComparison.Ordinal);
        Assert.Contains(",'=New,", contacts, StringComparison.Ordinal);
        await ImportElsewhere(server, contacts, "second");
        Assert.Equal(Known(contacts), Known(await Text(server, "contacts/export", "second")));
        await ImportElsewhere(
            server, await Text(server, $"campaigns/{campaign}/recipients/export?attributes=city"), "third");

        // Of a recipient, the time is that of the latest thing that happened to it, such as the open.
        Assert.Equal(
            Known(await Text(server, "contacts/export?attributes=city"), withTimes: false),
            Known(await Text(server, "contacts/export?attributes=city", "third"), withTimes: false));

        await server.Post("suppressions", JsonNode.Parse("""
            {"addresses": ["GONE@mail.example", "stranger@mail.example"], "domains": ["Blocked.Example"],
             "reason": "=1+1, \"asked\"", "expiresAt": "2099-01-01T00:00:00Z", "actor": "Jo", "source": "old tool"}
            """));
        var suppressions = await Text(server, "suppressions/export");
        foreach (var one in (await server.Get("suppressions"))["items"]!.AsArray())
        {
            await server.Send(HttpMethod.Delete, $"suppressions/{one!["key"]}");
        }

        Assert.Single(Lines(await Text(server, "suppressions/export")));
        var import = await Upload(server, "suppressions/imports", suppressions);
        Assert.Equal((3, 0), ((int)import["added"]!, (int)import["rejected"]!));
        Assert.Equal(suppressions, await Text(server, "suppressions/export"));
    }

    private static async Task Open(ServerProcess server, SandboxServer sink, string recipient)
    {
        var delivery = sink.Deliveries().Single(one => one.Recipient == recipient);
        var letter = ReceivedMail.Read(delivery.Sender, recipient, 1, delivery.Content!.Value.ToArray());
        using var request = new HttpRequestMessage(HttpMethod.Get, letter.Pixel);
        request.Headers.TryAddWithoutValidation("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0");
        (await server.Http.SendAsync(request)).Dispose();
        await Eventually.Holds(
            "the open is known",
            async () => (await Text(server, "contacts/export")).Contains(",Opened,", StringComparison.Ordinal));
    }

    // How far a contact went with a campaign is known where the campaign is: elsewhere the contact is Active.
    private static List<string> Known(string csv, bool withTimes = true) =>
    [
        .. Lines(csv)
            .Select(line => line.Replace(",Opened,Email", ",Active,Email", StringComparison.Ordinal)
                .Replace(",Delivered,Email", ",Active,Email", StringComparison.Ordinal))
            .Select(line => withTimes ? line : Times().Replace(line, "(a time)"))
            .Order(StringComparer.Ordinal),
    ];

    private static string[] Lines(string csv) => csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);

    private static async Task ImportElsewhere(ServerProcess server, string csv, string account)
    {
        await server.Post("api-keys", new JsonObject { ["name"] = account, ["account"] = account });
        var list = await Ask(server, HttpMethod.Post, "lists", """{"name": "all"}""", "application/json", account);
        var import = await Upload(server, $"lists/{JsonNode.Parse(list)!["id"]}/imports", csv, account);
        var ended = await Eventually.Get(
            "the import ends",
            async () => JsonNode.Parse(await Text(server, $"imports/{import["id"]}", account)) is { } now
                && (string)now["status"]! != "Running" ? now : null);
        Assert.True(((string)ended["status"]!, (int)ended["rejected"]!) == ("Finished", 0), $"{ended}");
    }

    private static async Task<JsonNode> Upload(
        ServerProcess server, string path, string csv, string? account = null) =>
        JsonNode.Parse(await Ask(server, HttpMethod.Post, path, csv, "text/csv", account))!;

    private static Task<string> Text(ServerProcess server, string path, string? account = null) =>
        Ask(server, HttpMethod.Get, path, null, null, account);

    [GeneratedRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z", RegexOptions.NonBacktracking)]
    private static partial Regex Times();

    private static async Task<string> Ask(
        ServerProcess server, HttpMethod method, string path, string? body, string? type, string? account)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(type!);
        }

        if (account is not null)
        {
            request.Headers.Add("X-Account", account);
        }

        using var response = await server.Http.SendAsync(request);
        var answer = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{path}: {response.StatusCode} {answer}");
        return answer;
    }
}
