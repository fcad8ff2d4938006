using System.Net;
using System.Text.Json.Nodes;
using OrleansCampaigns.TestKit;
using OrleansCampaigns.TestKit.Postgres;

namespace OrleansCampaigns.Scenarios.Cluster;

/// <summary>Silos and one API process on a PostgreSQL of their own, as in production but on one machine.</summary>
public sealed class ClusterProcesses : IAsyncDisposable
{
    /// <summary>Names a folder for what every process logged, for whoever looks into a failure.</summary>
    private const string LogsVariable = "ORLEANSCAMPAIGNS_TEST_LOGS";

    private static readonly TimeSpan EndLimit = TimeSpan.FromMinutes(3);

    private readonly PostgresServer _postgres;
    private readonly Dictionary<string, string> _settings;
    private readonly int _relayPort;
    private readonly List<ServerProcess> _silos = [];

    private ClusterProcesses(
        PostgresServer postgres, string connectionString, int relayPort, Dictionary<string, string> settings)
    {
        (_postgres, ConnectionString, _relayPort) = (postgres, connectionString, relayPort);
        _settings = new()
        {
            ["Postgres:ConnectionString"] = connectionString,
            ["Cluster:AdvertisedAddress"] = "127.0.0.1",
            ["Cluster:TakeOverMax"] = "00:00:12",
            ["Engine:ReminderPeriod"] = "00:00:05",
        };
        foreach (var (key, value) in settings)
        {
            _settings[key] = value;
        }

        Api = Process("api");
    }

    public PostgresServer Postgres => _postgres;

    public string ConnectionString { get; }

    public ServerProcess Api { get; }

    public IReadOnlyList<ServerProcess> Silos => _silos;

    public IEnumerable<ServerProcess> Processes => _silos.Append(Api);

    /// <summary>Starts everything and waits until it is ready.</summary>
    public static async Task<ClusterProcesses> Start(
        int relayPort, int silos = 3, Dictionary<string, string>? settings = null)
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        var postgres = await PostgresServer.Start();
        try
        {
            var cluster = new ClusterProcesses(postgres, await postgres.CreateDatabase(), relayPort, settings ?? []);
            for (var i = 0; i < silos; i++)
            {
                cluster.AddSilo();
            }

            await Task.WhenAll(cluster._silos.Select(silo => silo.Start()));
            await cluster.Api.Start();
            return cluster;
        }
        catch
        {
            await postgres.DisposeAsync();
            throw;
        }
    }

    /// <summary>One more silo, which is not started yet.</summary>
    public ServerProcess AddSilo()
    {
        // A sink that several talk to learns from the greeting which one it is.
        var silo = Process("silo", new() { ["Mail:Relays:0:LocalDomain"] = $"silo{_silos.Count}.example" });
        _silos.Add(silo);
        return silo;
    }

    /// <summary>
    /// Sends a request once; the answer, or <see langword="null"/> when a client would have to send it again: the
    /// cluster or its database is away (503), the first request with this key is not known to have died yet, or the
    /// connection broke.
    /// </summary>
    public async Task<JsonNode?> Try(HttpMethod method, string path, string? csv = null, string? key = null)
    {
        try
        {
            var (status, answer) = await Api.Send(method, path, csv: csv, key: key);
            if (status == HttpStatusCode.ServiceUnavailable
                || (status == HttpStatusCode.Conflict && (string?)answer["code"] == "idempotency.in_progress"))
            {
                return null;
            }

            Assert.True((int)status is >= 200 and < 300, $"{method} {path}: {status} {answer}");
            return answer;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    /// <summary>The campaign's statistics, asked for until they are given.</summary>
    public Task<JsonNode> Statistics(string campaign) => Eventually.Get(
        "the API tells the statistics", () => Try(HttpMethod.Get, $"campaigns/{campaign}/statistics"), EndLimit);

    /// <summary>The statistics once the campaign has ended.</summary>
    public Task<JsonNode> Ended(string campaign) => Eventually.Get(
        "the campaign ends",
        async () => await Statistics(campaign) is var statistics
            && (string)statistics["status"]! is "Finished" or "FinishedWithFailures"
            ? await Statistics(campaign)
            : null,
        EndLimit);

    public async ValueTask DisposeAsync()
    {
        foreach (var process in Processes)
        {
            await process.DisposeAsync();
        }

        await KeepLogs();
        await _postgres.DisposeAsync();
    }

    private async Task KeepLogs()
    {
        if (Environment.GetEnvironmentVariable(LogsVariable) is { Length: > 0 } folder)
        {
            var test = TestContext.Current.TestClass?.TestClassSimpleName;
            foreach (var (i, process) in Processes.Index())
            {
                await File.WriteAllLinesAsync(Path.Combine(folder, $"{test}-{i}.log"), process.Errors);
            }
        }
    }

    private ServerProcess Process(string role, Dictionary<string, string>? own = null) => new(
        _relayPort, new(_settings.Concat(own ?? []))
        {
            ["Role"] = role,
            ["Cluster:SiloPort"] = $"{ServerProcess.FreePort()}",
            ["Cluster:GatewayPort"] = $"{ServerProcess.FreePort()}",
        });
}
