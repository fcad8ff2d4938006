using System.Text;
using MimeKit;
using MimeKit.Utils;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Mail.Relays;

namespace OrleansCampaigns.Mail.Messages;

/// <summary>What all messages of a campaign have in common, encoded once.</summary>
internal sealed class CampaignEnvelope
{
    private readonly CampaignId campaign;
    private readonly IReadOnlyList<PreparedAttachment> attachments;
    private readonly TimeZoneInfo timeZone;
    private readonly DkimKey? dkim;
    private readonly RelayProvider provider;
    private readonly MailboxAddress from;
    private readonly MailboxAddress? replyTo;
    private readonly string feedbackId;

    public CampaignEnvelope(
        CampaignId campaign,
        CampaignSender sender,
        IReadOnlyList<PreparedAttachment> attachments,
        TimeZoneInfo timeZone,
        DkimKey? dkim,
        RelayProvider provider)
    {
        this.campaign = campaign;
        this.attachments = attachments;
        this.timeZone = timeZone;
        this.dkim = dkim;
        this.provider = provider;
        from = sender.From;
        replyTo = sender.ReplyTo;
        NeedsUtf8 = new[] { from, sender.Envelope, replyTo }.Any(CampaignSender.NeedsUtf8);
        feedbackId = $"{campaign}:{sender.Domain.Trim('[', ']').Replace(':', '.')}:campaign:orleanscampaigns";
    }

    public static FormatOptions PlainFormat { get; } = CreateFormat(international: false);

    public static FormatOptions InternationalFormat { get; } = CreateFormat(international: true);

    public bool NeedsUtf8 { get; }

    public MimeMessage Build(OutgoingMessage message, DateTimeOffset date)
    {
        var format = message.Format;
        var headers = new HeaderList();
        Add("From", Write(from, format));
        if (replyTo is not null)
        {
            Add("Reply-To", Write(replyTo, format));
        }

        Add("To", Write(message.RecipientMailbox, format));
        Add("Subject", message.Subject);
        Add("Date", HeaderText.Date(TimeZoneInfo.ConvertTime(date, timeZone)));
        Add("Message-ID", $"<{message.MessageId}>");
        Add("MIME-Version", "1.0");
        if (message.Route.ListUnsubscribe is { } unsubscribe)
        {
            Add("List-Unsubscribe", unsubscribe);
            if (message.Route.UnsubscribeUrl is not null)
            {
                Add("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
            }
        }

        AddForMachines("Feedback-ID", feedbackId);
        AddForMachines("X-Campaign", campaign.Value);
        foreach (var (name, value) in ProviderHeaders.Of(provider, message.MessageId))
        {
            AddForMachines(name, value);
        }

        var mime = new MimeMessage(headers) { Body = BuildBody(message) };
        dkim?.Sign(mime, format, date, ProviderHeaders.Rewrites(provider));
        return mime;

        void Add(string name, string value)
        {
            // Encoded at once in the message's own format: later, an international address would already be lost.
            var header = new Header(Encoding.UTF8, name, "");
            header.SetValue(format, Encoding.UTF8, value);
            headers.Add(header);
        }

        void AddForMachines(string name, string value)
        {
            // In one line as it stands: a long word would be encoded, and who reads it would not decode it.
            var header = new Header(Encoding.UTF8, name, "");
            header.SetRawValue(Encoding.ASCII.GetBytes($" {value}\r\n"));
            headers.Add(header);
        }
    }

    private MimeEntity BuildBody(OutgoingMessage message)
    {
        // Taken from the Message-ID, so that it is the same each time; "=" cannot begin what quoted-printable writes
        // so.
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

    private static string Write(MailboxAddress mailbox, FormatOptions format) =>
        mailbox.ToString(format, encode: false);

    private static FormatOptions CreateFormat(bool international)
    {
        var format = FormatOptions.Default.Clone();
        format.NewLineFormat = NewLineFormat.Dos;
        format.EnsureNewLine = true;
        format.International = international;
        return format;
    }
}
