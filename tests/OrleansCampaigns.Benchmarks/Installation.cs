using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Npgsql;
using OrleansCampaigns.Mail.Sandbox;
using OrleansCampaigns.Scenarios;
using OrleansCampaigns.Scenarios.Cluster;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Benchmarks;

/// <summary>PostgreSQL, silos and an API process, as in production, with all relays that a benchmark needs.</summary>
internal sealed class Installation : IAsyncDisposable
{
    /// <summary>The relay that keeps what it gets, to look at.</summary>
    private const string Probe = "probe";

    private readonly SandboxServer _probe;

    private Installation(ClusterProcesses cluster, SandboxServer probe) => (Cluster, _probe) = (cluster, probe);

    public ClusterProcesses Cluster { get; }

    public ServerProcess Api => Cluster.Api;

    public static async Task<Installation> Start(
        int relayPort, int silos, int connections, Dictionary<string, string>? settings = null)
    {
        var probe = SandboxServer.Start(new SandboxOptions { KeepMessages = true });
        var all = new Dictionary<string, string>
        {
            ["Mail:Relays:0:MaxConnections"] = $"{connections}",
            ["Mail:Relays:0:MaxMessagesPerConnection"] = "100000",
            ["Mail:Relays:1:Name"] = Probe,
            ["Mail:Relays:1:Host"] = "127.0.0.1",
            ["Mail:Relays:1:Port"] = $"{probe.Port}",
            ["Mail:Relays:1:Security"] = "None",
            ["Engine:ReminderPeriod"] = "00:01:00",
        };
        foreach (var (key, value) in settings ?? [])
        {
            all[key] = value;
        }

        return new(await ClusterProcesses.Start(relayPort, silos, all), probe);
    }

    /// <summary>A list of so many contacts, and how long importing them took.</summary>
    public async Task<(string List, TimeSpan Took)> Import(int contacts)
    {
        var csv = new StringBuilder("address,name,city\n", contacts * 40);
        for (var i = 1; i <= contacts; i++)
        {
            csv.Append(CultureInfo.InvariantCulture, $"ok-{i}@mail{i % 20}.example,Reader {i},City {i % 1000}\n");
        }

        var text = csv.ToString();
        var begun = Stopwatch.GetTimestamp();
        var list = await Api.Import(text, TimeSpan.FromHours(1));
        return (list, Stopwatch.GetElapsedTime(begun));
    }

    /// <summary>How many octets one message of this content has on the wire.</summary>
    public async Task<int> MeasureMessage(string subject, string html)
    {
        var list = await Api.Import("address,city\nprobe@mail.example,Here");
        var campaign = await Draft(list, 1, subject, html, Probe);
        await Api.Post($"campaigns/{campaign}/start");
        await Ended(campaign);
        return _probe.Deliveries()[^1].Content!.Value.Length;
    }

    public Task<string> Draft(string list, int licences, string subject, string html, string relay = "sink") =>
        Api.Draft(list, licences, new()
        {
            ["content"] = new JsonObject { ["subject"] = subject, ["html"] = html },
            ["relay"] = relay,
        });

    /// <summary>Waits for the end of a campaign without making anybody count.</summary>
    public async Task<JsonNode> Ended(string campaign)
    {
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (true)
        {
            var view = await Api.Get($"campaigns/{campaign}");
            if ((string)view["status"]! is "Finished" or "FinishedWithFailures" or "Cancelled")
            {
                return view;
            }

            await tick.WaitForNextTickAsync();
        }
    }

    /// <summary>Waits until a campaign's audience is taken.</summary>
    public Task Running(string campaign) => Eventually.Holds(
        "the campaign runs",
        async () => (string)(await Api.Get($"campaigns/{campaign}"))["status"]! == "Running",
        TimeSpan.FromMinutes(5));

    /// <summary>How often partitions have stored what they begin.</summary>
    public async Task<long> CountWindows()
    {
        await using var source = NpgsqlDataSource.Create(Cluster.ConnectionString);
        await using var count = source.CreateCommand(
            "SELECT coalesce(sum(Version), 0) FROM OrleansStorage WHERE GrainTypeString = 'campaign-partition'");
        return Convert.ToInt64(await count.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    /// <summary>The most memory that any silo has held, in MiB.</summary>
    public double PeakMemory() => Cluster.Silos.Max(silo => silo.PeakMemory / 1024.0 / 1024.0);

    public async ValueTask DisposeAsync()
    {
        await Cluster.DisposeAsync();
        await _probe.DisposeAsync();
    }
}
