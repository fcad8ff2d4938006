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

    public PreparedAttachment(Attachment attachment, ContentType contentType)
    {
        fileName = attachment.FileName;
        this.contentType = contentType;
        body = EncodedBody.OfBytes(attachment.Content);
        plain = new(() => Write(CampaignEnvelope.PlainFormat));
        international = new(() => Write(CampaignEnvelope.InternationalFormat));
    }

    /// <summary>The part with its headers.</summary>
    public ReadOnlySpan<byte> Octets(FormatOptions format) => format.International ? international.Value : plain.Value;

    private byte[] Write(FormatOptions format)
    {
        using var part = new MimePart(contentType.Clone())
        {
            Content = new MimeContent(new MemoryStream(body.Octets, writable: false), body.Encoding),
            ContentTransferEncoding = body.Encoding,
            ContentDisposition = new ContentDisposition(ContentDisposition.Attachment),
        };

        // RFC 2231 for the disposition; the name parameter helps programs that never learnt it.
        part.FileName = fileName;
        using var written = new MemoryStream();
        part.WriteTo(format, written);
        return written.ToArray();
    }
}
