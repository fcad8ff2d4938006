using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Grains.Mailboxes;
using OrleansCampaigns.Mail.Feedback;
using OrleansCampaigns.Mail.Inbound;
using OrleansCampaigns.Mail.Mailboxes;

namespace OrleansCampaigns.Mail;

/// <summary>Wires what comes back by mail into a host.</summary>
public static class FeedbackServices
{
    /// <summary>
    /// Registers <see cref="IFeedbackMessages"/>, the reader of mailboxes, and the inbound listener.
    /// </summary>
    /// <remarks>
    /// Needs <see cref="IFeedback"/>, the directory's ports, and <see cref="Domain.Feedback.RecipientTokens"/>.
    /// </remarks>
    /// <param name="services">Where they go.</param>
    /// <param name="configuration">The root of the settings.</param>
    /// <param name="listens">Whether the listener listens from the host's start on, if <c>Mail:Inbound:Listen</c> is
    /// configured.</param>
    public static IServiceCollection AddOrleansCampaignsFeedback(
        this IServiceCollection services, IConfiguration configuration, bool listens = true)
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
        services.AddOptions<MailboxesOptions>()
            .Bind(configuration.GetSection(MailboxesOptions.Section))
            .ValidateOnStart();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<MailboxesOptions>, MailboxOptionsValidator>());
        services.TryAddSingleton<IMailboxReader, MailboxReader>();
        services.TryAddSingleton<InboundServer>();
        if (listens)
        {
            services.AddHostedService<InboundService>();
        }

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
