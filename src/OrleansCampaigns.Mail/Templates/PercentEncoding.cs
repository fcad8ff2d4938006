using System.Buffers;
using System.Text;

namespace OrleansCampaigns.Mail.Templates;

/// <summary>
/// Writes a value as a part of a URL: all but a few characters as the octets of UTF-8 (RFC 3986 §2.1).
/// </summary>
/// <remarks>What it writes needs no escaping in HTML, and ends neither quotes nor an attribute without them.</remarks>
internal sealed class PercentEncoder : ValueEncoder
{
    private const string Unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    /// <summary>Of one component, where nothing may be a delimiter.</summary>
    public static readonly PercentEncoder Component = new("");

    // A field may hold several segments; a slash that a server takes for one is better than one that it refuses.
    private static readonly PercentEncoder Path = new("/:@");
    private static readonly PercentEncoder Mail = new("@");
    private static readonly PercentEncoder MailQuery = new("", lineBreak: "%0D%0A");
    private static readonly PercentEncoder Phone = new("+*()");

    private readonly SearchValues<char> kept;
    private readonly string? lineBreak;

    private PercentEncoder(string kept, string? lineBreak = null)
    {
        this.kept = SearchValues.Create(Unreserved + kept);
        this.lineBreak = lineBreak;
    }

    /// <summary>How values are written in a part of a URL; <see langword="null"/> where it is as outside of one.
    /// </summary>
    public static ValueEncoder? Of(UrlPart part) => part switch
    {
        UrlPart.AfterScheme or UrlPart.Slash or UrlPart.Open or UrlPart.Path => Path,
        UrlPart.Scheme or UrlPart.Query or UrlPart.Fragment => Component,
        UrlPart.Mail => Mail,
        UrlPart.MailQuery => MailQuery,
        UrlPart.Phone => Phone,
        _ => null,
    };

    /// <summary>The value as it is written.</summary>
    public string Encode(string text)
    {
        using var writer = new StringWriter();
        Encode(text, writer);
        return writer.ToString();
    }

    public override void Encode(ReadOnlySpan<char> text, TextWriter target)
    {
        Span<byte> octets = stackalloc byte[4];
        while (text.IndexOfAnyExcept(kept) is >= 0 and var at)
        {
            target.Write(text[..at]);
            text = text[at..];
            if (lineBreak is not null && text[0] is '\r' or '\n')
            {
                target.Write(lineBreak);
                text = text[(text.StartsWith("\r\n") ? 2 : 1)..];
                continue;
            }

            Rune.DecodeFromUtf16(text, out var rune, out var length);
            foreach (var octet in octets[..rune.EncodeToUtf8(octets)])
            {
                target.Write('%');
                target.Write(Hexadecimal(octet >> 4));
                target.Write(Hexadecimal(octet & 0xF));
            }

            text = text[length..];
        }

        target.Write(text);
    }

    private static char Hexadecimal(int digit) => "0123456789ABCDEF"[digit];
}

/// <summary>Writes a whole URL into a style sheet: what could end it is percent-encoded, its delimiters are not.
/// </summary>
/// <param name="isAttribute">Whether the style sheet is an attribute, in which HTML references mean something.</param>
internal sealed class CssUrlEncoder(bool isAttribute)
    : CharacterEncoder("\"'()<>\\ \t\r\n\f" + (isAttribute ? "&" : ""))
{
    protected override string Replace(char character) => character switch
    {
        '&' => "&amp;",
        _ => $"%{(int)character:X2}",
    };
}
