using Npgsql;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Grains.Delivery;

namespace OrleansCampaigns.Storage.Postgres;

/// <summary>Tells outages from faults of a statement.</summary>
internal static class PostgresFailures
{
    /// <summary>Whether the database cannot be used now, whatever the statement.</summary>
    /// <remarks>
    /// Without an answer of the server the connection is gone, or none could be had. Among the answers: connection
    /// exceptions (08), insufficient resources (53), shut down or starting (57P), system errors (58), and a server that
    /// only reads, such as a standby after a fail-over (25006).
    /// </remarks>
    public static bool IsOutage(Exception failure) => failure switch
    {
        PostgresException answer => answer.SqlState is ['0', '8', ..] or ['5', '3', ..] or ['5', '7', 'P', ..]
            or ['5', '8', ..] or PostgresErrorCodes.ReadOnlySqlTransaction,
        NpgsqlException or TimeoutException or IOException => true,
        _ => false,
    };

    /// <summary>Whether the server rolled everything back only because others wrote at the same time.</summary>
    public static bool IsCollision(Exception failure) => failure is PostgresException
    {
        SqlState: PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure,
    };

    /// <summary>The outage that callers know.</summary>
    /// <remarks>
    /// Only what kind of failure it is: what the server says about a statement may repeat values of it.
    /// </remarks>
    public static StorageUnavailableException ToOutage(Exception failure)
    {
        ProcessMetrics.StorageFailed();
        var kind = failure is PostgresException answer ? $"SQLSTATE {answer.SqlState}" : failure.GetType().Name;
        return new($"The database cannot be used: {kind}: {failure.Message}", failure);
    }
}
