namespace OrleansCampaigns.Domain.Delivery;

/// <summary>How a conversation with a mail server broke off without a reply to go by.</summary>
public enum TransportFailure
{
    /// <summary>No connection came about: refused, unreachable, or the name did not resolve for now.</summary>
    ConnectFailed = 0,

    /// <summary>The connection stood, but encryption could not be agreed.</summary>
    TlsFailed = 1,

    /// <summary>The connection broke before the message was handed over.</summary>
    ConnectionLostBeforeData = 2,

    /// <summary>The connection broke after the message was handed over, before the server confirmed it.</summary>
    ConnectionLostAfterData = 3,

    /// <summary>A time limit passed before the message was handed over.</summary>
    TimedOutBeforeData = 4,

    /// <summary>A time limit passed after the message was handed over, before the server confirmed it.</summary>
    TimedOutAfterData = 5,
}

/// <summary>Turns a broken conversation into an outcome and its cause.</summary>
public static class FailureClassifier
{
    /// <summary>The outcome and cause of <paramref name="failure"/>: Deferred, for nobody refused anything.</summary>
    /// <remarks>
    /// After the end of DATA the server may have accepted the message although we never heard so (RFC 5321 §4.5.3.2.6,
    /// RFC 1047). The classification cannot say that: the caller marks such an attempt as in doubt
    /// (<see cref="MayHaveBeenAccepted"/>), because retrying it may send twice.
    /// </remarks>
    public static Classification Classify(TransportFailure failure) => failure switch
    {
        TransportFailure.ConnectFailed
            or TransportFailure.TlsFailed
            or TransportFailure.ConnectionLostBeforeData
            or TransportFailure.ConnectionLostAfterData => new Classification(Outcome.Deferred, Cause.Unreachable),
        TransportFailure.TimedOutBeforeData
            or TransportFailure.TimedOutAfterData => new Classification(Outcome.Deferred, Cause.TimedOut),
        _ => throw new ArgumentOutOfRangeException(nameof(failure), failure, "Unknown failure."),
    };

    /// <summary>Whether the server may have accepted the message all the same.</summary>
    public static bool MayHaveBeenAccepted(TransportFailure failure) =>
        failure is TransportFailure.ConnectionLostAfterData or TransportFailure.TimedOutAfterData;
}
