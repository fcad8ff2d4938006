using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Domain.Feedback;

namespace OrleansCampaigns.Mail.Webhooks;

/// <summary>Postmark: one event a request, which proves itself by a secret alone.</summary>
internal sealed partial class PostmarkWebhook(IOptions<WebhookOptions> options) : IWebhookProvider
{
    private const string SecretHeader = "X-Webhook-Secret";
    private const int IdsMax = 20;

    public string Name => "postmark";

    public bool IsConfigured => options.Value.Postmark is { Password: not null } or { Secret: not null };

    public Task<Result<IReadOnlyList<ProviderEvent?>>> Read(
        WebhookRequest request, CancellationToken cancellation)
    {
        if (!IsProven(request))
        {
            return Task.FromResult<Result<IReadOnlyList<ProviderEvent?>>>(WebhookRefusals.Signature);
        }

        using var json = Json.Parse(request.Body);
        return Task.FromResult<Result<IReadOnlyList<ProviderEvent?>>>(
            json?.RootElement.Text("RecordType") is { } type
                ? new[] { Event(json.RootElement, type) }
                : WebhookRefusals.Malformed);
    }

    private bool IsProven(WebhookRequest request)
    {
        var settings = options.Value.Postmark;
        if (settings.Secret is { } secret && Secrets.AreEqual(request.Header(SecretHeader), secret))
        {
            return true;
        }

        const string scheme = "Basic ";
        var given = request.Header("Authorization");
        return settings.Password is not null
            && given?.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) == true
            && Secrets.FromBase64(given[scheme.Length..].Trim()) is { } octets
            && Secrets.AreEqual(Encoding.UTF8.GetString(octets), $"{settings.Username}:{settings.Password}");
    }

    private static ProviderEvent? Event(JsonElement json, string type)
    {
        var at = json.Time("BouncedAt") ?? json.Time("ReceivedAt") ?? json.Time("ChangedAt");
        var happened = new ProviderEvent(default, IdOf(json, type), at, MessageIds(json).ToList());
        return type switch
        {
            "Bounce" => Bounce(happened, json),
            "SpamComplaint" => happened with { Signal = FeedbackSignal.Complaint },
            "SubscriptionChange" => Change(happened, json),
            "Open" => Seen(happened, FeedbackSignal.Open, json),
            "Click" => Seen(happened, FeedbackSignal.Click, json) with { Url = json.Text("OriginalLink") },
            _ => null,
        };
    }

    // Only bounces and complaints are numbered; everything else is named by what it says, which repeats with it.
    private static string IdOf(JsonElement json, string type) =>
        json.TextOrNumber("ID") is { } number
            ? $"{type}\n{number}"
            : string.Join(
                '\n', type, json.Text("MessageID"), json.Text("ReceivedAt") ?? json.Text("ChangedAt"),
                json.Text("OriginalLink"));

    private static ProviderEvent Seen(ProviderEvent happened, FeedbackSignal signal, JsonElement json) =>
        happened with
        {
            Signal = signal,
            IsMachine = MachineSigns.AreIn(json.Text("UserAgent")),
            IsProxy = MachineSigns.IsImageProxy(json.Text("UserAgent")),
        };

    private static ProviderEvent? Change(ProviderEvent happened, JsonElement json) =>
        (json.At("SuppressSending").ValueKind, json.Text("Origin"), json.Text("SuppressionReason")) switch
        {
            (JsonValueKind.True, _, "SpamComplaint") => happened with { Signal = FeedbackSignal.Complaint },
            (JsonValueKind.True, "Recipient", "ManualSuppression") =>
                happened with { Signal = FeedbackSignal.Unsubscribe },
            _ => null, // A hard bounce is told of by its own event; customers and administrators are no recipients.
        };

    private static ProviderEvent? Bounce(ProviderEvent happened, JsonElement json) => json.Text("Type") switch
    {
        "Unsubscribe" => happened with { Signal = FeedbackSignal.Unsubscribe },
        "SpamComplaint" => happened with { Signal = FeedbackSignal.Complaint },
        var type => Otherwise(type) is { } otherwise
            ? ProviderBounce.Classified(happened, json.Text("Details"), null, 0, otherwise)
            : null,
    };

    private static Classification? Otherwise(string? type) => type switch
    {
        "BadEmailAddress" => new(Outcome.Bounced, Cause.NoSuchMailbox),
        "HardBounce" or "Unknown" or "ManuallyDeactivated" => new(Outcome.Bounced, Cause.Other),
        "SoftBounce" => new(Outcome.SoftBounced, Cause.Other),
        "DnsError" => new(Outcome.Deferred, Cause.Unreachable),
        "Blocked" => new(Outcome.Bounced, Cause.Blocked),
        "SpamNotification" => new(Outcome.Spam, Cause.Spam),
        "VirusNotification" => new(Outcome.Rejected, Cause.Content),
        "DMARCPolicy" => new(Outcome.Rejected, Cause.Authentication),
        "SMTPApiError" => new(Outcome.Rejected, Cause.Other),
        _ => null, // Answers, challenges, and "Transient", which Postmark goes on trying by itself.
    };

    /// <summary>
    /// Postmark's own MessageID is none of ours. Ours comes back as metadata, if the message carried the header
    /// X-PM-Metadata-message-id; or in the bounce itself, if the webhook includes its content.
    /// </summary>
    private static IEnumerable<string?> MessageIds(JsonElement json)
    {
        yield return json.Text("Metadata", "message-id");
        foreach (var match in MessageId().Matches(json.Text("Content") ?? "").Take(IdsMax))
        {
            yield return match.Groups[1].Value;
        }
    }

    [GeneratedRegex(
        @"^[> \t]{0,8}Message-ID:\s{0,4}<([^<>\s]{1,200})>",
        RegexOptions.Multiline | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
            | RegexOptions.NonBacktracking)]
    private static partial Regex MessageId();
}
