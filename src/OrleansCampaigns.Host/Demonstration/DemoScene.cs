using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using OrleansCampaigns.Mail.Sandbox;
using OrleansCampaigns.Mail.Sandbox.World;

namespace OrleansCampaigns.Host.Demonstration;

/// <summary>
/// What is done in a demo, through the API: contacts, an earlier campaign, the campaign, what comes back.
/// </summary>
internal sealed class DemoScene(DemoClient client, SandboxServer sandbox, SandboxWorld world, Display display)
{
    private static readonly TimeSpan WatchPeriod = TimeSpan.FromMilliseconds(250);

    // The API's statistics are at most so old.
    private static readonly TimeSpan StatisticsAge = TimeSpan.FromSeconds(1);

    private readonly Stopwatch _quiet = new();

    public async Task<DemoResult> Play(int recipients, int seed, CancellationToken cancellation)
    {
        var contacts = SandboxContacts.Generate(seed, recipients).ToList();
        var early = contacts.Where(contact => contact.IsEarly).ToList();
        var list = await Import("Sample contacts", contacts, cancellation);
        await Unsubscribe(contacts, cancellation);
        await client.Post(
            "licences/grants",
            new JsonObject
            {
                ["amount"] = recipients + early.Count,
                ["actor"] = "demo",
                ["reason"] = "sample licences",
            },
            DemoJson.Default.DemoNamed,
            cancellation);
        var earlier = early.Count > 0 ? await SendEarlier(early, cancellation) : null;
        var acceptedEarlier = sandbox.Deliveries().Count;

        var campaign = await Start("This week", list, cancellation);
        var watch = Stopwatch.StartNew();
        var statistics = await display.Watch(
            () => Look(campaign, cancellation), () => watch.Elapsed.TotalSeconds);
        watch.Stop();

        var sent = new Dictionary<string, DemoStatistics> { [campaign] = statistics };
        if (earlier is not null)
        {
            sent[earlier] = await Statistics(earlier, cancellation);
        }

        var record = new DemoRecord(contacts, [.. sandbox.Deliveries().Skip(acceptedEarlier)], world.Signals())
        {
            Campaign = campaign,
            Sent = sent,
            List = list,
        };
        var reading = await DemoReading.Read(client, record, cancellation);
        List<string> violations =
        [
            .. DeliveryChecks.FindViolations(record, reading),
            .. FeedbackChecks.FindViolations(record, reading),
            .. await ExportChecks.FindViolations(client, record, cancellation),
        ];
        var result = DemoResult.Of(record, reading, watch.Elapsed, violations);
        display.Conclude(result, await reading.PickHistories(cancellation));
        return result;
    }

    // Over for now is not the end: what comes back may have the campaign run again.
    private async Task<DemoLook> Look(string campaign, CancellationToken cancellation)
    {
        await Task.Delay(WatchPeriod, cancellation);
        var isSettled = _quiet.Elapsed > StatisticsAge;
        var statistics = await Statistics(campaign, cancellation);
        if (statistics.IsOver && world.Pending == 0)
        {
            await world.WhenQuiet(cancellation); // Tells what went wrong, if something did.
            _quiet.Start();
            return new(statistics, 0, isSettled);
        }

        _quiet.Reset();
        return new(statistics, world.Pending, false);
    }

    private Task<DemoStatistics> Statistics(string campaign, CancellationToken cancellation) =>
        client.Get($"campaigns/{campaign}/statistics", DemoJson.Default.DemoStatistics, cancellation);

    private async Task<string> SendEarlier(List<SandboxContact> early, CancellationToken cancellation)
    {
        var campaign = await Start("Last week", await Import("Early readers", early, cancellation), cancellation);
        while (!(await Statistics(campaign, cancellation)).IsOver)
        {
            await Task.Delay(WatchPeriod / 5, cancellation);
        }

        return campaign;
    }

    private async Task<string> Start(string name, string list, CancellationToken cancellation)
    {
        var campaign = await client.Post(
            "campaigns", Definition(name, list), DemoJson.Default.DemoNamed, cancellation);
        await client.Post($"campaigns/{campaign.Id}/start", null, DemoJson.Default.DemoNamed, cancellation);
        display.Say($"Campaign {campaign.Id} ({name}) started.");
        return campaign.Id;
    }

    private async Task<string> Import(string name, List<SandboxContact> contacts, CancellationToken cancellation)
    {
        var list = await client.Post(
            "lists", new JsonObject { ["name"] = name }, DemoJson.Default.DemoNamed, cancellation);
        using var csv = new MemoryStream();
        await using (var writer = new StreamWriter(csv, Encoding.UTF8, leaveOpen: true))
        {
            await writer.WriteLineAsync("address,name,first_name,city,plan");
            foreach (var contact in contacts)
            {
                string[] fields =
                [
                    contact.Address,
                    contact.Name,
                    contact.Attributes.GetValueOrDefault("first_name", ""),
                    contact.Attributes.GetValueOrDefault("city", ""),
                    contact.Attributes.GetValueOrDefault("plan", ""),
                ];
                await writer.WriteLineAsync(
                    string.Join(
                        ',', fields.Select(field => $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"")));
            }
        }

        csv.Position = 0;
        var import = await client.PostCsv($"lists/{list.Id}/imports", csv, DemoJson.Default.DemoImport, cancellation);
        while (import.Status == "Running")
        {
            await Task.Delay(WatchPeriod / 5, cancellation);
            import = await client.Get($"imports/{import.Id}", DemoJson.Default.DemoImport, cancellation);
        }

        display.Say(
            $"{name}: imported {import.Rows} rows: {import.Created} contacts, {import.Duplicated} duplicates, "
            + $"{import.Malformed} malformed addresses, {import.Rejected} rejected rows.");
        return import.Status == "Finished" && import.Rejected == 0
            ? list.Id
            : throw new InvalidOperationException($"The import of the sample contacts ended as {import.Status}.");
    }

    private async Task Unsubscribe(List<SandboxContact> contacts, CancellationToken cancellation)
    {
        var unsubscribed = 0;
        foreach (var contact in contacts.Where(contact => contact.Kind == SandboxContactKind.Unsubscribed))
        {
            var found = await client.Get(
                $"contacts/by-address?address={Uri.EscapeDataString(contact.Address)}",
                DemoJson.Default.DemoNamed,
                cancellation);
            await client.Post(
                $"contacts/{found.Id}/unsubscribe",
                new JsonObject { ["actor"] = "demo", ["reason"] = "asked by telephone" },
                DemoJson.Default.DemoNamed,
                cancellation);
            unsubscribed++;
        }

        display.Say($"Unsubscribed {unsubscribed} contacts before the start.");
    }

    private static JsonObject Definition(string name, string list) => new()
    {
        ["name"] = name,
        ["sender"] = new JsonObject { ["address"] = "news@sender.example", ["name"] = "Weekly News" },
        ["content"] = new JsonObject
        {
            ["subject"] = "{{first_name}}, your week in {{city}}",
            ["html"] = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "samples", "welcome.html")),
            ["fallbacks"] = new JsonObject { ["first_name"] = "friend", ["city"] = "your city" },
        },
        ["audience"] = new JsonObject { ["listIds"] = new JsonArray(list) },
        ["timeZone"] = "Europe/Vienna",
    };
}
