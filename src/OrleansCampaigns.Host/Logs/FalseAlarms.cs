using Microsoft.Extensions.Logging.Abstractions;

namespace OrleansCampaigns.Host.Logs;

/// <summary>Lines that are known to be untrue, or to be told better elsewhere.</summary>
internal sealed class FalseAlarms(TimeProvider clock)
{
    private const string Watchdog = "Orleans.Runtime.Watchdog";
    private const string Silo = "Orleans.Runtime.Silo";
    private const string StalledTime = "TimeSinceLastTick";

    private readonly long _begun = clock.GetTimestamp();

    /// <summary>
    /// Whether the process has not finished starting: then a failure that <see cref="Explanation"/> has a sentence for
    /// ends the process with that sentence, and its stack trace on the way there tells no more.
    /// </summary>
    public bool IsStarting { get; set; } = true;

    /// <summary>The sentence that a failure will be told with, if it is one that an operator can mend.</summary>
    public Func<Exception, string?> Explanation { get; set; } = _ => null;

    public bool Contain<TState>(in LogEntry<TState> entry) => entry.Category switch
    {
        // Its second thread has not begun when its first looks for it: it is late since the machine was started, in
        // a process that is younger. What is late by less is true.
        Watchdog => entry.State is IReadOnlyList<KeyValuePair<string, object?>> values
            && values.FirstOrDefault(value => value.Key == StalledTime).Value is TimeSpan stalled
            && stalled > clock.GetElapsedTime(_begun) + TimeSpan.FromMinutes(1),

        // It suggests a garbage collector that the executable asks for already, and machines of one processor refuse.
        Silo => entry.LogLevel == LogLevel.Warning
            && entry.Formatter(entry.State, entry.Exception).Contains("ServerGC", StringComparison.Ordinal),
        _ => false,
    } || (IsStarting && entry.Exception is { } failure && IsToldLater(failure));

    // A start that is broken off cancels and disposes of what has begun: that is no reason of its own.
    private bool IsToldLater(Exception failure) =>
        failure is OperationCanceledException or ObjectDisposedException || Explanation(failure) is not null;
}
