using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using OrleansCampaigns.Grains.Delivery;

namespace OrleansCampaigns.Host.Serving;

/// <summary>Traces and metrics for a collector that speaks OTLP; off until an endpoint is configured.</summary>
internal static class TelemetrySetup
{
    private const string EndpointKey = "Telemetry:Otlp:Endpoint";

    /// <exception cref="SettingsException">The endpoint is no URL.</exception>
    public static void AddTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        if (configuration[EndpointKey] is not { Length: > 0 } text)
        {
            return;
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var endpoint) || endpoint.Scheme is not ("http" or "https"))
        {
            throw new SettingsException($"{EndpointKey} must be a URL such as http://127.0.0.1:4317.");
        }

        // Requests are not traced: their paths hold contacts and tokens.
        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("orleans-campaigns"))
            .WithMetrics(metrics => metrics
                .AddMeter(DeliveryMetrics.Name, "Microsoft.Orleans")
                .AddOtlpExporter(otlp => otlp.Endpoint = endpoint))
            .WithTracing(traces => traces
                .AddSource(DeliveryMetrics.Name)
                .AddOtlpExporter(otlp => otlp.Endpoint = endpoint));
    }
}
