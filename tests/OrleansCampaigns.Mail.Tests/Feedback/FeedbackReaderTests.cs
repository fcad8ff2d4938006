using System.Text;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Mail.Feedback;

namespace OrleansCampaigns.Mail.Tests.Feedback;

public class FeedbackReaderTests
{
    [Theory]
    [InlineData("report-unknown-user", "rosa@example.org", Outcome.Bounced, Cause.NoSuchMailbox)]
    [InlineData("report-global", "röschen@example.org", Outcome.Bounced, Cause.NoSuchMailbox)]
    [InlineData("report-wrapped", "rosa@example.org", Outcome.Bounced, Cause.NoSuchMailbox)]
    [InlineData("report-lost-boundary", "rosa@example.org", Outcome.SoftBounced, Cause.MailboxFull)]
    [InlineData("report-without-diagnostic", "rosa@example.org", Outcome.SoftBounced, Cause.MailboxFull)]
    [InlineData("report-temporary", "rosa@example.org", Outcome.Deferred, Cause.Other)]
    [InlineData("text-domino", "rosa@example.org", Outcome.Bounced, Cause.NoSuchMailbox)]
    [InlineData("text-html-only", "rosa@example.org", Outcome.SoftBounced, Cause.MailboxInactive)]
    [InlineData("text-japanese", "rosa@mobile.example.jp", Outcome.Bounced, Cause.NoSuchMailbox)]
    [InlineData("text-no-address", "rosa@example.org", Outcome.SoftBounced, Cause.MailboxFull)]
    [InlineData("provider-bounce", "rosa@example.org", Outcome.Bounced, Cause.NoSuchMailbox)]
    public void A_bounce_names_its_recipient_and_its_cause(
        string sample, string recipient, Outcome outcome, Cause cause)
    {
        var reading = FeedbackReader.Read(FeedbackSamples.Read(sample));

        Assert.Equal(FeedbackKind.Bounce, reading.Kind);
        var only = Assert.Single(reading.Recipients);
        Assert.Equal((recipient, outcome, cause), (only.Recipient, only.Outcome, only.Cause));
    }

    [Theory]
    [InlineData("text-qmail", "karl@example.org", Cause.NoSuchMailbox, Cause.TooBig)]
    [InlineData("text-exim", "karl@example.org", Cause.MailboxFull, Cause.NoSuchMailbox)]
    [InlineData("text-sendmail", "karl@example.net", Cause.Blocked, Cause.NoSuchMailbox)]
    public void A_text_may_speak_of_several_recipients(string sample, string second, Cause first, Cause other)
    {
        var reading = FeedbackReader.Read(FeedbackSamples.Read(sample));

        Assert.Equal(["rosa@example.org", second], reading.Recipients.Select(recipient => recipient.Recipient));
        Assert.Equal([first, other], reading.Recipients.Select(recipient => recipient.Cause));
    }

    [Fact]
    public void One_report_may_call_one_recipient_failed_and_another_delayed()
    {
        var reading = FeedbackReader.Read(FeedbackSamples.Read("report-two-recipients"));

        Assert.Equal(FeedbackKind.Bounce, reading.Kind);
        Assert.Equal(
            [FeedbackKind.Bounce, FeedbackKind.Delayed], reading.Recipients.Select(recipient => recipient.Kind));
        Assert.Equal(
            [Outcome.SoftBounced, Outcome.Deferred], reading.Recipients.Select(recipient => recipient.Outcome!.Value));
    }

    [Theory]
    [InlineData("report-delayed")]
    [InlineData("text-delayed")]
    public void A_delay_is_no_bounce_whatever_the_text_says(string sample)
    {
        var reading = FeedbackReader.Read(FeedbackSamples.Read(sample));

        Assert.Equal(FeedbackKind.Delayed, reading.Kind);
        Assert.Equal(Outcome.Deferred, Assert.Single(reading.Recipients).Outcome);
    }

    [Fact]
    public void A_notice_of_success_is_no_bounce()
    {
        var reading = FeedbackReader.Read(FeedbackSamples.Read("report-relayed"));

        Assert.Equal(FeedbackKind.Other, reading.Kind);
        Assert.Equal(Outcome.Sent, Assert.Single(reading.Recipients).Outcome);
    }

    [Fact]
    public void A_forwarded_bounce_names_the_address_that_we_wrote_to()
    {
        var recipient = Assert.Single(FeedbackReader.Read(FeedbackSamples.Read("report-forwarded")).Recipients);

        Assert.Equal("rosa@example.org", recipient.Recipient);
        Assert.Equal("rose@elsewhere.example", recipient.FinalRecipient);
    }

    [Fact]
    public void A_notice_with_several_reasons_to_choose_from_condemns_nobody()
    {
        var recipient = Assert.Single(FeedbackReader.Read(FeedbackSamples.Read("text-translated")).Recipients);

        Assert.Equal((Outcome.Rejected, Cause.Other), (recipient.Outcome, recipient.Cause));
    }

    [Fact]
    public void Where_notice_and_report_contradict_each_other_the_contact_gets_the_benefit_of_the_doubt()
    {
        var report = Encoding.UTF8.GetString(FeedbackSamples.Read("report-unknown-user"))
            .Replace(
                "<rosa@example.org>: host",
                "Not enough disk space\n\n<rosa@example.org>: host",
                StringComparison.Ordinal);

        var recipient = Assert.Single(FeedbackReader.Read(Encoding.UTF8.GetBytes(report)).Recipients);

        Assert.Equal((Outcome.SoftBounced, Cause.ServerFull), (recipient.Outcome, recipient.Cause));
    }

    [Theory]
    [InlineData("reply-vacation")]
    [InlineData("reply-postmaster-away")]
    [InlineData("reply-challenge")]
    public void What_a_machine_answers_in_a_persons_name_has_no_outcome(string sample)
    {
        var reading = FeedbackReader.Read(FeedbackSamples.Read(sample));

        Assert.Equal(FeedbackKind.AutoReply, reading.Kind);
        Assert.All(reading.Recipients, recipient => Assert.Null(recipient.Outcome));
    }

    [Theory]
    [InlineData("letter")]
    [InlineData("feedback-dmarc")]
    public void A_letter_or_a_report_on_authentication_is_nothing(string sample)
    {
        var reading = FeedbackReader.Read(FeedbackSamples.Read(sample));

        Assert.Equal(FeedbackKind.Other, reading.Kind);
        Assert.Empty(reading.Recipients);
    }

    [Fact]
    public void A_request_to_the_unsubscribe_address_is_one()
    {
        var reading = FeedbackReader.Read(FeedbackSamples.Read("unsubscribe"));

        Assert.Equal(FeedbackKind.Unsubscribe, reading.Kind);
        Assert.Equal("rosa@example.org", Assert.Single(reading.Recipients).Recipient);
    }

    [Theory]
    [InlineData("abuse", FeedbackKind.Complaint)]
    [InlineData("fraud", FeedbackKind.Complaint)]
    [InlineData("opt-out", FeedbackKind.Unsubscribe)]
    [InlineData("opt-out-list", FeedbackKind.Unsubscribe)]
    [InlineData("not-spam", FeedbackKind.Other)]
    [InlineData("virus", FeedbackKind.Other)]
    [InlineData("auth-failure", FeedbackKind.Other)]
    [InlineData("something-new", FeedbackKind.Other)]
    public void The_type_of_a_feedback_report_decides(string type, FeedbackKind kind)
    {
        var report = Encoding.UTF8.GetString(FeedbackSamples.Read("feedback-abuse"))
            .Replace("Feedback-Type: abuse", $"Feedback-Type: {type}", StringComparison.Ordinal);

        var reading = FeedbackReader.Read(Encoding.UTF8.GetBytes(report));

        Assert.Equal(kind, reading.Kind);
        Assert.Equal("rosa@example.org", Assert.Single(reading.Recipients).Recipient);
    }

    [Fact]
    public void A_complaint_that_an_abuse_desk_forwards_is_one()
    {
        var report = Encoding.UTF8.GetString(FeedbackSamples.Read("feedback-abuse"));
        var forwarded = $"From: abuse@relay.example\nSubject: Fwd: complaint\n"
            + $"Content-Type: multipart/mixed; boundary=f\n\n"
            + $"--f\nContent-Type: message/rfc822\n\n{report}\n--f--\n";

        Assert.Equal(FeedbackKind.Complaint, FeedbackReader.Read(Encoding.UTF8.GetBytes(forwarded)).Kind);
    }

    [Fact]
    public void Hotmails_own_form_is_a_complaint()
    {
        var reading = FeedbackReader.Read(FeedbackSamples.Read("feedback-hotmail"));

        Assert.Equal(FeedbackKind.Complaint, reading.Kind);
        Assert.Equal("rosa@example.org", Assert.Single(reading.Recipients).Recipient);
    }

    [Fact]
    public void A_redacted_complaint_is_found_by_our_own_identifiers()
    {
        var reading = FeedbackReader.Read(FeedbackSamples.Read("feedback-redacted"));

        Assert.Equal(FeedbackKind.Complaint, reading.Kind);
        Assert.Null(Assert.Single(reading.Recipients).Recipient);
        Assert.Equal(
            new OriginalMessage("k2v5.cmp_spring@news.example", "spring:acme:news", "cmp_spring"), reading.Original);
    }

    [Theory]
    [InlineData("report-unknown-user")]
    [InlineData("report-global")]
    [InlineData("report-wrapped")]
    [InlineData("text-qmail")]
    [InlineData("text-exim")]
    [InlineData("text-sendmail")]
    [InlineData("feedback-hotmail")]
    public void The_headers_that_came_back_identify_our_message(string sample)
    {
        var original = FeedbackReader.Read(FeedbackSamples.Read(sample)).Original;

        Assert.Equal(("k2v5.cmp_spring@news.example", "cmp_spring"), (original.MessageId, original.Campaign));
    }

    [Fact]
    public void Each_message_of_a_mailbox_file_is_read()
    {
        var one = Encoding.UTF8.GetString(FeedbackSamples.Read("report-unknown-user"));
        var mailbox = $"From MAILER-DAEMON  Tue Mar  3 09:12:44 2026\n{one}\n"
            + $"From MAILER-DAEMON  Tue Mar  3 09:12:45 2026\n{one}";

        var readings = FeedbackReader.ReadMailbox(Encoding.UTF8.GetBytes(mailbox)).ToArray();

        Assert.Equal(2, readings.Length);
        Assert.All(readings, reading => Assert.Equal(FeedbackKind.Bounce, reading.Kind));
    }
}
