using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Mail.Feedback;

/// <summary>Addresses as reports spell them: typed, bracketed, escaped.</summary>
internal static partial class ReportAddress
{
    private const int CharactersMax = 320;
    private const int LineCharactersMax = 2000;
    private const int LocalPartMax = 64;
    private const int DomainMax = 254;
    private const int BracketedDomainMax = 255;

    /// <summary>
    /// The address in a field such as <c>rfc822; jo@example.org</c> or <c>utf-8; j\x{F6}@example.org</c>; none where
    /// the field holds something else.
    /// </summary>
    public static string? OfField(string? value)
    {
        if (value is null)
        {
            return null;
        }

        // "|/usr/bin/filter" is where sendmail sent it, not an address.
        var semicolon = value.IndexOf(';');
        var type = semicolon > 0 ? value[..semicolon].Trim() : "";
        if (type.Contains("unix", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var text = semicolon > 0 && !type.Contains('@', StringComparison.Ordinal) ? value[(semicolon + 1)..] : value;
        if (type.StartsWith("utf-8", StringComparison.OrdinalIgnoreCase))
        {
            text = Unescape(text);
        }

        return Find(text).FirstOrDefault();
    }

    /// <summary>The addresses in <paramref name="line"/>, as they stand there.</summary>
    public static IEnumerable<string> Find(string line) => Matches(line).Select(match => match.Address);

    /// <summary>The addresses in <paramref name="line"/> with their places.</summary>
    public static IEnumerable<(string Address, int Start, int End)> Matches(string line)
    {
        if (!line.Contains('@', StringComparison.Ordinal))
        {
            yield break;
        }

        var end = 0;
        for (var at = line.IndexOf('@', StringComparison.Ordinal);
            at >= 0 && at < LineCharactersMax;
            at = line.IndexOf('@', Math.Max(at + 1, end)))
        {
            var (start, next) = Around(line, at, end);
            if (start < 0)
            {
                continue;
            }

            end = next;
            var address = line[start..end].Trim('<', '>', '\'').TrimStart('*');
            if (address.Length <= CharactersMax && address.IndexOf('@', StringComparison.Ordinal) > 0)
            {
                yield return (address, start, end);
            }
        }
    }

    /// <summary>The address whose <c>@</c> stands at <paramref name="at"/>, or a start of -1.</summary>
    /// <remarks>
    /// Inside angle brackets anything goes (RFC 6531); elsewhere an address ends where ASCII letters end, because
    /// Japanese and Chinese texts put no space before or after it. A line may hold a thousand such signs, so each is
    /// looked at by itself, as far as an address may reach.
    /// </remarks>
    private static (int Start, int End) Around(string line, int at, int from)
    {
        var left = at;
        while (left > from && at - left < LocalPartMax && !EndsBracketed(line[left - 1]))
        {
            left--;
        }

        if (left > from && left < at && line[left - 1] == '<')
        {
            var right = at + 1;
            while (right < line.Length && right - at <= BracketedDomainMax && !EndsBracketed(line[right]))
            {
                right++;
            }

            if (right > at + 1 && right < line.Length && line[right] == '>')
            {
                return (left - 1, right + 1);
            }
        }

        return at > from && line[at - 1] == '"' ? Quoted(line, at, from) : Plain(line, at, from);
    }

    private static (int Start, int End) Quoted(string line, int at, int from)
    {
        var open = at - 2;
        while (open >= from && at - 2 - open <= LocalPartMax && line[open] is not ('"' or '\r' or '\n'))
        {
            open--;
        }

        var end = DomainEnd(line, at, isAscii: true);
        return open >= from && open < at - 2 && line[open] == '"' && end > 0 ? (open, end) : (-1, 0);
    }

    private static (int Start, int End) Plain(string line, int at, int from)
    {
        var start = at;
        while (start > from && at - start < LocalPartMax && IsLocal(line[start - 1]))
        {
            start--;
        }

        var end = DomainEnd(line, at, isAscii: false);
        return start < at && end > 0 ? (start, end) : (-1, 0);
    }

    /// <summary>Where the domain after <paramref name="at"/> ends; 0 when there is none.</summary>
    private static int DomainEnd(string line, int at, bool isAscii)
    {
        if (at + 1 >= line.Length || !char.IsAsciiLetterOrDigit(line[at + 1]))
        {
            return 0;
        }

        var end = at + 2;
        for (var i = end; i < line.Length && i <= at + DomainMax && IsDomain(line[i], isAscii); i++)
        {
            if (char.IsAsciiLetterOrDigit(line[i]))
            {
                end = i + 1;
            }
        }

        return end;
    }

    private static bool EndsBracketed(char c) => c is '<' or '>' or '@' or ',' or ';' or ':' || char.IsWhiteSpace(c);

    private static bool IsLocal(char c) =>
        char.IsAsciiLetterOrDigit(c) || "!#$%&'*+/=?^_`{|}~.-".Contains(c) || IsLatin(c);

    private static bool IsDomain(char c, bool isAscii) =>
        char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' || (!isAscii && IsLatin(c));

    private static bool IsLatin(char c) => c is >= '\u00C0' and <= '\u024F';

    /// <summary>RFC 6533 §3: characters outside of ASCII as \x{…}.</summary>
    private static string Unescape(string text) => Escape().Replace(text, match =>
        int.TryParse(match.Groups[1].ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var code)
        && Rune.IsValid(code)
            ? new Rune(code).ToString()
            : match.Value);

    [GeneratedRegex(@"\\x\{([0-9A-Fa-f]{2,6})\}", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Escape();
}
