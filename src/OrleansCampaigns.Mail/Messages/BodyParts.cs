using System.Buffers;
using System.Text;
using MimeKit;

namespace OrleansCampaigns.Mail.Messages;

/// <summary>Puts the parts of a message together as they are sent (RFC 2046 §5.1).</summary>
internal static class BodyParts
{
    // What the heads of the parts and the boundaries take.
    private const int FrameMax = 1024;

    private static readonly ContentType Plain = new("text", "plain") { Charset = "utf-8" };
    private static readonly ContentType Html = new("text", "html") { Charset = "utf-8" };

    /// <summary>The body of a message with at least one of the two texts.</summary>
    /// <param name="text">As plain text; empty when there is none.</param>
    /// <param name="html">As HTML; empty when there is none.</param>
    /// <param name="attachments">What goes with it.</param>
    /// <param name="boundary">What its boundaries are made of.</param>
    /// <param name="format">How it is written.</param>
    public static WrittenBody Write(
        string text, string html, IReadOnlyList<PreparedAttachment> attachments, string boundary, FormatOptions format)
    {
        // Without a page there is nothing that a file could stand in.
        var inline = html.Length == 0 ? [] : attachments.Where(file => file.IsInline).ToList();
        var beside = html.Length == 0 ? attachments : [.. attachments.Where(file => !file.IsInline)];
        var hasBoth = text.Length > 0 && html.Length > 0;
        if (attachments.Count == 0 && !hasBoth)
        {
            var (type, single) = text.Length == 0 ? (Html, html) : (Plain, text);
            var (octets, encoding) = EncodedBody.OfText(single);
            return new(type.Clone(), octets, encoding);
        }

        // "=" cannot begin what quoted-printable writes so.
        var (alternative, mixed, related) = ($"=_a_{boundary}", $"=_m_{boundary}", $"=_r_{boundary}");
        var body = new ArrayBufferWriter<byte>(FrameMax + ((text.Length + html.Length) * 5 / 4));
        if (beside.Count == 0 && hasBoth)
        {
            WriteAlternative(body, text, html, inline, (alternative, related), format);
            return new(new ContentType("multipart", "alternative") { Boundary = alternative }, body.WrittenMemory);
        }

        if (beside.Count == 0)
        {
            WriteRelated(body, html, inline, related, format);
            var type = new ContentType("multipart", "related") { Boundary = related };
            type.Parameters.Add("type", "text/html");
            return new(type, body.WrittenMemory);
        }

        Begin(body, mixed);
        WriteTexts(body, text, html, inline, (alternative, related), format);
        WriteFiles(body, beside, mixed, format);
        End(body, mixed);
        return new(new ContentType("multipart", "mixed") { Boundary = mixed }, body.WrittenMemory);
    }

    private static void WriteTexts(
        ArrayBufferWriter<byte> body,
        string text,
        string html,
        IReadOnlyList<PreparedAttachment> inline,
        (string Alternative, string Related) boundaries,
        FormatOptions format)
    {
        if (html.Length == 0)
        {
            WriteText(body, "plain"u8, text);
        }
        else if (text.Length == 0)
        {
            WritePage(body, html, inline, boundaries.Related, format);
        }
        else
        {
            body.Write("Content-Type: multipart/alternative;\r\n\tboundary=\""u8);
            WriteAscii(body, boundaries.Alternative);
            body.Write("\"\r\n\r\n"u8);
            WriteAlternative(body, text, html, inline, boundaries, format);
        }
    }

    private static void WriteAlternative(
        ArrayBufferWriter<byte> body,
        string text,
        string html,
        IReadOnlyList<PreparedAttachment> inline,
        (string Alternative, string Related) boundaries,
        FormatOptions format)
    {
        Begin(body, boundaries.Alternative);
        WriteText(body, "plain"u8, text);
        body.Write("\r\n"u8);
        Begin(body, boundaries.Alternative);
        WritePage(body, html, inline, boundaries.Related, format);
        End(body, boundaries.Alternative);
    }

    /// <summary>The HTML, with what stands in it where there is any.</summary>
    private static void WritePage(
        ArrayBufferWriter<byte> body,
        string html,
        IReadOnlyList<PreparedAttachment> inline,
        string boundary,
        FormatOptions format)
    {
        if (inline.Count == 0)
        {
            WriteText(body, "html"u8, html);
            return;
        }

        body.Write("Content-Type: multipart/related; type=\"text/html\";\r\n\tboundary=\""u8);
        WriteAscii(body, boundary);
        body.Write("\"\r\n\r\n"u8);
        WriteRelated(body, html, inline, boundary, format);
    }

    // The first part is the one that is shown (RFC 2387 §3.2).
    private static void WriteRelated(
        ArrayBufferWriter<byte> body,
        string html,
        IReadOnlyList<PreparedAttachment> inline,
        string boundary,
        FormatOptions format)
    {
        Begin(body, boundary);
        WriteText(body, "html"u8, html);
        WriteFiles(body, inline, boundary, format);
        End(body, boundary);
    }

    private static void WriteFiles(
        ArrayBufferWriter<byte> body, IReadOnlyList<PreparedAttachment> files, string boundary, FormatOptions format)
    {
        foreach (var file in files)
        {
            body.Write("\r\n"u8);
            Begin(body, boundary);
            body.Write(file.Octets(format));
        }
    }

    private static void WriteText(ArrayBufferWriter<byte> body, ReadOnlySpan<byte> subtype, string text)
    {
        var (octets, encoding) = EncodedBody.OfText(text);
        body.Write("Content-Type: text/"u8);
        body.Write(subtype);
        body.Write("; charset=utf-8\r\nContent-Transfer-Encoding: "u8);
        WriteAscii(body, EncodedBody.NameOf(encoding));
        body.Write("\r\n\r\n"u8);
        body.Write(octets);
    }

    private static void Begin(ArrayBufferWriter<byte> body, string boundary)
    {
        body.Write("--"u8);
        WriteAscii(body, boundary);
        body.Write("\r\n"u8);
    }

    private static void End(ArrayBufferWriter<byte> body, string boundary)
    {
        body.Write("\r\n--"u8);
        WriteAscii(body, boundary);
        body.Write("--\r\n"u8);
    }

    private static void WriteAscii(ArrayBufferWriter<byte> body, string text) =>
        body.Advance(Encoding.ASCII.GetBytes(text, body.GetSpan(text.Length)));
}
