using System.Globalization;
using System.Text;
using AngleSharp.Html;

namespace OrleansCampaigns.Mail.Messages.Tracking;

/// <summary>Reads what an attribute of HTML says, as a browser does (HTML standard §13.2.5.72 and on).</summary>
/// <remarks>
/// The framework's decoder knows a tenth of the names, and takes <c>&amp;copy=1</c> in a link for a sign. A link that
/// we read differently from the recipient's program would lead elsewhere once it is tracked.
/// </remarks>
internal static class AttributeText
{
    // "CounterClockwiseContourIntegral;" is the longest.
    private const int NameLengthMax = 32;

    private const int CodePointMax = 0x10FFFF;

    // What numbers from 0x80 on mean: pages meant windows-1252 by them.
    private const string Windows1252 =
        "\u20AC\u0081\u201A\u0192\u201E\u2026\u2020\u2021\u02C6\u2030\u0160\u2039\u0152\u008D\u017D\u008F"
        + "\u0090\u2018\u2019\u201C\u201D\u2022\u2013\u2014\u02DC\u2122\u0161\u203A\u0153\u009D\u017E\u0178";

    /// <summary>The attribute's value.</summary>
    /// <param name="written">What stands between its quotes.</param>
    public static string Decode(ReadOnlySpan<char> written)
    {
        var at = written.IndexOf('&');
        if (at < 0)
        {
            return written.ToString();
        }

        var text = new StringBuilder(written.Length);
        while (at >= 0)
        {
            text.Append(written[..at]);
            written = written[(at + 1)..];
            var length = written is ['#', ..] ? DecodeNumber(written, text) : DecodeName(written, text);
            if (length == 0)
            {
                text.Append('&');
            }

            written = written[length..];
            at = written.IndexOf('&');
        }

        return text.Append(written).ToString();
    }

    private static int DecodeName(ReadOnlySpan<char> written, StringBuilder text)
    {
        var length = 0;
        while (length < written.Length && length < NameLengthMax && char.IsAsciiLetterOrDigit(written[length]))
        {
            length++;
        }

        if (length < written.Length && written[length] == ';'
            && HtmlEntityProvider.Resolver.GetSymbol(written[..(length + 1)].ToString()) is { } whole)
        {
            text.Append(whole);
            return length + 1;
        }

        // Old names need no semicolon; but in an attribute, what goes on like a word or is a parameter's name is none.
        for (; length > 1; length--)
        {
            if (HtmlEntityProvider.Resolver.GetSymbol(written[..length].ToString()) is { } symbol)
            {
                if (length < written.Length && (written[length] == '=' || char.IsAsciiLetterOrDigit(written[length])))
                {
                    return 0;
                }

                text.Append(symbol);
                return length;
            }
        }

        return 0;
    }

    private static int DecodeNumber(ReadOnlySpan<char> written, StringBuilder text)
    {
        var isHexadecimal = written is ['#', 'x' or 'X', ..];
        var start = isHexadecimal ? 2 : 1;
        var end = start;
        var number = 0;
        while (end < written.Length
            && (isHexadecimal ? char.IsAsciiHexDigit(written[end]) : char.IsAsciiDigit(written[end])))
        {
            var digit = int.Parse(written.Slice(end, 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            number = Math.Min((number * (isHexadecimal ? 16 : 10)) + digit, CodePointMax + 1);
            end++;
        }

        if (end == start)
        {
            return 0;
        }

        text.Append(number switch
        {
            0 or > CodePointMax or (>= 0xD800 and <= 0xDFFF) => "\uFFFD",
            >= 0x80 and <= 0x9F => Windows1252[number - 0x80].ToString(),
            _ => char.ConvertFromUtf32(number),
        });
        return end < written.Length && written[end] == ';' ? end + 1 : end;
    }
}
