using System.Text.Json;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Domain.Feedback;
using OrleansCampaigns.Mail.Feedback;

namespace OrleansCampaigns.Mail.Webhooks;

/// <summary>Reads the events of Amazon SES: feedback notifications and event publishing alike.</summary>
/// <remarks>
/// The one reader of that JSON: SNS brings it to the webhook, or sends it on as e-mail. What it says must come to the
/// same by both doors.
/// </remarks>
internal static class SesEvents
{
    private const int RecipientsMax = 100;

    /// <summary>What SES published; <see langword="null"/> when it is none of the forms that SES documents.</summary>
    public static SesEvent? Read(JsonElement json)
    {
        var said = (json.Text("eventType") ?? json.Text("notificationType")) switch
        {
            "Bounce" => Bounce(json),
            "Complaint" => Complaint(json),
            "Reject" => new(FeedbackKind.Bounce, [Decided(null, Outcome.Rejected, Cause.Content)])
            {
                Signal = FeedbackSignal.Bounce,
            },
            "Open" => Seen(json, FeedbackSignal.Open, "open"),
            "Click" => Seen(json, FeedbackSignal.Click, "click") with { Url = json.Text("click", "link") },
            "Subscription" => Subscription(json),
            "DeliveryDelay" => new(FeedbackKind.Delayed, Delayed(json)),
            "Delivery" => new(FeedbackKind.Other, Delivered(json)),
            "Send" or "Rendering Failure" => new SesEvent(FeedbackKind.Other, []),
            _ => null,
        };
        return said is null ? null : said with
        {
            MessageIds = MessageIds(json),
            FeedbackId = Headers(json, "Feedback-ID").FirstOrDefault(),
            Campaign = Headers(json, "X-Campaign").FirstOrDefault(),
        };
    }

    private static SesEvent Bounce(JsonElement json)
    {
        var (type, subType) = (json.Text("bounce", "bounceType"), json.Text("bounce", "bounceSubType"));
        var named = json.Items("bounce", "bouncedRecipients").Take(RecipientsMax).DefaultIfEmpty();
        var recipients = named.Select(recipient => Bounced(recipient, type, subType)).ToList();

        // The gravest of what is said, in the order of what outweighs what.
        var kind = new[] { FeedbackKind.Bounce, FeedbackKind.Unsubscribe, FeedbackKind.Delayed, FeedbackKind.AutoReply }
            .First(kind => recipients.Exists(recipient => recipient.Kind == kind));
        return new(kind, recipients)
        {
            Signal = kind switch
            {
                FeedbackKind.Bounce => FeedbackSignal.Bounce,
                FeedbackKind.Unsubscribe => FeedbackSignal.Unsubscribe,
                _ => null,
            },

            // SES counts one bounce once, however many topics tell of it.
            Id = json.Text("bounce", "feedbackId"),
            At = json.Time("bounce", "timestamp"),
        };
    }

    private static SesRecipient Bounced(JsonElement recipient, string? type, string? subType)
    {
        var address = recipient.Text("emailAddress");
        var (status, diagnostic) = (recipient.Text("status"), recipient.Text("diagnosticCode"));
        switch (subType)
        {
            case "UnsubscribedRecipient":
                return new(FeedbackKind.Unsubscribe, address);

            // SES asked nobody: what it gives for a reply is its own.
            case "Suppressed":
                return Decided(address, Outcome.Bounced, Cause.NoSuchMailbox);
            case "OnAccountSuppressionList":
                return Decided(address, Outcome.Bounced, Cause.Other);
        }

        if (recipient.Text("action") is "delayed")
        {
            return new(FeedbackKind.Delayed, address, new(Outcome.Deferred, Cause.Other));
        }

        // Without any status it was no report but an answer: somebody is out of the office.
        if (type is "Transient" && subType is "General" && status is null && diagnostic is null)
        {
            return new(FeedbackKind.AutoReply, address);
        }

        var (bounce, reply) = ProviderBounce.Classify(diagnostic, status, 0, Otherwise(type, subType));
        return new(FeedbackKind.Bounce, address, bounce, reply);
    }

    private static SesRecipient Decided(string? address, Outcome outcome, Cause cause) =>
        new(FeedbackKind.Bounce, address, new(outcome, cause));

    private static Classification Otherwise(string? type, string? subType) => (type, subType) switch
    {
        (_, "NoEmail") => new(Outcome.Bounced, Cause.NoSuchMailbox),
        (_, "MailboxFull") => new(Outcome.SoftBounced, Cause.MailboxFull),
        (_, "MessageTooLarge") => new(Outcome.SoftBounced, Cause.TooBig),
        (_, "ContentRejected" or "AttachmentRejected") => new(Outcome.Rejected, Cause.Content),
        ("Transient", _) => new(Outcome.Deferred, Cause.Other),
        _ => new(Outcome.Bounced, Cause.Other),
    };

    private static SesEvent Complaint(JsonElement json)
    {
        // SES leaves the type out where the mailbox provider tells none, and for an address that it did not write to
        // because that has complained before.
        var type = json.Text("complaint", "complaintFeedbackType");
        var kind = type is null ? FeedbackKind.Complaint : ComplaintReports.KindOf(type);
        var named = json.Items("complaint", "complainedRecipients").Take(RecipientsMax);
        return new(kind, [.. named.Select(recipient => new SesRecipient(kind, recipient.Text("emailAddress")))])
        {
            Signal = kind switch
            {
                FeedbackKind.Complaint => FeedbackSignal.Complaint,
                FeedbackKind.Unsubscribe => FeedbackSignal.Unsubscribe,
                _ => null, // Not spam, failed authentication, a virus: nobody complained of us.
            },
            Id = json.Text("complaint", "feedbackId"),
            At = json.Time("complaint", "timestamp"),
        };
    }

    private static SesEvent Subscription(JsonElement json)
    {
        var isOut = json.At("subscription", "newTopicPreferences", "unsubscribeAll").ValueKind == JsonValueKind.True;
        return new(isOut ? FeedbackKind.Unsubscribe : FeedbackKind.Other, [])
        {
            Signal = isOut ? FeedbackSignal.Unsubscribe : null,
            At = json.Time("subscription", "timestamp"),
        };
    }

    private static SesEvent Seen(JsonElement json, FeedbackSignal signal, string part) => new(FeedbackKind.Other, [])
    {
        Signal = signal,
        At = json.Time(part, "timestamp"),
        IsMachine = MachineSigns.AreIn(json.Text(part, "userAgent")),
        IsProxy = MachineSigns.IsImageProxy(json.Text(part, "userAgent")),
    };

    private static List<SesRecipient> Delayed(JsonElement json) =>
    [
        .. json.Items("deliveryDelay", "delayedRecipients").Take(RecipientsMax).Select(recipient => new SesRecipient(
            FeedbackKind.Delayed, recipient.Text("emailAddress"), new(Outcome.Deferred, Cause.Other))),
    ];

    private static List<SesRecipient> Delivered(JsonElement json) =>
    [
        .. json.Items("delivery", "recipients").Take(RecipientsMax)
            .Select(recipient => recipient.Text())
            .OfType<string>()
            .Select(address => new SesRecipient(FeedbackKind.Other, address, new(Outcome.Sent, Cause.None))),
    ];

    // SES writes a Message-ID of its own over ours, and tells the one that we gave among the headers.
    private static List<string?> MessageIds(JsonElement json) =>
        [.. Headers(json, "Message-ID"), json.Text("mail", "commonHeaders", "messageId")];

    private static IEnumerable<string?> Headers(JsonElement json, string name) => json.Items("mail", "headers")
        .Where(header => string.Equals(header.Text("name"), name, StringComparison.OrdinalIgnoreCase))
        .Select(header => header.Text("value"));
}
