using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Mail.Tests.Webhooks;

/// <summary>Whatever a webhook is sent, signed or not, it answers in bounded time and with no fault.</summary>
public sealed class WebhookFuzzTests : IDisposable
{
    private const string Key = "key-0123456789abcdef";

    private readonly WebhookWorld _world = new(options =>
    {
        options.Mailgun.SigningKey = Key;
        options.Postmark.Secret = "a secret of postmark's";
        options.Ses.TopicArns.Add("arn:aws:sns:eu-west-1:123456789012:feedback");
    });

    public void Dispose() => _world.Dispose();

    [Fact]
    public void Random_bodies_are_answered_in_bounded_time()
    {
        var fuzz = Fuzz.Of(500);
        var random = fuzz.Random;
        for (var round = 0; round < fuzz.Rounds; round++)
        {
            var data = Value(random, depth: 0);
            var body = random.Next(2) == 0 ? Signed(data) : data;
            var provider = new[] { "mailgun", "mailgun", "ses", "postmark", "sendgrid" }[random.Next(5)];
            fuzz.Take(
                round,
                TimeSpan.FromSeconds(1),
                () =>
                {
                    var answer = _world.Send(provider, body, ("X-Webhook-Secret", "a secret of postmark's"));
                    Assert.False(answer.IsFaulted, $"{answer.Exception}");
                },
                () => $"{provider} {body}");
        }
    }

    [Fact]
    public void Random_events_of_SES_and_SendGrid_are_read_in_bounded_time()
    {
        var fuzz = Fuzz.Of(500);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _world.Options.SendGrid.PublicKey = Convert.ToBase64String(key.ExportSubjectPublicKeyInfo());
        var timestamp = Given.Noon.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        for (var round = 0; round < fuzz.Rounds; round++)
        {
            var (type, json) = (Types[fuzz.Random.Next(Types.Length)], Value(fuzz.Random, depth: 0));
            var body = $"[{{\"sg_event_id\":\"x\",\"event\":\"{type}\",\"smtp-id\":\"{_world.MessageId}\"}},{json}]";
            var signature = Convert.ToBase64String(key.SignData(
                Encoding.UTF8.GetBytes(timestamp + body), HashAlgorithmName.SHA256,
                DSASignatureFormat.Rfc3279DerSequence));
            fuzz.Take(
                round,
                TimeSpan.FromSeconds(1),
                () =>
                {
                    var text = $"{{\"eventType\":\"{type}\",\"bounce\":{json},\"complaint\":{json},\"mail\":{json}}}";
                    using (var document = Mail.Webhooks.Json.Parse(Encoding.UTF8.GetBytes(text)))
                    {
                        var read = document is null ? null : Mail.Webhooks.SesEvents.Read(document.RootElement);
                        _ = read?.ForWebhook("1");
                        _ = read?.ForMail();
                    }

                    var answer = _world.Send(
                        "sendgrid", body, ("X-Twilio-Email-Event-Webhook-Signature", signature),
                        ("X-Twilio-Email-Event-Webhook-Timestamp", timestamp));
                    Assert.False(answer.IsFaulted, $"{answer.Exception}");
                },
                () => $"{type} {json}");
        }
    }

    [Fact]
    public async Task One_event_that_cannot_be_applied_is_set_aside_and_answered()
    {
        _world.Failure = new InvalidOperationException("A bug.");
        var data = "{\"id\":\"x\",\"event\":\"complained\",\"message\":{\"headers\":{\"message-id\":\""
            + _world.MessageId + "\"}}}";

        var answer = await _world.Send("mailgun", Signed(data));

        Assert.Equal(new WebhookReceipt(0, 0, 1), answer.Value);
        Assert.Equal(SetAsideReasons.NotApplied, Assert.Single(_world.SetAside.Messages).Reason);
        _world.Failure = new StorageUnavailableException("The disk is full.");
        await Assert.ThrowsAnyAsync<Exception>(() => _world.Send("mailgun", Signed(data)));
    }

    private string Value(Random random, int depth) => random.Next(depth > 5 ? 5 : 9) switch
    {
        0 => "\"\\ud800\"",
        1 => "1e400",
        2 => "\"" + new string('x', random.Next(50)) + "\"",
        3 => new[] { "null", "true", "-", "\"\uFFFE\"", $"\"{_world.MessageId}\"" }[random.Next(5)],
        4 => "\"arn:aws:sns:eu-west-1:123456789012:feedback\"",
        5 => "[" + string.Join(',', Enumerable.Range(0, random.Next(4)).Select(_ => Value(random, depth + 1))) + "]",
        _ => "{" + string.Join(',', Enumerable.Range(0, random.Next(9)).Select(_ =>
            $"\"{Names[random.Next(Names.Length)]}\":{Value(random, depth + 1)}")) + "}",
    };

    private static readonly string[] Types =
    [
        "Bounce", "Complaint", "Open", "Click", "Subscription", "Delivery", "bounce", "dropped", "unsubscribe", "click",
    ];

    private static readonly string[] Names =
    [
        "bouncedRecipients", "bounceType", "bounceSubType", "emailAddress", "status", "diagnosticCode", "action",
        "complainedRecipients", "complaintFeedbackType", "feedbackId", "name", "value", "useragent", "type",
        "id", "event", "message", "headers", "message-id", "severity", "reason", "delivery-status", "code", "timestamp",
        "Type", "TopicArn", "Message", "MessageId", "Timestamp", "Signature", "SignatureVersion", "SigningCertURL",
        "RecordType", "ID", "MessageID", "bounce", "mail", "\\ud800", "url", "client-info",
    ];

    private static string Signed(string data)
    {
        var timestamp = Given.Noon.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var token = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(data)))[..50];
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(
            Encoding.UTF8.GetBytes(Key), Encoding.UTF8.GetBytes(timestamp + token)));
        return $"{{\"signature\":{{\"timestamp\":\"{timestamp}\",\"token\":\"{token}\","
            + $"\"signature\":\"{signature}\"}},\"event-data\":{data}}}";
    }
}
