using System.Globalization;
using System.Text;
using MimeKit.Utils;

namespace OrleansCampaigns.Mail.Sandbox.World;

/// <summary>Writes what mail servers and providers send back, as they write it.</summary>
/// <param name="mail">The message that it is about.</param>
/// <param name="number">Distinguishes it from others about the same message.</param>
/// <param name="date">When it is written.</param>
internal sealed class ReturnedMessages(ReceivedMail mail, string number, DateTimeOffset date)
{
    private const string Host = "mx.sandbox.example";

    private string Domain => mail.Recipient[(mail.Recipient.LastIndexOf('@') + 1)..];

    // Whom the header names is up to whoever wrote the message; a token that was tampered with came to us like that.
    public string ReturnedHeader { get; init; } = mail.Header;

    public string ReturnPath { get; init; } = mail.Sender;

    /// <summary>A delivery status report (RFC 3464), as Postfix writes it.</summary>
    public byte[] Report(int code, string text) => Write(
        $"MAILER-DAEMON@{Host} (Mail Delivery System)",
        "Undelivered Mail Returned to Sender",
        $"""
        Auto-Submitted: auto-replied
        Content-Type: multipart/report; report-type=delivery-status; boundary="{Boundary}"

        This is a MIME-encapsulated message.

        --{Boundary}
        Content-Description: Notification
        Content-Type: text/plain; charset=us-ascii

        This is the mail system at host {Host}.

        I'm sorry to have to inform you that your message could not
        be delivered to one or more recipients. It's attached below.

        <{mail.Recipient}>: host mailbox.{Domain}[192.0.2.25] said: {code}
            {text} (in reply to RCPT TO command)

        --{Boundary}
        Content-Description: Delivery report
        Content-Type: message/delivery-status

        Reporting-MTA: dns; {Host}
        Arrival-Date: {Date}

        Final-Recipient: rfc822; {mail.Recipient}
        Original-Recipient: rfc822;{mail.Recipient}
        Action: failed
        Status: {text.Split(' ')[0]}
        Remote-MTA: dns; mailbox.{Domain}
        Diagnostic-Code: smtp; {code} {text}

        --{Boundary}
        Content-Description: Undelivered Message Headers
        Content-Type: text/rfc822-headers

        Return-Path: <{ReturnPath}>
        {ReturnedHeader}

        --{Boundary}--
        """);

    /// <summary>A bounce in free text, as qmail writes it.</summary>
    public byte[] QmailBounce(int code, string text) => Write(
        $"MAILER-DAEMON@{Host}",
        "failure notice",
        $"""
        Content-Type: text/plain; charset=us-ascii

        Hi. This is the qmail-send program at {Host}.
        I'm afraid I wasn't able to deliver your message to the following addresses.
        This is a permanent error; I've given up. Sorry it didn't work out.

        <{mail.Recipient}>:
        192.0.2.25 does not like recipient.
        Remote host said: {code} {text}
        Giving up on 192.0.2.25.

        --- Below this line is a copy of the message.

        Return-Path: <{ReturnPath}>
        {ReturnedHeader}

        (The body is not returned.)
        """);

    /// <summary>A bounce in free text, as Exim writes it.</summary>
    public byte[] EximBounce(int code, string text) => Write(
        $"Mail Delivery System <Mailer-Daemon@{Host}>",
        "Mail delivery failed: returning message to sender",
        $"""
        X-Failed-Recipients: {mail.Recipient}
        Auto-Submitted: auto-replied
        Content-Type: text/plain; charset=us-ascii

        This message was created automatically by mail delivery software.

        A message that you sent could not be delivered to one or more of its
        recipients. This is a permanent error. The following address(es) failed:

          {mail.Recipient}
            SMTP error from remote mail server after RCPT TO:<{mail.Recipient}>:
            host mailbox.{Domain} [192.0.2.25]: {code} {text}

        ------ This is a copy of the message, including all the headers. ------

        Return-path: <{ReturnPath}>
        {ReturnedHeader}

        """);

    /// <summary>A warning that delivery goes on.</summary>
    public byte[] DelayNotice() => Write(
        $"MAILER-DAEMON@{Host} (Mail Delivery System)",
        "Delayed Mail (still being retried)",
        $"""
        Auto-Submitted: auto-replied
        Content-Type: multipart/report; report-type=delivery-status; boundary="{Boundary}"

        --{Boundary}
        Content-Type: text/plain; charset=us-ascii

        THIS IS A WARNING ONLY. YOU DO NOT NEED TO RESEND YOUR MESSAGE.

        Your message could not be delivered for more than 4 hours.
        It will be retried until it is 5 days old.

        --{Boundary}
        Content-Type: message/delivery-status

        Reporting-MTA: dns; {Host}
        Arrival-Date: {Date}

        Final-Recipient: rfc822; {mail.Recipient}
        Action: delayed
        Status: 4.4.1
        Diagnostic-Code: X-Postfix; connect to mailbox.{Domain}[192.0.2.25]:25: Connection timed out
        Will-Retry-Until: {Date}

        --{Boundary}
        Content-Type: text/rfc822-headers

        Return-Path: <{ReturnPath}>
        {ReturnedHeader}

        --{Boundary}--
        """);

    /// <summary>A holiday notice (RFC 3834), with a sentence that a careless reader takes for a bounce.</summary>
    public byte[] Vacation() => Write(
        mail.Recipient,
        $"Automatic reply: {Ascii(mail.Subject)}",
        $"""
        Auto-Submitted: auto-replied
        X-Auto-Response-Suppress: All
        In-Reply-To: <{mail.MessageId}>
        References: <{mail.MessageId}>
        Content-Type: text/plain; charset=us-ascii

        I am out of the office until Monday. Mail to my colleague could not be
        delivered either, he says: 550 5.1.1 user unknown.
        """);

    /// <summary>A provider's report of a complaint (RFC 5965); some hide the recipient.</summary>
    public byte[] Complaint(string to, bool redacted) => Write(
        "feedback@provider.example",
        $"FW: {Ascii(mail.Subject)}",
        $"""
        Content-Type: multipart/report; report-type=feedback-report; boundary="{Boundary}"

        --{Boundary}
        Content-Type: text/plain; charset=us-ascii

        This is an email abuse report for an email message received from 192.0.2.10.

        --{Boundary}
        Content-Type: message/feedback-report

        Feedback-Type: abuse
        User-Agent: SandboxProvider/1.0
        Version: 1
        {(redacted ? "" : $"Original-Rcpt-To: <{mail.Recipient}>\n")}Arrival-Date: {Date}

        --{Boundary}
        Content-Type: message/rfc822

        {(redacted ? Redact(ReturnedHeader) : ReturnedHeader)}

        (The body is not returned.)

        --{Boundary}--
        """,
        to);

    /// <summary>Hotmail's report: the message itself, with two fields before its header.</summary>
    public byte[] HotmailComplaint(string to) => Write(
        "staff@mailbox.example",
        "complaint about message from 192.0.2.10",
        $"""
        Content-Type: multipart/mixed; boundary="{Boundary}"

        --{Boundary}
        Content-Type: message/rfc822

        X-HmXmrOriginalRecipient: {mail.Recipient}
        X-Reporter-IP: 192.0.2.99
        {ReturnedHeader}

        (The body is not returned.)

        --{Boundary}--
        """,
        to);

    /// <summary>What a mail program sends to the mailto address of List-Unsubscribe.</summary>
    public byte[] Unsubscribe(string to, string subject) => Write(
        mail.Recipient,
        subject,
        """
        Content-Type: text/plain; charset=us-ascii

        This message was sent by a mail program.
        """,
        to);

    private string Boundary => $"=_{number}";

    private string Date => DateUtils.FormatDate(date);

    private byte[] Write(string from, string subject, string rest, string? to = null)
    {
        var head = string.Create(
            CultureInfo.InvariantCulture,
            $"From: {from}\nTo: {to ?? ReturnPath}\nSubject: {subject}\nDate: {Date}\n"
                + $"Message-ID: <{number}@{Host}>\nMIME-Version: 1.0\n");

        // The header came in octets and goes back in octets.
        var lines = (head + rest).ReplaceLineEndings("\r\n");
        return Encoding.Latin1.GetBytes(lines);
    }

    private static string Redact(string header)
    {
        var unfolded = header.Replace("\r\n ", " ", StringComparison.Ordinal)
            .Replace("\r\n\t", " ", StringComparison.Ordinal);
        return string.Join("\r\n", unfolded.Split("\r\n").Select(line =>
            line.StartsWith("To:", StringComparison.OrdinalIgnoreCase) ? "To: redacted@provider.example" : line));
    }

    private static string Ascii(string text) => string.Concat(text.Where(char.IsAscii));
}
