using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Domain.Feedback;
using OrleansCampaigns.Mail.Relays;

namespace OrleansCampaigns.Mail.Tests.Webhooks;

public sealed class MailgunWebhookTests : IDisposable
{
    private const string Key = "key-0123456789abcdef";

    private readonly WebhookWorld _world = new(options => options.Mailgun.SigningKey = Key);

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task A_failure_that_Mailgun_signed_counts_for_the_recipient_of_our_Message_ID()
    {
        var happened = await _world.Take(Send(Failed("permanent", "bounce", 550, "5.1.1", "5.1.1 user unknown")));

        Assert.Equal(
            (FeedbackSignal.Bounce, Outcome.Bounced, Cause.NoSuchMailbox, "mailgun"),
            (happened.Signal, happened.Outcome!.Value, happened.Cause, happened.Source));
        Assert.Equal((550, "5.1.1"), (happened.Reply!.Code, happened.Reply.EnhancedCode));
        Assert.Equal(Given.Noon.AddSeconds(-0.5), happened.At);
    }

    [Theory]
    [InlineData("bounce", 552, "5.2.2", "mailbox full", Outcome.SoftBounced, Cause.MailboxFull)]
    [InlineData("generic", 550, "", "", Outcome.Bounced, Cause.Other)]
    [InlineData("old", 421, "", "xyzzy", Outcome.Deferred, Cause.Other)]
    [InlineData("suppress-bounce", 605, "", "Not delivering to previously bounced address", Outcome.Bounced,
        Cause.NoSuchMailbox)]
    public async Task What_failed_comes_to_what_the_server_says_or_else_Mailgun(
        string reason, int code, string status, string message, Outcome outcome, Cause cause)
    {
        var happened = await _world.Take(Send(Failed("permanent", reason, code, status, message)));

        Assert.Equal((outcome, cause), (happened.Outcome!.Value, happened.Cause));
    }

    [Fact]
    public async Task What_Mailgun_goes_on_trying_has_not_failed() =>
        await _world.Ignore(Send(Failed("temporary", "generic", 452, "4.2.2", "mailbox full")));

    [Theory]
    [InlineData("suppress-unsubscribe", FeedbackSignal.Unsubscribe)]
    [InlineData("suppress-complaint", FeedbackSignal.Complaint)]
    public async Task What_was_held_back_for_the_recipients_own_word_is_that_word(
        string reason, FeedbackSignal signal) =>
        Assert.Equal(signal, (await _world.Take(Send(Failed("permanent", reason, 606, "", "")))).Signal);

    [Theory]
    [InlineData("complained", FeedbackSignal.Complaint)]
    [InlineData("unsubscribed", FeedbackSignal.Unsubscribe)]
    [InlineData("opened", FeedbackSignal.Open)]
    [InlineData("clicked", FeedbackSignal.Click)]
    [InlineData("rejected", FeedbackSignal.Bounce)]
    public async Task Each_event_has_its_signal(string name, FeedbackSignal signal)
    {
        var happened = await _world.Take(Send(Event(name, ("url", WebhookWorld.Link))));

        Assert.Equal(signal, happened.Signal);
        Assert.Equal(name == "clicked" ? 2 : 0, happened.Link);
        Assert.Equal(name == "rejected" ? Outcome.Rejected : null, happened.Outcome);
    }

    [Theory]
    [InlineData("accepted")]
    [InlineData("delivered")]
    [InlineData("stored")]
    [InlineData("list_member_uploaded")]
    public async Task Other_events_have_no_bearing(string name) => await _world.Ignore(Send(Event(name)));

    [Theory]
    [InlineData("apple", "", true)]
    [InlineData("", "curl/8.5.0", true)]
    [InlineData("gmail", "Mozilla/5.0 (via ggpht.com GoogleImageProxy)", false)]
    [InlineData("", "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", false)]
    public async Task Machines_are_told_by_Mailgun_or_by_themselves(string bot, string userAgent, bool isMachine)
    {
        var json = Event("opened");
        json["client-info"] = new JsonObject { ["bot"] = bot, ["user-agent"] = userAgent };

        Assert.Equal(isMachine, (await _world.Take(Send(json))).IsMachine);
    }

    [Fact]
    public async Task A_request_that_is_played_again_counts_once_and_not_for_ever()
    {
        var body = Signed(Event("complained"));

        Assert.Equal(new WebhookReceipt(1, 0, 0), (await _world.Send("mailgun", body)).Value);
        Assert.Equal(new WebhookReceipt(0, 1, 0), (await _world.Send("mailgun", body)).Value);
        _world.Clock.Advance(TimeSpan.FromHours(26));
        Assert.Equal("webhook.signature", (await _world.Send("mailgun", body)).Refusal!.Code);
    }

    [Fact]
    public async Task A_signature_counts_for_the_event_that_it_came_with_and_for_no_other()
    {
        var seen = JsonNode.Parse(Signed(Event("opened")))!;
        Assert.Equal(new WebhookReceipt(1, 0, 0), (await _world.Send("mailgun", seen.ToJsonString())).Value);

        seen["event-data"] = Event("complained");

        Assert.Equal("webhook.signature", (await _world.Send("mailgun", seen.ToJsonString())).Refusal?.Code);
        Assert.DoesNotContain(_world.Applied, one => one.Event.Signal == FeedbackSignal.Complaint);
    }

    [Theory]
    [InlineData("timestamp")]
    [InlineData("token")]
    [InlineData("signature")]
    public async Task A_signature_that_was_altered_is_refused(string field)
    {
        var json = JsonNode.Parse(Signed(Event("complained")))!;
        var value = (string)json["signature"]![field]!;
        json["signature"]![field] = value[..^1] + (value[^1] == '0' ? '1' : '0');
        await _world.Refuse("webhook.signature", _world.Send("mailgun", json.ToJsonString()));

        json["signature"]!.AsObject().Remove(field);
        await _world.Refuse("webhook.signature", _world.Send("mailgun", json.ToJsonString()));
    }

    [Fact]
    public async Task A_signature_of_another_key_is_refused() =>
        await _world.Refuse("webhook.signature", _world.Send("mailgun", Signed(Event("complained"), "another key")));

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"signature\":7}")]
    public async Task What_is_not_of_the_documented_form_is_malformed(string body) =>
        await _world.Refuse("webhook.malformed", _world.Send("mailgun", body));

    [Fact]
    public async Task An_event_without_an_identifier_is_malformed()
    {
        var json = Event("complained");
        json.Remove("id");

        await _world.Refuse("webhook.malformed", Send(json));
    }

    [Fact]
    public async Task The_Message_ID_of_the_e_mail_finds_its_recipient()
    {
        var json = Event("complained");
        json["message"]!["headers"]!["message-id"] = "stranger@example.org";
        await _world.Ignore(Send(json.DeepClone().AsObject()));

        // Mailgun keeps the Message-ID that it is given, and tells it without angle brackets.
        json["message"]!["headers"]!["message-id"] =
            _world.Headers(RelayProvider.Mailgun)["Message-ID"]!.Trim('<', '>');

        await _world.Take(Send(json));
    }

    private Task<Domain.Result<WebhookReceipt>> Send(JsonObject data) => _world.Send("mailgun", Signed(data));

    private static string Signed(JsonObject data, string key = Key)
    {
        var timestamp = Given.Noon.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var token = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(data.ToJsonString())))[..50];
        return new JsonObject
        {
            ["signature"] = new JsonObject
            {
                ["timestamp"] = timestamp,
                ["token"] = token,
                ["signature"] = Convert.ToHexStringLower(HMACSHA256.HashData(
                    Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(timestamp + token))),
            },
            ["event-data"] = data,
        }.ToJsonString();
    }

    private JsonObject Failed(string severity, string reason, int code, string status, string message)
    {
        var json = Event("failed", ("severity", severity), ("reason", reason));
        json["delivery-status"] = new JsonObject
        {
            ["code"] = code,
            ["enhanced-code"] = status,
            ["message"] = message,
            ["description"] = "",
            ["attempt-no"] = 1,
        };
        return json;
    }

    private JsonObject Event(string name, params (string Name, string Value)[] more)
    {
        var json = new JsonObject
        {
            ["event"] = name,
            ["id"] = "G9Bn5sl1TC6nu79C8C0bwg",
            ["timestamp"] = Given.Noon.AddSeconds(-0.5).ToUnixTimeMilliseconds() / 1000.0,
            ["recipient"] = "ann@example.org",
            ["message"] = new JsonObject
            {
                ["headers"] = new JsonObject
                {
                    ["to"] = "ann@example.org",
                    ["message-id"] = _world.MessageId,
                },
            },
        };
        foreach (var (field, value) in more)
        {
            json[field] = value;
        }

        return json;
    }
}
