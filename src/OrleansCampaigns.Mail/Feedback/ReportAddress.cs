using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Mail.Feedback;

/// <summary>Addresses as reports spell them: typed, bracketed, escaped.</summary>
internal static partial class ReportAddress
{
    private const int CharactersMax = 320;

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

        foreach (Match match in Address().Matches(StorableText.Cut(line, 2000)))
        {
            var address = match.Value.Trim('<', '>', '\'').TrimStart('=', '*');
            if (address.Length <= CharactersMax && address.IndexOf('@', StringComparison.Ordinal) > 0)
            {
                yield return (address, match.Index, match.Index + match.Length);
            }
        }
    }

    /// <summary>RFC 6533 §3: characters outside of ASCII as \x{…}.</summary>
    private static string Unescape(string text) => Escape().Replace(text, match =>
        int.TryParse(match.Groups[1].ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var code)
        && Rune.IsValid(code)
            ? new Rune(code).ToString()
            : match.Value);

    // Inside angle brackets anything goes (RFC 6531); elsewhere an address ends where ASCII letters end, because
    // Japanese and Chinese texts put no space before or after it.
    [GeneratedRegex(@"<[^<>\s@,;:]{1,64}@[^<>\s@,;:]{1,255}>|""[^""\r\n]{1,64}""@[A-Za-z0-9][A-Za-z0-9.-]*[A-Za-z0-9]" +
        @"|[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\-\u00C0-\u024F]{1,64}@" +
        @"[A-Za-z0-9](?:[A-Za-z0-9.\-\u00C0-\u024F]{0,252}[A-Za-z0-9])?",
        RegexOptions.CultureInvariant)]
    private static partial Regex Address();

    [GeneratedRegex(@"\\x\{([0-9A-Fa-f]{2,6})\}", RegexOptions.CultureInvariant)]
    private static partial Regex Escape();
}
