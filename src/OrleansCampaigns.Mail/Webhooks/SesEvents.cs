using System.Text.Json;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Domain.Feedback;

namespace OrleansCampaigns.Mail.Webhooks;

/// <summary>Reads the events of Amazon SES: feedback notifications and event publishing alike.</summary>
internal static class SesEvents
{
    /// <summary>The event; <see langword="null"/> when it has no bearing.</summary>
    /// <param name="json">What SES published.</param>
    /// <param name="messageId">The message of SNS that brought it, the same each time it is delivered.</param>
    public static ProviderEvent? Read(JsonElement json, string messageId) =>
        (json.Text("eventType") ?? json.Text("notificationType")) switch
        {
            "Bounce" => Bounce(json, messageId),
            "Complaint" => Complaint(json, messageId),
            "Reject" => ProviderBounce.Decided(
                Event(json, FeedbackSignal.Bounce, messageId, null), Outcome.Rejected, Cause.Content),
            "Open" => Seen(json, FeedbackSignal.Open, messageId, "open"),
            "Click" => Seen(json, FeedbackSignal.Click, messageId, "click") with { Url = json.Text("click", "link") },
            "Subscription" when json.At("subscription", "newTopicPreferences", "unsubscribeAll").ValueKind
                == JsonValueKind.True =>
                Event(json, FeedbackSignal.Unsubscribe, messageId, json.Time("subscription", "timestamp")),
            _ => null,
        };

    private static ProviderEvent? Bounce(JsonElement json, string messageId)
    {
        // SES counts one bounce once, however many topics tell of it.
        var happened = Event(
            json, FeedbackSignal.Bounce, json.Text("bounce", "feedbackId") ?? messageId,
            json.Time("bounce", "timestamp"));
        var recipient = json.Items("bounce", "bouncedRecipients").FirstOrDefault();
        var (status, diagnostic) = (recipient.Text("status"), recipient.Text("diagnosticCode"));
        switch (json.Text("bounce", "bounceType"), json.Text("bounce", "bounceSubType"))
        {
            case (_, "UnsubscribedRecipient"):
                return happened with { Signal = FeedbackSignal.Unsubscribe };

            // SES asked nobody: what it gives for a reply is its own.
            case (_, "Suppressed"):
                return ProviderBounce.Decided(happened, Outcome.Bounced, Cause.NoSuchMailbox);
            case (_, "OnAccountSuppressionList"):
                return ProviderBounce.Decided(happened, Outcome.Bounced, Cause.Other);

            // Without any status it was no report but an answer: somebody is out of the office.
            case ("Transient", "General") when status is null && diagnostic is null:
            case (_, _) when recipient.Text("action") is "delayed":
                return null;

            case var (type, subType):
                return ProviderBounce.Classified(happened, diagnostic, status, 0, Otherwise(type, subType));
        }
    }

    private static Classification Otherwise(string? type, string? subType) => (type, subType) switch
    {
        (_, "NoEmail") => new(Outcome.Bounced, Cause.NoSuchMailbox),
        (_, "MailboxFull") => new(Outcome.SoftBounced, Cause.MailboxFull),
        (_, "MessageTooLarge") => new(Outcome.SoftBounced, Cause.TooBig),
        (_, "ContentRejected" or "AttachmentRejected") => new(Outcome.Rejected, Cause.Content),
        ("Transient", _) => new(Outcome.Deferred, Cause.Other),
        _ => new(Outcome.Bounced, Cause.Other),
    };

    private static ProviderEvent? Complaint(JsonElement json, string messageId)
    {
        FeedbackSignal? signal = json.Text("complaint", "complaintFeedbackType") switch
        {
            null or "abuse" or "fraud" => FeedbackSignal.Complaint,
            "opt-out" or "opt-out-list" => FeedbackSignal.Unsubscribe,
            _ => null, // Not spam, failed authentication, a virus: nobody complained of us.
        };
        return signal is null
            ? null
            : Event(
                json, signal.Value, json.Text("complaint", "feedbackId") ?? messageId,
                json.Time("complaint", "timestamp"));
    }

    private static ProviderEvent Seen(JsonElement json, FeedbackSignal signal, string messageId, string part) =>
        Event(json, signal, messageId, json.Time(part, "timestamp")) with
        {
            IsMachine = MachineSigns.AreIn(json.Text(part, "userAgent")),
        };

    // SES writes a Message-ID of its own over ours, and tells the one that we gave among the headers.
    private static ProviderEvent Event(JsonElement json, FeedbackSignal signal, string id, DateTimeOffset? at) => new(
        signal,
        id,
        at,
        [
            .. json.Items("mail", "headers")
                .Where(header => string.Equals(header.Text("name"), "Message-ID", StringComparison.OrdinalIgnoreCase))
                .Select(header => header.Text("value")),
            json.Text("mail", "commonHeaders", "messageId"),
        ]);
}
