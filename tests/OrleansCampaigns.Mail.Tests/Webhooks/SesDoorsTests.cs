using System.Security.Cryptography;
using System.Text.Json.Nodes;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Domain.Feedback;
using OrleansCampaigns.Mail.Feedback;
using OrleansCampaigns.Mail.Tests.Feedback;
using OrleansCampaigns.Mail.Webhooks;

namespace OrleansCampaigns.Mail.Tests.Webhooks;

/// <summary>What SES says comes to the same, whether SNS brings it to the webhook or sends it on as e-mail.</summary>
public sealed class SesDoorsTests
{
    // Cases are listed by one process and run by another: what is signed anew by each takes its place in the test.
    private const string MessageId = "the-message-id@news.example";

    public static TheoryData<string, string?, Outcome?> Said => new()
    {
        { Complaint(null), "Complaint", null },
        { Complaint("abuse"), "Complaint", null },
        { Complaint("fraud"), "Complaint", null },
        { Complaint("opt-out"), "Unsubscribe", null },
        { Complaint("opt-out-list"), "Unsubscribe", null },
        { Complaint("Opt-Out"), "Unsubscribe", null },
        { Complaint("not-spam"), null, null },
        { Complaint("auth-failure"), null, null },
        { Complaint("virus"), null, null },
        { Complaint("other"), null, null },
        { Complaint(null, "OnAccountSuppressionList"), "Complaint", null },
        { Bounce("Permanent", "UnsubscribedRecipient"), "Unsubscribe", null },
        { Bounce("Permanent", "Suppressed", "5.1.1", "SES has suppressed it"), "Bounce", Outcome.Bounced },
        { Bounce("Permanent", "OnAccountSuppressionList", "5.1.1", "on the list"), "Bounce", Outcome.Bounced },
        { Bounce("Permanent", "NoEmail"), "Bounce", Outcome.Bounced },
        { Bounce("Permanent", "General", "5.1.1", "smtp; 550 5.1.1 user unknown"), "Bounce", Outcome.Bounced },
        { Bounce("Transient", "MailboxFull"), "Bounce", Outcome.SoftBounced },
        { Bounce("Transient", "MessageTooLarge"), "Bounce", Outcome.SoftBounced },
        { Bounce("Transient", "ContentRejected"), "Bounce", Outcome.Rejected },
        { Bounce("Transient", "AttachmentRejected"), "Bounce", Outcome.Rejected },
        { Bounce("Transient", "General", "4.4.7", "smtp; 421 try later"), "Bounce", Outcome.Deferred },
        { Bounce("Undetermined", "Undetermined"), "Bounce", Outcome.Bounced },
        { Bounce("Transient", "General"), null, null },
        { Bounce("Transient", "General", "4.4.7", "smtp; 421 try later", "delayed"), null, null },
        { Event("Reject", "reject", new() { ["reason"] = "Bad content" }), "Bounce", Outcome.Rejected },
        { Subscription(unsubscribeAll: true), "Unsubscribe", null },
        { Subscription(unsubscribeAll: false), null, null },
        { Event("Delivery", "delivery", new() { ["recipients"] = new JsonArray("rosa@example.org") }), null, null },
        { Event("DeliveryDelay", "deliveryDelay", new() { ["delayType"] = "General" }), null, null },
        { Event("Send", "send", []), null, null },
        { Event("Rendering Failure", "failure", []), null, null },
    };

    [Theory]
    [MemberData(nameof(Said))]
    public async Task Both_doors_agree(string listed, string? signal, Outcome? outcome)
    {
        var json = listed.Replace(MessageId, SentCampaign.RosasMessageId, StringComparison.Ordinal);
        using var document = Json.Parse(System.Text.Encoding.UTF8.GetBytes(json))!;
        var byWebhook = SesEvents.Read(document.RootElement)!.ForWebhook("sns-1");

        Assert.Equal((signal, outcome), (byWebhook?.Signal.ToString(), byWebhook?.Bounce?.Outcome));

        // As it is, wrapped by SNS, and with what SNS writes below it.
        var wrapped = new JsonObject { ["Type"] = "Notification", ["MessageId"] = "1", ["Message"] = json };
        foreach (var text in new[] { json, wrapped.ToJsonString(), $"{json}\n\n--\nIf you wish to stop receiving" })
        {
            var sent = new SentCampaign();
            var receipt = await sent.Receive(Mail(text), "feedback@news.example");

            Assert.False(receipt.IsSetAside);
            var byMail = sent.Feedback.Events.SingleOrDefault().Event;
            Assert.Equal((signal, outcome), (byMail?.Signal.ToString(), byMail?.Outcome));
            Assert.Equal(
                (byWebhook?.Bounce?.Cause ?? default, byWebhook?.Reply), (byMail?.Cause ?? default, byMail?.Reply));
            if (byMail is not null && byWebhook!.Id != "sns-1")
            {
                Assert.Equal(ProviderEvent.KeyOf("ses", byWebhook.Id), byMail.Key);
            }
        }
    }

    [Fact]
    public void Of_several_recipients_the_gravest_counts_and_one_that_is_delayed_hides_no_other()
    {
        var json = JsonNode.Parse(Bounce("Transient", "General", "4.4.7", "smtp; 421 try later", "delayed"))!;
        json["bounce"]!["bouncedRecipients"]!.AsArray().Add(new JsonObject
        {
            ["emailAddress"] = "other@example.org",
            ["action"] = "failed",
            ["status"] = "5.1.1",
            ["diagnosticCode"] = "smtp; 550 5.1.1 user unknown",
        });
        using var document = Json.Parse(System.Text.Encoding.UTF8.GetBytes(json.ToJsonString()))!;

        var happened = SesEvents.Read(document.RootElement)!.ForWebhook("sns-1")!;

        Assert.Equal(new Classification(Outcome.Bounced, Cause.NoSuchMailbox), happened.Bounce);
    }

    [Theory]
    [InlineData("abuse", FeedbackKind.Complaint)]
    [InlineData("Fraud", FeedbackKind.Complaint)]
    [InlineData("opt-out", FeedbackKind.Unsubscribe)]
    [InlineData("opt-out-list", FeedbackKind.Unsubscribe)]
    [InlineData("not-spam", FeedbackKind.Other)]
    [InlineData("virus", FeedbackKind.Other)]
    [InlineData("other", FeedbackKind.Other)]
    [InlineData("", FeedbackKind.Other)]
    public void A_type_of_feedback_means_the_same_in_a_report_and_in_JSON(string type, FeedbackKind kind)
    {
        using var document = Json.Parse(System.Text.Encoding.UTF8.GetBytes(Complaint(type)))!;

        Assert.Equal(kind, ComplaintReports.KindOf(type));
        Assert.Equal(kind, SesEvents.Read(document.RootElement)!.Kind);
    }

    private static string Mail(string text) =>
        "From: AWS Notifications <no-reply@sns.example>\nTo: feedback@news.example\nSubject: AWS Notification Message\n"
        + $"Message-ID: <{Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)))}@sns>\n"
        + $"MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n{text}\n";

    private static string Complaint(string? type, string? subType = null) => Event("Complaint", "complaint", new()
    {
        ["complaintFeedbackType"] = type,
        ["complaintSubType"] = subType,
        ["complainedRecipients"] = new JsonArray(new JsonObject { ["emailAddress"] = "rosa@example.org" }),
        ["feedbackId"] = $"0102-{type}",
    });

    private static string Bounce(
        string type, string subType, string? status = null, string? diagnostic = null, string action = "failed")
    {
        var recipient = new JsonObject { ["emailAddress"] = "rosa@example.org" };
        if (status is not null)
        {
            (recipient["action"], recipient["status"], recipient["diagnosticCode"]) = (action, status, diagnostic);
        }

        return Event("Bounce", "bounce", new()
        {
            ["bounceType"] = type,
            ["bounceSubType"] = subType,
            ["bouncedRecipients"] = new JsonArray(recipient),
            ["feedbackId"] = $"0102-{subType}",
        });
    }

    private static string Subscription(bool unsubscribeAll) => Event("Subscription", "subscription", new()
    {
        ["newTopicPreferences"] = new JsonObject { ["unsubscribeAll"] = unsubscribeAll },
    });

    private static string Event(string type, string part, JsonObject content) => new JsonObject
    {
        [type is "Bounce" or "Complaint" ? "notificationType" : "eventType"] = type,
        ["mail"] = new JsonObject
        {
            ["headers"] = new JsonArray(new JsonObject
            {
                ["name"] = "Message-ID",
                ["value"] = $"<{MessageId}>",
            }),
        },
        [part] = content,
    }.ToJsonString();
}
