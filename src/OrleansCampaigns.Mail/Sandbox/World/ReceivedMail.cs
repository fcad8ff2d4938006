using System.Net;
using System.Text;
using MimeKit;
using MimeKit.Text;

namespace OrleansCampaigns.Mail.Sandbox.World;

/// <summary>What a recipient's side knows of a message that it accepted.</summary>
public sealed record ReceivedMail
{
    private const int HeaderOctetsMax = 32 * 1024;

    /// <summary>The envelope's sender: where bounces go.</summary>
    public required string Sender { get; init; }

    /// <summary>The envelope's recipient.</summary>
    public required string Recipient { get; init; }

    /// <summary>Which attempt at the recipient this was, from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>The header, octet by octet, without the empty line after it.</summary>
    public required string Header { get; init; }

    /// <summary>Its Message-ID, without angle brackets.</summary>
    public string MessageId { get; init; } = "";

    /// <summary>Its X-Campaign.</summary>
    public string? Campaign { get; init; }

    /// <summary>Its subject, decoded.</summary>
    public string Subject { get; init; } = "";

    /// <summary>The picture that nobody can see.</summary>
    public Uri? Pixel { get; init; }

    /// <summary>Where its links lead, once each, in order; that to unsubscribe is not among them.</summary>
    public IReadOnlyList<Uri> Links { get; init; } = [];

    /// <summary>The https form of List-Unsubscribe.</summary>
    public Uri? UnsubscribeUrl { get; init; }

    /// <summary>Whether List-Unsubscribe-Post offers one-click (RFC 8058).</summary>
    public bool OffersOneClick { get; init; }

    /// <summary>The mailto form of List-Unsubscribe.</summary>
    public Uri? UnsubscribeMail { get; init; }

    /// <summary>Reads a message that was accepted.</summary>
    /// <param name="sender">The envelope's sender.</param>
    /// <param name="recipient">The envelope's recipient.</param>
    /// <param name="attempt">Which attempt at the recipient it was.</param>
    /// <param name="content">Its octets.</param>
    public static ReceivedMail Read(string sender, string recipient, int attempt, byte[] content)
    {
        ArgumentNullException.ThrowIfNull(content);
        using var stream = new MemoryStream(content, writable: false);
        var mime = MimeMessage.Load(stream);
        var offers = Offers(mime.Headers["List-Unsubscribe"]);
        var unsubscribe = offers.Find(url => url.Scheme is "https" or "http");
        var (pixel, links) = Look(mime.HtmlBody ?? "");
        return new()
        {
            Sender = sender,
            Recipient = recipient,
            Attempt = attempt,
            Header = HeaderOf(content),
            MessageId = mime.MessageId ?? "",
            Campaign = mime.Headers["X-Campaign"],
            Subject = mime.Subject ?? "",
            Pixel = pixel,
            Links = [.. links.Where(link => link != unsubscribe).Distinct()],
            UnsubscribeUrl = unsubscribe,
            OffersOneClick = mime.Headers["List-Unsubscribe-Post"]?.Trim() == "List-Unsubscribe=One-Click",
            UnsubscribeMail = offers.Find(url => url.Scheme == "mailto"),
        };
    }

    private static string HeaderOf(byte[] content)
    {
        var head = Encoding.Latin1.GetString(content, 0, Math.Min(content.Length, HeaderOctetsMax));
        var end = head.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return end < 0 ? head.TrimEnd() : head[..end];
    }

    private static List<Uri> Offers(string? field) =>
        [.. (field ?? "").Split(['<', '>', ',', ' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries)
            .Select(text => Uri.TryCreate(text, UriKind.Absolute, out var url) ? url : null)
            .OfType<Uri>()];

    private static (Uri? Pixel, List<Uri> Links) Look(string html)
    {
        Uri? pixel = null;
        var links = new List<Uri>();
        var tokens = new HtmlTokenizer(new StringReader(html));
        while (tokens.ReadNextToken(out var token))
        {
            if (token is not HtmlTagToken { IsEndTag: false } tag)
            {
                continue;
            }

            // What no person sees is followed by no person, and by no machine of this world.
            if (tag.Id == HtmlTagId.A && Attribute(tag, "aria-hidden") != "true" && Target(tag, "href") is { } link)
            {
                links.Add(link);
            }
            else if (tag.Id == HtmlTagId.Image && Attribute(tag, "width") == "1" && Target(tag, "src") is { } source)
            {
                pixel = source;
            }
        }

        return (pixel, links);
    }

    private static Uri? Target(HtmlTagToken tag, string name) =>
        Uri.TryCreate(WebUtility.HtmlDecode(Attribute(tag, name)), UriKind.Absolute, out var url)
        && url.Scheme is "http" or "https"
            ? url
            : null;

    private static string? Attribute(HtmlTagToken tag, string name) =>
        tag.Attributes.FirstOrDefault(attribute => attribute.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?.Value;
}
