using System.Diagnostics;
using OpenTelemetry.Trace;
using OrleansCampaigns.Grains.Delivery;

namespace OrleansCampaigns.Host.Telemetry;

/// <summary>Decides which spans are recorded.</summary>
/// <remarks>
/// A trace begins with an HTTP request, never with a grain's call or a statement: what the clock sets in motion would
/// else be a trace each. A child follows its parent, except for windows: a campaign of a million recipients is one
/// trace, in which the first window of each pump is told whole, and of the rest the configured part.
/// </remarks>
internal sealed class TraceSampler(double ratio) : Sampler
{
    private const string Request = "Microsoft.AspNetCore.Hosting.HttpRequestIn";

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters)
    {
        // Which requests are kept is chosen by their path, which is not known yet: see RequestChoice.
        var isRecorded = samplingParameters.ParentContext.TraceId == default
            ? samplingParameters.Name == Request
            : samplingParameters.ParentContext.TraceFlags.HasFlag(ActivityTraceFlags.Recorded)
                && (samplingParameters.Name != CampaignTrace.WindowSpan
                    || CampaignTrace.IsFirst(samplingParameters.Tags)
                    || IsDrawn(ratio));
        return new(isRecorded ? SamplingDecision.RecordAndSample : SamplingDecision.Drop);
    }

    /// <summary>Whether chance lets one of many be traced.</summary>
    public static bool IsDrawn(double ratio) => ratio > 0 && Random.Shared.NextDouble() < ratio;
}
