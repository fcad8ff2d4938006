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

    private static readonly TimeSpan EndLimit = TimeSpan.FromMinutes(5);

    private readonly PostgresServer _postgres;
    private readonly Dictionary<string, string> _settings;
    private readonly int _relayPort;
    private readonly List<ServerProcess> _silos = [];
    private readonly List<ServerProcess> _otherApis = [];

    private ClusterProcesses(
        PostgresServer postgres,
        string connectionString,
        int relayPort,
        Dictionary<string, string> settings,
        string program)
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

        Api = Process("api", program);
    }

    public PostgresServer Postgres => _postgres;

    public string ConnectionString { get; }

    public ServerProcess Api { get; }

    public IReadOnlyList<ServerProcess> Silos => _silos;

    public IEnumerable<ServerProcess> Processes => [.. _silos, Api, .. _otherApis];

    /// <summary>Starts everything and waits until it is ready.</summary>
    /// <param name="relayPort">The port of the relay on this machine.</param>
    /// <param name="silos">How many silos.</param>
    /// <param name="settings">Further settings of every process.</param>
    /// <param name="program">What these processes run; the executable next to the tests when absent.</param>
    public static async Task<ClusterProcesses> Start(
        int relayPort, int silos = 3, Dictionary<string, string>? settings = null, string? program = null)
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        var postgres = await PostgresServer.Start();
        try
        {
            program ??= ServerProcess.Executable;
            var cluster = new ClusterProcesses(
                postgres, await postgres.CreateDatabase(), relayPort, settings ?? [], program);
            for (var i = 0; i < silos; i++)
            {
                cluster.AddSilo(program);
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
    /// <param name="program">What it runs; the executable next to the tests when absent.</param>
    public ServerProcess AddSilo(string? program = null)
    {
        // A sink that several talk to learns from the greeting which one it is.
        var silo = Process(
            "silo", program, new() { ["Mail:Relays:0:LocalDomain"] = $"silo{_silos.Count}.example" });
        _silos.Add(silo);
        return silo;
    }

    /// <summary>One more API process, which is not started yet and takes the key that the first one printed.</summary>
    /// <param name="program">What it runs; the executable next to the tests when absent.</param>
    public ServerProcess AddApi(string? program = null)
    {
        var api = Process("api", program);
        api.Key = Api.Key;
        _otherApis.Add(api);
        return api;
    }

    /// <summary>Starts one more API process, with settings of its own. It is the caller's to end.</summary>
    public async Task<ServerProcess> StartApi(Dictionary<string, string> settings)
    {
        var api = Process("api", program: null, settings);
        await api.Start(Api.Key);
        return api;
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

    private ServerProcess Process(string role, string? program, Dictionary<string, string>? own = null) => new(
        _relayPort, new(_settings.Where(setting => own?.ContainsKey(setting.Key) != true).Concat(own ?? []))
        {
            ["Role"] = role,
            ["Cluster:SiloPort"] = $"{ServerProcess.FreePort()}",
            ["Cluster:GatewayPort"] = $"{ServerProcess.FreePort()}",
        })
    {
        Program = program ?? ServerProcess.Executable,
    };
}
