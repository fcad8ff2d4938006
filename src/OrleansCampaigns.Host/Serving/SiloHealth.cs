using Orleans.Runtime;
using OrleansCampaigns.Api.Health;

namespace OrleansCampaigns.Host.Serving;

/// <summary>A silo is ready while it is active and not about to stop.</summary>
internal sealed class SiloHealth(ISiloStatusOracle silos, IHostApplicationLifetime lifetime) : IHealth
{
    public Task<string?> WhyNotReady(CancellationToken cancellation) => Task.FromResult(
        lifetime.ApplicationStopping.IsCancellationRequested ? "The silo is stopping."
        : silos.CurrentStatus == SiloStatus.Active ? null
        : "The silo has not joined its cluster.");
}
