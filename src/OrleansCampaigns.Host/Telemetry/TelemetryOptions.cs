using System.Globalization;
using OpenTelemetry.Exporter;
using OrleansCampaigns.Host.Serving;

namespace OrleansCampaigns.Host.Telemetry;

/// <summary>The section <c>Telemetry:Otlp</c>: where traces and metrics go, and how many of them.</summary>
internal sealed class TelemetryOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Telemetry:Otlp";

    private static readonly TimeSpan PeriodMin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PeriodMax = TimeSpan.FromHours(1);
    private static readonly TimeSpan TimeoutMin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TimeoutMax = TimeSpan.FromMinutes(5);

    /// <summary>The collector's URL, for HTTP without the path of a signal; off while it is empty.</summary>
    public string? Endpoint { get; set; }

    /// <summary>What the collector speaks there.</summary>
    public OtlpExportProtocol Protocol { get; set; } = OtlpExportProtocol.Grpc;

    /// <summary>
    /// Which part of requests, and of a campaign's windows after the first of each pump, is traced; 0 to 1.
    /// </summary>
    public double TraceRatio { get; set; } = 0.01;

    /// <summary>How often metrics are sent.</summary>
    public TimeSpan MetricsPeriod { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How long the collector may take for an answer, and for what is left when the process stops. What it has not
    /// taken by then is lost.
    /// </summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The address that <see cref="Endpoint"/> names.</summary>
    public Uri Collector => new(Endpoint!);

    /// <summary>Reads the section; <see langword="null"/> when no collector is configured.</summary>
    /// <exception cref="SettingsException">A setting breaks a rule.</exception>
    public static TelemetryOptions? Read(IConfiguration configuration)
    {
        var options = configuration.GetSection(Section).Get<TelemetryOptions>();
        if (options is not { Endpoint.Length: > 0 })
        {
            return null;
        }

        if (!Uri.TryCreate(options.Endpoint, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            throw new SettingsException($"{Section}:Endpoint must be a URL such as http://127.0.0.1:4317.");
        }

        if (!Enum.IsDefined(options.Protocol))
        {
            throw new SettingsException($"{Section}:Protocol must be Grpc or HttpProtobuf.");
        }

        if (options.TraceRatio is not (>= 0 and <= 1))
        {
            throw new SettingsException($"{Section}:TraceRatio must be a number from 0 to 1.");
        }

        if (options.MetricsPeriod < PeriodMin || options.MetricsPeriod > PeriodMax)
        {
            throw new SettingsException(string.Create(
                CultureInfo.InvariantCulture,
                $"{Section}:MetricsPeriod must be a time from {PeriodMin} to {PeriodMax}."));
        }

        if (options.Timeout < TimeoutMin || options.Timeout > TimeoutMax)
        {
            throw new SettingsException(string.Create(
                CultureInfo.InvariantCulture, $"{Section}:Timeout must be a time from {TimeoutMin} to {TimeoutMax}."));
        }

        return options;
    }

    /// <summary>Tells an exporter where one signal, <c>traces</c> or <c>metrics</c>, goes.</summary>
    public void Configure(OtlpExporterOptions exporter, string signal)
    {
        // The exporter adds the path of a signal only to an endpoint that it took from the environment.
        exporter.Protocol = Protocol;
        exporter.TimeoutMilliseconds = (int)Timeout.TotalMilliseconds;
        exporter.Endpoint = Protocol == OtlpExportProtocol.HttpProtobuf
            ? new Uri($"{Collector.AbsoluteUri.TrimEnd('/')}/v1/{signal}")
            : Collector;
    }
}
