using System.Collections.Concurrent;
using OrleansCampaigns.Storage.Postgres;
using OrleansCampaigns.Storage.Tests.Postgres;
using OrleansCampaigns.TestKit.Postgres;

[assembly: AssemblyFixture(typeof(PostgresFixture))]

namespace OrleansCampaigns.Storage.Tests.Postgres;

/// <summary>One server for all tests of this assembly, started by the first that needs it.</summary>
public sealed class PostgresFixture : ITestDatabases, IAsyncLifetime
{
    private readonly SemaphoreSlim _gate = new(1);
    private readonly ConcurrentBag<PostgresTestDatabase> _kept = [];
    private PostgresServer? _server;
    private string? _template;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>The server; skips the test where there can be none.</summary>
    public async Task<PostgresServer> Server()
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
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

    /// <summary>A fresh database with the schema in it: a copy of one that was migrated once.</summary>
    public async Task<PostgresTestDatabase> CreateDatabase(Action<PostgresTestDatabase>? keep = null)
    {
        var server = await Server();
        await _gate.WaitAsync();
        try
        {
            _template ??= await CreateTemplate(server);
        }
        finally
        {
            _gate.Release();
        }

        var test = new PostgresTestDatabase(server, await server.CreateDatabase(_template), keep);
        await test.Database.Initialise();
        return test;
    }

    /// <summary>A fresh one, or one that an earlier test has left as it was.</summary>
    async Task<TestDatabase> ITestDatabases.Create() =>
        _kept.TryTake(out var kept) ? kept : await CreateDatabase(_kept.Add);

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _gate.Dispose();
    }

    private static async Task<string> CreateTemplate(PostgresServer server)
    {
        var template = await server.CreateDatabase();
        await using (var database = new PostgresDatabase(
            new PostgresOptions { ConnectionString = template }, TimeProvider.System))
        {
            await database.Migrate();
        }

        return template;
    }
}
