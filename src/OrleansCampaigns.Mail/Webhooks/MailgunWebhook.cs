using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Domain.Feedback;

namespace OrleansCampaigns.Mail.Webhooks;

/// <summary>Mailgun: one event a request, with an HMAC over a time and a random token.</summary>
/// <remarks>
/// The signature does not cover the event itself: a reader of a request could put another event under it. So a token
/// counts for the body that it came with first, and for no other, for as long as its time is near enough.
/// </remarks>
internal sealed class MailgunWebhook(IOptions<WebhookOptions> options, ISignedTokens tokens, TimeProvider clock)
    : IWebhookProvider
{
    // Mailgun delivers again for eight hours; tokens are remembered for a day.
    private static readonly TimeSpan AgeMax = TimeSpan.FromHours(12);

    public string Name => "mailgun";

    public bool IsConfigured => options.Value.Mailgun.SigningKey is not null;

    public async Task<Result<IReadOnlyList<ProviderEvent?>>> Read(
        WebhookRequest request, CancellationToken cancellation)
    {
        using var json = Json.Parse(request.Body);
        if (json is null || json.RootElement.At("signature").ValueKind != JsonValueKind.Object)
        {
            return WebhookRefusals.Malformed;
        }

        var signature = json.RootElement.At("signature");
        if (!IsSigned(signature))
        {
            return WebhookRefusals.Signature;
        }

        var data = json.RootElement.At("event-data");
        if (data.Text("id") is not { } id)
        {
            return WebhookRefusals.Malformed;
        }

        var content = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(data.GetRawText())));
        return await tokens.Use(Name, signature.Text("token")!, content, cancellation)
            ? new[] { Event(data, id) }
            : WebhookRefusals.Signature;
    }

    private bool IsSigned(JsonElement signature)
    {
        var (timestamp, token) = (signature.TextOrNumber("timestamp"), signature.Text("token"));
        var now = clock.GetUtcNow();
        var signedAt = WebhookTimes.Unix(timestamp);
        if (!WebhookTimes.IsTimely(signedAt, now) || signedAt < now - AgeMax || token is null)
        {
            return false;
        }

        var expected = HMACSHA256.HashData(
            Encoding.UTF8.GetBytes(options.Value.Mailgun.SigningKey!), Encoding.UTF8.GetBytes(timestamp + token));
        return Secrets.AreEqual(
            signature.Text("signature")?.ToLowerInvariant(), Convert.ToHexStringLower(expected));
    }

    private static ProviderEvent? Event(JsonElement data, string id)
    {
        var happened = new ProviderEvent(
            default, id, data.UnixTime("timestamp"), [data.Text("message", "headers", "message-id")])
        {
            IsProxy = data.Text("client-info", "bot") is "gmail"
                || MachineSigns.IsImageProxy(data.Text("client-info", "user-agent")),
        };
        var isMachine = data.Text("client-info", "bot") is { Length: > 0 } and not "gmail"
            || MachineSigns.AreIn(data.Text("client-info", "user-agent"));
        return data.Text("event") switch
        {
            // A temporary failure is none yet: Mailgun goes on trying by itself.
            "failed" when data.Text("severity") is "permanent" => Failed(happened, data),
            "rejected" => ProviderBounce.Decided(happened, Outcome.Rejected, Cause.Other),
            "complained" => happened with { Signal = FeedbackSignal.Complaint },
            "unsubscribed" => happened with { Signal = FeedbackSignal.Unsubscribe },
            "opened" => happened with { Signal = FeedbackSignal.Open, IsMachine = isMachine },
            "clicked" => happened with
            {
                Signal = FeedbackSignal.Click,
                Url = data.Text("url"),
                IsMachine = isMachine,
            },
            _ => null,
        };
    }

    private static ProviderEvent Failed(ProviderEvent happened, JsonElement data)
    {
        // These were not sent on at all, for what Mailgun knew before; its own codes are from 600 on.
        switch (data.Text("reason"))
        {
            case "suppress-bounce":
                return ProviderBounce.Decided(happened, Outcome.Bounced, Cause.NoSuchMailbox);
            case "suppress-unsubscribe":
                return happened with { Signal = FeedbackSignal.Unsubscribe };
            case "suppress-complaint":
                return happened with { Signal = FeedbackSignal.Complaint };
        }

        var said = data.At("delivery-status");
        var text = said.Text("message") is { Length: > 0 } message ? message : said.Text("description");
        _ = int.TryParse(said.TextOrNumber("code"), NumberStyles.None, CultureInfo.InvariantCulture, out var code);
        return ProviderBounce.Classified(
            happened, text, said.Text("enhanced-code"), code, new(Outcome.Bounced, Cause.Other));
    }
}
