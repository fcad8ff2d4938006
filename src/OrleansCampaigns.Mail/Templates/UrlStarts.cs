using System.Text;
using OrleansCampaigns.Mail.Messages.Tracking;

namespace OrleansCampaigns.Mail.Templates;

/// <summary>Keeps values from making a link or an image run something.</summary>
/// <remarks>
/// Escaping keeps a value inside its attribute, and a target of <c>javascript:…</c> needs no more than that. So where
/// a target begins with a value, what it came to in the message is looked at: a scheme out of a short list, or none.
/// What an author writes out is the author's own.
/// </remarks>
internal static class UrlStarts
{
    // What a target that may not go out is replaced with.
    private const char Nowhere = '#';
    private const int SchemeLengthMax = 40;

    // So much of a target decides, however it is spelled.
    private const int DecidingMax = 1000;
    private const char MarkBegin = '\uE0F2';
    private const char MarkEnd = '\uE0F3';

    // A mark of a tracked link is its sign and so many hexadecimal digits.
    private const int MarkLength = 22;

    private static readonly string[] Schemes =
        ["http", "https", "mailto", "tel", "sms", "cid", "webcal", "geo", "whatsapp", "tg", "viber", "skype"];

    /// <summary>The message with every target replaced that has another scheme than those that may go out.</summary>
    /// <param name="rendered">The message.</param>
    /// <param name="starts">Where targets begin, in order.</param>
    public static string Check(string rendered, List<int> starts)
    {
        StringBuilder? result = null;
        var at = 0;
        foreach (var place in starts)
        {
            // A mark of a tracked link may stand between the attribute and the value.
            var isMarked = place < rendered.Length && rendered[place] == MarkBegin;
            var start = isMarked ? Math.Min(place + MarkLength, rendered.Length) : place;
            var ends = SignBefore(rendered, start) switch
            {
                '"' => "\"",
                '\'' => "'",
                '(' => ")",
                ',' or ';' => " \t\r\n\f>\"'",
                _ => " \t\r\n\f>",
            };

            // A mark ends its own target; one that stands inside of another target goes with it.
            ends = isMarked || IsAfterMark(rendered, place) ? $"{ends}{MarkEnd}" : ends;
            var deciding = rendered.AsSpan(start, Math.Min(DecidingMax, rendered.Length - start));
            if (start < at || MayGoOut(UpTo(ends, deciding)))
            {
                continue;
            }

            result ??= new StringBuilder(rendered.Length);
            result.Append(rendered, at, start - at).Append(Nowhere);
            at = start + UpTo(ends, rendered.AsSpan(start)).Length;
        }

        return result is null ? rendered : result.Append(rendered, at, rendered.Length - at).ToString();
    }

    private static ReadOnlySpan<char> UpTo(string ends, ReadOnlySpan<char> text) =>
        text.IndexOfAny(ends) is >= 0 and var end ? text[..end] : text;

    private static bool MayGoOut(ReadOnlySpan<char> target)
    {
        if (target.IndexOf(':') < 0 && target.IndexOf('&') < 0)
        {
            return true;
        }

        // Browsers pass over blanks and control characters in front of a scheme, and over line ends inside of it.
        var text = AttributeText.Decode(target);
        var scheme = new StringBuilder();
        foreach (var c in text)
        {
            if (c == ':')
            {
                return Schemes.Contains(scheme.ToString(), StringComparer.OrdinalIgnoreCase);
            }

            if (c is '/' or '?' or '#' || scheme.Length > SchemeLengthMax)
            {
                return true; // A path of the same site, or no scheme that anything knows.
            }

            if (c > ' ' && !char.IsControl(c))
            {
                scheme.Append(c);
            }
        }

        return true;
    }

    private static bool IsAfterMark(string rendered, int place) =>
        place >= MarkLength && rendered[place - MarkLength] == MarkBegin;

    private static ReadOnlySpan<char> WithoutMark(ReadOnlySpan<char> text) =>
        text.Length >= MarkLength && text[^MarkLength] == MarkBegin ? text[..^MarkLength] : text;

    // Quotes of an attribute, the bracket or the reference before a URL of a style sheet, the comma between candidates.
    private static char SignBefore(string rendered, int start)
    {
        var text = WithoutMark(rendered.AsSpan(0, start)).TrimEnd();
        return text.IsEmpty ? '\0' : text[^1];
    }
}
