using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Domain.Feedback;

namespace OrleansCampaigns.Mail.Webhooks;

/// <summary>SendGrid: events in batches, signed with ECDSA over P-256.</summary>
internal sealed class SendGridWebhook(IOptions<WebhookOptions> options, TimeProvider clock) : IWebhookProvider
{
    private const string SignatureHeader = "X-Twilio-Email-Event-Webhook-Signature";
    private const string TimestampHeader = "X-Twilio-Email-Event-Webhook-Timestamp";

    public string Name => "sendgrid";

    public bool IsConfigured => options.Value.SendGrid.PublicKey is not null;

    public Task<Result<IReadOnlyList<ProviderEvent?>>> Read(
        WebhookRequest request, CancellationToken cancellation)
    {
        if (!IsSigned(request))
        {
            return Task.FromResult<Result<IReadOnlyList<ProviderEvent?>>>(WebhookRefusals.Signature);
        }

        using var json = Json.Parse(request.Body);
        return Task.FromResult<Result<IReadOnlyList<ProviderEvent?>>>(
            json?.RootElement.ValueKind == JsonValueKind.Array
                ? json.RootElement.EnumerateArray().Select(Event).ToArray()
                : WebhookRefusals.Malformed);
    }

    /// <summary>Reads a verification key as SendGrid shows it.</summary>
    internal static ECDsa ReadKey(string key)
    {
        var read = ECDsa.Create();
        try
        {
            read.ImportSubjectPublicKeyInfo(Convert.FromBase64String(key), out _);
            return read.KeySize == 256 ? read : throw new CryptographicException("The curve is not P-256.");
        }
        catch
        {
            read.Dispose();
            throw;
        }
    }

    private bool IsSigned(WebhookRequest request)
    {
        var timestamp = request.Header(TimestampHeader);
        if (!WebhookTimes.IsTimely(WebhookTimes.Unix(timestamp), clock.GetUtcNow())
            || Secrets.FromBase64(request.Header(SignatureHeader)) is not { } signature)
        {
            return false;
        }

        using var key = ReadKey(options.Value.SendGrid.PublicKey!);
        return key.VerifyData(
            (byte[])[.. Encoding.UTF8.GetBytes(timestamp!), .. request.Body.Span],
            signature,
            HashAlgorithmName.SHA256,
            DSASignatureFormat.Rfc3279DerSequence);
    }

    private static ProviderEvent? Event(JsonElement json)
    {
        if (json.Text("sg_event_id") is not { } id)
        {
            return null;
        }

        // Opens and clicks carry no header, but the arguments that an X-SMTPAPI header gave the message.
        var happened = new ProviderEvent(
            default, id, json.UnixTime("timestamp"), [json.Text("smtp-id"), json.Text("message_id")])
        {
            IsProxy = MachineSigns.IsImageProxy(json.Text("useragent")),
        };
        var isMachine = json.At("sg_machine_open").ValueKind == JsonValueKind.True
            || MachineSigns.AreIn(json.Text("useragent"));
        return json.Text("event") switch
        {
            "bounce" => ProviderBounce.Classified(
                happened, json.Text("reason"), json.Text("status"), 0, Otherwise(json)),
            "dropped" => Dropped(happened, json.Text("reason") ?? ""),
            "spamreport" => happened with { Signal = FeedbackSignal.Complaint },
            "unsubscribe" or "group_unsubscribe" => happened with { Signal = FeedbackSignal.Unsubscribe },
            "open" => happened with { Signal = FeedbackSignal.Open, IsMachine = isMachine },
            "click" => happened with
            {
                Signal = FeedbackSignal.Click,
                Url = json.Text("url"),
                IsMachine = isMachine,
            },
            _ => null, // "deferred" among them: SendGrid goes on trying by itself.
        };
    }

    private static Classification Otherwise(JsonElement json) =>
        (json.Text("type"), json.Text("bounce_classification")) switch
        {
            (_, "Invalid Address") => new(Outcome.Bounced, Cause.NoSuchMailbox),
            (_, "Mailbox Unavailable") => new(Outcome.SoftBounced, Cause.MailboxInactive),
            (_, "Content") => new(Outcome.Rejected, Cause.Content),
            (_, "Reputation") => new(Outcome.Bounced, Cause.Blocked),
            (_, "Frequency or Volume Too High") => new(Outcome.Deferred, Cause.Throttled),
            (_, "Technical" or "Technical Failure") => new(Outcome.Bounced, Cause.ServerFault),
            ("blocked", _) => new(Outcome.Rejected, Cause.Other),
            _ => new(Outcome.Bounced, Cause.Other),
        };

    /// <summary>Taken from us and never sent on.</summary>
    private static ProviderEvent Dropped(ProviderEvent happened, string reason) => reason switch
    {
        "Unsubscribed Address" => happened with { Signal = FeedbackSignal.Unsubscribe },
        "Spam Reporting Address" => happened with { Signal = FeedbackSignal.Complaint },
        "Bounced Address" or "Invalid" =>
            ProviderBounce.Decided(happened, Outcome.Bounced, Cause.NoSuchMailbox),
        _ when reason.StartsWith("Spam Content", StringComparison.OrdinalIgnoreCase) =>
            ProviderBounce.Decided(happened, Outcome.Spam, Cause.Spam),
        _ => ProviderBounce.Decided(happened, Outcome.Rejected, Cause.Other),
    };
}
