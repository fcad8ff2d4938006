using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Domain.Feedback;
using OrleansCampaigns.Mail.Relays;

namespace OrleansCampaigns.Mail.Tests.Webhooks;

public sealed class SendGridWebhookTests : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly WebhookWorld _world;

    public SendGridWebhookTests() => _world = new(options =>
        options.SendGrid.PublicKey = Convert.ToBase64String(_key.ExportSubjectPublicKeyInfo()));

    public void Dispose()
    {
        _key.Dispose();
        _world.Dispose();
    }

    [Fact]
    public async Task A_batch_that_SendGrid_signed_is_applied_event_by_event()
    {
        var answer = await Send(
            Event("processed"),
            Event("deferred", ("response", "400 try again later")),
            Event("delivered"),
            Event("bounce", ("type", "bounce"), ("status", "5.0.0"), ("reason", "550 5.1.1 user unknown")),
            Event("open", ("useragent", "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0")),
            Event("click", ("url", WebhookWorld.Link), ("useragent", "curl/8.5.0")),
            Event("spamreport"),
            Event("group_unsubscribe"),
            Event("group_resubscribe"),
            "7",
            "{}");

        Assert.Equal(new WebhookReceipt(5, 0, 6), answer.Value);
        var events = _world.Applied.Select(applied => applied.Event).ToDictionary(happened => happened.Signal);
        Assert.All(_world.Applied, applied => Assert.Equal(
            (WebhookWorld.Account, WebhookWorld.Ann), (applied.Account, applied.Contact)));
        var bounce = events[FeedbackSignal.Bounce];
        Assert.Equal(
            (Outcome.Bounced, Cause.NoSuchMailbox, 550, "sendgrid"),
            (bounce.Outcome!.Value, bounce.Cause, bounce.Reply!.Code, bounce.Source));
        Assert.Equal(Given.Noon.AddMinutes(-5), bounce.At);
        Assert.False(events[FeedbackSignal.Open].IsMachine);
        Assert.Equal((true, 2), (events[FeedbackSignal.Click].IsMachine, events[FeedbackSignal.Click].Link));
        Assert.Contains(FeedbackSignal.Complaint, events.Keys);
        Assert.Contains(FeedbackSignal.Unsubscribe, events.Keys);
    }

    [Theory]
    [InlineData("bounce", "bounce", "", "Invalid Address", Outcome.Bounced, Cause.NoSuchMailbox)]
    [InlineData("bounce", "bounce", "", "Mailbox Unavailable", Outcome.SoftBounced, Cause.MailboxInactive)]
    [InlineData("bounce", "blocked", "", "Content", Outcome.Rejected, Cause.Content)]
    [InlineData("bounce", "blocked", "", "Reputation", Outcome.Bounced, Cause.Blocked)]
    [InlineData("bounce", "blocked", "", "Frequency or Volume Too High", Outcome.Deferred, Cause.Throttled)]
    [InlineData("bounce", "bounce", "", "Technical Failure", Outcome.Bounced, Cause.ServerFault)]
    [InlineData("bounce", "blocked", "", "Unclassified", Outcome.Rejected, Cause.Other)]
    [InlineData("bounce", "bounce", "", "", Outcome.Bounced, Cause.Other)]
    [InlineData("bounce", "bounce", "452 4.2.2 mailbox full", "Invalid Address",
        Outcome.SoftBounced, Cause.MailboxFull)]
    [InlineData("bounce", "blocked", "421 xyzzy", "Unclassified", Outcome.Deferred, Cause.Other)]
    [InlineData("dropped", "", "Bounced Address", "", Outcome.Bounced, Cause.NoSuchMailbox)]
    [InlineData("dropped", "", "Invalid", "", Outcome.Bounced, Cause.NoSuchMailbox)]
    [InlineData("dropped", "", "Spam Content (if spam checker app enabled)", "", Outcome.Spam, Cause.Spam)]
    [InlineData("dropped", "", "Recipient List over Package Quota", "", Outcome.Rejected, Cause.Other)]
    public async Task What_came_back_comes_to_what_the_server_says_or_else_SendGrid(
        string kind, string type, string reason, string classification, Outcome outcome, Cause cause)
    {
        var happened = await _world.Take(Send(Event(
            kind, ("type", type), ("reason", reason), ("bounce_classification", classification))));

        Assert.Equal(
            (FeedbackSignal.Bounce, outcome, cause), (happened.Signal, happened.Outcome!.Value, happened.Cause));
    }

    [Theory]
    [InlineData("Unsubscribed Address", FeedbackSignal.Unsubscribe)]
    [InlineData("Spam Reporting Address", FeedbackSignal.Complaint)]
    public async Task What_was_dropped_for_the_recipients_own_word_is_that_word(string reason, FeedbackSignal signal) =>
        Assert.Equal(signal, (await _world.Take(Send(Event("dropped", ("reason", reason))))).Signal);

    [Fact]
    public async Task Opens_are_found_by_an_argument_and_machines_are_told_by_SendGrid()
    {
        var json = JsonNode.Parse(Event("open"))!;
        json.AsObject().Remove("smtp-id");
        json["message_id"] = _world.MessageId;
        json["sg_machine_open"] = true;

        Assert.True((await _world.Take(Send(json.ToJsonString()))).IsMachine);
    }

    [Fact]
    public async Task An_event_that_is_delivered_again_counts_once()
    {
        var happened = Event("spamreport");

        Assert.Equal(new WebhookReceipt(1, 0, 0), (await Send(happened)).Value);
        Assert.Equal(new WebhookReceipt(0, 1, 0), (await Send(happened)).Value);
        Assert.Single(_world.Applied.Select(applied => applied.Event.Key).Distinct());
    }

    [Fact]
    public async Task A_forged_or_altered_request_is_refused()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (body, at) = ($"[{Event("spamreport")}]", Seconds(0));
        var signature = Sign(_key, at, body);

        foreach (var (sent, timestamp, given) in new[]
        {
            (body, at, Sign(other, at, body)),
            (body + " ", at, signature),
            (body.Replace("spamreport", "unsubscribe", StringComparison.Ordinal), at, signature),
            (body, Seconds(1), signature),
            (body, at, ""),
            (body, at, "%"),
            (body, "", signature),
            (body, "now", signature),
            (body, at, signature[..^8]),
        })
        {
            await _world.Refuse("webhook.signature", Post(sent, timestamp, given));
        }

        await _world.Refuse("webhook.signature", _world.Send("sendgrid", body));
        Assert.Equal(new WebhookReceipt(1, 0, 0), (await Post(body, at, signature)).Value);
    }

    [Theory]
    [InlineData(-26 * 60)]
    [InlineData(6)]
    public async Task A_request_of_another_time_is_refused(int minutes)
    {
        var (body, at) = ($"[{Event("spamreport")}]", Seconds(minutes));

        await _world.Refuse("webhook.signature", Post(body, at, Sign(_key, at, body)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[")]
    [InlineData("null")]
    public async Task A_signed_body_that_is_no_batch_is_malformed(string body) =>
        await _world.Refuse("webhook.malformed", Post(body, Seconds(0), Sign(_key, Seconds(0), body)));

    [Fact]
    public async Task A_batch_of_a_thousand_is_taken_whole()
    {
        var answer = await Send([.. Enumerable.Range(0, 1_000).Select(_ => Event("open"))]);

        Assert.Equal(new WebhookReceipt(1_000, 0, 0), answer.Value);
    }

    [Theory]
    [InlineData("open")]
    [InlineData("spamreport")]
    [InlineData("bounce")]
    public async Task What_the_e_mail_carried_finds_its_recipient_without_any_header(string kind)
    {
        // SendGrid writes the arguments of a message into each of its events.
        var given = JsonNode.Parse(_world.Headers(RelayProvider.SendGrid)["X-SMTPAPI"]!)!["unique_args"]!.AsObject();
        var json = JsonNode.Parse(Event(kind))!.AsObject();
        json.Remove("smtp-id");
        await _world.Ignore(Send(json.ToJsonString()));
        foreach (var (name, value) in given)
        {
            json[name] = value!.DeepClone();
        }

        await _world.Take(Send(json.ToJsonString()));
    }

    [Fact]
    public async Task The_Message_ID_alone_finds_the_recipient_of_a_bounce() => await _world.Take(
        Send(Event("bounce", ("smtp-id", _world.Headers(RelayProvider.None)["Message-ID"]!))));

    private Task<Domain.Result<WebhookReceipt>> Send(params string[] events)
    {
        var (body, at) = ($"[{string.Join(",\r\n", events)}]", Seconds(0));
        return Post(body, at, Sign(_key, at, body));
    }

    private Task<Domain.Result<WebhookReceipt>> Post(string body, string timestamp, string signature) => _world.Send(
        "sendgrid",
        body,
        ("x-twilio-email-event-webhook-signature", signature),
        ("X-Twilio-Email-Event-Webhook-Timestamp", timestamp));

    private static string Sign(ECDsa key, string timestamp, string body) => Convert.ToBase64String(key.SignData(
        Encoding.UTF8.GetBytes(timestamp + body), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));

    private string Event(string kind, params (string Name, string Value)[] more)
    {
        var json = new JsonObject
        {
            ["email"] = "ann@example.org",
            ["timestamp"] = Given.Noon.AddMinutes(-5).ToUnixTimeSeconds(),
            ["smtp-id"] = $"<{_world.MessageId}>",
            ["event"] = kind,
            ["sg_event_id"] = Guid.NewGuid().ToString("N"),
            ["sg_message_id"] = "14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0",
        };
        foreach (var (name, value) in more)
        {
            json[name] = value;
        }

        return json.ToJsonString();
    }

    private static string Seconds(int minutes) =>
        Given.Noon.AddMinutes(minutes).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
}
