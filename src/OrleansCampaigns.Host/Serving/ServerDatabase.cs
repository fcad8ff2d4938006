using Microsoft.Extensions.Options;
using Npgsql;
using OrleansCampaigns.Storage.Databases;
using OrleansCampaigns.Storage.Postgres;
using OrleansCampaigns.Storage.Sqlite;

namespace OrleansCampaigns.Host.Serving;

/// <summary>The database that the settings name: PostgreSQL when they hold a connection string, else the embedded one.
/// </summary>
internal sealed class ServerDatabase : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(1);

    private ServerDatabase(SqliteDatabase embedded) => Embedded = embedded;

    private ServerDatabase(PostgresDatabase cluster) => Cluster = cluster;

    /// <summary>The one file of a single process.</summary>
    public SqliteDatabase? Embedded { get; }

    /// <summary>The database of a cluster.</summary>
    public PostgresDatabase? Cluster { get; }

    public IDatabase Any => (IDatabase?)Cluster ?? Embedded!;

    /// <summary>Makes sure of the schema and learns the secrets.</summary>
    /// <exception cref="SettingsException">The settings are wrong, or the schema is not this software's.</exception>
    public static async Task<ServerDatabase> Open(
        ServerSettings settings, IConfiguration configuration, CancellationToken cancellation)
    {
        if (PostgresOf(configuration) is not { } options)
        {
            if (settings.ServerRole != ServerRole.All)
            {
                throw new SettingsException(
                    $"Role {settings.Role} needs {PostgresOptions.Section}:ConnectionString: the embedded database "
                    + "serves one process.");
            }

            return new(OpenEmbedded(settings));
        }

        var database = new PostgresDatabase(options, TimeProvider.System);
        try
        {
            await WhenUp(() => database.Initialise(cancellation), cancellation);
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }

        return new(database);
    }

    /// <summary>Brings the schema up to date.</summary>
    /// <returns>The scripts that it took, on PostgreSQL.</returns>
    public static async Task<IReadOnlyList<string>> Migrate(
        ServerSettings settings, IConfiguration configuration, CancellationToken cancellation)
    {
        if (PostgresOf(configuration) is not { } options)
        {
            OpenEmbedded(settings).Dispose();
            return [];
        }

        await using var database = new PostgresDatabase(options, TimeProvider.System);
        IReadOnlyList<string> applied = [];
        await WhenUp(async () => applied = await database.Migrate(cancellation), cancellation);
        return applied;
    }

    public async ValueTask DisposeAsync()
    {
        Embedded?.Dispose();
        if (Cluster is not null)
        {
            await Cluster.DisposeAsync();
        }
    }

    private static SqliteDatabase OpenEmbedded(ServerSettings settings)
    {
        var database = new SqliteDatabase(settings.DatabasePath, TimeProvider.System);
        try
        {
            database.Initialise();
            return database;
        }
        catch (InvalidOperationException newer)
        {
            database.Dispose();
            throw new SettingsException(newer.Message);
        }
    }

    private static PostgresOptions? PostgresOf(IConfiguration configuration)
    {
        var section = configuration.GetSection(PostgresOptions.Section);
        if (!section.Exists())
        {
            return null;
        }

        var options = section.Get<PostgresOptions>() ?? new();
        var checkedOptions = new PostgresOptionsValidator().Validate(null, options);
        return checkedOptions.Failed
            ? throw new OptionsValidationException(
                PostgresOptions.Section, typeof(PostgresOptions), checkedOptions.Failures)
            : options;
    }

    // Whoever starts everything together starts this before the database takes connections.
    private static async Task WhenUp(Func<Task> use, CancellationToken cancellation)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                await use();
                return;
            }
            catch (NpgsqlException outage) when (
                outage.IsTransient && TimeProvider.System.GetElapsedTime(begun) < StartPatience)
            {
                await Task.Delay(AskAgain, TimeProvider.System, cancellation);
            }
            catch (InvalidOperationException wrong)
            {
                throw new SettingsException(wrong.Message);
            }
        }
    }
}
