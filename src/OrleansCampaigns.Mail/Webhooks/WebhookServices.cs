using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using OrleansCampaigns.Contracts.Feedback;

namespace OrleansCampaigns.Mail.Webhooks;

/// <summary>Wires the events of providers into a host.</summary>
public static class WebhookServices
{
    /// <summary>
    /// Registers <see cref="IProviderWebhooks"/>, with <see cref="WebhookOptions"/> read from
    /// <paramref name="configuration"/>. <see cref="IFeedback"/> and the recipient directory must be registered too.
    /// </summary>
    public static IServiceCollection AddProviderWebhooks(
        this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddOptions<WebhookOptions>()
            .Bind(configuration.GetSection(WebhookOptions.Section))
            .ValidateOnStart();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<WebhookOptions>, WebhookOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ISnsClient, SnsClient>();
        services.TryAddSingleton<SnsCertificates>();
        services.TryAddEnumerable(
        [
            ServiceDescriptor.Singleton<IWebhookProvider, SesWebhook>(),
            ServiceDescriptor.Singleton<IWebhookProvider, SendGridWebhook>(),
            ServiceDescriptor.Singleton<IWebhookProvider, MailgunWebhook>(),
            ServiceDescriptor.Singleton<IWebhookProvider, PostmarkWebhook>(),
        ]);
        services.TryAddSingleton<IProviderWebhooks, ProviderWebhooks>();
        return services;
    }
}
