using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace OrleansCampaigns.TestKit.Postgres;

/// <summary>A PostgreSQL of the tests' own, in a folder of its own, reached by a socket in that folder.</summary>
/// <remarks>
/// It is started and stopped by a guard that reads commands from this process. When this process ends, however it ends,
/// the guard reads the end of its input, kills the server and removes the folder. Where the environment names a server,
/// that one is used instead and left running.
/// </remarks>
public sealed class PostgresServer : IAsyncDisposable
{
    /// <summary>The connection string of a server to use; its user may make databases.</summary>
    public const string Variable = "ORLEANSCAMPAIGNS_TEST_PG";

    private const string User = "campaigns";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    // Of all servers: the one that the environment names may be given out more than once.
    private static int _databases;

    private readonly string _connectionString;
    private readonly Process? _guard;
    private readonly string? _folder;

    private PostgresServer(string connectionString, Process? guard, string? folder) =>
        (_connectionString, _guard, _folder) = (connectionString, guard, folder);

    /// <summary>Why there can be none here, or <see langword="null"/>.</summary>
    /// <remarks>In CI there must be one: there a test fails where elsewhere it is skipped.</remarks>
    public static string? Missing { get; } =
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 }
        || PostgresBinaries.Folder is not null
        || Environment.GetEnvironmentVariable("CI") is "true" or "1"
            ? null
            : $"PostgreSQL is not installed (apt-get install postgresql), and {Variable} names no server.";

    /// <summary>Whether the tests may stop and restart it.</summary>
    public bool IsOwn => _guard is not null;

    /// <summary>Starts one, or takes the one that the environment names.</summary>
    /// <param name="settings">Settings of the server, such as <c>fsync=off</c>, for one that is started.</param>
    public static async Task<PostgresServer> Start(params IEnumerable<string> settings)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given)
        {
            return new(given, null, null);
        }

        var binaries = PostgresBinaries.Folder ?? throw new InvalidOperationException(
            $"PostgreSQL is not installed (apt-get install postgresql), and {Variable} names no server.");
        PostgresLeftovers.Remove();
        var guard = PostgresGuard.Start(binaries, settings);
        try
        {
            if (await guard.StandardOutput.ReadLineAsync().WaitAsync(Limit) is not { Length: > 0 } folder)
            {
                throw new InvalidOperationException($"initdb failed: {await guard.StandardError.ReadToEndAsync()}");
            }

            var address = new NpgsqlConnectionStringBuilder { Host = folder, Username = User, Database = "postgres" };
            var server = new PostgresServer(address.ToString(), guard, folder);
            await server.Resume();
            return server;
        }
        catch
        {
            guard.StandardInput.Close();
            throw;
        }
    }

    /// <summary>Makes an empty database, or a copy of another one that nobody is connected to.</summary>
    /// <returns>Its connection string.</returns>
    public async Task<string> CreateDatabase(string? template = null)
    {
        var name = string.Create(
            CultureInfo.InvariantCulture,
            $"oc_test_{Environment.ProcessId}_{Interlocked.Increment(ref _databases)}");

        // Not the collation of the machine: an order that sorts by dictionary shows who relies on another one.
        var origin = template is null
            ? "TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C' LOCALE_PROVIDER icu ICU_LOCALE 'en-US'"
            : $"TEMPLATE \"{NameOf(template)}\"";
        await Execute($"CREATE DATABASE {name} {origin}");
        return new NpgsqlConnectionStringBuilder(_connectionString) { Database = name }.ToString();
    }

    /// <summary>Removes a database, whoever is connected to it.</summary>
    public async Task DropDatabase(string connectionString)
    {
        await using (var connection = new NpgsqlConnection(connectionString))
        {
            NpgsqlConnection.ClearPool(connection);
        }

        await Execute($"DROP DATABASE IF EXISTS \"{NameOf(connectionString)}\" WITH (FORCE)");
    }

    /// <summary>Stops the server.</summary>
    /// <param name="immediately">As a crash would: nothing is written any more, and the next start recovers.</param>
    public async Task Stop(bool immediately)
    {
        var guard = Own();
        await guard.StandardInput.WriteLineAsync(immediately ? "stop QUIT" : "stop INT");
        await guard.StandardOutput.ReadLineAsync().WaitAsync(Limit);
    }

    /// <summary>Starts the server again, and waits until it answers.</summary>
    public async Task Resume()
    {
        await Own().StandardInput.WriteLineAsync("start");
        try
        {
            await Eventually.Holds("PostgreSQL answers", IsUp, Limit);
        }
        catch (TimeoutException)
        {
            var log = await File.ReadAllTextAsync(Path.Combine(_folder!, "log"));
            throw new TimeoutException($"PostgreSQL never answered. Its log:\n{log}");
        }
    }

    /// <summary>Stops the server and starts it again.</summary>
    public async Task Restart(bool immediately)
    {
        await Stop(immediately);
        await Resume();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_guard is null)
        {
            return;
        }

        _guard.StandardInput.Close();
        await _guard.WaitForExitAsync().WaitAsync(Limit);
        _guard.Dispose();
    }

    private static string NameOf(string connectionString) =>
        new NpgsqlConnectionStringBuilder(connectionString).Database!;

    private Process Own() =>
        _guard ?? throw new InvalidOperationException($"The server that {Variable} names is not ours to stop.");

    private async Task<bool> IsUp()
    {
        try
        {
            await Execute("SELECT 1");
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private async Task Execute(string sql)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(_connectionString) { Pooling = false }.ToString());
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
