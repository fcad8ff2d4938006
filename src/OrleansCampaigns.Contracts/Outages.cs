using Orleans.Runtime;

namespace OrleansCampaigns.Contracts;

/// <summary>Tells an outage, which passes by itself, from a fault, which comes back with every repetition.</summary>
public static class Outages
{
    /// <summary>
    /// Whether <paramref name="failure"/> says that storage, a silo or the network is away: the same call works later.
    /// </summary>
    public static bool Is(Exception failure) =>
        StorageUnavailableException.In(failure) is not null
        || failure is TimeoutException or OperationCanceledException or OrleansException;
}
