using System.Diagnostics.Metrics;

namespace OrleansCampaigns.Grains.Delivery;

/// <summary>What any process counts, whether it is a silo or answers the API.</summary>
/// <remarks>
/// Each series is there from the beginning, with 0: an alert on an increase would else miss the first one. One for the
/// whole process, as failures come up where no service is at hand.
/// </remarks>
public static class ProcessMetrics
{
    private static readonly string[] Reasons =
    [
        Contracts.Feedback.SetAsideReasons.Unreadable,
        Contracts.Feedback.SetAsideReasons.BadToken,
        Contracts.Feedback.SetAsideReasons.Unmatched,
        Contracts.Feedback.SetAsideReasons.TooLarge,
        Contracts.Feedback.SetAsideReasons.NotUnderstood,
    ];

    private static readonly Meter Meter = new(DeliveryMetrics.Name);
    private static readonly long[] SetAsideByReason = new long[Reasons.Length];
    private static readonly Instrument[] Instruments =
    [
        Meter.CreateObservableCounter<long>(
            "campaigns.feedback.set_aside",
            () => Reasons.Select((reason, i) => Count(ref SetAsideByReason[i], "reason", reason)),
            "{message}",
            "Messages that came back and were set aside, by reason."),
        Meter.CreateObservableCounter<long>(
            "campaigns.imports",
            () => [Count(ref _finished, "status", "finished"), Count(ref _failed, "status", "failed")],
            "{import}",
            "Imports that ended, by how."),
        Meter.CreateObservableCounter<long>(
            "campaigns.storage.outages",
            () => Interlocked.Read(ref _outages),
            "{failure}",
            "Statements that failed because the database could not be used."),
    ];

    private static long _finished;
    private static long _failed;
    private static long _outages;

    /// <summary>Makes the instruments; the first call counts.</summary>
    public static void Begin() => _ = Instruments.Length;

    /// <summary>A message was set aside.</summary>
    /// <param name="reason">One of <see cref="Contracts.Feedback.SetAsideReasons"/>.</param>
    public static void SetAside(string reason)
    {
        if (Array.IndexOf(Reasons, reason) is var i and >= 0)
        {
            Interlocked.Increment(ref SetAsideByReason[i]);
        }
    }

    /// <summary>An import ended.</summary>
    public static void ImportEnded(bool hasFailed)
    {
        if (hasFailed)
        {
            Interlocked.Increment(ref _failed);
        }
        else
        {
            Interlocked.Increment(ref _finished);
        }
    }

    /// <summary>A statement failed because the database could not be used.</summary>
    public static void StorageFailed() => Interlocked.Increment(ref _outages);

    private static Measurement<long> Count(ref long count, string label, string value) =>
        new(Interlocked.Read(ref count), new KeyValuePair<string, object?>(label, value));
}
