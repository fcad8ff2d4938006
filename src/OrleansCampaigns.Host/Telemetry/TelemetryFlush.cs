using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace OrleansCampaigns.Host.Telemetry;

/// <summary>Sends what is left when the process has stopped: the providers themselves wait five seconds at most.
/// </summary>
internal sealed class TelemetryFlush(TelemetryOptions options, TracerProvider traces, MeterProvider metrics)
    : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            var timeout = (int)options.Timeout.TotalMilliseconds;
            traces.ForceFlush(timeout);
            metrics.ForceFlush(timeout);
        },
        cancellationToken);
}
