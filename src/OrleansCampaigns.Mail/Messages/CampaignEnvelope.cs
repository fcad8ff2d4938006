using System.Text;
using MimeKit;
using MimeKit.Utils;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;

namespace OrleansCampaigns.Mail.Messages;

/// <summary>What all messages of a campaign have in common, encoded once.</summary>
internal sealed class CampaignEnvelope
{
    private readonly CampaignId campaign;
    private readonly IReadOnlyList<PreparedAttachment> attachments;
    private readonly TimeZoneInfo timeZone;
    private readonly DkimKey? dkim;
    private readonly MailboxAddress from;
    private readonly MailboxAddress? replyTo;
    private readonly string feedbackId;

    public CampaignEnvelope(
        CampaignId campaign,
        CampaignSender sender,
        IReadOnlyList<PreparedAttachment> attachments,
        TimeZoneInfo timeZone,
        DkimKey? dkim)
    {
        this.campaign = campaign;
        this.attachments = attachments;
        this.timeZone = timeZone;
        this.dkim = dkim;
        from = sender.From;
        replyTo = sender.ReplyTo;
        EnvelopeSender = sender.Envelope;
        Domain = sender.Domain;
        NeedsUtf8 = IsInternational(from) || IsInternational(EnvelopeSender) || (replyTo is not null && IsInternational(replyTo));
        feedbackId = $"{campaign}:{sender.Domain.Trim('[', ']').Replace(':', '.')}:campaign:orleanscampaigns";
    }

    public static FormatOptions PlainFormat { get; } = CreateFormat(international: false);

    public static FormatOptions InternationalFormat { get; } = CreateFormat(international: true);

    public MailboxAddress EnvelopeSender { get; }

    public string Domain { get; }

    public bool NeedsUtf8 { get; }

    /// <summary>Whether only SMTPUTF8 carries an address: its local part is not ASCII. Any domain has A-labels.</summary>
    /// <remarks>MimeKit keeps A-labels as U-labels and calls such an address international, which it need not be.</remarks>
    public static bool IsInternational(MailboxAddress mailbox) => !Ascii.IsValid(mailbox.LocalPart);

    public MimeMessage Build(OutgoingMessage message, DateTimeOffset date)
    {
        var format = message.Format;
        var headers = new HeaderList
        {
            { HeaderId.From, Write(from, format) },
            { HeaderId.To, Write(message.RecipientMailbox, format) },
            { HeaderId.Subject, message.Subject },
            { HeaderId.Date, HeaderText.Date(TimeZoneInfo.ConvertTime(date, timeZone)) },
            { HeaderId.MessageId, $"<{message.MessageId}>" },
            { HeaderId.MimeVersion, "1.0" },
            { "Feedback-ID", feedbackId },
            { "X-Campaign", campaign.Value },
        };
        if (replyTo is not null)
        {
            headers.Add(HeaderId.ReplyTo, Write(replyTo, format));
        }

        var mime = new MimeMessage(headers) { Body = BuildBody(message) };
        dkim?.Sign(mime, format, date);
        return mime;
    }

    private MimeEntity BuildBody(OutgoingMessage message)
    {
        // Taken from the Message-ID, so that it is the same each time; "=" cannot begin what quoted-printable writes so.
        var boundary = message.MessageId[..32];
        MimeEntity body = (message.Html.Length, message.Text.Length) switch
        {
            (0, _) => BuildText("plain", message.Text),
            (_, 0) => BuildText("html", message.Html),
            _ => new Multipart("alternative")
            {
                BuildText("plain", message.Text),
                BuildText("html", message.Html),
            },
        };
        if (body is Multipart alternative)
        {
            alternative.Boundary = $"=_a_{boundary}";
        }

        if (attachments.Count == 0)
        {
            return body;
        }

        var mixed = new Multipart("mixed") { Boundary = $"=_m_{boundary}" };
        mixed.Add(body);
        foreach (var attachment in attachments)
        {
            mixed.Add(attachment.Build());
        }

        return mixed;
    }

    private static MimePart BuildText(string subtype, string text)
    {
        var (octets, encoding) = EncodedBody.OfText(text);
        var part = new MimePart("text", subtype)
        {
            Content = new MimeContent(new MemoryStream(octets, writable: false), encoding),
            ContentTransferEncoding = encoding,
        };
        part.ContentType.Charset = "utf-8";
        return part;
    }

    private static string Write(MailboxAddress mailbox, FormatOptions format) => mailbox.ToString(format, encode: false);

    private static FormatOptions CreateFormat(bool international)
    {
        var format = FormatOptions.Default.Clone();
        format.NewLineFormat = NewLineFormat.Dos;
        format.International = international;
        return format;
    }
}
