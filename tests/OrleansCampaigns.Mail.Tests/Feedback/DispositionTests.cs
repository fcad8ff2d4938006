using System.Text;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Mail.Feedback;

namespace OrleansCampaigns.Mail.Tests.Feedback;

/// <summary>Disposition notifications that refuse, and challenges that pretend to report.</summary>
public class DispositionTests
{
    [Theory]
    [InlineData("Your message to <rosa@example.org> was automatically rejected:\nQuota exceeded",
        Outcome.SoftBounced, Cause.MailboxFull)]
    [InlineData("Your message to <rosa@example.org> was automatically rejected:\nThe mailbox is full",
        Outcome.SoftBounced, Cause.MailboxFull)]
    [InlineData("Your message was automatically rejected by the mail filter.\nReason: too large",
        Outcome.SoftBounced, Cause.TooBig)]
    [InlineData("The message to rosa@example.org was refused by the recipient.", Outcome.Rejected, Cause.Policy)]
    [InlineData("Your message to <rosa@example.org> was automatically rejected:\nNot interested",
        Outcome.Rejected, Cause.Policy)]
    [InlineData("Ihre Nachricht an rosa@example.org wurde automatisch abgelehnt.", Outcome.Rejected, Cause.Policy)]
    public void A_notification_may_be_a_refusal(string text, Outcome outcome, Cause cause)
    {
        var reading = Read(text, "automatic-action/MDN-sent-automatically; deleted");

        Assert.Equal(FeedbackKind.Bounce, reading.Kind);
        var recipient = Assert.Single(reading.Recipients);
        Assert.Equal(("rosa@example.org", outcome, cause), (recipient.Recipient, recipient.Outcome, recipient.Cause));
    }

    [Theory]
    [InlineData("User unknown")]
    [InlineData("550 5.1.1 no such user")]
    [InlineData("This address does not exist any more")]
    public void A_mailbox_that_refuses_is_there(string reason)
    {
        var reading = Read(
            $"Your message to <rosa@example.org> was automatically rejected:\n{reason}",
            "automatic-action/MDN-sent-automatically; deleted");

        Assert.Equal(Cause.Policy, Assert.Single(reading.Recipients).Cause);
    }

    [Theory]
    [InlineData("Your message was read on Monday.", "manual-action/MDN-sent-manually; displayed")]
    [InlineData("Your message to rosa@example.org was deleted without being read.",
        "manual-action/MDN-sent-automatically; deleted")]
    [InlineData("Ihre Nachricht wurde gelesen.", "automatic-action/MDN-sent-automatically; displayed")]
    [InlineData("The message was dispatched.", "automatic-action/MDN-sent-automatically; dispatched")]
    [InlineData("The message was processed.", "automatic-action/MDN-sent-automatically; processed")]
    public void A_receipt_has_no_effect(string text, string disposition) =>
        Assert.Equal(FeedbackKind.Other, Read(text, disposition).Kind);

    [Fact]
    public void A_disposition_of_its_own_may_say_that_the_message_was_refused() =>
        Assert.Equal(FeedbackKind.Bounce, Read("See below.", "automatic-action/MDN-sent-automatically; denied").Kind);

    [Theory]
    [InlineData("Please confirm your message", "Follow the link to show that you are a person.")]
    [InlineData("Confirmation required: Spring news", "Reply to this e-mail, and yours is delivered.")]
    [InlineData("Spring news", "Your message is held until you confirm it.\nReply to this e-mail to confirm that "
        + "you wrote it.")]
    [InlineData("verify#8f3a2", "Click below to verify that you are human.")]
    [InlineData("Your mail awaiting verification", "Visit the page below to release your message.")]
    [InlineData("Re: Spring news", "Click the link to prove that you are not a robot.\nThen your mail waits no "
        + "longer.")]
    public void A_challenge_with_a_delivery_status_is_no_bounce(string subject, string text)
    {
        foreach (var action in new[] { "failed", "delayed" })
        {
            var message = $"""
                Return-Path: <>
                From: "Rosa's guard" <rosa@example.org>
                To: b@ret.example
                Subject: {subject}
                Content-Type: multipart/report; report-type=delivery-status; boundary=p

                --p
                Content-Type: text/plain

                {text}

                --p
                Content-Type: message/delivery-status

                Reporting-MTA: dns; guard.example.org

                Final-Recipient: rfc822; rosa@example.org
                Action: {action}
                Status: 5.7.1
                Diagnostic-Code: smtp; 550 5.7.1 waits for its sender

                --p--

                """;

            Assert.Equal(FeedbackKind.AutoReply, FeedbackReader.Read(Encoding.UTF8.GetBytes(message)).Kind);
        }
    }

    private static FeedbackReading Read(string text, string disposition) => FeedbackReader.Read(Encoding.UTF8.GetBytes(
        $"""
        Return-Path: <>
        From: postmaster@example.org
        To: b@ret.example
        Subject: Automatically rejected mail
        Content-Type: multipart/report; report-type=disposition-notification; boundary=p

        --p
        Content-Type: text/plain; charset=utf-8

        {text}

        --p
        Content-Type: message/disposition-notification

        Reporting-UA: mx.example.org; delivery agent
        Final-Recipient: rfc822; rosa@example.org
        Original-Message-ID: <k2@news.example>
        Disposition: {disposition}

        --p--

        """));
}
