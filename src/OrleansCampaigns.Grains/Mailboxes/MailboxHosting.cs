using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Hosting;
using Orleans.Runtime;
using OrleansCampaigns.Contracts;

namespace OrleansCampaigns.Grains.Mailboxes;

/// <summary>Starts the readers of mailboxes with the silo.</summary>
public static class MailboxHosting
{
    /// <summary>Adds what starts a reader for each configured mailbox.</summary>
    public static ISiloBuilder AddMailboxGrains(this ISiloBuilder silo)
    {
        ArgumentNullException.ThrowIfNull(silo);
        silo.Services.AddMetrics();
        silo.Services.AddSingleton<MailboxWatch>();
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, MailboxStart>();
        return silo;
    }
}

/// <summary>Asks the grain of each configured mailbox to read; the grain is where it is already, if another silo runs.
/// </summary>
internal sealed partial class MailboxStart(
    IMailboxReader reader, IGrainFactory grains, TimeProvider clock, ILogger<MailboxStart> logger)
    : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private static readonly TimeSpan RetryWait = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stopping = new();

    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(
        nameof(MailboxStart), ServiceLifecycleStage.Active, Start, _ => _stopping.CancelAsync());

    public void Dispose() => _stopping.Dispose();

    private Task Start(CancellationToken cancellation)
    {
        foreach (var name in reader.Names)
        {
            // A silo starts whether or not mailboxes can be read.
            _ = Start(name, _stopping.Token);
        }

        return Task.CompletedTask;
    }

    private async Task Start(string name, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await grains.Mailbox(name).Start();
                return;
            }
            catch (Exception failure)
            {
                LogNotStarted(name, failure.GetType().Name);
                await Task.Delay(RetryWait, clock, cancellation)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "The reader of mailbox {Mailbox} could not be started ({Failure}).")]
    private partial void LogNotStarted(string mailbox, string failure);
}
