using System.Text;
using MimeKit;
using OrleansCampaigns.Mail.Messages;

namespace OrleansCampaigns.Mail.Feedback;

/// <summary>The text of one part, whatever its charset claims to be.</summary>
internal static class PartText
{
    private const int BytesMax = 128 * 1024;

    static PartText() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>The decoded text of <paramref name="part"/>; HTML becomes plain text.</summary>
    public static string Of(MimePart part)
    {
        var text = Decode(Bytes(part), part.ContentType.Charset);
        return part.ContentType.IsMimeType("text", "html") ? HtmlToText.Convert(text) : text;
    }

    /// <summary>The decoded bytes of <paramref name="part"/>, at most so many.</summary>
    public static byte[] Bytes(MimePart part)
    {
        if (part.Content is null)
        {
            return [];
        }

        using var content = part.Content.Open();
        using var buffer = new MemoryStream();
        var chunk = new byte[8 * 1024];
        while (buffer.Length < BytesMax && content.Read(chunk) is > 0 and var read)
        {
            buffer.Write(chunk, 0, read);
        }

        return buffer.ToArray();
    }

    /// <summary>The text of <paramref name="bytes"/> with LF line ends.</summary>
    public static string Decode(byte[] bytes, string? charset)
    {
        var escapes = bytes.AsSpan().IndexOf("\u001b$"u8) >= 0;
        if (escapes && charset is null or "us-ascii" or "utf-8")
        {
            charset = "iso-2022-jp";
        }

        return LineFeeds(Named(bytes, escapes ? charset ?? "iso-2022-jp" : charset));
    }

    private static string Named(byte[] bytes, string? charset)
    {
        if (charset is not null && !IsOneOf(charset, "us-ascii", "utf-8", "iso-8859-1", "unknown-8bit"))
        {
            try
            {
                return Encoding.GetEncoding(charset).GetString(bytes);
            }
            catch (Exception unknown) when (unknown is NotSupportedException or ArgumentException)
            {
                // A charset that nobody knows: the words that matter are mostly ASCII.
            }
        }

        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return Encoding.Latin1.GetString(bytes);
        }
    }

    private static string LineFeeds(string text) =>
        text.Contains('\r', StringComparison.Ordinal)
            ? text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n')
            : text;

    private static bool IsOneOf(string charset, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (charset.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
