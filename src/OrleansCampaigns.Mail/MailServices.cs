using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using OrleansCampaigns.Grains.Delivery;
using OrleansCampaigns.Grains.Throttling;
using OrleansCampaigns.Mail.Messages;
using OrleansCampaigns.Mail.Relays;
using OrleansCampaigns.Mail.Webhooks;

namespace OrleansCampaigns.Mail;

/// <summary>Wires mail into a host.</summary>
public static class MailServices
{
    /// <summary>
    /// Registers <see cref="IMailRelays"/> and <see cref="IMessageComposers"/>, with <see cref="MailOptions"/> read
    /// from the section <c>Mail</c> of <paramref name="configuration"/> and validated at start-up.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configuration">The root of the configuration.</param>
    public static IServiceCollection AddOrleansCampaignsMail(
        this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);

        services.AddOptions<MailOptions>().Bind(configuration.GetSection(MailOptions.Section)).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<MailOptions>, MailOptionsValidator>());
        services.AddOptions<ThrottlingOptions>().PostConfigure<IOptions<MailOptions>>(LimitRelays);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<MailRelays>();
        services.TryAddSingleton<IMailRelays>(provider => provider.GetRequiredService<MailRelays>());
        services.TryAddSingleton<MessageComposers>();
        services.TryAddSingleton<IMessageComposers>(provider => provider.GetRequiredService<MessageComposers>());
        services.AddProviderWebhooks(configuration);
        return services;
    }

    // A relay's sending windows are configured with the relay, and hold across silos like every other limit.
    private static void LimitRelays(ThrottlingOptions throttling, IOptions<MailOptions> mail)
    {
        foreach (var relay in mail.Value.Relays)
        {
            throttling.Relays[relay.Name] = new()
            {
                RatePerSecond = relay.RatePerSecond,
                RatePerMinute = relay.RatePerMinute,
                RatePerHour = relay.RatePerHour,
            };
        }
    }
}
