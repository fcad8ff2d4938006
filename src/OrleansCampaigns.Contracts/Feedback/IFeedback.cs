using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Domain.Feedback;

namespace OrleansCampaigns.Contracts.Feedback;

/// <summary>
/// Where everything that comes back goes: to the contact, and from there back into sending if need be.
/// </summary>
public interface IFeedback
{
    /// <summary>Applies one event. Durable when it returns; whoever delivers it acknowledges only then.</summary>
    /// <remarks>
    /// A temporary bounce has been handed back to its campaign when this returns, also if an earlier call died between
    /// the two. After an unsubscribe or a complaint no attempt begins once this has returned, on no silo. Throws when
    /// storage is away, or a silo that may still begin one: deliver it again.
    /// </remarks>
    Task<FeedbackAnswer> Apply(
        AccountId account, ContactId contact, FeedbackEvent happened, CancellationToken cancellation = default);
}

/// <summary>What became of an event.</summary>
/// <param name="Effect">What it did.</param>
/// <param name="Delivery">Where the campaign stands with the contact now.</param>
[GenerateSerializer, Immutable, Alias("Feedback.FeedbackAnswer")]
public sealed record FeedbackAnswer(
    [property: Id(0)] FeedbackEffect Effect, [property: Id(1)] CampaignDelivery? Delivery);

/// <summary>Takes messages that came back by mail, from wherever they were collected.</summary>
public interface IFeedbackMessages
{
    /// <summary>
    /// Reads a raw message (RFC 5322), finds the recipients by token or Message-ID, and applies what it says.
    /// </summary>
    /// <remarks>
    /// What cannot be read or concerns nobody is set aside, not lost, and reported as such. Throws only when storage is
    /// away: the message is still the caller's then.
    /// </remarks>
    /// <param name="message">The octets as received.</param>
    /// <param name="envelopeRecipient">The address it was delivered to, if known; otherwise the headers tell.</param>
    /// <param name="source">Where it was collected: <c>smtp</c>, <c>api</c>, or a mailbox's name.</param>
    /// <param name="cancellation">Ends the wait.</param>
    Task<FeedbackReceipt> Receive(
        ReadOnlyMemory<byte> message,
        string? envelopeRecipient,
        string source,
        CancellationToken cancellation = default);

    /// <summary>
    /// As <see cref="Receive"/>, for doors whose caller cannot wait: what cannot be applied is set aside at once, too.
    /// </summary>
    /// <remarks>Throws only for an <see cref="Outages">outage</see>: the message is still the caller's then.</remarks>
    /// <param name="message">The octets as received.</param>
    /// <param name="envelopeRecipient">The address it was delivered to, if known; otherwise the headers tell.</param>
    /// <param name="source">Where it was collected: <c>smtp</c>, <c>api</c>.</param>
    /// <param name="cancellation">Ends the wait.</param>
    Task<FeedbackReceipt> Take(
        ReadOnlyMemory<byte> message,
        string? envelopeRecipient,
        string source,
        CancellationToken cancellation = default) => Receive(message, envelopeRecipient, source, cancellation);
}

/// <summary>What a message came to.</summary>
/// <param name="Kind"><c>bounce</c>, <c>delayed</c>, <c>complaint</c>, <c>unsubscribe</c>, <c>autoreply</c> or
/// <c>other</c>.</param>
/// <param name="Applied">How many events changed something.</param>
/// <param name="Repeated">How many were known already.</param>
/// <param name="Ignored">How many concern nobody, or change nothing.</param>
/// <param name="IsSetAside">Whether it was kept for people to look at: unreadable, or matched to nobody.</param>
public sealed record FeedbackReceipt(string Kind, int Applied, int Repeated, int Ignored, bool IsSetAside);

/// <summary>Takes the events of mail providers.</summary>
public interface IProviderWebhooks
{
    /// <summary>Whether the provider is known and configured: the bodies of others need not be read.</summary>
    bool Takes(string provider) => true;

    /// <summary>Checks the signature and applies every event of one request.</summary>
    /// <param name="provider"><c>ses</c>, <c>sendgrid</c>, <c>mailgun</c> or <c>postmark</c>.</param>
    /// <param name="request">What was received.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>
    /// Refused <c>webhook.unknown</c> (NotFound), <c>webhook.signature</c> (Forbidden), <c>webhook.not_now</c>
    /// (Throttled) or <c>webhook.malformed</c>. An event that cannot be applied is set aside, and the others go on.
    /// Throws when storage is away: providers deliver again.
    /// </returns>
    Task<Result<WebhookReceipt>> Receive(
        string provider, WebhookRequest request, CancellationToken cancellation = default);
}

/// <summary>One request of a provider, as received.</summary>
/// <param name="Body">The octets, over which signatures are computed.</param>
/// <param name="Headers">By name, in any case.</param>
/// <param name="ContentType">The media type.</param>
public sealed record WebhookRequest(
    ReadOnlyMemory<byte> Body, IReadOnlyDictionary<string, string> Headers, string? ContentType);

/// <summary>What a provider's request came to.</summary>
public sealed record WebhookReceipt(int Applied, int Repeated, int Ignored);
