using Orleans.Runtime;
using Orleans.Storage;

namespace OrleansCampaigns.Contracts;

/// <summary>Tells an outage, which passes by itself, from a fault, which comes back with every repetition.</summary>
public static class Outages
{
    /// <summary>
    /// Whether <paramref name="failure"/> says that storage, a silo or the network is away: the same call works later.
    /// </summary>
    /// <remarks>
    /// An outage would meet every call alike and says nothing about the grain that was asked: the storage is away, a
    /// silo is gone or silent, another activation has written, or the caller stops. Whatever else is thrown comes of
    /// what the grain holds or was given. The runtime wraps what a state's storage throws into an exception of its own:
    /// there the inner one decides.
    /// </remarks>
    public static bool Is(Exception? failure) => failure switch
    {
        null => false,
        EndOfStreamException => false,
        StorageUnavailableException or TimeoutException or IOException or OperationCanceledException
            or InconsistentStateException or OrleansMessageRejectionException => true,
        OrleansException { InnerException: null } => true,
        AggregateException many => many.InnerExceptions.Any(Is),
        _ => Is(failure.InnerException),
    };
}
