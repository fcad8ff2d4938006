using Npgsql;
using OrleansCampaigns.Host.Serving;
using OrleansCampaigns.Mail.Sandbox;
using OrleansCampaigns.TestKit.Postgres;

namespace OrleansCampaigns.Scenarios.Cluster;

/// <summary>What <c>docker-compose.yml</c> says works, started as processes instead of containers.</summary>
[Trait("Needs", "PostgreSQL")]
[Trait("Speed", "slow")]
public sealed class ComposeTests
{
    // As if somebody had filled in the example.
    private static readonly Dictionary<string, string> Filled = new(DeploymentFiles.ReadVariables(".env.example"))
    {
        ["POSTGRES_PASSWORD"] = "secret",
    };

    [Fact]
    public async Task What_the_compose_file_starts_sends_a_campaign_and_stops_when_told()
    {
        const int Recipients = 300;
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        await using var sink = SandboxServer.Start(new SandboxOptions());
        await using var postgres = await PostgresServer.Start();
        await using var project = new ComposeProcesses(
            ComposeFile.Read(Filled), await postgres.CreateDatabase(), sink.Port);

        var (exitCode, output) = await project.RunOnce("migrate");
        Assert.True(exitCode == 0, output);
        await project.Start();
        await AssertHealthy(project, isHealthy: true);

        var api = project["api"];
        var list = await api.Import(Counts.Csv(Enumerable.Range(0, Recipients).Select(i => $"ok-{i}@mail.example")));
        var campaign = await api.Draft(list, Recipients);
        await api.Post($"campaigns/{campaign}/start");
        var statistics = await api.Ended(campaign);
        Counts.AssertSound(statistics);
        Assert.Equal(Recipients, statistics.Outcome("Sent"));
        Assert.Equal(Recipients, sink.Snapshot().Accepted);

        foreach (var (name, process) in project.Processes)
        {
            Assert.True(await process.Terminate() == 0, $"{name}: {string.Join('\n', process.Errors)}");
            Assert.Empty(Directory.EnumerateFileSystemEntries(process.Folder));
        }

        await AssertHealthy(project, isHealthy: false);
    }

    [Fact]
    public async Task A_silo_does_not_start_before_the_migration()
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        await using var postgres = await PostgresServer.Start();
        await using var project = new ComposeProcesses(
            ComposeFile.Read(Filled), await postgres.CreateDatabase(), relayPort: 25);

        var (exitCode, output) = await project.RunOnce("silo-1");

        Assert.Equal(1, exitCode);
        Assert.Contains("Run its migration first", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_password_is_refused() => Assert.Throws<InvalidOperationException>(
        () => ComposeFile.Read(DeploymentFiles.ReadVariables(".env.example")).Services["postgres"].Environment);

    [Fact]
    public void There_are_three_silos_with_a_name_of_their_own_and_an_api()
    {
        var compose = ComposeFile.Read(Filled);
        var silos = compose.Own.Where(service => service.Command is ["serve", "--role", "silo"]).ToList();

        Assert.Equal(3, silos.Select(silo => silo.HostName).Distinct().Count());
        Assert.All(silos, silo => Assert.Equal(
            silo.HostName, silo.Environment["ORLEANSCAMPAIGNS_Cluster__AdvertisedAddress"]));
        Assert.Equal(["serve", "--role", "api"], compose.Services["api"].Command);
        Assert.Equal(
            ["collector", "mail", "migrate", "postgres"],
            compose.Services.Keys.Except([.. silos.Select(silo => silo.Name), "api"]).Order());
    }

    [Fact]
    public void Every_service_that_goes_on_running_tells_its_health_and_is_started_again()
    {
        foreach (var service in ComposeFile.Read(Filled).Services.Values)
        {
            if (service.Command is ["migrate"])
            {
                Assert.True(service.HasNoHealth);
                continue;
            }

            Assert.True(service.HealthTest is ["CMD", _, ..], service.Name);
            Assert.True(service.Restart == "unless-stopped", service.Name);
        }
    }

    [Fact]
    public void Processes_may_take_longer_to_stop_than_they_do_and_start_after_the_migration()
    {
        foreach (var service in ComposeFile.Read(Filled).Own)
        {
            Assert.True(service.StopGracePeriod > Server.StopLimit, service.Name);
            Assert.Equal(
                service.Command is ["migrate"] ? ("postgres", "service_healthy")
                    : ("migrate", "service_completed_successfully"),
                service.DependsOn.Select(other => (other.Key, other.Value)).Single());
        }
    }

    [Fact]
    public void The_database_takes_as_many_connections_as_all_processes_open()
    {
        var compose = ComposeFile.Read(Filled);
        var command = string.Join(' ', compose.Services["postgres"].Command);
        var setting = command.Split(' ').Single(
            word => word.StartsWith("max_connections=", StringComparison.Ordinal));
        var most = int.Parse(setting.Split('=')[1], System.Globalization.CultureInfo.InvariantCulture);
        var options = new Storage.Postgres.PostgresOptions();
        var api = options.ClusteringConnectionsMax + options.DirectoryConnectionsMax;
        var silo = api + options.RemindersConnectionsMax + (2 * options.StatesConnectionsMax);

        // And a silo more while one is replaced.
        Assert.InRange((4 * silo) + api, 1, most - 10);
    }

    [Fact]
    public void Processes_use_the_same_database_as_the_file_starts()
    {
        var compose = ComposeFile.Read(Filled);
        var server = compose.Services["postgres"].Environment;
        foreach (var service in compose.Own)
        {
            var used = new NpgsqlConnectionStringBuilder(
                service.Environment["ORLEANSCAMPAIGNS_Postgres__ConnectionString"]);
            Assert.Equal("postgres", used.Host);
            Assert.Equal(
                (server["POSTGRES_DB"], server["POSTGRES_USER"], server["POSTGRES_PASSWORD"]),
                (used.Database, used.Username, used.Password));
        }
    }

    private static async Task AssertHealthy(ComposeProcesses project, bool isHealthy)
    {
        foreach (var (name, process) in project.Processes)
        {
            var (exitCode, output) = await project.AskHealth(name, process);
            Assert.True(exitCode == (isHealthy ? 0 : 1), $"{name}: {output}");
        }
    }
}
