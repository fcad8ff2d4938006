using System.Data.Common;
using System.Globalization;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Storage.Databases;

/// <summary>A transaction under way, and the few shapes in which its statements are run.</summary>
/// <remarks>Parameters are written <c>@name</c>, on either database.</remarks>
internal sealed class DatabaseSession(DbConnection connection, SqlDialect dialect, CancellationToken cancellation)
{
    /// <summary>What this database says in its own way.</summary>
    public SqlDialect Dialect => dialect;

    /// <summary>For what only one of the databases can do.</summary>
    public DbConnection Connection => connection;

    /// <summary>Gives up whatever is under way.</summary>
    public CancellationToken Cancellation => cancellation;

    /// <summary>How long a statement may take, in seconds; <see langword="null"/> for as long as any.</summary>
    public int? SecondsMax { get; set; }

    public async Task<List<T>> Rows<T>(
        Func<DbDataReader, T> map, string sql, params IEnumerable<(string Name, object? Value)> parameters)
    {
        await using var command = Command(sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add(map(reader));
        }

        return rows;
    }

    public async Task<T?> Row<T>(
        Func<DbDataReader, T?> map, string sql, params IEnumerable<(string Name, object? Value)> parameters)
        where T : class
    {
        await using var command = Command(sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? map(reader) : null;
    }

    public async Task<long> Number(string sql, params IEnumerable<(string Name, object? Value)> parameters)
    {
        await using var command = Command(sql, parameters);
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellation), CultureInfo.InvariantCulture);
    }

    /// <summary>Whether a query, such as <c>SELECT EXISTS (…)</c>, says so.</summary>
    public async Task<bool> Holds(string sql, params IEnumerable<(string Name, object? Value)> parameters) =>
        await Number(sql, parameters) != 0;

    /// <summary>Runs a statement and tells how many rows it changed.</summary>
    public async Task<int> Change(string sql, params IEnumerable<(string Name, object? Value)> parameters)
    {
        await using var command = Command(sql, parameters);
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Waits until nobody else is in a transaction that asked for the same name.</summary>
    /// <remarks>Where there is one writer at a time, it is free already.</remarks>
    public Task Lock(string name) =>
        dialect.LockSql is { } sql ? Change(sql, ("@name", name)) : Task.CompletedTask;

    /// <summary>From now on, what is read in order is read by an index and joined row by row.</summary>
    public Task KeepToIndexes(bool inOrder) =>
        dialect.KeepToIndexesSql(inOrder) is { } sql ? Change(sql) : Task.CompletedTask;

    private DbCommand Command(string sql, IEnumerable<(string Name, object? Value)> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.CommandTimeout = SecondsMax ?? command.CommandTimeout;
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, Storable(value) ?? DBNull.Value);
            command.Parameters.Add(parameter);
        }

        return command;
    }

    // Both databases hold the same texts, and where one is asked for that none can hold, nothing stored has it.
    private static object? Storable(object? value) => value switch
    {
        string text => PlainText.Clean(text),
        string?[] texts => Array.ConvertAll(texts, text => text is null ? null : PlainText.Clean(text)),
        _ => value,
    };
}
