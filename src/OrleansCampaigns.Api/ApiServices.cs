using Microsoft.Extensions.DependencyInjection.Extensions;
using OrleansCampaigns.Api.Access;
using OrleansCampaigns.Api.Campaigns;
using OrleansCampaigns.Api.Contacts;
using OrleansCampaigns.Api.Exports;
using OrleansCampaigns.Api.Health;
using OrleansCampaigns.Api.Lists;
using OrleansCampaigns.Api.OpenApi;
using OrleansCampaigns.Api.Tracking;
using OrleansCampaigns.Api.Welcome;
using OrleansCampaigns.Contracts.Feedback;

namespace OrleansCampaigns.Api;

/// <summary>The settings of the API.</summary>
public sealed class ApiOptions
{
    /// <summary>How many bytes a CSV file may have; 2 GB when not said.</summary>
    public long ImportBytesMax { get; set; } = 2_000_000_000;

    /// <summary>Further pages of this process that its first page names.</summary>
    public IList<WelcomeLink> Pages { get; } = [];
}

/// <summary>Registers what the API needs.</summary>
public static class ApiServices
{
    /// <summary>
    /// Adds the API. The directory ports and a grain factory must be registered too, by storage and by Orleans.
    /// </summary>
    public static IServiceCollection AddOrleansCampaignsApi(
        this IServiceCollection services, Action<ApiOptions>? configure = null)
    {
        services.AddOptions<ApiOptions>().Configure(options => configure?.Invoke(options));
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IHealth, ClusterHealth>();
        services.TryAddSingleton<AudienceResolver>();
        services.TryAddSingleton<ListMemberships>();
        services.TryAddSingleton<FilterCheck>();
        services.TryAddSingleton<TrackedCampaigns>();
        services.AddOptions<TrackingOptions>();
        services.TryAddSingleton<TrackedEvents>();
        services.TryAddSingleton<RequestSource>();
        services.TryAddSingleton<RequestWatch>();
        services.TryAddSingleton<TrackedRequests>();
        services.TryAddSingleton<SenderNames>();
        services.TryAddSingleton<Subscriptions>();
        services.AddHostedService(provider => provider.GetRequiredService<TrackedEvents>());
        services.ConfigureHttpJsonOptions(options => ApiJson.Configure(options.SerializerOptions));
        services.AddAccess();
        services.AddApiDocument();
        services.AddAnswerCompression();

        // These write the query string of every request at the level of information, and it may hold an address.
        services.Configure<LoggerFilterOptions>(options =>
            options.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning));
        return services;
    }
}
