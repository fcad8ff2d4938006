using Orleans.Runtime;

namespace OrleansCampaigns.Host.Logs;

/// <summary>Tells of silos that join, leave and die: one line each, on every silo.</summary>
internal sealed partial class SiloNews(ISiloStatusOracle silos, ILogger<SiloNews> logger)
    : ISiloStatusListener, ILifecycleParticipant<ISiloLifecycle>
{
    // The cluster remembers silos that died long ago, and tells a new one of them first.
    private readonly HashSet<SiloAddress> _seen = [];
    private readonly Lock _lock = new();

    public void SiloStatusChangeNotification(SiloAddress updatedSilo, SiloStatus status)
    {
        lock (_lock)
        {
            switch (status)
            {
                case SiloStatus.Active when _seen.Add(updatedSilo):
                    LogJoined(updatedSilo, Count());
                    break;
                case SiloStatus.ShuttingDown or SiloStatus.Stopping when _seen.Remove(updatedSilo):
                    LogLeaving(updatedSilo, Count());
                    break;
                case SiloStatus.Dead when _seen.Remove(updatedSilo):
                    LogDead(updatedSilo, Count());
                    break;
            }
        }
    }

    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(
        nameof(SiloNews),
        ServiceLifecycleStage.RuntimeInitialize,
        _ =>
        {
            silos.SubscribeToSiloStatusEvents(this);
            return Task.CompletedTask;
        },
        _ =>
        {
            silos.UnSubscribeFromSiloStatusEvents(this);
            return Task.CompletedTask;
        });

    private int Count() => _seen.Count;

    [LoggerMessage(Level = LogLevel.Information, Message = "Silo {Silo} joined; {Count} are active.")]
    private partial void LogJoined(SiloAddress silo, int count);

    [LoggerMessage(Level = LogLevel.Information, Message = "Silo {Silo} is leaving; {Count} stay active.")]
    private partial void LogLeaving(SiloAddress silo, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Silo {Silo} died; {Count} stay active.")]
    private partial void LogDead(SiloAddress silo, int count);
}

/// <summary>Tells a client of the cluster how many silos answer it.</summary>
internal sealed partial class GatewayNews(ILogger<GatewayNews> logger)
{
    public void Changed(object? sender, GatewayCountChangedEventArgs change)
    {
        if (change.NumberOfConnectedGateways == 0)
        {
            LogNone();
        }
        else if (change.NumberOfConnectedGateways != change.PreviousNumberOfConnectedGateways)
        {
            LogCount(change.NumberOfConnectedGateways, change.PreviousNumberOfConnectedGateways);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} silos are connected; {Previous} were before.")]
    private partial void LogCount(int count, int previous);

    [LoggerMessage(Level = LogLevel.Warning, Message = "No silo is connected: requests wait or end with 503.")]
    private partial void LogNone();
}
