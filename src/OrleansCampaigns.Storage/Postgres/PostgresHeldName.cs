using Npgsql;

namespace OrleansCampaigns.Storage.Postgres;

/// <summary>A name that this process holds, by a lock of a connection that does nothing else.</summary>
internal sealed class PostgresHeldName : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly string _name;

    private PostgresHeldName(NpgsqlConnection connection, string name) => (_connection, _name) = (connection, name);

    public static async Task<PostgresHeldName?> Try(
        NpgsqlDataSource source, string name, CancellationToken cancellation)
    {
        var connection = await source.OpenConnectionAsync(cancellation);
        try
        {
            if (await Run(connection, "SELECT pg_try_advisory_lock(hashtextextended($1, 1))", name, cancellation))
            {
                return new(connection, name);
            }
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        await connection.DisposeAsync();
        return null;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await Run(
                _connection, "SELECT pg_advisory_unlock(hashtextextended($1, 1))", _name, CancellationToken.None);
        }
        catch (NpgsqlException)
        {
            // A connection that is gone holds nothing.
        }

        await _connection.DisposeAsync();
    }

    private static async Task<bool> Run(
        NpgsqlConnection connection, string sql, string name, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.Add(new() { Value = name });
        return await command.ExecuteScalarAsync(cancellation) is true;
    }
}
