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
        var rounds = int.TryParse(Environment.GetEnvironmentVariable("FUZZ_ROUNDS"), out var wanted) ? wanted : 500;
        var random = new Random(20261130);
        for (var round = 0; round < rounds; round++)
        {
            var data = Value(random, depth: 0);
            var body = random.Next(2) == 0 ? Signed(data) : data;
            var provider = new[] { "mailgun", "mailgun", "ses", "postmark", "sendgrid" }[random.Next(5)];
            var taken = ProcessorTime.Of(() =>
            {
                var answer = _world.Send(provider, body, ("X-Webhook-Secret", "a secret of postmark's"));
                Assert.False(answer.IsFaulted, $"Round {round}, {provider}: {answer.Exception}");
            });
            Assert.True(taken < TimeSpan.FromSeconds(1), $"Round {round} took {taken.TotalSeconds:0.00} s.");
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

    private static readonly string[] Names =
    [
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
