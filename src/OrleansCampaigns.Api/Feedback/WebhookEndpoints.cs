using OrleansCampaigns.Api.Access;
using OrleansCampaigns.Api.Refusals;
using OrleansCampaigns.Api.Requests;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Api.Feedback;

/// <summary>Events of mail providers, who have no key and sign what they send.</summary>
internal static class WebhookEndpoints
{
    private static readonly Refusal Unknown = Refusal.NotFound(
        "webhook.unknown", "There is no such provider, or it is not configured.");

    public static void MapWebhooks(this RouteGroupBuilder v1) => v1.MapPost("/webhooks/{provider}", Receive)
        .WithName("receiveProviderEvents").Accepts<Stream>("*/*")
        .WithTags("Feedback").AllowAnonymous()
        .WithMetadata(new BodyLimit(Limits.WebhookBytesMax), IdempotencyRule.ChangesNothing).Refuses(403, 404, 429)
        .WithSummary("Takes the events of ses, sendgrid, mailgun or postmark, once their signature is checked.");

    internal static async Task<Results<Ok<WebhookReceiptBody>, Problem>> Receive(
        string provider, HttpContext context, IProviderWebhooks webhooks, CancellationToken cancellation)
    {
        if (!webhooks.Takes(provider))
        {
            return Problems.From(Unknown);
        }

        var request = new WebhookRequest(
            await RawBody.Read(context.Request),
            context.Request.Headers.ToDictionary(
                header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            context.Request.ContentType);
        return (await webhooks.Receive(provider, request, cancellation)).Answer(WebhookReceiptBody.From);
    }
}

/// <summary>What a provider's request came to.</summary>
/// <param name="Applied">How many events changed something.</param>
/// <param name="Repeated">How many were known already.</param>
/// <param name="Ignored">How many concern nobody, or change nothing.</param>
internal sealed record WebhookReceiptBody(int Applied, int Repeated, int Ignored)
{
    public static WebhookReceiptBody From(WebhookReceipt receipt) =>
        new(receipt.Applied, receipt.Repeated, receipt.Ignored);
}
