using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Domain.Feedback;
using OrleansCampaigns.Mail.Feedback;

namespace OrleansCampaigns.Mail.Webhooks;

/// <summary>What Amazon SES says of one e-mail, by whichever door it came.</summary>
/// <param name="Kind">What it is about; opens and clicks are <see cref="FeedbackKind.Other"/>.</param>
/// <param name="Recipients">Whom it speaks of. We write to one at a time, and forwarding may make several of it.
/// </param>
internal sealed record SesEvent(FeedbackKind Kind, IReadOnlyList<SesRecipient> Recipients)
{
    /// <summary>What it is to the contact; <see langword="null"/> when it changes nothing.</summary>
    public FeedbackSignal? Signal { get; init; }

    /// <summary>What SES itself calls it; it tells of one thing under one name, however often and wherever.</summary>
    public string? Id { get; init; }

    /// <summary>When it happened, as far as is told.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>What may be our Message-ID.</summary>
    public IReadOnlyList<string?> MessageIds { get; init; } = [];

    /// <summary>Our Feedback-ID, if it is told.</summary>
    public string? FeedbackId { get; init; }

    /// <summary>Our X-Campaign, if it is told.</summary>
    public string? Campaign { get; init; }

    /// <summary>Where a click led.</summary>
    public string? Url { get; init; }

    /// <summary>Whether a machine opened or clicked.</summary>
    public bool IsMachine { get; init; }

    /// <summary>Whether an image proxy fetched.</summary>
    public bool IsProxy { get; init; }

    /// <summary>The event for the webhook.</summary>
    /// <param name="messageId">Names the event where SES gives it no name.</param>
    /// <returns><see langword="null"/> when it changes nothing.</returns>
    public ProviderEvent? ForWebhook(string messageId)
    {
        if (Signal is not { } signal)
        {
            return null;
        }

        var happened = new ProviderEvent(signal, Id ?? messageId, At, MessageIds)
        {
            Url = Url,
            IsMachine = IsMachine,
            IsProxy = IsProxy,
        };
        var gravest = Recipients.Where(one => one.Kind == FeedbackKind.Bounce).MaxBy(
            one => FeedbackEvents.Gravity(one.Bounce));
        return signal == FeedbackSignal.Bounce
            ? happened with { Bounce = gravest?.Bounce, Reply = gravest?.Reply }
            : happened;
    }

    /// <summary>The same for the reader of messages.</summary>
    public FeedbackReading ForMail() => new(
        Kind,
        [.. Recipients.Select(one => new RecipientFeedback(
            one.Kind, one.Address, null, one.Bounce?.Outcome, one.Bounce?.Cause ?? default, one.Reply,
            one.Bounce?.RetryAfter))],
        new(
            MessageIds.FirstOrDefault(id => id is not null)?.Trim('<', '>', ' '), FeedbackId, Campaign))
    {
        EventKey = Id is null ? null : ProviderEvent.KeyOf(SesWebhook.ProviderName, Id),
    };
}

/// <summary>What SES says of one recipient.</summary>
/// <param name="Kind">A report may call one recipient failed and another delayed.</param>
/// <param name="Address">The address that SES wrote to.</param>
/// <param name="Bounce">What a bounce comes to.</param>
/// <param name="Reply">What the refusing server said, as far as SES quotes it.</param>
internal sealed record SesRecipient(
    FeedbackKind Kind, string? Address, Classification? Bounce = null, SmtpReply? Reply = null);
