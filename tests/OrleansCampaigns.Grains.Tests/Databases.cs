using OrleansCampaigns.Grains.Tests;
using OrleansCampaigns.Storage.Postgres;
using OrleansCampaigns.TestKit.Postgres;

[assembly: AssemblyFixture(typeof(Databases))]

namespace OrleansCampaigns.Grains.Tests;

/// <summary>On which database a test runs.</summary>
public enum DatabaseKind
{
    /// <summary>The embedded one.</summary>
    Embedded,

    /// <summary>The cluster's.</summary>
    Cluster,
}

/// <summary>One PostgreSQL server for the tests of this assembly, started by the first that needs it.</summary>
public sealed class Databases : IAsyncLifetime
{
    private readonly SemaphoreSlim _gate = new(1);
    private PostgresServer? _server;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>An engine on a fresh database of that kind; skips the test where there can be none.</summary>
    public async Task<Engine> StartEngine(
        DatabaseKind kind, Action<EngineOptions>? configure = null, short silos = 1)
    {
        if (kind == DatabaseKind.Embedded)
        {
            return await Engine.Start(configure, silos);
        }

        return await StartEngineOn(await CreateDatabase(), configure, silos);
    }

    /// <summary>A fresh database of the cluster's kind; skips the test where there can be none.</summary>
    /// <returns>Its connection string.</returns>
    public async Task<string> CreateDatabase()
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        return await (await Server()).CreateDatabase();
    }

    /// <summary>An engine on a database that <see cref="CreateDatabase"/> has made.</summary>
    public static async Task<Engine> StartEngineOn(
        string connectionString, Action<EngineOptions>? configure = null, short silos = 1)
    {
        var database = new PostgresDatabase(
            new PostgresOptions { ConnectionString = connectionString }, TimeProvider.System);
        await database.Migrate();
        await database.Initialise();
        return await Engine.StartOn(database, configure, silos);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _gate.Dispose();
    }

    private async Task<PostgresServer> Server()
    {
        await _gate.WaitAsync();
        try
        {
            return _server ??= await PostgresServer.Start("fsync=off");
        }
        finally
        {
            _gate.Release();
        }
    }
}
