using System.Globalization;
using Npgsql;
using OrleansCampaigns.Storage.Postgres;
using OrleansCampaigns.TestKit.Postgres;

namespace OrleansCampaigns.Storage.Tests.Postgres;

/// <summary>A real database on the tests' server, which goes with it.</summary>
public sealed class PostgresTestDatabase : IAsyncDisposable
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

    public TestClock Clock { get; } = new();

    public PostgresDatabase Database { get; }

    /// <summary>Runs statements of the test's own; <paramref name="values"/> are <c>$1</c>, <c>$2</c>, …</summary>
    public async Task<int> Execute(string sql, params object?[] values)
    {
        await using var command = Command(sql, values);
        return await command.ExecuteNonQueryAsync();
    }

    public async Task<long> Number(string sql, params object?[] values)
    {
        await using var command = Command(sql, values);
        return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    /// <summary>The rows, each as its columns with a blank between them.</summary>
    public async Task<List<string>> Texts(string sql, params object?[] values)
    {
        await using var command = Command(sql, values);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
        {
            rows.Add(string.Join(' ', Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i)
                ? "NULL"
                : Convert.ToString(reader.GetValue(i), CultureInfo.InvariantCulture))));
        }

        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        await _source.DisposeAsync();
        await _server.DropDatabase(ConnectionString);
    }

    private NpgsqlCommand Command(string sql, object?[] values)
    {
        var command = _source.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value ?? DBNull.Value });
        }

        return command;
    }
}
