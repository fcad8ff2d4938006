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
        if (attachments.Count == 0 && (text.Length == 0 || html.Length == 0))
        {
            var (type, single) = text.Length == 0 ? (Html, html) : (Plain, text);
            var (octets, encoding) = EncodedBody.OfText(single);
            return new(type.Clone(), octets, encoding);
        }

        // "=" cannot begin what quoted-printable writes so.
        var (alternative, mixed) = ($"=_a_{boundary}", $"=_m_{boundary}");
        var body = new ArrayBufferWriter<byte>(FrameMax + ((text.Length + html.Length) * 5 / 4));
        if (attachments.Count == 0)
        {
            WriteAlternative(body, text, html, alternative);
            return new(new ContentType("multipart", "alternative") { Boundary = alternative }, body.WrittenMemory);
        }

        Begin(body, mixed);
        WriteTexts(body, text, html, alternative);
        foreach (var attachment in attachments)
        {
            body.Write("\r\n"u8);
            Begin(body, mixed);
            body.Write(attachment.Octets(format));
        }

        End(body, mixed);
        return new(new ContentType("multipart", "mixed") { Boundary = mixed }, body.WrittenMemory);
    }

    private static void WriteTexts(ArrayBufferWriter<byte> body, string text, string html, string alternative)
    {
        if (html.Length == 0)
        {
            WriteText(body, "plain"u8, text);
        }
        else if (text.Length == 0)
        {
            WriteText(body, "html"u8, html);
        }
        else
        {
            body.Write("Content-Type: multipart/alternative;\r\n\tboundary=\""u8);
            WriteAscii(body, alternative);
            body.Write("\"\r\n\r\n"u8);
            WriteAlternative(body, text, html, alternative);
        }
    }

    private static void WriteAlternative(ArrayBufferWriter<byte> body, string text, string html, string boundary)
    {
        Begin(body, boundary);
        WriteText(body, "plain"u8, text);
        body.Write("\r\n"u8);
        Begin(body, boundary);
        WriteText(body, "html"u8, html);
        End(body, boundary);
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
