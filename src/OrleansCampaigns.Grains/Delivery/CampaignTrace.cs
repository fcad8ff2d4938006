using System.Diagnostics;

namespace OrleansCampaigns.Grains.Delivery;

/// <summary>The spans of one run of a partition's pump, in the trace of the request that started the campaign.
/// </summary>
/// <remarks>
/// Pumps run off timers and reminders, hours after that request: the campaign keeps its trace's identity. Whatever a
/// pump does between windows belongs to no span, and without a listener there is nothing of all this.
/// </remarks>
public sealed class CampaignTrace : IDisposable
{
    /// <summary>The name of a window's span: of how many of them are recorded, a sampler decides.</summary>
    public const string WindowSpan = "window";

    private const string FirstTag = "first";

    private readonly ActivityContext _campaign;
    private readonly int _partition;
    private readonly Activity? _between;
    private Activity? _pump;

    private CampaignTrace(string? trace, int partition)
    {
        _ = ActivityContext.TryParse(trace, null, isRemote: true, out _campaign);
        _partition = partition;

        // Spans of what a pump does between windows follow this one, which is not recorded.
        _between = new Activity("between windows");
        if (_campaign != default)
        {
            _between.SetParentId(_campaign.TraceId, _campaign.SpanId, ActivityTraceFlags.None);
        }

        _between.Start();
    }

    private static ActivitySource Spans => DeliveryMetrics.Traces;

    /// <summary>The identity of the trace that is current, to be kept (W3C trace context, at most 55 characters).
    /// </summary>
    public static string? Current => Activity.Current is { IdFormat: ActivityIdFormat.W3C } current ? current.Id : null;

    /// <summary>Begins a span in a kept trace.</summary>
    public static Activity? Begin(string name, string? trace) =>
        Spans.HasListeners() && ActivityContext.TryParse(trace, null, isRemote: true, out var parent)
            ? Spans.StartActivity(name, ActivityKind.Internal, parent)
            : null;

    /// <summary>Links the span that is current to a kept trace, unless it belongs to it.</summary>
    public static void Link(string? trace)
    {
        if (Activity.Current is { IsAllDataRequested: true } current
            && ActivityContext.TryParse(trace, null, isRemote: true, out var campaign)
            && campaign.TraceId != current.TraceId)
        {
            current.AddLink(new(campaign));
        }
    }

    /// <summary>Whether a window is the first of its pump.</summary>
    /// <param name="tags">What its span was begun with.</param>
    public static bool IsFirst(IEnumerable<KeyValuePair<string, object?>>? tags) =>
        tags?.Any(tag => tag is { Key: FirstTag, Value: true }) == true;

    /// <summary>Prepares for the windows of a pump; <see langword="null"/> when nothing listens.</summary>
    internal static CampaignTrace? OfPump(string? trace, int partition) =>
        Spans.HasListeners() ? new(trace, partition) : null;

    /// <summary>Begins a window's span, and with the first one the pump's: a pump without windows tells nothing.
    /// </summary>
    internal Activity? Window()
    {
        var isFirst = _pump is null;
        _pump ??= BeginPump();
        return _pump is { Recorded: true }
            ? Spans.StartActivity(WindowSpan, ActivityKind.Internal, _pump.Context, [new(FirstTag, isFirst)])
            : null;
    }

    /// <summary>Ends the pump's span.</summary>
    public void Dispose()
    {
        _pump?.Dispose();
        _between?.Dispose();
    }

    private Activity? BeginPump()
    {
        var pump = Spans.StartActivity("pump", ActivityKind.Internal, _campaign);
        pump?.SetTag("partition", _partition);
        return pump;
    }
}
