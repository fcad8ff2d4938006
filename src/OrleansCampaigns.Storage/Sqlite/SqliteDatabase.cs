using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Grains.Delivery;
using OrleansCampaigns.Storage.Databases;
using OrleansCampaigns.Storage.Directory;
using OrleansCampaigns.Storage.Files;
using OrleansCampaigns.Storage.Imports;

namespace OrleansCampaigns.Storage.Sqlite;

/// <summary>The embedded database: one file in write-ahead-log mode, one writer at a time, readers beside it.</summary>
/// <remarks>
/// Microsoft.Data.Sqlite blocks the calling thread, and a writer that finds the file locked polls for it. So every
/// write of this process passes one gate, and the blocking work happens on the thread pool, never in a grain's turn.
/// </remarks>
public sealed class SqliteDatabase : IDatabase, IDisposable
{
    private const int ReadersMax = 4;

    private readonly SemaphoreSlim _writer = new(1);
    private readonly SemaphoreSlim _readers = new(ReadersMax);
    private readonly TimeProvider _clock;

    /// <summary>Names the file; nothing is opened yet.</summary>
    /// <param name="path">The database file; its folder is made if need be.</param>
    /// <param name="clock">The time that rows are stamped with.</param>
    public SqliteDatabase(string path, TimeProvider clock)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        Path = System.IO.Path.GetFullPath(path);
        _clock = clock;
        ConnectionString = new SqliteConnectionStringBuilder
        {
            DataSource = Path,
            Pooling = true,
            DefaultTimeout = 30,
        }.ToString();
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>For Orleans' providers, which open their own connections.</summary>
    public string ConnectionString { get; }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> ContactKey { get; private set; }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> SigningKey { get; private set; }

    /// <inheritdoc/>
    public long Now => _clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Makes or upgrades the schema. Once, before anything else.</summary>
    /// <exception cref="InvalidOperationException">The file was written by a newer version of this
    /// software.</exception>
    public void Initialise()
    {
        PrivateFiles.CreateFolder(System.IO.Path.GetDirectoryName(Path)!);

        if (!File.Exists(Path))
        {
            // An empty file is a fresh database to SQLite, and the files beside it get its mode. One that is there is
            // not opened: closing it would let go of the locks of connections that this process has.
            using var made = File.Open(
                Path, PrivateFiles.Options(FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite));
        }

        using var connection = Open();
        Execute(connection, "PRAGMA journal_mode = WAL");
        SqliteMigrations.Apply(connection);
        using var transaction = connection.BeginTransaction(deferred: false);
        foreach (var (key, text) in OrleansQueries.Texts)
        {
            Execute(
                connection,
                "INSERT INTO OrleansQuery VALUES ($key, $text) ON CONFLICT (QueryKey) DO UPDATE SET QueryText = "
                    + "excluded.QueryText",
                ("$key", key),
                ("$text", text));
        }

        ContactKey = Secret(connection, "contact_key");
        SigningKey = Secret(connection, "signing_key");
        transaction.Commit();
    }

    /// <summary>Reads; several at once, each seeing one consistent state.</summary>
    public Task<T> Read<T>(Func<SqliteConnection, T> read, CancellationToken cancellation = default) =>
        Read((connection, _) => Task.FromResult(read(connection)), cancellation);

    /// <summary>Writes in one transaction, after whoever writes now.</summary>
    /// <remarks>Keep it short: everybody else waits. An exception rolls everything back.</remarks>
    public Task<T> Write<T>(Func<SqliteConnection, T> write, CancellationToken cancellation = default) =>
        Write((connection, _) => Task.FromResult(write(connection)), cancellation);

    SqlDialect IDatabase.Dialect => SqliteDialect.Instance;

    Task<T> IDatabase.Read<T>(Func<DatabaseSession, Task<T>> read, CancellationToken cancellation) =>
        Read((_, session) => read(session), cancellation);

    Task<T> IDatabase.Write<T>(Func<DatabaseSession, Task<T>> write, CancellationToken cancellation) =>
        Write((_, session) => write(session), cancellation);

    // There is one process.
    Task<IAsyncDisposable?> IDatabase.TryHold(string name, CancellationToken cancellation) =>
        Task.FromResult<IAsyncDisposable?>(new Held());

    // Its statements say themselves which index they mean.
    Task IDatabase.Analyse(string table, CancellationToken cancellation) => Task.CompletedTask;

    // SQLITE_CONSTRAINT_TRIGGER: an operator has set up a trigger to refuse; this software has none such.
    bool IDatabase.IsPassing(Exception failure) => failure switch
    {
        SqliteException answer => IsOutage(answer) || answer.SqliteExtendedErrorCode == 1811,
        StorageUnavailableException or IOException or UnauthorizedAccessException => true,
        _ => false,
    };

    // SQLITE_TOOBIG, SQLITE_CONSTRAINT, SQLITE_MISMATCH.
    bool IDatabase.IsOfValues(Exception failure) =>
        failure is not SqliteException answer || answer.SqliteErrorCode is 18 or 19 or 20;

    IImportFiles IDatabase.OpenImportFiles(DirectoryOptions options) => new ImportSpool(this, options);

    private async Task<T> Read<T>(
        Func<SqliteConnection, DatabaseSession, Task<T>> read, CancellationToken cancellation)
    {
        await _readers.WaitAsync(cancellation);
        try
        {
            return await OffTurn(async () =>
            {
                using var connection = Open();
                using var transaction = connection.BeginTransaction(deferred: true);
                return await read(connection, new(connection, SqliteDialect.Instance, cancellation));
            });
        }
        finally
        {
            _readers.Release();
        }
    }

    private async Task<T> Write<T>(
        Func<SqliteConnection, DatabaseSession, Task<T>> write, CancellationToken cancellation)
    {
        await _writer.WaitAsync(cancellation);
        try
        {
            return await OffTurn(async () =>
            {
                using var connection = Open();
                using var transaction = connection.BeginTransaction(deferred: false);
                var result = await write(connection, new(connection, SqliteDialect.Instance, cancellation));
                transaction.Commit();
                return result;
            });
        }
        finally
        {
            _writer.Release();
        }
    }

    /// <summary>Runs somebody else's write, such as that of Orleans' storage, behind the same gate.</summary>
    public async Task Gate(Func<Task> write)
    {
        await _writer.WaitAsync();
        try
        {
            await OffTurn(write);
        }
        finally
        {
            _writer.Release();
        }
    }

    /// <summary>Runs somebody else's read on the thread pool.</summary>
    public async Task GateRead(Func<Task> read)
    {
        await _readers.WaitAsync();
        try
        {
            await OffTurn(read);
        }
        finally
        {
            _readers.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        using (var connection = new SqliteConnection(ConnectionString))
        {
            SqliteConnection.ClearPool(connection);
        }

        _writer.Dispose();
        _readers.Dispose();
    }

    internal static void Execute(
        SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        command.ExecuteNonQuery();
    }

#pragma warning disable RS0030 // The one place where blocking database work leaves the caller's thread.
    private static async Task<T> OffTurn<T>(Func<Task<T>> work)
    {
        try
        {
            return await Task.Run(work);
        }
        catch (SqliteException failure) when (IsOutage(failure))
        {
            ProcessMetrics.StorageFailed();
            throw new StorageUnavailableException($"The database cannot be used: {failure.Message}", failure);
        }
    }

    private static async Task OffTurn(Func<Task> work)
    {
        try
        {
            await Task.Run(work);
        }
        catch (SqliteException failure) when (IsOutage(failure))
        {
            ProcessMetrics.StorageFailed();
            throw new StorageUnavailableException($"The database cannot be used: {failure.Message}", failure);
        }
    }
#pragma warning restore RS0030

    // SQLITE_BUSY, SQLITE_LOCKED, SQLITE_NOMEM, SQLITE_READONLY, SQLITE_IOERR, SQLITE_FULL, SQLITE_CANTOPEN: the fault
    // of the disk, of memory or of another writer, not of the statement.
    private static bool IsOutage(SqliteException failure) =>
        failure.SqliteErrorCode is 5 or 6 or 7 or 8 or 10 or 13 or 14;

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(ConnectionString);
        connection.Open();
        return connection;
    }

    private static byte[] Secret(SqliteConnection connection, string key)
    {
        Execute(
            connection,
            "INSERT INTO settings (key, value) VALUES ($key, $value) ON CONFLICT (key) DO NOTHING",
            ("$key", key),
            ("$value", Convert.ToHexString(RandomNumberGenerator.GetBytes(32))));
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT value FROM settings WHERE key = $key";
        command.Parameters.AddWithValue("$key", key);
        return Convert.FromHexString((string)command.ExecuteScalar()!);
    }

    private sealed class Held : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
