using System.Text;
using System.Text.Json.Nodes;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Domain.Feedback;
using OrleansCampaigns.Mail.Relays;

namespace OrleansCampaigns.Mail.Tests.Webhooks;

public sealed class PostmarkWebhookTests : IDisposable
{
    private const string Password = "a long enough password";

    private readonly WebhookWorld _world = new(options =>
        (options.Postmark.Username, options.Postmark.Password) = ("postmark", Password));

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("HardBounce", "smtp;550 5.1.1 The email account does not exist", Outcome.Bounced, Cause.NoSuchMailbox)]
    [InlineData("HardBounce", "", Outcome.Bounced, Cause.Other)]
    [InlineData("BadEmailAddress", "", Outcome.Bounced, Cause.NoSuchMailbox)]
    [InlineData("SoftBounce", "", Outcome.SoftBounced, Cause.Other)]
    [InlineData("SoftBounce", "smtp;552 5.2.2 mailbox full", Outcome.SoftBounced, Cause.MailboxFull)]
    [InlineData("DnsError", "", Outcome.Deferred, Cause.Unreachable)]
    [InlineData("Blocked", "", Outcome.Bounced, Cause.Blocked)]
    [InlineData("SpamNotification", "", Outcome.Spam, Cause.Spam)]
    [InlineData("VirusNotification", "", Outcome.Rejected, Cause.Content)]
    [InlineData("DMARCPolicy", "", Outcome.Rejected, Cause.Authentication)]
    [InlineData("SMTPApiError", "", Outcome.Rejected, Cause.Other)]
    public async Task A_bounce_comes_to_what_the_server_says_or_else_Postmark(
        string type, string details, Outcome outcome, Cause cause)
    {
        var happened = await _world.Take(Send(Bounce(type, details)));

        Assert.Equal(
            (FeedbackSignal.Bounce, outcome, cause, "postmark"),
            (happened.Signal, happened.Outcome!.Value, happened.Cause, happened.Source));
        Assert.Equal(Given.Noon.AddMinutes(-1), happened.At);
    }

    [Theory]
    [InlineData("Transient")]
    [InlineData("AutoResponder")]
    [InlineData("ChallengeVerification")]
    [InlineData("AddressChange")]
    [InlineData("Subscribe")]
    public async Task Answers_and_what_Postmark_goes_on_trying_are_no_bounces(string type) =>
        await _world.Ignore(Send(Bounce(type, "smtp;550 5.1.1 unknown")));

    [Fact]
    public async Task A_complaint_an_unsubscribe_an_open_and_a_click_have_their_signals()
    {
        var complaint = await _world.Take(Send(Event("SpamComplaint", ("ID", "43"), ("Type", "SpamComplaint"))));
        var unsubscribe = await _world.Take(Send(Change("Recipient", "ManualSuppression")));
        var open = await _world.Take(Send(Event("Open", ("UserAgent", "Mozilla/5.0"), ("ReceivedAt", Minute(-2)))));
        var click = await _world.Take(Send(Event(
            "Click", ("OriginalLink", WebhookWorld.Link), ("ReceivedAt", Minute(-2)))));

        Assert.Equal(
            [FeedbackSignal.Complaint, FeedbackSignal.Unsubscribe, FeedbackSignal.Open, FeedbackSignal.Click],
            new[] { complaint, unsubscribe, open, click }.Select(happened => happened.Signal));
        Assert.Equal((true, 2, false), (open.IsMachine, click.Link, click.IsMachine));
        Assert.Equal(Given.Noon.AddMinutes(-2), click.At);
    }

    [Theory]
    [InlineData("Customer", "ManualSuppression")]
    [InlineData("Admin", "ManualSuppression")]
    [InlineData("Recipient", "HardBounce")]
    public async Task What_the_recipient_did_not_say_is_no_unsubscribe(string origin, string reason) =>
        await _world.Ignore(Send(Change(origin, reason)));

    [Fact]
    public async Task A_reactivation_is_no_unsubscribe()
    {
        var json = Change("Recipient", "ManualSuppression");
        json["SuppressSending"] = false;

        await _world.Ignore(Send(json));
    }

    [Fact]
    public async Task Our_Message_ID_is_found_in_the_bounce_itself_too()
    {
        var json = Bounce("HardBounce", "");
        json.Remove("Metadata");
        json["Content"] = "Return-Path: <>\r\nMessage-ID: <stranger@example.org>\r\n\r\nIt came back.\r\n\r\n"
            + $"Subject: Hello\r\nMessage-Id: <{_world.MessageId}>\r\n\r\nText";

        await _world.Take(Send(json));
    }

    [Fact]
    public async Task Without_our_Message_ID_it_concerns_nobody_whatever_address_it_names()
    {
        var json = Bounce("HardBounce", "");
        json["Metadata"] = new JsonObject { ["message-id"] = "stranger@example.org" };
        json["Content"] = "Message-ID: <" + new string('a', 100_000);

        await _world.Ignore(Send(json));
    }

    [Fact]
    public async Task An_event_that_is_delivered_again_counts_once_and_another_of_its_kind_too()
    {
        var (bounce, open) = (Bounce("HardBounce", ""), Event("Open", ("ReceivedAt", Minute(-2))));
        foreach (var json in new[] { bounce, open })
        {
            Assert.Equal(new WebhookReceipt(1, 0, 0), (await Send(json)).Value);
            Assert.Equal(new WebhookReceipt(0, 1, 0), (await Send(json)).Value);
        }

        bounce["ID"] = 44;
        open["ReceivedAt"] = Minute(-1);
        Assert.Equal(new WebhookReceipt(1, 0, 0), (await Send(bounce)).Value);
        Assert.Equal(new WebhookReceipt(1, 0, 0), (await Send(open)).Value);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Basic")]
    [InlineData("Basic %%%")]
    [InlineData("Bearer a long enough password")]
    [InlineData("postmark:a long enough passwor")]
    [InlineData("postmark:")]
    [InlineData(":a long enough password")]
    [InlineData("Postmark:a long enough password")]
    public async Task Whoever_does_not_know_the_password_is_refused(string? given)
    {
        var header = given?.Contains(':', StringComparison.Ordinal) == true
            ? "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(given))
            : given;
        var body = Bounce("HardBounce", "").ToJsonString();

        await _world.Refuse("webhook.signature", header is null
            ? _world.Send("postmark", body)
            : _world.Send("postmark", body, ("Authorization", header)));

        // No secret is configured, so that none is right.
        await _world.Refuse("webhook.signature", _world.Send("postmark", body, ("X-Webhook-Secret", "")));
    }

    [Fact]
    public async Task A_header_may_stand_in_for_the_password()
    {
        using var world = new WebhookWorld(options => options.Postmark.Secret = "a long enough secret");
        var json = Event("SpamComplaint", ("ID", "43")).ToJsonString();

        await world.Refuse("webhook.signature", world.Send("postmark", json, ("X-Webhook-Secret", "a long secret")));
        await world.Refuse(
            "webhook.signature",
            world.Send("postmark", json, ("Authorization", "Basic " + Convert.ToBase64String(":"u8))));
        await world.Take(world.Send("postmark", json, ("x-webhook-secret", "a long enough secret")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{}")]
    public async Task What_is_not_of_the_documented_form_is_malformed(string body) =>
        await _world.Refuse("webhook.malformed", _world.Send("postmark", body, Authorization()));

    [Fact]
    public async Task Other_records_have_no_bearing() => await _world.Ignore(Send(Event("Delivery")));

    [Fact]
    public async Task What_the_e_mail_carried_finds_its_recipient()
    {
        const string Prefix = "X-PM-Metadata-";
        var json = Event("Open", ("ReceivedAt", Minute(-2)));
        json["Metadata"] = new JsonObject();
        await _world.Ignore(Send(json));

        // Postmark tells as metadata what came in headers so named.
        foreach (var header in _world.Headers(RelayProvider.Postmark).Where(
            header => header.Field.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            Assert.True(header.Value.Length <= 80, "Postmark takes no more.");
            json["Metadata"]![header.Field[Prefix.Length..]] = header.Value;
        }

        await _world.Take(Send(json));
    }

    private Task<Domain.Result<WebhookReceipt>> Send(JsonObject json) =>
        _world.Send("postmark", json.ToJsonString(), Authorization());

    private static (string, string) Authorization() =>
        ("Authorization", "basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"postmark:{Password}")));

    private JsonObject Bounce(string type, string details)
    {
        var json = Event("Bounce", ("Type", type), ("Details", details), ("BouncedAt", Minute(-1)));
        json["ID"] = 4323372036854775807;
        return json;
    }

    private JsonObject Change(string origin, string reason)
    {
        var json = Event(
            "SubscriptionChange", ("Origin", origin), ("SuppressionReason", reason), ("ChangedAt", Minute(-1)));
        json["SuppressSending"] = true;
        return json;
    }

    private JsonObject Event(string type, params (string Name, string Value)[] more)
    {
        var json = new JsonObject
        {
            ["RecordType"] = type,
            ["MessageID"] = "883953f4-6105-42a2-a16a-77a8eac79483",
            ["Recipient"] = "ann@example.org",
            ["Metadata"] = new JsonObject { ["message-id"] = _world.MessageId },
        };
        foreach (var (name, value) in more)
        {
            json[name] = value;
        }

        return json;
    }

    private static string Minute(int minutes) =>
        Given.Noon.AddMinutes(minutes).ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'",
            System.Globalization.CultureInfo.InvariantCulture);
}
