using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using OpenTelemetry;
using OpenTelemetry.Context.Propagation;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using OrleansCampaigns.Grains.Delivery;
using OrleansCampaigns.Host.Serving;

namespace OrleansCampaigns.Host.Telemetry;

/// <summary>Traces and metrics for a collector that speaks OTLP; off until an endpoint is configured.</summary>
internal static class TelemetrySetup
{
    // Calls of grains and what they store. Orleans takes every interface whose namespace begins with "Orleans" for its
    // own, ours too: their calls come from the source Runtime, not from Application. What its directory and membership
    // say to each other comes from there as well, and is the child of no request. Not Microsoft.Orleans.Lifecycle: it
    // has four more spans for every contact that wakes, and metrics tell that better.
    private static readonly string[] Sources =
    [
        DeliveryMetrics.Name,
        "Microsoft.Orleans.Runtime",
        "Microsoft.Orleans.Storage",
        "Npgsql",
    ];

    private static readonly string[] Meters =
    [
        DeliveryMetrics.Name,
        "Microsoft.Orleans",
        "Microsoft.AspNetCore.Hosting",
        "Microsoft.AspNetCore.Server.Kestrel",
        "Npgsql",
        "System.Runtime",
    ];

    /// <summary>Adds exporters, instrumentation and what keeps people's data out of them.</summary>
    /// <returns>Whether a collector is configured: without one nothing is measured or traced.</returns>
    /// <exception cref="SettingsException">A setting breaks a rule.</exception>
    public static bool AddTelemetry(
        this IServiceCollection services, IConfiguration configuration, ServerSettings settings)
    {
        if (TelemetryOptions.Read(configuration) is not { } options)
        {
            return false;
        }

        // What callers send beside the trace's identity would be carried along and told to the collector.
        Sdk.SetDefaultTextMapPropagator(new TraceContextPropagator());
        services.AddSingleton<DistributedContextPropagator>(new TraceParentPropagator());
        ExceptionSilence.Begin();
        services.AddSingleton(options);
        services.AddHostedService<TelemetryFlush>(); // Stopped before what it depends on is disposed.
        services.AddOpenTelemetry()
            .ConfigureResource(resource => Describe(resource, settings))
            .WithMetrics(metrics => metrics
                .AddMeter(Meters)
                .AddView(MetricViews.Of)
                .SetExemplarFilter(ExemplarFilterType.AlwaysOff) // They would hold the labels that views leave out.
                .AddOtlpExporter((otlp, reader) =>
                {
                    options.Configure(otlp, "metrics");
                    reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds =
                        (int)options.MetricsPeriod.TotalMilliseconds;
                }))
            .WithTracing(traces => traces
                .AddSource(Sources)
                .AddAspNetCoreInstrumentation(http =>
                    http.Filter = context => RequestChoice.IsTraced(context, options.TraceRatio))
                .SetSampler(new TraceSampler(options.TraceRatio))
                .AddProcessor(new SpanRedaction())
                .AddOtlpExporter(otlp => options.Configure(otlp, "traces")));
        return true;
    }

    private static void Describe(ResourceBuilder resource, ServerSettings settings)
    {
        var version = typeof(TelemetrySetup).Assembly
            .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0];
        resource
            .AddService(
                "orleans-campaigns",
                serviceVersion: version,
                autoGenerateServiceInstanceId: false,
                serviceInstanceId: string.Create(
                    CultureInfo.InvariantCulture, $"{Environment.MachineName}:{Environment.ProcessId}"))
            .AddAttributes(
            [
                new("orleanscampaigns.role", settings.ServerRole.ToString().ToLowerInvariant()),
                new("orleanscampaigns.cluster", settings.Cluster.Id),
            ]);
    }
}
