using System.Net;
using MimeKit;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Mail.Messages;
using OrleansCampaigns.Mail.Sandbox;

namespace OrleansCampaigns.Host.Sandboxing;

/// <summary>What is in a message of the inbox, as a mail program would show it.</summary>
internal sealed class OpenedMail
{
    private const int InlineOctetsMax = ContentLimits.AttachmentOctetsMax;

    private readonly MimeMessage _mime;

    private OpenedMail(SandboxMail mail, MimeMessage mime) => (Mail, _mime) = (mail, mime);

    public SandboxMail Mail { get; }

    public string Subject => _mime.Subject ?? "";

    public string From => _mime.From.ToString();

    public string To => _mime.To.ToString();

    /// <summary>The text part; <see langword="null"/> when there is none.</summary>
    public string? Text => _mime.TextBody;

    /// <summary>
    /// The HTML part, with pictures that the message itself holds put into it (RFC 2392); <see langword="null"/> when
    /// there is none.
    /// </summary>
    public string? Html => _mime.HtmlBody is { } html ? WithPictures(html) : null;

    /// <summary>The fields of the header, decoded, in their order.</summary>
    public IEnumerable<KeyValuePair<string, string>> Header =>
        _mime.Headers.Select(line => KeyValuePair.Create(line.Field, line.Value));

    /// <summary>The names of what is attached.</summary>
    public IEnumerable<string> Attachments => _mime.Attachments.Select(
        part => part.ContentDisposition?.FileName ?? part.ContentType.Name ?? part.ContentType.MimeType);

    /// <summary>Reads a message; it was written by this program, so whatever is in it can be read.</summary>
    public static OpenedMail Of(SandboxMail mail)
    {
        using var stream = new MemoryStream(mail.Content.ToArray(), writable: false);
        return new(mail, MimeMessage.Load(stream));
    }

    private string WithPictures(string html)
    {
        var pictures = _mime.BodyParts.OfType<MimePart>()
            .Where(part => part is { ContentId.Length: > 0, ContentType.MediaType: "image", Content: not null })
            .DistinctBy(part => part.ContentId, StringComparer.Ordinal)
            .ToDictionary(part => part.ContentId!, StringComparer.Ordinal);
        return CidReferences.Replace(html, id => pictures.TryGetValue(id, out var part) ? Data(part) : null);
    }

    private static string? Data(MimePart part)
    {
        using var octets = new MemoryStream();
        part.Content!.DecodeTo(octets);
        return octets.Length <= InlineOctetsMax
            ? WebUtility.HtmlEncode(
                $"data:{part.ContentType.MimeType};base64,"
                + Convert.ToBase64String(octets.GetBuffer(), 0, (int)octets.Length))
            : null;
    }
}
