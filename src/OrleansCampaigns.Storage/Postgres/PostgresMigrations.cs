using System.Globalization;
using System.Reflection;
using Npgsql;

namespace OrleansCampaigns.Storage.Postgres;

/// <summary>Brings the schema up to date: numbered scripts, each once, however many processes start together.</summary>
internal static class PostgresMigrations
{
    private const string Prefix = "OrleansCampaigns.Storage.Postgres.";

    // Any number that nobody else takes in this database.
    private const long LockKey = 0x6f63_7363_6865_6d61;

    /// <summary>The scripts, in order; the number of each is its place, from 1.</summary>
    public static IReadOnlyList<string> Scripts { get; } =
    [
        .. Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)
                && name.EndsWith(".sql", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Runs what has not been run yet.</summary>
    /// <returns>The scripts that this call ran.</returns>
    /// <exception cref="InvalidOperationException">A newer version of this software was here before.</exception>
    public static async Task<IReadOnlyList<string>> Apply(NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);

        // All or nothing: statements that change a schema can be rolled back here, too. Whoever else starts waits.
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await Execute(connection, "SELECT pg_advisory_xact_lock($1)", cancellation, LockKey);
        await Execute(
            connection,
            """
            CREATE TABLE IF NOT EXISTS schema_versions (
                version    integer PRIMARY KEY,
                name       text NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT now()
            )
            """,
            cancellation);
        var version = await ReadVersion(connection, cancellation);
        ThrowIfNewer(version);
        var applied = new List<string>();
        foreach (var script in Scripts.Skip(version))
        {
            var name = script[Prefix.Length..^".sql".Length];
            await Execute(connection, await ReadScript(script), cancellation);
            await Execute(
                connection,
                "INSERT INTO schema_versions (version, name) VALUES ($1, $2)",
                cancellation,
                ++version,
                name);
            applied.Add(name);
        }

        // Texts that stay as they are must not leave a dead row at every start.
        foreach (var (key, text) in PostgresQueries.Texts)
        {
            await Execute(
                connection,
                """
                INSERT INTO OrleansQuery AS q VALUES ($1, $2)
                ON CONFLICT (QueryKey) DO UPDATE SET QueryText = excluded.QueryText
                WHERE q.QueryText <> excluded.QueryText
                """,
                cancellation,
                key,
                text);
        }

        await transaction.CommitAsync(cancellation);
        return applied;
    }

    /// <summary>Checks that the schema is the one that this software knows.</summary>
    /// <exception cref="InvalidOperationException">It is older or newer.</exception>
    public static async Task Check(NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var exists = new NpgsqlCommand("SELECT to_regclass('schema_versions') IS NOT NULL", connection);
        var version = await exists.ExecuteScalarAsync(cancellation) is true
            ? await ReadVersion(connection, cancellation)
            : 0;
        ThrowIfNewer(version);
        if (version < Scripts.Count)
        {
            throw new InvalidOperationException(
                $"The database has schema version {version}; this software needs {Scripts.Count}. Run its migration "
                    + "first.");
        }
    }

    private static void ThrowIfNewer(int version)
    {
        if (version > Scripts.Count)
        {
            throw new InvalidOperationException(
                $"The database has schema version {version}; this software knows {Scripts.Count}. Use a newer version "
                    + "of it.");
        }
    }

    private static async Task<int> ReadVersion(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var query = new NpgsqlCommand(
            "SELECT coalesce(max(version), 0) FROM schema_versions", connection);
        return Convert.ToInt32(await query.ExecuteScalarAsync(cancellation), CultureInfo.InvariantCulture);
    }

    private static async Task<string> ReadScript(string name)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!);
        return await reader.ReadToEndAsync();
    }

    private static async Task Execute(
        NpgsqlConnection connection, string sql, CancellationToken cancellation, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        await command.ExecuteNonQueryAsync(cancellation);
    }
}
