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

    public PostgresTestDatabase(PostgresServer server, string connectionString)
    {
        (_server, ConnectionString) = (server, connectionString);
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
        await Database.DisposeAsync();
        await _source.DisposeAsync();
        await _server.DropDatabase(ConnectionString);
    }

    [GeneratedRegex(@"\$(\d+)")]
    private static partial Regex Numbered { get; }

    private NpgsqlCommand Command(string sql, object?[] values)
    {
        var command = _source.CreateCommand(Numbered.Replace(sql, "@p$1"));
        foreach (var (index, value) in values.Index())
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"p{index}");
            command.Parameters.Add(new(name, value ?? DBNull.Value));
        }

        return command;
    }
}
