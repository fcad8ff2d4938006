using System.Data;
using System.Globalization;
using System.Security.Cryptography;
using Npgsql;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Storage.Databases;
using OrleansCampaigns.Storage.Directory;
using OrleansCampaigns.Storage.Imports;

namespace OrleansCampaigns.Storage.Postgres;

/// <summary>The cluster's database, with a pool of connections for every use of it.</summary>
public sealed class PostgresDatabase : IDatabase, IAsyncDisposable
{
    private const string Application = "orleans-campaigns";
    private const int CollisionsMax = 5;

    private readonly TimeProvider _clock;
    private readonly bool _migrates;

    /// <summary>Names the database; nothing is opened yet.</summary>
    /// <param name="options">Where it is; validated.</param>
    /// <param name="clock">The time that rows are stamped with.</param>
    public PostgresDatabase(PostgresOptions options, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(options);
        _clock = clock;
        _migrates = options.Migrate;
        ClusteringConnectionString = Name(
            options, options.ClusteringConnectionString, "clustering", options.ClusteringConnectionsMax);
        RemindersConnectionString = Name(
            options, options.RemindersConnectionString, "reminders", options.RemindersConnectionsMax);
        StatesConnectionString = Name(
            options, options.StatesConnectionString, "states", options.StatesConnectionsMax);
        Contacts = Pool("contacts", Name(
            options, options.StatesConnectionString, "contacts", options.StatesConnectionsMax));
        Directory = Pool("directory", Name(
            options, options.DirectoryConnectionString, "directory", options.DirectoryConnectionsMax, isQueried: true));
    }

    /// <summary>For Orleans' membership provider, of silos and of clients.</summary>
    public string ClusteringConnectionString { get; }

    /// <summary>For Orleans' reminder provider.</summary>
    public string RemindersConnectionString { get; }

    /// <summary>For Orleans' storage provider.</summary>
    public string StatesConnectionString { get; }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> ContactKey { get; private set; }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> SigningKey { get; private set; }

    /// <inheritdoc/>
    public long Now => _clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>For the states of contacts.</summary>
    internal NpgsqlDataSource Contacts { get; }

    /// <summary>For everything that people query.</summary>
    internal NpgsqlDataSource Directory { get; }

    // Metrics tell pools apart by name; without one by the whole connection string.
    private static NpgsqlDataSource Pool(string name, string connectionString) =>
        new NpgsqlDataSourceBuilder(connectionString) { Name = name }.Build();

    /// <summary>Brings the schema up to date. Processes that do so together wait for each other.</summary>
    /// <returns>The migrations that this call applied, in order.</returns>
    /// <exception cref="InvalidOperationException">The database was written by a newer version of this
    /// software.</exception>
    public Task<IReadOnlyList<string>> Migrate(CancellationToken cancellation = default) =>
        PostgresMigrations.Apply(Directory, cancellation);

    /// <summary>Makes sure of the schema and learns the secrets. Once, before anything else.</summary>
    /// <exception cref="InvalidOperationException">The schema is not the one that this software knows.</exception>
    public async Task Initialise(CancellationToken cancellation = default)
    {
        if (_migrates)
        {
            await Migrate(cancellation);
        }
        else
        {
            await PostgresMigrations.Check(Directory, cancellation);
        }

        ContactKey = await Secret("contact_key", cancellation);
        SigningKey = await Secret("signing_key", cancellation);
    }

    SqlDialect IDatabase.Dialect => PostgresDialect.Instance;

    Task<T> IDatabase.Read<T>(Func<DatabaseSession, Task<T>> read, CancellationToken cancellation) =>
        Run(IsolationLevel.RepeatableRead, read, cancellation);

    Task<T> IDatabase.Write<T>(Func<DatabaseSession, Task<T>> write, CancellationToken cancellation) =>
        Run(IsolationLevel.ReadCommitted, write, cancellation);

    async Task<IAsyncDisposable?> IDatabase.TryHold(string name, CancellationToken cancellation) =>
        await PostgresHeldName.Try(Directory, name, cancellation);

    /// <inheritdoc/>
    /// <remarks>
    /// The server does so by itself, minutes later. Until then the plans that functions keep are those for an empty
    /// table, which read all of it.
    /// </remarks>
    async Task IDatabase.Analyse(string table, CancellationToken cancellation)
    {
        try
        {
            await ((IDatabase)this).Write(session => session.Change($"ANALYZE {table}"), cancellation);
        }
        catch (StorageUnavailableException)
        {
            // What was written stands, and the server comes round to it.
        }
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Besides outages: what others that wrote at the same time have brought about (40, 55), a statement that was
    /// cancelled (57014), and a trigger that an operator has set up to refuse (P0001): this software has none such.
    /// </remarks>
    bool IDatabase.IsPassing(Exception failure) => failure switch
    {
        PostgresException
        {
            SqlState: ['4', '0', ..] or ['5', '5', ..]
                or PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.RaiseException,
        } => true,
        StorageUnavailableException => true,
        _ => PostgresFailures.IsOutage(failure),
    };

    /// <inheritdoc/>
    /// <remarks>Data exceptions (22), constraints (23) and limits such as the length of what is indexed (54).</remarks>
    bool IDatabase.IsOfValues(Exception failure) =>
        failure is not PostgresException answer || answer.SqlState is ['2', '2' or '3', ..] or ['5', '4', ..];

    IImportFiles IDatabase.OpenImportFiles(DirectoryOptions options) =>
        new PostgresImportFiles(this, options.ImportBytesMax);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Contacts.DisposeAsync();
        await Directory.DisposeAsync();

        // The providers of Orleans open pools of their own by these texts.
        foreach (var text in (string[])[ClusteringConnectionString, RemindersConnectionString, StatesConnectionString])
        {
            await using var connection = new NpgsqlConnection(text);
            NpgsqlConnection.ClearPool(connection);
        }
    }

    // The pool is the text's: two uses share connections only when every letter of their texts is equal.
    private static string Name(
        PostgresOptions options, string? own, string use, int connectionsMax, bool isQueried = false)
    {
        var text = new NpgsqlConnectionStringBuilder(own ?? options.ConnectionString);
        text.ApplicationName = $"{text.ApplicationName ?? Application} {use}";
        text.MaxPoolSize = connectionsMax;
        text.CommandTimeout = (int)options.CommandTimeout.TotalSeconds;
        if (isQueried)
        {
            // What people ask for differs so much, by which list or which status, that it is planned anew each time.
            text.MaxAutoPrepare = 0;
        }
        else
        {
            // Statements here leave nothing behind that another caller might meet. Resetting the connection after each
            // would cost as much as many of them, and throw away the plans that functions keep.
            text.NoResetOnClose = true;
        }

        if (!isQueried && !text.ShouldSerialize("Max Auto Prepare"))
        {
            // Parsing and planning a statement often takes longer than running it.
            text.MaxAutoPrepare = 50;
            text.AutoPrepareMinUsages = 3;
        }

        // No statement runs so long that compiling it would pay. A page or a write of states would wait for that.
        text.Options ??= "-c jit=off";
        if (!text.ShouldSerialize("Keepalive"))
        {
            // A peer that is gone without a word is noticed before the pool gives out its connection.
            text.KeepAlive = 30;
        }

        return text.ToString();
    }

    private async Task<T> Run<T>(
        IsolationLevel isolation, Func<DatabaseSession, Task<T>> run, CancellationToken cancellation)
    {
        // The caller may be a grain, whose turn is not the place to read rows in.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        for (var collisions = 0; ; collisions++)
        {
            try
            {
                await using var connection = await Directory.OpenConnectionAsync(cancellation);
                await using var transaction = await connection.BeginTransactionAsync(isolation, cancellation);
                var result = await run(new(connection, PostgresDialect.Instance, cancellation));
                await transaction.CommitAsync(cancellation);
                return result;
            }
            catch (Exception failure) when (PostgresFailures.IsCollision(failure) && collisions < CollisionsMax)
            {
                // The server has rolled all of it back and says so.
            }
            catch (Exception failure) when (PostgresFailures.IsOutage(failure))
            {
                throw PostgresFailures.ToOutage(failure);
            }
        }
    }

    private async Task<byte[]> Secret(string key, CancellationToken cancellation)
    {
        await using (var insert = Directory.CreateCommand(
            "INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING"))
        {
            insert.Parameters.Add(new() { Value = key });
            insert.Parameters.Add(new() { Value = Convert.ToHexString(RandomNumberGenerator.GetBytes(32)) });
            await insert.ExecuteNonQueryAsync(cancellation);
        }

        await using var query = Directory.CreateCommand("SELECT value FROM settings WHERE key = $1");
        query.Parameters.Add(new() { Value = key });
        var value = await query.ExecuteScalarAsync(cancellation);
        return Convert.FromHexString(Convert.ToString(value, CultureInfo.InvariantCulture)!);
    }
}
