using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using Npgsql;
using OrleansCampaigns.Host.Logs;
using OrleansCampaigns.Storage.Databases;
using OrleansCampaigns.Storage.Postgres;
using OrleansCampaigns.Storage.Sqlite;

namespace OrleansCampaigns.Host.Serving;

/// <summary>The database that the settings name: PostgreSQL when they hold a connection string, else the embedded one.
/// </summary>
internal sealed class ServerDatabase : IAsyncDisposable
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(1);

    private readonly DataFolder? _folder;

    private ServerDatabase(SqliteDatabase embedded, DataFolder folder) => (Embedded, _folder) = (embedded, folder);

    private ServerDatabase(PostgresDatabase cluster) => Cluster = cluster;

    /// <summary>The one file of a single process.</summary>
    public SqliteDatabase? Embedded { get; }

    /// <summary>The database of a cluster.</summary>
    public PostgresDatabase? Cluster { get; }

    /// <summary>Files and folders of the embedded database that other users could read until now.</summary>
    public IReadOnlyList<string> Tightened => _folder?.Tightened ?? [];

    public IDatabase Any => (IDatabase?)Cluster ?? Embedded!;

    /// <summary>The setting that names the database of a cluster.</summary>
    public static string ConnectionStringKey { get; } =
        $"{PostgresOptions.Section}:{nameof(PostgresOptions.ConnectionString)}";

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
                    $"Role {settings.Role} needs {ConnectionStringKey}: the embedded database serves one process.");
            }

            var (embedded, folder) = OpenEmbedded(settings);
            return new(embedded, folder);
        }

        var database = new PostgresDatabase(options, TimeProvider.System);
        try
        {
            await WhenUp(() => database.Initialise(cancellation), options, cancellation);
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
            var (embedded, folder) = OpenEmbedded(settings);
            embedded.Dispose();
            folder.Dispose();
            return [];
        }

        await using var database = new PostgresDatabase(options, TimeProvider.System);
        IReadOnlyList<string> applied = [];
        await WhenUp(async () => applied = await database.Migrate(cancellation), options, cancellation);
        return applied;
    }

    public async ValueTask DisposeAsync()
    {
        Embedded?.Dispose();
        _folder?.Dispose();
        if (Cluster is not null)
        {
            await Cluster.DisposeAsync();
        }
    }

    private static (SqliteDatabase Database, DataFolder Folder) OpenEmbedded(ServerSettings settings)
    {
        var folder = DataFolder.Hold(settings);
        var database = new SqliteDatabase(settings.DatabasePath, TimeProvider.System);
        try
        {
            database.Initialise();
            return (database, folder);
        }
        catch (Exception failure)
        {
            database.Dispose();
            folder.Dispose();
            if (failure is InvalidOperationException newer)
            {
                throw new SettingsException(newer.Message);
            }

            if (failure is IOException or UnauthorizedAccessException or SqliteException)
            {
                throw new SettingsException(
                    $"{nameof(settings.Data)}: the database {database.Path} cannot be used: {failure.Message}");
            }

            throw;
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
    private static async Task WhenUp(Func<Task> use, PostgresOptions options, CancellationToken cancellation)
    {
        var begun = TimeProvider.System.GetTimestamp();
        var isTold = false;
        while (true)
        {
            try
            {
                await use();
                return;
            }
            catch (NpgsqlException outage) when (
                outage.IsTransient && TimeProvider.System.GetElapsedTime(begun) < options.StartPatience)
            {
                if (!isTold)
                {
                    // Nothing logs yet.
                    await Console.Error.WriteLineAsync(
                        $"{Describe(options, outage)} It is tried for {options.StartPatience}.");
                    isTold = true;
                }

                await Task.Delay(AskAgain, TimeProvider.System, cancellation);
            }
            catch (NpgsqlException refused) when (Describe(options, refused) is { } sentence)
            {
                throw new SettingsException(sentence);
            }
            catch (InvalidOperationException wrong)
            {
                throw new SettingsException(wrong.Message);
            }
        }
    }

    // What else the server says is about our statements, and no operator can mend it.
    private static string? Describe(PostgresOptions options, NpgsqlException failure)
    {
        var what = (failure as PostgresException)?.SqlState switch
        {
            PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
                "refuses the user name or the password.",
            PostgresErrorCodes.InvalidCatalogName => "does not exist.",
            PostgresErrorCodes.InsufficientPrivilege => $"does not allow this user what it must: {MessageOf(failure)}.",
            null => $"does not answer: {MessageOf(failure)}.",
            _ when failure.IsTransient => $"cannot be used: {MessageOf(failure)}.",
            _ => null,
        };
        return what is null ? null
            : $"{ConnectionStringKey}: {StartBanner.Describe(options.ConnectionString)} {what}";
    }

    private static string MessageOf(Exception failure) => failure.GetBaseException() is PostgresException told
        ? told.MessageText
        : failure.GetBaseException().Message.TrimEnd('.');
}
