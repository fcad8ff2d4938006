using System.Diagnostics;

namespace OrleansCampaigns.Host.Telemetry;

/// <summary>Carries the identity of a trace (W3C <c>traceparent</c>) from caller to callee, and nothing else.</summary>
/// <remarks>
/// <c>tracestate</c> and <c>baggage</c> hold whatever a caller puts there, and strangers call the links in e-mails.
/// </remarks>
internal sealed class TraceParentPropagator : DistributedContextPropagator
{
    private const string Field = "traceparent";

    public override IReadOnlyCollection<string> Fields { get; } = [Field];

    public override void Inject(Activity? activity, object? carrier, PropagatorSetterCallback? setter)
    {
        if (activity is { IdFormat: ActivityIdFormat.W3C, Id: { } id })
        {
            setter?.Invoke(carrier, Field, id);
        }
    }

    public override void ExtractTraceIdAndState(
        object? carrier, PropagatorGetterCallback? getter, out string? traceId, out string? traceState)
    {
        traceId = null;
        traceState = null;
        getter?.Invoke(carrier, Field, out traceId, out _);
        if (!ActivityContext.TryParse(traceId, null, out _))
        {
            traceId = null; // Of another kind, or nonsense: it would be kept as it is.
        }
    }

    public override IEnumerable<KeyValuePair<string, string?>>? ExtractBaggage(
        object? carrier, PropagatorGetterCallback? getter) => null;
}
