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
    // Of a header's name and its value, so that with what stands between them no line is longer than 78.
    private const int LineMax = 74;

    private readonly CampaignId campaign;
    private readonly IReadOnlyList<PreparedAttachment> attachments;
    private readonly TimeZoneInfo timeZone;
    private readonly DkimKey? dkim;
    private readonly MailboxAddress from;
    private readonly IReadOnlyList<MailboxAddress> replyTo;
    private readonly string feedbackId;
    private readonly string? listId;
    private readonly Lazy<FixedValues> plain;
    private readonly Lazy<FixedValues> international;

    public CampaignEnvelope(
        CampaignId campaign,
        CampaignSender sender,
        IReadOnlyList<PreparedAttachment> attachments,
        TimeZoneInfo timeZone,
        DkimKey? dkim,
        RelayProvider provider,
        string? listId)
    {
        this.listId = listId;
        this.campaign = campaign;
        this.attachments = attachments;
        this.timeZone = timeZone;
        this.dkim = dkim;
        Provider = provider;
        from = sender.From;
        replyTo = sender.ReplyTo;
        NeedsUtf8 = replyTo.Append(from).Append(sender.Envelope).Any(CampaignSender.NeedsUtf8);
        plain = new(() => Fix(PlainFormat));
        international = new(() => Fix(InternationalFormat));
        feedbackId = $"{campaign}:{sender.Domain.Trim('[', ']').Replace(':', '.')}:campaign:orleanscampaigns";
    }

    public static FormatOptions PlainFormat { get; } = CreateFormat(international: false);

    public static FormatOptions InternationalFormat { get; } = CreateFormat(international: true);

    public bool NeedsUtf8 { get; }

    /// <summary>Whose service the relay is that serves the campaign first: for previews.</summary>
    public RelayProvider Provider { get; }

    public MimeMessage Build(OutgoingMessage message, DateTimeOffset date, RelayProvider provider)
    {
        var format = message.Format;

        // Boundaries are taken from the Message-ID, so that they are the same each time.
        var body = BodyParts.Write(message.Text, message.Html, attachments, message.MessageId[..32], format);
        var mime = new MimeMessage(BuildHeaders(message, date, format, provider)) { Body = body };
        dkim?.Sign(mime, format, date, ProviderHeaders.Rewrites(provider));
        return mime;
    }

    private HeaderList BuildHeaders(
        OutgoingMessage message, DateTimeOffset date, FormatOptions format, RelayProvider provider)
    {
        var headers = new HeaderList();
        var fixedValues = format.International ? international.Value : plain.Value;
        AddRaw("From", fixedValues.From);
        if (fixedValues.ReplyTo is not null)
        {
            AddRaw("Reply-To", fixedValues.ReplyTo);
        }

        AddRaw("To", Write("To", message.RecipientMailbox, format));
        Add("Subject", HeaderText.Literal(message.Subject));
        AddWord("Date", HeaderText.Date(TimeZoneInfo.ConvertTime(date, timeZone)));
        AddWord("Message-ID", $"<{message.MessageId}>");
        AddWord("MIME-Version", "1.0");
        if (message.Route.ListUnsubscribe is { } unsubscribe)
        {
            Add("List-Unsubscribe", unsubscribe);
            if (message.Route.UnsubscribeUrl is not null)
            {
                AddWord("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
            }
        }

        foreach (var (name, value) in LastHeaders(message, format, provider))
        {
            AddRaw(name, value);
        }

        return headers;

        void Add(string name, string value) => AddRaw(name, Encode(name, value, format));

        // Nothing in it is ever encoded; where it fits, it stands in one line.
        void AddWord(string name, string value)
        {
            if (name.Length + value.Length <= LineMax && Ascii.IsValid(value))
            {
                AddForMachines(name, value);
            }
            else
            {
                Add(name, value);
            }
        }

        // In one line as it stands: a long word would be encoded, and who reads it would not decode it.
        void AddForMachines(string name, string value) => AddRaw(name, OneLine(value));

        void AddRaw(string name, byte[] value)
        {
            var header = new Header(Encoding.UTF8, name, "");
            header.SetRawValue(value);
            headers.Add(header);
        }
    }

    private IEnumerable<(string Name, byte[] Value)> LastHeaders(
        OutgoingMessage message, FormatOptions format, RelayProvider provider)
    {
        foreach (var (name, value) in message.OwnHeaders)
        {
            yield return (name, HeaderText.Write(name, value, Encode, format));
        }

        if (listId is not null)
        {
            yield return (OwnHeaders.ListId, OneLine(listId));
        }

        yield return ("Feedback-ID", OneLine(feedbackId));
        yield return ("X-Campaign", OneLine(campaign.Value));
        foreach (var (name, value) in ProviderHeaders.Of(provider, message.MessageId))
        {
            yield return (name, OneLine(value));
        }
    }

    private static byte[] OneLine(string value) => Encoding.ASCII.GetBytes($" {value}\r\n");

    // In the message's own format: later, an international address would already be lost.
    private static byte[] Encode(string name, string value, FormatOptions format)
    {
        var header = new Header(Encoding.UTF8, name, "");
        header.SetValue(format, Encoding.UTF8, value);
        return header.RawValue;
    }

    private FixedValues Fix(FormatOptions format) => new(
        Write("From", from, format),
        replyTo.Count == 0 ? null : WriteAll("Reply-To", format));

    // One in a line of its own: together they may be longer than a line may be.
    private byte[] WriteAll(string field, FormatOptions format)
    {
        var written = replyTo.Select(mailbox => Encoding.UTF8.GetString(Write(field, mailbox, format)).TrimEnd());
        return Encoding.UTF8.GetBytes(string.Join(",\r\n", written) + "\r\n");
    }

    // A name that was encoded here goes out as it is: MimeKit would decode it and write what it had stood for.
    private static byte[] Write(string field, MailboxAddress mailbox, FormatOptions format)
    {
        var name = HeaderText.Literal(mailbox.Name ?? "");
        return name == (mailbox.Name ?? "")
            ? Encode(field, mailbox.ToString(format, encode: false), format)
            : Encoding.UTF8.GetBytes(
                $" {name.Replace(" ", "\r\n ", StringComparison.Ordinal)}\r\n "
                + $"<{new MailboxAddress("", mailbox.Address).ToString(format, encode: false)}>\r\n");
    }

    private static FormatOptions CreateFormat(bool international)
    {
        var format = FormatOptions.Default.Clone();
        format.NewLineFormat = NewLineFormat.Dos;
        format.EnsureNewLine = true;
        format.International = international;
        return format;
    }

    private sealed record FixedValues(byte[] From, byte[]? ReplyTo);
}
