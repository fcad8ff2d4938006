using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using OrleansCampaigns.Contracts.Contacts;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Grains.Campaigns;
using OrleansCampaigns.Grains.Contacts;
using OrleansCampaigns.Grains.Delivery;
using OrleansCampaigns.Grains.Feedback;
using OrleansCampaigns.Grains.Throttling;

namespace OrleansCampaigns.Grains;

/// <summary>Adds what grains need on a silo, beside the ports of mail and storage.</summary>
public static class GrainsHosting
{
    private const int DirectoryCacheSize = 50_000;

    /// <summary>Registers the services that grains share on a silo.</summary>
    public static ISiloBuilder AddCampaignGrains(this ISiloBuilder silo)
    {
        ArgumentNullException.ThrowIfNull(silo);
        silo.Services.AddMetrics();
        silo.Services.AddSingleton<DeliveryMetrics>();
        silo.Services.AddSingleton<SiloWatch>();
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(
            services => services.GetRequiredService<SiloWatch>());
        silo.Services.AddSingleton<PartitionMoves>();
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(
            services => services.GetRequiredService<PartitionMoves>());
        silo.Services.AddPlacementDirector<PartitionSpread, PartitionSpreadDirector>();
        silo.Services.AddOptions<ThrottlingOptions>().ValidateOnStart();
        silo.Services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<ThrottlingOptions>, ThrottlingOptionsValidator>());
        silo.Services.AddSingleton<SendingLimits>();
        silo.Services.AddSingleton<IRelayWindows>(services => services.GetRequiredService<SendingLimits>());
        silo.Services.AddSingleton<PumpPermits>();
        silo.Services.AddSingleton<RunningPumps>();
        silo.Services.AddSingleton<IOtherPumps, OtherPumps>();
        silo.AddGrainService<RunningPumpsService>();
        silo.Services.AddSingleton<ContactHealth>();
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(
            services => services.GetRequiredService<PumpPermits>());
        silo.Services.AddSingleton<Compilations>();
        silo.Services.AddSingleton<CampaignFuses>();
        silo.Services.AddSingleton<AttemptGate>();
        silo.Services.AddSingleton<AttemptGates>();
        silo.AddGrainService<AttemptGateService>();
        silo.Services.AddCampaignFeedback();

        // Where a contact lives is asked twice within a second and then not again for days: remembering a million of
        // them, as is the default, is what a silo's memory would mostly hold after a large campaign.
        silo.Configure<GrainDirectoryOptions>(options => options.CacheSize = DirectoryCacheSize);
        return silo;
    }

    /// <summary>
    /// Registers <see cref="IFeedback"/> and <see cref="IContactStandings"/>, in a silo or in a client of the cluster:
    /// they need <see cref="IGrainFactory"/>, a <see cref="TimeProvider"/> and the same <see cref="EngineOptions"/> as
    /// the silos.
    /// </summary>
    public static IServiceCollection AddCampaignFeedback(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton<IFeedback, FeedbackRouter>();
        services.TryAddSingleton<IContactStandings, ContactStandings>();
        return services;
    }
}
