using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Mail.Feedback;
using OrleansCampaigns.Mail.Inbound;

namespace OrleansCampaigns.Mail;

/// <summary>Wires what comes back by mail into a host.</summary>
public static class FeedbackServices
{
    /// <summary>
    /// Registers <see cref="IFeedbackMessages"/> and the inbound listener, which listens from the host's start on if
    /// <c>Mail:Inbound:Listen</c> is configured.
    /// </summary>
    /// <remarks>
    /// Needs <see cref="IFeedback"/>, the directory's ports, and <see cref="Domain.Feedback.RecipientTokens"/>.
    /// </remarks>
    public static IServiceCollection AddOrleansCampaignsFeedback(
        this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);

        services.AddOptions<InboundOptions>()
            .Bind(configuration.GetSection(InboundOptions.Section))
            .ValidateOnStart();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<InboundOptions>, InboundOptionsValidator>());
        services.TryAddSingleton<FeedbackAddresses>();
        services.TryAddSingleton<IFeedbackMessages, FeedbackMessages>();
        services.TryAddSingleton<InboundServer>();
        services.AddHostedService<InboundService>();
        return services;
    }

    /// <summary>Listens while the host runs.</summary>
    private sealed class InboundService(InboundServer server) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            server.Start();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => server.Stop();
    }
}
