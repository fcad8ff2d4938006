using MimeKit;
using OrleansCampaigns.Domain.Campaigns;

namespace OrleansCampaigns.Mail.Messages;

/// <summary>An attachment, written once for the whole campaign.</summary>
internal sealed class PreparedAttachment
{
    private readonly string fileName;
    private readonly ContentType contentType;
    private readonly EncodedBody body;
    private readonly Lazy<byte[]> plain;
    private readonly Lazy<byte[]> international;

    private readonly string? contentId;

    /// <param name="attachment">The file.</param>
    /// <param name="contentType">Its type.</param>
    /// <param name="contentId">What the page calls it, if it can.</param>
    /// <param name="isInline">Whether it belongs into the page.</param>
    public PreparedAttachment(Attachment attachment, ContentType contentType, string? contentId, bool isInline)
    {
        this.contentId = contentId;
        IsInline = isInline;
        fileName = attachment.FileName;
        this.contentType = contentType;
        body = EncodedBody.OfBytes(attachment.Content);
        plain = new(() => Write(CampaignEnvelope.PlainFormat));
        international = new(() => Write(CampaignEnvelope.InternationalFormat));
    }

    /// <summary>Whether it belongs into the page and is not listed beside it.</summary>
    public bool IsInline { get; }

    /// <summary>The part with its headers.</summary>
    public ReadOnlySpan<byte> Octets(FormatOptions format) => format.International ? international.Value : plain.Value;

    private byte[] Write(FormatOptions format)
    {
        using var part = new MimePart(contentType.Clone())
        {
            Content = new MimeContent(new MemoryStream(body.Octets, writable: false), body.Encoding),
            ContentTransferEncoding = body.Encoding,
            ContentDisposition = new ContentDisposition(
                IsInline ? ContentDisposition.Inline : ContentDisposition.Attachment),
        };
        if (contentId is not null)
        {
            // As it was given: MimeKit would write the domain of one anew.
            part.Headers.Add(new Header(System.Text.Encoding.ASCII, "Content-Id", $"<{contentId}>"));
        }

        // RFC 2231 for the disposition; the name parameter helps programs that never learnt it.
        part.FileName = fileName;
        using var written = new MemoryStream();
        part.WriteTo(format, written);
        return written.ToArray();
    }
}
