using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Mail.Webhooks;

/// <summary>Amazon SES: events in messages of SNS, which signs them.</summary>
internal sealed class SesWebhook(
    IOptions<WebhookOptions> options, SnsCertificates certificates, ISnsClient client, TimeProvider clock)
    : IWebhookProvider
{
    /// <summary>As it stands in the path and in events.</summary>
    public const string ProviderName = "ses";

    public string Name => ProviderName;

    public bool IsConfigured => options.Value.Ses.TopicArns.Count > 0;

    public async Task<Result<IReadOnlyList<ProviderEvent?>>> Read(
        WebhookRequest request, CancellationToken cancellation)
    {
        using var json = Json.Parse(request.Body);
        if (json is null || SnsMessage.Read(json.RootElement) is not { } message)
        {
            return WebhookRefusals.Malformed;
        }

        try
        {
            return !options.Value.Ses.TopicArns.Contains(message.TopicArn) || !await IsSigned(message, cancellation)
                ? WebhookRefusals.Signature
                : await Events(message, cancellation);
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException or IOException
            && !cancellation.IsCancellationRequested)
        {
            // A stranger can name a certificate that is not there: Amazon not answering is no fault of ours.
            return WebhookRefusals.NotNow;
        }
        catch (CryptographicException)
        {
            return WebhookRefusals.Signature;
        }
    }

    private async Task<Result<IReadOnlyList<ProviderEvent?>>> Events(
        SnsMessage message, CancellationToken cancellation)
    {
        switch (message.Type)
        {
            case SnsMessage.Notification:
                return Events(message);

            case SnsMessage.SubscriptionConfirmation when message.ConfirmationUrl is { } url:
                await client.Confirm(url, cancellation);
                return Array.Empty<ProviderEvent?>();

            case SnsMessage.UnsubscribeConfirmation:
                return Array.Empty<ProviderEvent?>();

            default:
                return WebhookRefusals.Malformed;
        }
    }

    private async Task<bool> IsSigned(SnsMessage message, CancellationToken cancellation) =>
        WebhookTimes.IsTimely(message.SentAt, clock.GetUtcNow())
        && message.IsCertificateOfAmazon
        && await certificates.Find(message.CertificateUrl, cancellation) is { } certificate
        && message.IsSignedBy(certificate);

    private static Result<IReadOnlyList<ProviderEvent?>> Events(SnsMessage message)
    {
        // SNS itself sends texts that are no JSON, when a topic is joined to SES.
        using var json = Json.Parse(Encoding.UTF8.GetBytes(message.Message));
        return json is null
            ? Array.Empty<ProviderEvent?>()
            : new[] { SesEvents.Read(json.RootElement)?.ForWebhook(message.MessageId) };
    }
}
