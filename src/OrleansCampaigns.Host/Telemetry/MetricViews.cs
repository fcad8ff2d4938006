using System.Diagnostics.Metrics;
using OpenTelemetry.Metrics;

namespace OrleansCampaigns.Host.Telemetry;

/// <summary>How metrics are kept: which labels, and within which boundaries histograms count.</summary>
internal static class MetricViews
{
    // Labels with few values, none of which can be a recipient's.
    private static readonly string[] Labels =
    [
        "outcome", "cause", "relay", "kind", "state", "reason", "status", "mailbox",
        "http.request.method", "http.response.status_code", "http.route", "error.type", "url.scheme",
        "network.protocol.name", "network.protocol.version", "network.transport", "network.type",
        "db.client.connection.pool.name", "db.client.connection.state", "db.operation.name",
        "db.system.name", "db.response.status_code",
        "gc.heap.generation", "dotnet.gc.heap.generation", "cpu.mode", "dotnet.gc.pause.type",
        "type", "direction", "grain_type", "GrainType",
    ];

    private static readonly double[] Milliseconds =
        [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000];

    private static readonly double[] Seconds =
        [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

    /// <summary>The view of an instrument.</summary>
    public static MetricStreamConfiguration? Of(Instrument instrument)
    {
        if (BoundariesOf(instrument) is { } boundaries)
        {
            return new ExplicitBucketHistogramConfiguration { TagKeys = Labels, Boundaries = boundaries };
        }

        return new() { TagKeys = Labels };
    }

    // Instruments of our own say their boundaries themselves.
    private static double[]? BoundariesOf(Instrument instrument) => instrument.Meter.Name switch
    {
        _ when !IsHistogram(instrument) => null,
        "Microsoft.Orleans" => Milliseconds,
        "Microsoft.AspNetCore.Hosting" or "Npgsql" => Seconds,
        _ => null,
    };

    private static bool IsHistogram(Instrument instrument) =>
        instrument is Histogram<long> or Histogram<double> or Histogram<int> or Histogram<float>;
}
