using Orleans.Runtime;
using Orleans.Storage;
using OrleansCampaigns.Contracts;

namespace OrleansCampaigns.Grains;

/// <summary>Tells failures that would meet every call alike from those of the one grain that was asked.</summary>
internal static class Outage
{
    /// <summary>Whether a failure says nothing about the grain that was asked, and passes without anybody's doing.
    /// </summary>
    /// <remarks>
    /// The storage is away, a silo is gone or silent, another one has written, or the caller stops. Whatever else
    /// is thrown comes of what the grain holds or was given: it comes again each time.
    /// </remarks>
    public static bool Is(Exception? failure) => failure switch
    {
        null => false,
        StorageUnavailableException or TimeoutException or IOException or OperationCanceledException
            or InconsistentStateException or SiloUnavailableException or OrleansMessageRejectionException
            or GatewayTooBusyException or LimitExceededException => true,
        AggregateException many => many.InnerExceptions.Any(Is),
        _ => Is(failure.InnerException),
    };
}
