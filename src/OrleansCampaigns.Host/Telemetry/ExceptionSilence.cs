using System.Diagnostics;

namespace OrleansCampaigns.Host.Telemetry;

/// <summary>Takes message and stack trace out of exceptions that libraries note in their spans.</summary>
/// <remarks>The database's own words quote values: <c>Key (address)=(ann@…) already exists</c>.</remarks>
internal static class ExceptionSilence
{
    private static readonly ActivityListener Listener = new()
    {
        ShouldListenTo = _ => true,
        ExceptionRecorder = static (Activity _, Exception _, ref TagList tags) =>
        {
            // What is here already is not added again.
            tags.Add("exception.message", "");
            tags.Add("exception.stacktrace", "");
        },
    };

    /// <summary>From now on, in the whole process.</summary>
    public static void Begin() => ActivitySource.AddActivityListener(Listener);
}
