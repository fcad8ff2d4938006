using Npgsql;

namespace OrleansCampaigns.Scenarios.Cluster;

/// <summary>
/// The services of a compose file that run this software, as processes with the same commands and environment. Host
/// names and ports, which are each container's own, become ports of this machine.
/// </summary>
internal sealed class ComposeProcesses : IAsyncDisposable
{
    private readonly ComposeFile _compose;
    private readonly Dictionary<string, ServerProcess> _all;

    public ComposeProcesses(ComposeFile compose, string connectionString, int relayPort)
    {
        _compose = compose;
        _all = compose.Own.ToDictionary(service => service.Name, service => new ServerProcess(
            relayPort, Translate(service, new(connectionString), relayPort), command: service.Command));
    }

    /// <summary>Those that go on running, by the names of their services.</summary>
    public IEnumerable<KeyValuePair<string, ServerProcess>> Processes =>
        _all.Where(process => !_compose.Services[process.Key].HasNoHealth);

    public ServerProcess this[string service] => _all[service];

    /// <summary>Runs the command of a service to its end.</summary>
    public Task<(int ExitCode, string Output)> RunOnce(string service) =>
        _all[service].Run(_compose.Services[service].Command);

    /// <summary>Starts those that go on running.</summary>
    public Task Start() => Task.WhenAll(Processes.Select(process => process.Value.Start()));

    /// <summary>Runs the health check of a service.</summary>
    public Task<(int ExitCode, string Output)> AskHealth(string service, ServerProcess process) =>
        _compose.Services[service].HealthTest is ["CMD", "dotnet", "orleans-campaigns.dll", .. var command]
            ? process.Run([.. command, "--listen", process.Url])
            : throw new InvalidOperationException($"{service} is not asked by the executable.");

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _all.Values)
        {
            await process.DisposeAsync();
        }
    }

    private static Dictionary<string, string> Translate(
        ComposeService service, NpgsqlConnectionStringBuilder own, int relayPort)
    {
        var settings = DeploymentFiles.SettingsOf(service.Environment);
        var database = new NpgsqlConnectionStringBuilder(settings["Postgres:ConnectionString"])
        {
            Host = own.Host,
            Port = own.Port,
            Database = own.Database,
            Username = own.Username,
        };
        settings["Postgres:ConnectionString"] = database.ToString();
        settings["Mail:Relays:0:Host"] = "127.0.0.1";
        settings["Mail:Relays:0:Port"] = $"{relayPort}";
        if (settings.ContainsKey("Cluster:AdvertisedAddress"))
        {
            settings["Cluster:AdvertisedAddress"] = "127.0.0.1";
            settings["Cluster:SiloPort"] = $"{ServerProcess.FreePort()}";
            settings["Cluster:GatewayPort"] = $"{ServerProcess.FreePort()}";
        }

        return settings;
    }
}
