using System.Text.Json;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Mail.Webhooks;

namespace OrleansCampaigns.Mail.Feedback;

/// <summary>Reads Amazon's JSON notifications of bounces and complaints where they are sent on as e-mail.</summary>
internal static class ProviderNotification
{
    private const int NestingMax = 32;
    private const int RecipientsMax = 100;

    /// <summary>What the notification says, or <see langword="null"/> when the message holds none.</summary>
    public static FeedbackReading? Read(MessageContents message)
    {
        foreach (var text in message.Texts)
        {
            var json = text.AsSpan().TrimStart();
            if (json.StartsWith("{") && Parse(json) is { } document)
            {
                using (document)
                {
                    return Read(document.RootElement);
                }
            }
        }

        return null;
    }

    private static FeedbackReading? Read(JsonElement root)
    {
        if (root.Text("Message") is { } wrapped && wrapped.StartsWith('{') && Parse(wrapped) is { } document)
        {
            using (document)
            {
                return Read(document.RootElement);
            }
        }

        return (root.Text("notificationType") ?? root.Text("eventType")) switch
        {
            "Bounce" => Bounce(root),
            "Complaint" => Complaint(root),
            "Delivery" => FeedbackReading.Of(FeedbackKind.Other) with { Recipients = Delivered(root) },
            _ => null,
        };
    }

    private static FeedbackReading Bounce(JsonElement root)
    {
        var recipients = Items(root, "bounce", "bouncedRecipients").Select(item =>
        {
            var status = item.Text("status");
            var diagnostic = item.Text("diagnosticCode") ?? "";
            var reply = BounceDiagnosis.Reply(DeliveryReports.WithoutType(diagnostic), status);
            var result = BounceDiagnosis.Classify(reply, status);
            var delayed = item.Text("action") is "delayed";
            var kind = delayed ? FeedbackKind.Delayed : FeedbackKind.Bounce;
            return new RecipientFeedback(
                kind, item.Text("emailAddress"), null,
                delayed ? Outcome.Deferred : result.Outcome, result.Cause, reply);
        }).ToList();
        return new FeedbackReading(FeedbackKind.Bounce, recipients, Original(root));
    }

    private static FeedbackReading Complaint(JsonElement root)
    {
        // A recipient who says "not spam" takes a complaint back.
        var type = root.Text("complaint", "complaintFeedbackType");
        var kind = type is null or "abuse" or "fraud" ? FeedbackKind.Complaint : FeedbackKind.Other;
        return new FeedbackReading(
            kind,
            [.. Items(root, "complaint", "complainedRecipients").Select(item =>
                new RecipientFeedback(kind, item.Text("emailAddress"), null))],
            Original(root));
    }

    private static List<RecipientFeedback> Delivered(JsonElement root) =>
        [.. root.Items("delivery", "recipients").Take(RecipientsMax)
            .Select(item => item.Text())
            .OfType<string>()
            .Select(address => new RecipientFeedback(FeedbackKind.Other, address, null, Outcome.Sent))];

    private static OriginalMessage Original(JsonElement root)
    {
        var headers = Items(root, "mail", "headers").ToList();
        string? Header(string name) => headers
            .Where(header => string.Equals(header.Text("name"), name, StringComparison.OrdinalIgnoreCase))
            .Select(header => header.Text("value"))
            .FirstOrDefault();
        return new OriginalMessage(
            Header("Message-ID")?.Trim('<', '>', ' '), Header("Feedback-ID"), Header("X-Campaign"));
    }

    private static IEnumerable<JsonElement> Items(JsonElement root, string parent, string name) =>
        root.Items(parent, name).Where(item => item.ValueKind == JsonValueKind.Object).Take(RecipientsMax);

    private static JsonDocument? Parse(ReadOnlySpan<char> text)
    {
        // Mail breaks long lines, also inside of strings, where JSON allows no line end.
        var line = text.ToString()
            .Replace("\n ", "", StringComparison.Ordinal)
            .Replace("\n", "", StringComparison.Ordinal);
        try
        {
            var reader = new Utf8JsonReader(
                System.Text.Encoding.UTF8.GetBytes(line), new JsonReaderOptions { MaxDepth = NestingMax });
            return JsonDocument.TryParseValue(ref reader, out var document) ? document : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
