using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;
using Orleans.Runtime;
using OrleansCampaigns.Grains.Campaigns;
using OrleansCampaigns.Grains.Delivery;

namespace OrleansCampaigns.Grains;

/// <summary>Adds what grains need on a silo, beside the ports of mail and storage.</summary>
public static class GrainsHosting
{
    /// <summary>Registers the services that grains share on a silo.</summary>
    public static ISiloBuilder AddCampaignGrains(this ISiloBuilder silo)
    {
        ArgumentNullException.ThrowIfNull(silo);
        silo.Services.AddMetrics();
        silo.Services.AddSingleton<DeliveryMetrics>();
        silo.Services.AddSingleton<PumpPermits>();
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(
            services => services.GetRequiredService<PumpPermits>());
        return silo;
    }
}
