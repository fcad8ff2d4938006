using System.Text;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Mail.Feedback;

namespace OrleansCampaigns.Mail.Tests.Feedback;

/// <summary>Notices in words, kind by kind: what they say, of whom, and what is none.</summary>
public class NoticeKindTests
{
    private const string Bounce = "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.net\nTo: b@ret.example\n"
        + "Subject: Undelivered Mail Returned to Sender\n";

    [Theory]
    [InlineData("<rosa@example.org>: host mx.example.org[192.0.2.1] said: 550 5.1.1\n"
        + "    <other@example.net>: Recipient is over quota (in reply to RCPT TO command)")]
    [InlineData("<rosa@example.org>: host mx said: 550-5.1.1 Sorry\n    <karl@example.net>: the mailbox is full\n"
        + "    <else@example.net>: see above")]
    [InlineData("  rosa@example.org\n    SMTP error from remote mail server after RCPT TO:<rosa@example.org>:\n"
        + "    <rosa@forward.example>: 552 5.2.2 mailbox full")]
    [InlineData("<rosa@example.org>: permission denied. Command output: 550 5.1.1\n\tkarl@example.net: user over "
        + "quota")]
    [InlineData("rosa@example.org: 550 5.7.1 forwarded to\n     karl@example.net: quota exceeded")]
    public void What_a_reply_is_folded_onto_names_no_other_recipient(string text)
    {
        var recipient = Assert.Single(Read(Bounce, text).Recipients);

        Assert.Equal("rosa@example.org", recipient.Recipient);
        Assert.Equal((Outcome.SoftBounced, Cause.MailboxFull), (recipient.Outcome, recipient.Cause));
    }

    [Fact]
    public void Recipients_below_each_other_are_several()
    {
        var reading = Read(Bounce,
            "The following addresses failed:\n\n    <rosa@example.org>: 550 5.1.1 user unknown\n"
            + "    <karl@example.org>: 552 5.2.2 mailbox full\n");

        Assert.Equal(["rosa@example.org", "karl@example.org"], reading.Recipients.Select(said => said.Recipient));
        Assert.Equal([Cause.NoSuchMailbox, Cause.MailboxFull], reading.Recipients.Select(said => said.Cause));
    }

    [Theory]
    [InlineData("Undeliverable: user rosa@example.org does not exist", Outcome.Bounced, Cause.NoSuchMailbox)]
    [InlineData("Mail delivery failed: mailbox of rosa@example.org is full", Outcome.SoftBounced, Cause.MailboxFull)]
    [InlineData("Delivery failure: <rosa@example.org> user unknown", Outcome.Bounced, Cause.NoSuchMailbox)]
    [InlineData("Returned mail: rosa@example.org 550 5.7.1 blocked using dnsbl", Outcome.Bounced, Cause.Blocked)]
    [InlineData("Undelivered: message to rosa@example.org is too large", Outcome.SoftBounced, Cause.TooBig)]
    public void A_bounce_may_be_nothing_but_its_subject(string subject, Outcome outcome, Cause cause)
    {
        var header = $"Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.net\nTo: b@ret.example\nSubject: {subject}\n";
        foreach (var body in new[] { "", "\n\n", "   \n" })
        {
            var recipient = Assert.Single(Read(header, body).Recipients);

            Assert.Equal(
                ("rosa@example.org", outcome, cause), (recipient.Recipient, recipient.Outcome, recipient.Cause));
        }
    }

    [Fact]
    public void A_subject_decides_nothing_where_the_text_speaks()
    {
        var header = Bounce.Replace(
            "Undelivered Mail Returned to Sender", "Undeliverable: User unknown? Found her", StringComparison.Ordinal);

        var recipient = Assert.Single(Read(header, "<rosa@example.org>: something is amiss").Recipients);

        Assert.NotEqual(Cause.NoSuchMailbox, recipient.Cause);
    }

    [Theory]
    [InlineData("X-Apple-Action: VACATION")]
    [InlineData("X-Apple-Criteria: {kind=VACATION,recipients=12}")]
    [InlineData("X-Provider-Vacation: yes")]
    [InlineData("X-Mail-Action: out-of-office")]
    [InlineData("X-Webmail-Autoresponder: 1")]
    [InlineData("X-Message-Kind: Autoreply")]
    [InlineData("X-Abwesenheitsnotiz: ja")]
    public void A_holiday_note_may_be_marked_by_its_provider_alone(string mark)
    {
        var reading = Read(
            $"Return-Path: <rosa@example.org>\nFrom: rosa@example.org\nTo: b@ret.example\nSubject: Seeds\n{mark}\n",
            "I walk in the hills until Monday.");

        Assert.Equal(FeedbackKind.AutoReply, reading.Kind);
        Assert.True(reading.IsUnderstood);
    }

    [Theory]
    [InlineData("X-Auto-Response-Suppress: OOF, AutoReply")]
    [InlineData("X-Webmail-Autoresponder: no")]
    [InlineData("X-Campaign: holiday-offers")]
    public void A_letter_is_no_holiday_note(string mark) =>
        Assert.NotEqual(
            FeedbackKind.AutoReply,
            Read($"From: rosa@example.org\nTo: b@ret.example\nSubject: Seeds\n{mark}\n", "Which seeds?").Kind);

    [Theory]
    [InlineData("Delivery delayed", "<rosa@example.org>: connect to mx.example.org: Connection timed out")]
    [InlineData("Mail status", "There was a temporary problem delivering your message to rosa@example.org. "
        + "We will retry for two more days. You are told if it fails for good.")]
    [InlineData("Zustellstatus", "Ihre Nachricht an rosa@example.org wurde noch nicht zugestellt. Es folgen weitere "
        + "Versuche.")]
    [InlineData("Your message", "Your message to rosa@example.org has not been delivered yet. No action is required.")]
    [InlineData("Undelivered mail", "The server will keep trying to reach rosa@example.org until Friday.")]
    [InlineData("Undelivered mail", "Votre message à rosa@example.org n'a pas encore pu être remis.")]
    public void A_delay_told_in_free_words_is_no_bounce(string subject, string text)
    {
        var header = $"Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.net\nTo: b@ret.example\nSubject: {subject}\n";

        var reading = Read(header, text);

        Assert.Equal(FeedbackKind.Delayed, reading.Kind);
        Assert.Equal(Outcome.Deferred, Assert.Single(reading.Recipients).Outcome);
    }

    [Theory]
    [InlineData("sample@bad_name.example.org")]
    [InlineData("=rosa@example.org")]
    [InlineData("a_b@mail_host.example.org")]
    [InlineData("=?x?=@example.org")]
    [InlineData("rosa@x_y_z.example")]
    public void Odd_addresses_are_named_whole(string address)
    {
        var text = Assert.Single(Read(Bounce, $"<{address}>: 550 5.1.1 user unknown").Recipients);
        var report = Assert.Single(Read(
            Bounce + "Content-Type: multipart/report; report-type=delivery-status; boundary=p\n",
            "--p\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n"
            + $"Final-Recipient: rfc822; {address}\nAction: failed\nStatus: 5.1.1\n\n--p--\n").Recipients);

        Assert.Equal((address, address), (text.Recipient, report.Recipient));
    }

    [Theory]
    [InlineData("Mail failed", "Your message to rosa was bounced. 554 5.7.1 We tried: host mx.example.org said: "
        + "552 5.2.2 the mailbox is over quota")]
    [InlineData("Undelivered mail", "Our service could not hand over your message (550 5.1.1 bounced). "
        + "The response was: 452 4.2.2 Mailbox full")]
    [InlineData("Undelivered mail", "<rosa@example.org>: 550 5.1.1 rejected; remote server returned 552 5.2.2 quota "
        + "exceeded")]
    [InlineData("Delivery failed", "rosa@example.org\n554 5.0.0 given up\nhost mx.example.org replied:\n452 4.2.2 "
        + "over quota")]
    [InlineData("Delivery failed", "To: rosa@example.org\nReason: 550 5.1.1 (mx.example.org said: \"552 5.2.2 "
        + "mailbox full\")")]
    public void What_a_server_said_decides_before_the_service_that_wraps_it(string subject, string text)
    {
        var header = $"Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.net\nTo: b@ret.example\nSubject: {subject}\n";

        var recipient = Assert.Single(Read(header, text).Recipients);

        Assert.Equal((Outcome.SoftBounced, Cause.MailboxFull), (recipient.Outcome, recipient.Cause));
    }

    private static FeedbackReading Read(string header, string text)
    {
        var type = header.Contains("Content-Type", StringComparison.Ordinal)
            ? ""
            : "Content-Type: text/plain; charset=utf-8\n";
        return FeedbackReader.Read(Encoding.UTF8.GetBytes($"{header}{type}\n{text}"));
    }
}
