using System.Text;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Domain.Feedback;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Mail.Tests.Feedback;

/// <summary>From the octets of a message to the one event for the one contact whose e-mail it is about.</summary>
public sealed class FeedbackMessagesTests
{
    private readonly SentCampaign sent = new();

    [Fact]
    public async Task A_bounce_is_found_by_the_token_of_the_address_that_it_was_delivered_to()
    {
        var receipt = await sent.Receive(
            SentCampaign.Sample("report-unknown-user", "stripped@news.example", "lost@news.example"),
            SentCampaign.RosasReturnPath(attempt: 3));

        Assert.Equal(new FeedbackReceipt("bounce", 1, 0, 0, false), receipt);
        var bounce = Only(FeedbackSignal.Bounce);
        Assert.Equal((Outcome.Bounced, Cause.NoSuchMailbox), (bounce.Outcome, bounce.Cause));
        Assert.Equal((3, "attempt-3", "message"), (bounce.Attempt, bounce.Key, bounce.Source));
        Assert.Equal(550, bounce.Reply!.Code);
    }

    [Theory]
    [InlineData("Delivered-To: {0}\nTo: undisclosed-recipients:;")]
    [InlineData("X-Original-To: {0}\nTo: undisclosed-recipients:;")]
    [InlineData("Envelope-To: <{0}>\nTo: undisclosed-recipients:;")]
    [InlineData("Delivered-To: postmaster@news.example\nTo: <{0}>")]
    [InlineData("To: \"Bounces, all of them\" <{0}>, other@example.org")]
    public async Task Without_an_envelope_the_header_tells_where_it_was_delivered_to(string fields)
    {
        var message = SentCampaign.Sample("report-unknown-user", messageId: "lost@news.example").Replace(
            $"To: {SentCampaign.RosasReturnPath()}",
            string.Format(System.Globalization.CultureInfo.InvariantCulture, fields, SentCampaign.RosasReturnPath()),
            StringComparison.Ordinal);

        Assert.Equal(1, (await sent.Receive(message)).Applied);
        Assert.Equal(1, Only(FeedbackSignal.Bounce).Attempt);
    }

    [Fact]
    public async Task A_bounce_at_a_plain_address_is_found_by_the_Message_ID_that_came_back()
    {
        var message = SentCampaign.Sample("report-unknown-user", "bounces@news.example");

        Assert.Equal(1, (await sent.Receive(message, "bounces@news.example")).Applied);
        Assert.Null(Only(FeedbackSignal.Bounce).Attempt);

        // It names no attempt, so it is known by itself: read again, it is the same.
        Assert.Equal(1, (await sent.Receive(message.ReplaceLineEndings("\r\n"), "bounces@news.example")).Repeated);
    }

    [Theory]
    [InlineData("In-Reply-To: <{0}>")]
    [InlineData("References: <first@elsewhere.example>\n <{0}>")]
    public async Task A_server_that_returns_nothing_may_still_answer_to_our_Message_ID(string field)
    {
        var message = $"""
            From: MAILER-DAEMON@mx.example.org
            To: news@news.example
            Subject: Undelivered Mail Returned to Sender
            {string.Format(System.Globalization.CultureInfo.InvariantCulture, field, SentCampaign.RosasMessageId)}

            <rosa@example.org>: 550 5.1.1 no such user
            """;

        Assert.Equal(1, (await sent.Receive(message)).Applied);
        Assert.Equal(Cause.NoSuchMailbox, Only(FeedbackSignal.Bounce).Cause);
    }

    [Fact]
    public async Task A_forged_token_changes_nothing_even_beside_a_true_Message_ID()
    {
        foreach (var address in Forgeries())
        {
            var byEnvelope = await sent.Receive(SentCampaign.Sample("report-unknown-user"), address);
            var byHeader = await sent.Receive(SentCampaign.Sample("report-unknown-user", address));

            Assert.Equal(new FeedbackReceipt("bounce", 0, 0, 1, true), byEnvelope);
            Assert.Equal(byEnvelope, byHeader);
        }

        Assert.Empty(sent.Feedback.Events);
        Assert.All(sent.SetAside.Messages, kept => Assert.Equal(SetAsideReasons.BadToken, kept.Reason));
    }

    [Fact]
    public async Task A_forged_Message_ID_finds_nobody()
    {
        var id = SentCampaign.RosasMessageId;
        var altered = (id[0] == 'b' ? 'c' : 'b') + id[1..];

        var receipt = await sent.Receive(SentCampaign.Sample("report-unknown-user", "bounces@news.example", altered));

        Assert.True(receipt.IsSetAside);
        Assert.Empty(sent.Feedback.Events);
        Assert.Equal((SetAsideReasons.Unmatched, "bounce"), Kept());
    }

    [Fact]
    public async Task An_address_in_the_text_finds_nobody()
    {
        var receipt = await sent.Receive(
            SentCampaign.Sample("report-unknown-user", "bounces@news.example", "lost@news.example"));

        Assert.Equal(new FeedbackReceipt("bounce", 0, 0, 1, true), receipt);
        Assert.Empty(sent.Feedback.Events);
        Assert.Equal((SetAsideReasons.Unmatched, "bounce"), Kept());
    }

    [Fact]
    public async Task A_report_about_somebody_else_never_touches_somebody_else()
    {
        // Rosa's own report calls Karl non-existent; her mailbox is full.
        var message = SentCampaign.Sample("report-two-recipients")
            .Replace("Action: delayed\nStatus: 4.4.1", "Action: failed\nStatus: 5.1.1", StringComparison.Ordinal)
            .Replace(
                "smtp; connect to mx.example.net: connection timed out", "smtp; 550 5.1.1 no such user",
                StringComparison.Ordinal)
            .Replace("To: rosa@example.org, karl@example.net", "To: somebody", StringComparison.Ordinal);

        await sent.Receive(message);

        var bounce = Only(FeedbackSignal.Bounce);
        Assert.Equal((Outcome.SoftBounced, Cause.MailboxFull), (bounce.Outcome, bounce.Cause));
    }

    [Fact]
    public async Task What_is_said_of_the_original_recipient_counts_wherever_the_e_mail_went_from_there()
    {
        // Rosa's mail is forwarded to two places: one is full, the other does not exist.
        const string Group = "Original-Recipient: rfc822;rosa@example.org\nFinal-Recipient: rfc822; {0}@elsewhere.example\n"
            + "Action: failed\nStatus: {1}\nDiagnostic-Code: smtp; {2}\n\n";
        var groups = string.Format(
            System.Globalization.CultureInfo.InvariantCulture, Group, "a", "4.2.2", "452 4.2.2 mailbox full")
            + string.Format(
                System.Globalization.CultureInfo.InvariantCulture, Group, "b", "5.1.1", "550 5.1.1 unknown user");
        var whole = SentCampaign.Sample("report-forwarded");
        var start = whole.IndexOf("Original-Recipient:", StringComparison.Ordinal);
        var end = whole.IndexOf("--=_part", start, StringComparison.Ordinal);

        await sent.Receive(whole[..start] + groups + whole[end..]);

        Assert.Equal(Cause.NoSuchMailbox, Only(FeedbackSignal.Bounce).Cause);
    }

    [Fact]
    public async Task A_report_that_says_our_recipient_is_only_delayed_is_no_bounce()
    {
        var message = SentCampaign.Sample("report-two-recipients").Replace(
            SentCampaign.RosasReturnPath(),
            "bounces+" + SentCampaign.Tokens.MakeAddress(
                TokenPurpose.ReturnPath, new AddressToken(SentCampaign.Campaign, 2, 8, 1)) + "@news.example",
            StringComparison.Ordinal);

        Assert.Equal(new FeedbackReceipt("bounce", 0, 0, 1, false), await sent.Receive(message));
        Assert.Empty(sent.Feedback.Events);
    }

    [Theory]
    [InlineData("report-delayed", "delayed")]
    [InlineData("report-relayed", "other")]
    [InlineData("reply-vacation", "autoreply")]
    [InlineData("reply-challenge", "autoreply")]
    [InlineData("feedback-dmarc", "other")]
    public async Task What_is_no_verdict_has_no_effect_and_is_not_kept(string sample, string kind)
    {
        var receipt = await sent.Receive(SentCampaign.Sample(sample), SentCampaign.RosasReturnPath());

        Assert.Equal(new FeedbackReceipt(kind, 0, 0, 1, false), receipt);
        Assert.Empty(sent.Feedback.Events);
        Assert.Empty(sent.SetAside.Messages);
    }

    [Fact]
    public async Task The_same_bounce_ten_times_is_applied_once()
    {
        var receipts = new List<FeedbackReceipt>();
        for (var i = 0; i < 10; i++)
        {
            receipts.Add(await sent.Receive(SentCampaign.Sample("report-unknown-user")));
        }

        Assert.Equal((1, 9), (receipts.Sum(receipt => receipt.Applied), receipts.Sum(receipt => receipt.Repeated)));
        Assert.Single(sent.Feedback.Events);
    }

    [Fact]
    public async Task A_redacted_complaint_is_found_by_our_Message_ID()
    {
        Assert.Equal(1, (await sent.Receive(SentCampaign.Sample("feedback-redacted", "redacted"))).Applied);
        Only(FeedbackSignal.Complaint);
    }

    [Theory]
    [InlineData("Original-Mail-From: <{0}>\n", "")]
    [InlineData("", "List-Unsubscribe: <mailto:{1}>, <https://news.example/t/u/none>\n")]
    [InlineData("", "List-Unsubscribe: <https://news.example/t/u/{2}>\n")]
    public async Task A_complaint_without_Message_ID_is_found_by_the_tokens_that_are_left(
        string reportField, string returnedField)
    {
        var link = SentCampaign.Tokens.Make(
            TokenPurpose.Unsubscribe, new RecipientToken(SentCampaign.Campaign, SentCampaign.Rosa, 0));
        string Fill(string field) => string.Format(
            System.Globalization.CultureInfo.InvariantCulture, field, SentCampaign.RosasReturnPath(),
            SentCampaign.RosasUnsubscribeAddress, link);
        var message = SentCampaign.Sample("feedback-redacted", "redacted", "redacted")
            .Replace("Redacted-Address: r\n", $"Redacted-Address: r\n{Fill(reportField)}", StringComparison.Ordinal)
            .Replace("Subject: Seeds for spring\nMes", $"Subject: Seeds\n{Fill(returnedField)}Mes", StringComparison.Ordinal);

        Assert.Equal(1, (await sent.Receive(message)).Applied);
        Only(FeedbackSignal.Complaint);
    }

    [Theory]
    [InlineData("abuse", FeedbackSignal.Complaint)]
    [InlineData("fraud", FeedbackSignal.Complaint)]
    [InlineData("opt-out", FeedbackSignal.Unsubscribe)]
    [InlineData("not-spam", null)]
    [InlineData("auth-failure", null)]
    public async Task Only_two_kinds_of_report_are_complaints(string type, FeedbackSignal? signal)
    {
        var receipt = await sent.Receive(SentCampaign.Sample("feedback-abuse")
            .Replace("Feedback-Type: abuse", $"Feedback-Type: {type}", StringComparison.Ordinal));

        Assert.False(receipt.IsSetAside);
        Assert.Equal(signal, sent.Feedback.Events.Select(one => (FeedbackSignal?)one.Event.Signal).SingleOrDefault());
    }

    [Theory]
    [InlineData("Subject: unsubscribe\n\n")]
    [InlineData("Subject: Please!\nContent-Type: text/html\n\n<p>I never asked for this.</p>")]
    [InlineData("Subject:\nAuto-Submitted: auto-generated\n\n")]
    [InlineData("Subject: Unsubscribe\nX-Apple-Unsubscribe: true\nAuto-Submitted: auto-replied\n\n")]
    public async Task Whatever_is_written_to_an_address_for_unsubscribing_is_a_request(string rest)
    {
        var message = $"From: someone.else@example.com\nTo: {SentCampaign.RosasUnsubscribeAddress}\n{rest}";

        Assert.Equal(new FeedbackReceipt("unsubscribe", 1, 0, 0, false), await sent.Receive(message));
        Only(FeedbackSignal.Unsubscribe);
    }

    [Theory]
    [InlineData("Subject: Automatic reply: Re\nAuto-Submitted: auto-replied\n\nI am away.")]
    [InlineData("Subject: unsubscribe\nAuto-Submitted: auto-replied (vacation)\n\nI am away.")]
    [InlineData("Subject: Seeds\nX-Autoreply: yes\n\nI am away.")]
    [InlineData("Subject: Read: Seeds\nContent-Type: multipart/report; report-type=disposition-notification; boundary=x\n\n--x--")]
    public async Task What_a_machine_answers_there_is_none(string rest)
    {
        var message = $"From: someone.else@example.com\nTo: {SentCampaign.RosasUnsubscribeAddress}\n{rest}";

        Assert.Equal(1, (await sent.Receive(message)).Ignored);
        Assert.Empty(sent.Feedback.Events);
    }

    [Fact]
    public async Task A_request_by_answer_is_found_by_our_Message_ID_and_one_that_tells_nothing_is_kept()
    {
        const string Request = "From: rosa@example.org\nTo: news@news.example\nSubject: unsubscribe\n";

        await sent.Receive($"{Request}In-Reply-To: <{SentCampaign.RosasMessageId}>\n\nPlease.");
        var unknown = await sent.Receive($"{Request}\nPlease.");

        Only(FeedbackSignal.Unsubscribe);
        Assert.True(unknown.IsSetAside);
        Assert.Equal((SetAsideReasons.Unmatched, "unsubscribe"), Kept());
    }

    [Fact]
    public async Task A_request_with_a_bad_token_is_kept_for_people()
    {
        var forged = SentCampaign.RosasUnsubscribeAddress.Replace("+", "+x", StringComparison.Ordinal);

        Assert.True((await sent.Receive($"From: a@b.example\nTo: {forged}\nSubject: out!\n\nOut!")).IsSetAside);
        Assert.Equal(SetAsideReasons.BadToken, Kept().Reason);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\0\u0001\u0002\u0003")]
    [InlineData("Nothing here is a message.")]
    public async Task What_cannot_be_read_is_kept(string garbage)
    {
        var receipt = await sent.Receive(garbage, SentCampaign.RosasReturnPath());

        Assert.True(receipt.IsSetAside);
        Assert.Empty(sent.Feedback.Events);
        Assert.Equal(SetAsideReasons.Unreadable, Kept().Reason);
    }

    [Fact]
    public async Task A_report_that_was_forwarded_whole_is_found_by_the_address_inside()
    {
        var report = SentCampaign.Sample("report-unknown-user", messageId: "lost@news.example");
        var forwarded = "From: MAILER-DAEMON@gateway.example\nTo: postmaster@news.example\n"
            + "Subject: Undeliverable: Seeds\nContent-Type: multipart/mixed; boundary=f\n\n"
            + $"--f\nContent-Type: message/rfc822\n\n{report}\n--f--\n";

        Assert.Equal(1, (await sent.Receive(forwarded)).Applied);
        Only(FeedbackSignal.Bounce);
    }

    [Fact]
    public async Task An_event_happened_when_the_message_says_unless_that_cannot_be()
    {
        string Dated(string date) => SentCampaign.Sample("report-unknown-user")
            .Replace("Tue, 3 Mar 2026 09:12:44 +0100", date, StringComparison.Ordinal);
        await sent.Receive(Dated("Sun, 01 Jun 2025 11:00:00 +0200"), SentCampaign.RosasReturnPath(1));
        await sent.Receive(Dated("Sun, 01 Jun 2031 11:00:00 +0200"), SentCampaign.RosasReturnPath(2));
        await sent.Receive(Dated("Sun, 01 Jun 1997 11:00:00 +0200"), SentCampaign.RosasReturnPath(3));

        Assert.Equal(
            [Given.Noon.AddHours(-3), Given.Noon, Given.Noon], sent.Feedback.Events.Select(one => one.Event.At));
    }

    [Fact]
    public async Task An_outage_leaves_the_message_to_its_caller()
    {
        sent.Feedback.Failure = () => new Contracts.StorageUnavailableException("The disk is full.");

        await Assert.ThrowsAsync<Contracts.StorageUnavailableException>(
            () => sent.Receive(SentCampaign.Sample("report-unknown-user")));
        Assert.Empty(sent.SetAside.Messages);

        sent.Feedback.Failure = () => null;
        Assert.Equal(1, (await sent.Receive(SentCampaign.Sample("report-unknown-user"))).Applied);
    }

    [Fact]
    public async Task Whatever_arrives_is_answered()
    {
        var random = new Random(20260304);
        foreach (var name in FeedbackSamples.Names)
        {
            var message = Encoding.UTF8.GetBytes(SentCampaign.Sample(name));
            for (var round = 0; round < 20; round++)
            {
                var altered = message[..random.Next(message.Length + 1)];
                for (var i = 0; i < round && altered.Length > 0; i++)
                {
                    altered[random.Next(altered.Length)] = (byte)random.Next(256);
                }

                var receipt = await sent.Messages.Receive(altered, null, "test");
                Assert.Equal(1, receipt.Applied + receipt.Repeated + receipt.Ignored);
            }
        }

        // Whatever is made of it, it concerns the one contact whose marks are in it.
        Assert.All(sent.Feedback.Events, one => Assert.Equal(SentCampaign.Rosa, one.Contact));
    }

    [Fact]
    public async Task Labelled_messages_about_other_senders_e_mails_change_nothing()
    {
        Assert.SkipUnless(Corpus.Folder is not null, Corpus.Missing);
        var files = Directory.EnumerateFiles(Corpus.Folder!, "*.eml", SearchOption.AllDirectories);
        foreach (var file in files.Order(StringComparer.Ordinal))
        {
            var receipt = await sent.Messages.Receive(await File.ReadAllBytesAsync(file), null, "test");
            Assert.True(receipt.Applied == 0, $"{file} is of somebody else's e-mail.");
        }

        Assert.Empty(sent.Feedback.Events);
    }

    private static IEnumerable<string> Forgeries()
    {
        var address = SentCampaign.RosasReturnPath();
        var (start, end) = (address.IndexOf('+', StringComparison.Ordinal) + 1, address.IndexOf('@', StringComparison.Ordinal));
        for (var i = start; i < end; i++)
        {
            yield return address[..i] + (address[i] == 'b' ? 'c' : 'b') + address[(i + 1)..];
        }

        yield return address[..(end - 1)] + address[end..];
        yield return address[..start] + address[end..];
        yield return address.Replace("bounces+", "bounces+x", StringComparison.Ordinal);
        yield return SentCampaign.RosasUnsubscribeAddress.Replace("unsubscribe+", "bounces+a", StringComparison.Ordinal);
    }

    private FeedbackEvent Only(FeedbackSignal signal)
    {
        var (contact, happened) = Assert.Single(sent.Feedback.Events);
        Assert.Equal((SentCampaign.Rosa, SentCampaign.Campaign), (contact, happened.Campaign));
        Assert.Equal(signal, happened.Signal);
        return happened;
    }

    private (string Reason, string Kind) Kept()
    {
        var kept = Assert.Single(sent.SetAside.Messages);
        return (kept.Reason, kept.Kind);
    }
}
