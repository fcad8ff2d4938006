using OrleansCampaigns.TestKit.Postgres;

namespace OrleansCampaigns.Scenarios.Cluster;

/// <summary>Silos and one API process on a PostgreSQL of their own, as in production but on one machine.</summary>
public sealed class ClusterProcesses : IAsyncDisposable
{
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
            ["Cluster:ProbeTimeout"] = "00:00:01",
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
                cluster._silos.Add(cluster.Process("silo"));
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
        var silo = Process("silo");
        _silos.Add(silo);
        return silo;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _silos.Append(Api))
        {
            await process.DisposeAsync();
        }

        await _postgres.DisposeAsync();
    }

    private ServerProcess Process(string role) => new(_relayPort, new(_settings)
    {
        ["Role"] = role,
        ["Cluster:SiloPort"] = $"{ServerProcess.FreePort()}",
        ["Cluster:GatewayPort"] = $"{ServerProcess.FreePort()}",
    });
}
