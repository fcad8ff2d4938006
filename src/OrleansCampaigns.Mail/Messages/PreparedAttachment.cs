using MimeKit;
using OrleansCampaigns.Domain.Campaigns;

namespace OrleansCampaigns.Mail.Messages;

/// <summary>An attachment, encoded once for the whole campaign.</summary>
internal sealed class PreparedAttachment
{
    private readonly string fileName;
    private readonly ContentType contentType;
    private readonly EncodedBody body;

    public PreparedAttachment(Attachment attachment, ContentType contentType)
    {
        fileName = attachment.FileName;
        this.contentType = contentType;
        body = EncodedBody.OfBytes(attachment.Content);
    }

    public MimePart Build()
    {
        var part = new MimePart(contentType.Clone())
        {
            Content = new MimeContent(new MemoryStream(body.Octets, writable: false), body.Encoding),
            ContentTransferEncoding = body.Encoding,
            ContentDisposition = new ContentDisposition(ContentDisposition.Attachment),
        };

        // RFC 2231 for the disposition; the name parameter helps programs that never learnt it.
        part.FileName = fileName;
        return part;
    }
}
