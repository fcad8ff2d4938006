using Orleans.Runtime;

namespace OrleansCampaigns.Api.Health;

/// <summary>Ready means: the cluster answers and has a silo that works.</summary>
internal sealed class ClusterHealth(IGrainFactory grains, TimeProvider clock) : IHealth
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public async Task<string?> WhyNotReady(CancellationToken cancellation)
    {
        try
        {
            var silos = await grains.GetGrain<IManagementGrain>(0).GetHosts(onlyActive: true, cancellation).WaitAsync(
                Patience, clock, cancellation);
            return silos.Count > 0 ? null : "No silo is active.";
        }
        catch (Exception failure) when (failure is TimeoutException or OrleansException)
        {
            return "The cluster does not answer.";
        }
    }
}
