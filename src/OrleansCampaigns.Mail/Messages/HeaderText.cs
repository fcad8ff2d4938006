using System.Globalization;
using System.Text;
using MimeKit;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Mail.Messages;

/// <summary>Keeps text that goes into headers to one line.</summary>
/// <remarks>
/// A line break in a header begins a new header (RFC 5322 §2.2): whoever controls it writes headers of their own.
/// </remarks>
internal static class HeaderText
{
    // Of three octets each at most, so that with its frame no word is longer than 75.
    private const int EncodedCharactersMax = 14;

    // RFC 5322 §2.1.1, without the line's end.
    private const int LineMax = 78;

    /// <summary>Whether there is a character that must not stand in a header.</summary>
    public static bool HasControlCharacter(string? text) => text is not null && text.AsSpan().ContainsAnyControl();

    /// <summary>The text with every run of control characters as one blank, and without blanks around it.</summary>
    public static string Neutralise(string text)
    {
        if (!HasControlCharacter(text))
        {
            return text.Trim();
        }

        return string.Create(CultureInfo.InvariantCulture, $"{string.Join(' ', Words(text))}").Trim();
    }

    /// <summary>
    /// The text as it goes into a header: what looks like an encoded word (RFC 2047 §2) is encoded itself, so that
    /// readers show what was written instead of decoding it.
    /// </summary>
    public static string Literal(string text)
    {
        if (!text.Contains("=?", StringComparison.Ordinal))
        {
            return text;
        }

        var words = new StringBuilder();
        for (var rest = text; rest.Length > 0;)
        {
            var part = PlainText.Cut(rest, EncodedCharactersMax);
            rest = rest[part.Length..];
            words.Append(words.Length > 0 ? " " : "")
                .Append("=?utf-8?B?").Append(Convert.ToBase64String(Encoding.UTF8.GetBytes(part))).Append("?=");
        }

        return words.ToString();
    }

    /// <summary>The value of a field that an author added, as it stands behind the colon.</summary>
    /// <param name="name">The field's name.</param>
    /// <param name="value">One line.</param>
    /// <param name="encode">Writes a value that is not ASCII (RFC 2047).</param>
    /// <param name="format">How the message is written.</param>
    /// <remarks>
    /// ASCII is broken at its blanks and never encoded: many such values are read by programs that decode nothing.
    /// </remarks>
    public static byte[] Write(
        string name, string value, Func<string, string, FormatOptions, byte[]> encode, FormatOptions format)
    {
        value = Literal(value);
        if (!Ascii.IsValid(value))
        {
            return encode(name, value, format);
        }

        var lines = new StringBuilder();
        var column = name.Length + 1;
        foreach (var word in value.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (lines.Length > 0 && column + 1 + word.Length > LineMax)
            {
                lines.Append("\r\n");
                column = 0;
            }

            lines.Append(' ').Append(word);
            column += 1 + word.Length;
        }

        return Encoding.ASCII.GetBytes(lines.Append("\r\n").ToString());
    }

    /// <summary>A date as RFC 5322 §3.3 writes it.</summary>
    /// <remarks>
    /// MimeKit 4.17 writes <c>-03-30</c> for three and a half hours west of Greenwich, which reads as three minutes.
    /// </remarks>
    public static string Date(DateTimeOffset date)
    {
        var sign = date.Offset < TimeSpan.Zero ? '-' : '+';
        return string.Create(
            CultureInfo.InvariantCulture, $"{date:ddd, dd MMM yyyy HH:mm:ss} {sign}{date.Offset:hhmm}");
    }

    private static IEnumerable<string> Words(string text)
    {
        var start = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || IsControl(text[i]))
            {
                if (i > start)
                {
                    yield return text[start..i];
                }

                start = i + 1;
            }
        }
    }

    private static bool ContainsAnyControl(this ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (IsControl(c))
            {
                return true;
            }
        }

        return false;
    }

    // Unicode's own line breaks are no line breaks in mail, but programs that show a subject may think so.
    private static bool IsControl(char c) => char.IsControl(c) || c is '\u2028' or '\u2029';
}
