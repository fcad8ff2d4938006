using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;
using Orleans.Storage;
using OrleansCampaigns.Storage.Postgres;
using OrleansCampaigns.TestKit.Postgres;

namespace OrleansCampaigns.Storage.Tests.Postgres;

/// <summary>A database on the tests' server, which goes with it.</summary>
public sealed partial class PostgresTestDatabase : TestDatabase
{
    private readonly PostgresServer _server;
    private readonly NpgsqlDataSource _source;
    private readonly Action<PostgresTestDatabase>? _keep;
    private bool _isChanged;

    /// <param name="server">Where it is.</param>
    /// <param name="connectionString">The database, with the schema in it.</param>
    /// <param name="keep">Takes it for another test, emptied, unless the test changed its schema.</param>
    public PostgresTestDatabase(
        PostgresServer server, string connectionString, Action<PostgresTestDatabase>? keep = null)
    {
        (_server, ConnectionString, _keep) = (server, connectionString, keep);
        Database = new(new PostgresOptions { ConnectionString = connectionString }, Clock);
        _source = NpgsqlDataSource.Create(connectionString);
    }

    public string ConnectionString { get; }

    public override PostgresDatabase Database { get; }

    public override async Task<int> Execute(string sql, params object?[] values)
    {
        await using var command = Command(sql, values);
        return await command.ExecuteNonQueryAsync();
    }

    public override async Task<long> Number(string sql, params object?[] values)
    {
        await using var command = Command(sql, values);
        return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    public override async Task<List<string>> Texts(char separator, string none, string sql, params object?[] values)
    {
        await using var command = Command(sql, values);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
        {
            rows.Add(string.Join(separator, Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i)
                ? none
                : Convert.ToString(reader.GetValue(i), CultureInfo.InvariantCulture))));
        }

        return rows;
    }

    public override Task Refuse(string name, string write, string condition) => Execute(
        $"""
        CREATE FUNCTION refuse_{name}() RETURNS trigger LANGUAGE plpgsql AS $f$
        BEGIN
            IF {condition} THEN
                RAISE EXCEPTION 'the disk is full';
            END IF;
            RETURN coalesce(NEW, OLD);
        END $f$;
        CREATE TRIGGER {name} {write} FOR EACH ROW EXECUTE FUNCTION refuse_{name}()
        """);

    public override Task Allow(string name, string table) =>
        Execute($"DROP TRIGGER {name} ON {table}; DROP FUNCTION refuse_{name}()");

    public override IGrainStorage OpenContactStates(IGrainStorageSerializer serializer) =>
        new PostgresContactStateStorage(Database.Contacts, new PostgresStateSerializer(serializer), "test");

    public override string StateColumn => "convert_from(PayloadBinary, 'UTF8')";

    public override async ValueTask DisposeAsync()
    {
        if (_keep is not null && !_isChanged)
        {
            await Execute(Emptying);
            Clock.Reset();
            _keep(this);
            return;
        }

        await Database.DisposeAsync();
        await _source.DisposeAsync();
        await _server.DropDatabase(ConnectionString);
    }

    private const string Emptying = """
        DO $$ BEGIN
            EXECUTE (SELECT 'TRUNCATE ' || string_agg(quote_ident(tablename), ', ') FROM pg_tables
                WHERE schemaname = 'public' AND tablename NOT IN ('settings', 'schema_versions', 'orleansquery'));
        END $$
        """;

    [GeneratedRegex(@"\$(\d+)")]
    private static partial Regex Numbered { get; }

    private NpgsqlCommand Command(string sql, object?[] values)
    {
        _isChanged |= sql.Contains("CREATE", StringComparison.Ordinal)
            || sql.Contains("ALTER", StringComparison.Ordinal);
        var command = _source.CreateCommand(Numbered.Replace(sql, "@p$1"));
        foreach (var (index, value) in values.Index())
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"p{index}");
            command.Parameters.Add(new(name, value ?? DBNull.Value));
        }

        return command;
    }
}
