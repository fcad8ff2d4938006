using System.Security.Cryptography;
using System.Text;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Domain.Feedback;

namespace OrleansCampaigns.Mail.Webhooks;

/// <summary>One provider: knows its signature and its words.</summary>
internal interface IWebhookProvider
{
    /// <summary>As it stands in the path, and in events as their source.</summary>
    string Name { get; }

    /// <summary>Whether there are settings for it.</summary>
    bool IsConfigured { get; }

    /// <summary>The events of a request whose signature holds; otherwise one of the <see cref="WebhookRefusals"/>.
    /// </summary>
    /// <returns>One for each event; <see langword="null"/> for those that have no bearing.</returns>
    Task<Result<IReadOnlyList<ProviderEvent?>>> Read(WebhookRequest request, CancellationToken cancellation);
}

/// <summary>One event, before its recipient is found.</summary>
/// <param name="Signal">What happened.</param>
/// <param name="Id">The provider's own name of the event, the same each time it is delivered.</param>
/// <param name="At">When it happened, as far as is told.</param>
/// <param name="MessageIds">What may be our Message-ID; whether it is, its signature shows.</param>
internal sealed record ProviderEvent(
    FeedbackSignal Signal, string Id, DateTimeOffset? At, IEnumerable<string?> MessageIds)
{
    /// <summary>What a bounce comes to.</summary>
    public Classification? Bounce { get; init; }

    /// <summary>What the refusing server said.</summary>
    public SmtpReply? Reply { get; init; }

    /// <summary>Where a click led.</summary>
    public string? Url { get; init; }

    /// <summary>Whether a machine opened or clicked.</summary>
    public bool IsMachine { get; init; }

    /// <summary>Whether an image proxy fetched.</summary>
    public bool IsProxy { get; init; }

    /// <summary>The key of an event that a provider calls <paramref name="id"/>, by whichever door it comes.</summary>
    /// <remarks>
    /// Keys are kept with the contact: all of one length, and nothing in them that a provider may put into its own.
    /// </remarks>
    public static string KeyOf(string provider, string id) =>
        $"{provider}:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)).AsSpan(0, 16))}";
}

/// <summary>Why a request is refused. They say little: whoever forges should learn nothing.</summary>
internal static class WebhookRefusals
{
    public static Refusal Unknown { get; } = Refusal.NotFound(
        "webhook.unknown", "There is no such provider, or it is not configured.");

    public static Refusal Signature { get; } = Refusal.Forbidden(
        "webhook.signature", "The request does not prove that it is the provider's, or it is too old.");

    public static Refusal NotNow { get; } = new(
        RefusalKind.Throttled,
        "webhook.not_now",
        "What proves the request cannot be looked up now; deliver it again later.");

    public static Refusal Malformed { get; } = Refusal.Invalid(
        "webhook.malformed", "The body is not of the form that the provider documents.");
}
