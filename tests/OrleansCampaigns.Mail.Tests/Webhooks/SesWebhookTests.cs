using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Domain.Feedback;
using OrleansCampaigns.Mail.Relays;

namespace OrleansCampaigns.Mail.Tests.Webhooks;

public sealed class SesWebhookTests : IDisposable
{
    private const string Topic = "arn:aws:sns:eu-west-1:123456789012:feedback";
    private const string CertificateUrl =
        "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-9c6465fa7f48f5cacd23014631ec1136.pem";

    // One for all tests: a key takes longer to make than everything else.
    private static readonly RSA Key = RSA.Create(2048);

    private readonly WebhookWorld _world = new(options => options.Ses.TopicArns.Add(Topic));

    public SesWebhookTests() =>
        _world.Served[CertificateUrl] = Certificate(Key, Given.Noon.AddYears(-1), Given.Noon.AddDays(2));

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    public async Task A_bounce_that_Amazon_signed_counts_for_the_recipient_of_our_Message_ID(string version)
    {
        var happened = await _world.Take(Send(Bounce(
            "Permanent", "General", "5.1.1", "smtp; 550 5.1.1 <ann@example.org>: user unknown"), version: version));

        Assert.Equal(
            (FeedbackSignal.Bounce, Outcome.Bounced, Cause.NoSuchMailbox, "ses"),
            (happened.Signal, happened.Outcome!.Value, happened.Cause, happened.Source));
        Assert.Equal((550, "5.1.1"), (happened.Reply!.Code, happened.Reply.EnhancedCode));
        Assert.Equal(Given.Noon.AddMinutes(-1), happened.At);
        Assert.Null(happened.Attempt);
        Assert.Matches("^ses:[0-9a-f]{32}$", happened.Key);
    }

    [Theory]
    [InlineData("Permanent", "General", null, null, Outcome.Bounced, Cause.Other)]
    [InlineData("Permanent", "NoEmail", null, null, Outcome.Bounced, Cause.NoSuchMailbox)]
    [InlineData("Permanent", "Suppressed", "5.1.1", "SES has suppressed it", Outcome.Bounced, Cause.NoSuchMailbox)]
    [InlineData("Permanent", "OnAccountSuppressionList", "5.1.1", "on the list", Outcome.Bounced, Cause.Other)]
    [InlineData("Transient", "MailboxFull", null, null, Outcome.SoftBounced, Cause.MailboxFull)]
    [InlineData("Transient", "MessageTooLarge", null, null, Outcome.SoftBounced, Cause.TooBig)]
    [InlineData("Transient", "ContentRejected", null, null, Outcome.Rejected, Cause.Content)]
    [InlineData("Transient", "AttachmentRejected", null, null, Outcome.Rejected, Cause.Content)]
    [InlineData("Transient", "General", "4.0.0", null, Outcome.Deferred, Cause.Other)]
    [InlineData("Transient", "General", "5.2.2", "smtp; 552 mailbox full", Outcome.SoftBounced, Cause.MailboxFull)]
    [InlineData("Undetermined", "Undetermined", null, null, Outcome.Bounced, Cause.Other)]
    public async Task What_a_bounce_comes_to_the_server_says_first_and_then_SES(
        string type, string subType, string? status, string? diagnostic, Outcome outcome, Cause cause)
    {
        var happened = await _world.Take(Send(Bounce(type, subType, status, diagnostic)));

        Assert.Equal((outcome, cause), (happened.Outcome!.Value, happened.Cause));
    }

    [Fact]
    public async Task An_answer_from_somebody_who_is_away_is_no_bounce() =>
        await _world.Ignore(Send(Bounce("Transient", "General", null, null)));

    [Fact]
    public async Task A_recipient_whom_SES_knows_to_have_unsubscribed_is_unsubscribed() => Assert.Equal(
        FeedbackSignal.Unsubscribe,
        (await _world.Take(Send(Bounce("Permanent", "UnsubscribedRecipient", null, null)))).Signal);

    [Theory]
    [InlineData(null, FeedbackSignal.Complaint)]
    [InlineData("abuse", FeedbackSignal.Complaint)]
    [InlineData("fraud", FeedbackSignal.Complaint)]
    [InlineData("opt-out", FeedbackSignal.Unsubscribe)]
    public async Task A_complaint_is_one_and_an_opt_out_an_unsubscribe(string? type, FeedbackSignal signal) =>
        Assert.Equal(signal, (await _world.Take(Send(Complaint(type)))).Signal);

    [Theory]
    [InlineData("not-spam")]
    [InlineData("auth-failure")]
    [InlineData("virus")]
    [InlineData("other")]
    public async Task Other_reports_are_no_complaints(string type) => await _world.Ignore(Send(Complaint(type)));

    [Fact]
    public async Task Opens_and_clicks_count_and_machines_among_them_are_told_apart()
    {
        var open = await _world.Take(Send(Event("Open", "open", new JsonObject
        {
            ["timestamp"] = Time(-2),
            ["userAgent"] = "Mozilla/5.0",
        })));
        var click = await _world.Take(Send(Click(WebhookWorld.Link)));

        Assert.Equal((FeedbackSignal.Open, true, 0), (open.Signal, open.IsMachine, open.Link));
        Assert.Equal((FeedbackSignal.Click, false, 2), (click.Signal, click.IsMachine, click.Link));
        Assert.NotEqual(open.Key, click.Key);
    }

    [Fact]
    public async Task A_click_on_a_link_that_is_not_the_campaigns_has_no_bearing() =>
        await _world.Ignore(Send(Click("https://news.example/t/c/token")));

    [Fact]
    public async Task Leaving_every_topic_is_an_unsubscribe()
    {
        var happened = await _world.Take(Send(Event("Subscription", "subscription", new JsonObject
        {
            ["timestamp"] = Time(-2),
            ["newTopicPreferences"] = new JsonObject { ["unsubscribeAll"] = true },
        })));

        Assert.Equal(FeedbackSignal.Unsubscribe, happened.Signal);
        Assert.Equal(
            (Outcome.Rejected, Cause.Content),
            await Result(Event("Reject", "reject", new JsonObject { ["reason"] = "Bad content" })));
    }

    [Theory]
    [InlineData("Delivery")]
    [InlineData("Send")]
    [InlineData("DeliveryDelay")]
    [InlineData("Rendering Failure")]
    [InlineData("Something New")]
    public async Task Other_events_have_no_bearing(string type) =>
        await _world.Ignore(Send(Event(type, "delivery", [])));

    [Fact]
    public async Task A_request_that_is_played_again_counts_once_and_a_bounce_that_two_topics_tell_of_too()
    {
        var body = Signed(Bounce("Permanent", "General", "5.1.1", "smtp; 550 5.1.1 unknown"));

        Assert.Equal(new WebhookReceipt(1, 0, 0), (await _world.Send("ses", body)).Value);
        Assert.Equal(new WebhookReceipt(0, 1, 0), (await _world.Send("ses", body)).Value);
        Assert.Equal(
            new WebhookReceipt(0, 1, 0),
            (await Send(Bounce("Permanent", "General", "5.1.1", "smtp; 550 5.1.1 unknown"))).Value);
        _world.Clock.Advance(TimeSpan.FromHours(26));
        Assert.Equal("webhook.signature", (await _world.Send("ses", body)).Refusal!.Code);
        Assert.Single(_world.Fetched);
    }

    [Theory]
    [InlineData("Message")]
    [InlineData("MessageId")]
    [InlineData("Timestamp")]
    [InlineData("Subject")]
    [InlineData("SignatureVersion")]
    public async Task A_message_that_was_altered_in_any_signed_field_is_refused(string field)
    {
        var json = JsonNode.Parse(Signed(Bounce("Permanent", "General", null, null)))!;
        json[field] = field switch
        {
            "Message" => ((string)json[field]!).Replace("Permanent", "Transient", StringComparison.Ordinal),
            "Timestamp" => Time(-3),
            "SignatureVersion" => "1",
            _ => "other",
        };

        await _world.Refuse("webhook.signature", _world.Send("ses", json.ToJsonString()));
    }

    [Fact]
    public async Task A_signature_of_another_key_is_refused()
    {
        using var other = RSA.Create(2048);

        await _world.Refuse(
            "webhook.signature", _world.Send("ses", Signed(Bounce("Permanent", "General", null, null), key: other)));
        await _world.Refuse(
            "webhook.signature",
            _world.Send("ses", Signed(Bounce("Permanent", "General", null, null), version: "3")));
    }

    [Theory]
    [InlineData("http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-a.pem")]
    [InlineData("https://sns.eu-west-1.amazonaws.com.evil.example/SimpleNotificationService-a.pem")]
    [InlineData("https://sns.eu-west-1.amazonaws.com@evil.example/SimpleNotificationService-a.pem")]
    [InlineData("https://user@sns.eu-west-1.amazonaws.com/SimpleNotificationService-a.pem")]
    [InlineData("https://evil.example/SimpleNotificationService-a.pem")]
    [InlineData("https://sns.us-east-1.amazonaws.com/SimpleNotificationService-a.pem")]
    [InlineData("https://sns.eu-west-1.amazonaws.com:8443/SimpleNotificationService-a.pem")]
    [InlineData("https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-a.pem?x=y")]
    [InlineData("https://sns.eu-west-1.amazonaws.com/bucket/SimpleNotificationService-a.pem")]
    [InlineData("https://sns.eu-west-1.amazonaws.com/?Action=Publish")]
    [InlineData("https://s3.amazonaws.com/SimpleNotificationService-a.pem")]
    [InlineData("file:///etc/SimpleNotificationService-a.pem")]
    public async Task A_certificate_from_anywhere_else_is_not_even_fetched(string url)
    {
        _world.Served[new Uri(url).AbsoluteUri] = _world.Served[CertificateUrl];

        await _world.Refuse(
            "webhook.signature",
            _world.Send("ses", Signed(Bounce("Permanent", "General", null, null), certificateUrl: url)));
        Assert.Empty(_world.Fetched);
    }

    [Fact]
    public async Task A_topic_that_is_not_configured_is_refused_before_anything_is_fetched()
    {
        await _world.Refuse(
            "webhook.signature",
            _world.Send("ses", Signed(Bounce("Permanent", "General", null, null), topic: Topic + "2")));
        Assert.Empty(_world.Fetched);
    }

    [Fact]
    public async Task A_certificate_that_is_not_valid_now_or_is_none_is_refused()
    {
        _world.Served[CertificateUrl] = Certificate(Key, Given.Noon.AddYears(-2), Given.Noon.AddDays(-1));
        await _world.Refuse("webhook.signature", Send(Bounce("Permanent", "General", null, null)));

        const string other = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-b.pem";
        _world.Served[other] = "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----";
        await _world.Refuse(
            "webhook.signature",
            _world.Send("ses", Signed(Bounce("Permanent", "General", null, null), certificateUrl: other)));
        _world.Served.Remove(other);
        await _world.Refuse(
            "webhook.signature",
            _world.Send("ses", Signed(Bounce("Permanent", "General", null, null), certificateUrl: other)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"Type\":\"Notification\"}")]
    [InlineData("{\"Type\":1,\"Signature\":\"%%%\"}")]
    public async Task What_is_no_message_of_SNS_is_malformed(string body) =>
        await _world.Refuse("webhook.malformed", _world.Send("ses", body));

    [Fact]
    public async Task What_SNS_says_that_is_no_event_of_SES_has_no_bearing()
    {
        Assert.Equal(
            new WebhookReceipt(0, 0, 0),
            (await Send("Successfully validated SNS topic for Amazon SES event publishing.")).Value);
        await _world.Ignore(Send("[1]"));
        await _world.Ignore(Send("{\"eventType\":\"Bounce\",\"mail\":{\"headers\":[{\"name\":1}]},\"bounce\":7}"));
    }

    [Fact]
    public async Task A_subscription_of_a_configured_topic_is_confirmed_with_Amazon()
    {
        const string url = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=abc";

        Assert.Equal(new WebhookReceipt(0, 0, 0), (await Confirm(url)).Value);

        Assert.Equal([url], _world.Confirmed);
    }

    [Theory]
    [InlineData("https://evil.example/?Action=ConfirmSubscription&Token=abc")]
    [InlineData("https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&Token=abc")]
    [InlineData("http://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=abc")]
    [InlineData("https://sns.eu-west-1.amazonaws.com/?Action=DeleteTopic")]
    [InlineData("https://sns.eu-west-1.amazonaws.com/x?Action=ConfirmSubscription")]
    [InlineData("nonsense")]
    public async Task A_subscription_is_confirmed_nowhere_else(string url)
    {
        Assert.Equal("webhook.malformed", (await Confirm(url)).Refusal!.Code);
        Assert.Empty(_world.Confirmed);
    }

    [Fact]
    public async Task A_subscription_of_another_topic_or_without_a_signature_is_not_confirmed()
    {
        const string url = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=abc";
        using var other = RSA.Create(2048);

        Assert.Equal("webhook.signature", (await Confirm(url, topic: Topic + "2")).Refusal!.Code);
        Assert.Equal("webhook.signature", (await Confirm(url, key: other)).Refusal!.Code);
        Assert.Empty(_world.Confirmed);
    }

    [Fact]
    public async Task An_event_without_our_Message_ID_concerns_nobody_whatever_address_it_names()
    {
        var json = JsonNode.Parse(Bounce("Permanent", "General", null, null))!;
        json["mail"]!["headers"] = new JsonArray();
        await _world.Ignore(Send(json.ToJsonString()));

        json["mail"]!["commonHeaders"] = new JsonObject { ["messageId"] = "<stranger@example.org>" };
        await _world.Ignore(Send(json.ToJsonString()));

        json["mail"]!["commonHeaders"]!["messageId"] = $"<{_world.MessageId}>";
        await _world.Take(Send(json.ToJsonString()));
    }

    [Fact]
    public async Task The_headers_of_the_e_mail_find_its_recipient()
    {
        var json = JsonNode.Parse(Click(WebhookWorld.Link))!;
        json["mail"]!["headers"] = new JsonArray();
        await _world.Ignore(Send(json.ToJsonString()));

        // SES publishes the headers that it was given.
        json["mail"]!["headers"] = new JsonArray([.. _world.Headers(RelayProvider.Ses).Select(
            header => new JsonObject { ["name"] = header.Field, ["value"] = header.Value })]);

        await _world.Take(Send(json.ToJsonString()));
    }

    private async Task<(Outcome, Cause)> Result(string message)
    {
        var happened = await _world.Take(Send(message));
        return (happened.Outcome!.Value, happened.Cause);
    }

    private Task<Domain.Result<WebhookReceipt>> Send(string message, string version = "2") =>
        _world.Send("ses", Signed(message, version: version));

    private Task<Domain.Result<WebhookReceipt>> Confirm(string url, string topic = Topic, RSA? key = null)
    {
        var fields = new JsonObject
        {
            ["Message"] = "You have chosen to subscribe.",
            ["MessageId"] = "165545c9-2a5c-472c-8df2-7ff2be2b3b1b",
            ["SubscribeURL"] = url,
            ["Timestamp"] = Time(-1),
            ["Token"] = "abc",
            ["TopicArn"] = topic,
            ["Type"] = "SubscriptionConfirmation",
        };
        return _world.Send("ses", Sign(fields, "2", CertificateUrl, key ?? Key));
    }

    private string Signed(
        string message,
        string version = "2",
        string topic = Topic,
        string certificateUrl = CertificateUrl,
        RSA? key = null) => Sign(
        new JsonObject
        {
            ["Message"] = message,
            ["MessageId"] = Guid.NewGuid().ToString(),
            ["Subject"] = "Amazon SES Email Event Notification",
            ["Timestamp"] = Time(-1),
            ["TopicArn"] = topic,
            ["Type"] = "Notification",
        },
        version, certificateUrl, key ?? Key);

    // As the documentation has it: the fields in the order of their names, each name and value on a line of its own.
    private static string Sign(JsonObject fields, string version, string certificateUrl, RSA key)
    {
        var text = string.Concat(fields.Select(field => $"{field.Key}\n{field.Value}\n"));
        fields["SignatureVersion"] = version;
        fields["Signature"] = Convert.ToBase64String(key.SignData(
            Encoding.UTF8.GetBytes(text),
            version == "1" ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256,
            RSASignaturePadding.Pkcs1));
        fields["SigningCertURL"] = certificateUrl;
        fields["UnsubscribeURL"] = "https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe";
        return fields.ToJsonString();
    }

    private string Bounce(string type, string subType, string? status, string? diagnostic)
    {
        var recipient = new JsonObject { ["emailAddress"] = "ann@example.org" };
        if (status is not null)
        {
            (recipient["action"], recipient["status"]) = ("failed", status);
        }

        if (diagnostic is not null)
        {
            recipient["diagnosticCode"] = diagnostic;
        }

        return Event("Bounce", "bounce", new JsonObject
        {
            ["bounceType"] = type,
            ["bounceSubType"] = subType,
            ["bouncedRecipients"] = new JsonArray(recipient),
            ["timestamp"] = Time(-1),
            ["feedbackId"] = "0102017a-0000-feedback",
        });
    }

    private string Complaint(string? type)
    {
        var complaint = new JsonObject
        {
            ["complainedRecipients"] = new JsonArray(new JsonObject { ["emailAddress"] = "ann@example.org" }),
            ["timestamp"] = Time(-1),
            ["feedbackId"] = "0102017a-0000-complaint",
        };
        if (type is not null)
        {
            complaint["complaintFeedbackType"] = type;
        }

        return Event("Complaint", "complaint", complaint);
    }

    private string Click(string url) => Event("Click", "click", new JsonObject
    {
        ["timestamp"] = Time(-2),
        ["link"] = url,
        ["userAgent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    });

    private string Event(string type, string part, JsonObject content) => new JsonObject
    {
        [type == "Complaint" ? "notificationType" : "eventType"] = type,
        ["mail"] = new JsonObject
        {
            ["timestamp"] = Time(-10),
            ["messageId"] = "0102017a-0000-ses",
            ["destination"] = new JsonArray("ann@example.org"),
            ["headers"] = new JsonArray(
                new JsonObject { ["name"] = "From", ["value"] = "news@news.example" },
                new JsonObject { ["name"] = "Message-ID", ["value"] = $"<{_world.MessageId}>" }),
        },
        [part] = content,
    }.ToJsonString();

    private static string Time(int minutes) =>
        Given.Noon.AddMinutes(minutes).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static string Certificate(RSA key, DateTimeOffset from, DateTimeOffset to)
    {
        var request = new CertificateRequest(
            "CN=sns.amazonaws.com", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(from, to);
        return certificate.ExportCertificatePem();
    }
}
