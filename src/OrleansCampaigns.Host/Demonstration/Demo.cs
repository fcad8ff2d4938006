using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Host.Serving;
using OrleansCampaigns.Mail.Sandbox;

namespace OrleansCampaigns.Host.Demonstration;

/// <summary>
/// A whole campaign in a fresh folder: a sandbox of the receiving world, a server like that of <c>serve</c>, and a
/// client that knows only the API.
/// </summary>
internal sealed class Demo(int recipients, int seed, string? data, Display display)
{
    private static readonly TimeSpan WatchPeriod = TimeSpan.FromMilliseconds(250);

    public async Task<DemoResult> Run(CancellationToken cancellation)
    {
        var folder = data ?? Path.Combine(Path.GetTempPath(), $"orleans-campaigns-demo-{Path.GetRandomFileName()}");
        try
        {
            await using var sandbox = SandboxServer.Start();
            await using var server = Server.Build(Settings(folder, sandbox.Port));
            await server.StartAsync(cancellation);
            var key = await server.Services.GetRequiredService<IAccessDirectory>().CreateFirstAdministratorKey(
                cancellation);
            using var client = new DemoClient(server.Urls.First(), key!);
            var result = await Send(client, sandbox, cancellation);
            await server.StopAsync(cancellation);
            return result;
        }
        finally
        {
            if (data is null && Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    // Retries that take hours in the world take a second here; nothing else differs from a server's own settings.
    private static IConfiguration Settings(string folder, int relayPort) => new ConfigurationBuilder()
        .AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Data"] = folder,
            ["Listen"] = "http://127.0.0.1:0",
            ["Mail:Relays:0:Name"] = "sandbox",
            ["Mail:Relays:0:Host"] = SandboxServer.Host,
            ["Mail:Relays:0:Port"] = relayPort.ToString(CultureInfo.InvariantCulture),
            ["Mail:Relays:0:Security"] = "None",
            ["Engine:Retry:Deferred:First"] = "00:00:01",
            ["Engine:Retry:Deferred:Factor"] = "1.5",
            ["Engine:Retry:Deferred:Max"] = "00:00:03",
            ["Engine:Retry:SoftBounced:First"] = "00:00:01",
            ["Engine:Retry:SoftBounced:Factor"] = "1.5",
            ["Engine:Retry:SoftBounced:Max"] = "00:00:03",
            ["Engine:Retry:MaxAge"] = "00:00:08",
            ["Logging:LogLevel:Default"] = "Warning",
        })
        .Build();

    private async Task<DemoResult> Send(DemoClient client, SandboxServer sandbox, CancellationToken cancellation)
    {
        var world = SandboxContacts.Generate(seed, recipients).ToList();
        var list = await client.Post(
            "lists", new JsonObject { ["name"] = "Sample contacts" }, DemoJson.Default.DemoNamed, cancellation);
        await Import(client, list.Id, world, cancellation);
        await Unsubscribe(client, world, cancellation);
        await client.Post(
            "licences/grants",
            new JsonObject { ["amount"] = recipients, ["actor"] = "demo", ["reason"] = "sample licences" },
            DemoJson.Default.DemoNamed,
            cancellation);

        var campaign = await client.Post("campaigns", Definition(list.Id), DemoJson.Default.DemoNamed, cancellation);
        var watch = Stopwatch.StartNew();
        await client.Post($"campaigns/{campaign.Id}/start", null, DemoJson.Default.DemoNamed, cancellation);
        display.Say($"Campaign {campaign.Id} started.");
        var statistics = await display.Watch(
            async () =>
            {
                await Task.Delay(WatchPeriod, cancellation);
                return await client.Get(
                    $"campaigns/{campaign.Id}/statistics", DemoJson.Default.DemoStatistics, cancellation);
            },
            () => watch.Elapsed.TotalSeconds);
        watch.Stop();

        var checks = new DemoChecks(client, campaign.Id, statistics, sandbox.Snapshot(), world);
        var violations = await checks.FindViolations(cancellation);
        var snapshot = sandbox.Snapshot();
        var result = new DemoResult(
            statistics.Audience,
            statistics.Outcomes,
            statistics.ExcludedTotal,
            statistics.Attempts,
            statistics.Retries,
            statistics.InDoubt,
            statistics.Licences,
            snapshot.Accepted,
            snapshot.Duplicates,
            Math.Round(watch.Elapsed.TotalSeconds, 2),
            violations);
        display.Conclude(result, await checks.PickHistories(cancellation));
        return result;
    }

    private async Task Import(
        DemoClient client, string list, List<SandboxContact> world, CancellationToken cancellation)
    {
        using var csv = new MemoryStream();
        await using (var writer = new StreamWriter(csv, Encoding.UTF8, leaveOpen: true))
        {
            await writer.WriteLineAsync("address,name,first_name,city,plan");
            foreach (var contact in world)
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
        var import = await client.PostCsv($"lists/{list}/imports", csv, DemoJson.Default.DemoImport, cancellation);
        while (import.Status == "Running")
        {
            await Task.Delay(WatchPeriod / 5, cancellation);
            import = await client.Get($"imports/{import.Id}", DemoJson.Default.DemoImport, cancellation);
        }

        display.Say(
            $"Imported {import.Rows} rows: {import.Created} contacts, {import.Duplicated} duplicates, "
            + $"{import.Malformed} malformed addresses, {import.Rejected} rejected rows.");
        if (import.Status != "Finished" || import.Rejected > 0)
        {
            throw new InvalidOperationException($"The import of the sample contacts ended as {import.Status}.");
        }
    }

    private async Task Unsubscribe(DemoClient client, List<SandboxContact> world, CancellationToken cancellation)
    {
        var unsubscribed = 0;
        foreach (var contact in world.Where(contact => contact.Kind == SandboxContactKind.Unsubscribed))
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

    private static JsonObject Definition(string list) => new()
    {
        ["name"] = "This week",
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
