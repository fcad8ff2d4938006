using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace OrleansCampaigns.Domain.Delivery;

/// <summary>Reads one reply of an SMTP server: as a client saw it, or as a bounce message quotes it.</summary>
/// <remarks>Never fails: whatever is not a reply becomes one without a code, and its text is kept.</remarks>
public static partial class SmtpReplyParser
{
    // RFC 5321 allows 512 octets a line and nobody writes a hundred lines: the rest is an attack or an accident.
    private const int CharactersMax = 16 * 1024;

    /// <summary>The reply that <paramref name="raw"/> holds.</summary>
    public static SmtpReply Parse(string raw)
    {
        ArgumentNullException.ThrowIfNull(raw);

        var (code, text) = JoinLines(PlainText.Cut(raw, CharactersMax));
        var replies = text;
        var leading = LeadingStatus().Match(text);
        var enhanced = leading.Success ? leading.Groups["status"].Value : null;
        if (leading.Success)
        {
            text = text[leading.Length..].TrimStart();
        }

        // A class without a detail (5.0.0) says nothing: a later, more specific one is the real reason.
        if (enhanced is null || enhanced.EndsWith(".0.0", StringComparison.Ordinal))
        {
            enhanced = StatusWithin(replies, code) ?? enhanced;
        }

        return new SmtpReply(code, enhanced, text);
    }

    /// <summary>Drops the code and the status that every line of a reply repeats.</summary>
    private static (int Code, string Text) JoinLines(string raw)
    {
        var code = 0;
        var status = "";
        var text = new StringBuilder(raw.Length);
        foreach (var range in raw.AsSpan().SplitAny('\r', '\n'))
        {
            var line = raw[range].Trim();
            var start = LineStart().Match(line);

            // A later line that introduces a code with words quotes another reply.
            if (start.Success && (text.Length == 0 || start.Groups["code"].Index == 0))
            {
                var lineCode = int.Parse(start.Groups["code"].ValueSpan, CultureInfo.InvariantCulture);
                if (code == 0 || lineCode == code)
                {
                    code = lineCode;
                    line = line[start.Length..].TrimStart();
                }
            }

            var repeated = LeadingStatus().Match(line);
            if (repeated.Success && repeated.Groups["status"].Value == status)
            {
                line = line[repeated.Length..].TrimStart();
            }
            else if (repeated.Success && status.Length == 0)
            {
                status = repeated.Groups["status"].Value;
            }

            if (line.Length > 0)
            {
                text.Append(text.Length > 0 ? " " : "").Append(line);
            }
        }

        return (code, text.ToString());
    }

    /// <summary>
    /// The status somewhere inside the text. One of the same class as the code and with a detail is preferred,
    /// because a text may quote several replies.
    /// </summary>
    private static string? StatusWithin(string text, int code)
    {
        string? best = null;
        var bestRank = -1;
        foreach (Match match in StatusAnywhere().Matches(text))
        {
            var status = match.Groups["status"].Value;
            var sameClass = code == 0 || status[0] - '0' == code / 100;
            var rank = (sameClass ? 2 : 0) + (status.EndsWith(".0.0", StringComparison.Ordinal) ? 0 : 1);
            if (rank > bestRank)
            {
                (best, bestRank) = (status, rank);
            }
        }

        return best;
    }

    // Some servers put "SMTP error:" or a host's name and "said:" before the code.
    [GeneratedRegex(@"^(?:[^\d\r\n]{0,80}(?:said|error|reply|response|smtp|status):?\s{1,3})?" +
        @"(?<code>[2-5]\d\d)(?=[ \t:;,\-]|$)-?",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex LineStart();

    // "5.1.1", "#5.1.1", "(#5.1.1)", "-5.1.1" and "5.1.1:" all occur.
    [GeneratedRegex(@"^[\s\-#(\[]{0,4}(?<status>[245]\.\d{1,3}\.\d{1,3})(?![\d.]{0,40}\d)[)\]:,;]{0,2}",
        RegexOptions.CultureInvariant)]
    private static partial Regex LeadingStatus();

    // RFC 3463 has subjects 0 to 7. An address has four parts, and a version follows the name of a program.
    [GeneratedRegex(@"(?<![\d.\w/])(?<!\b(?:version|ver|v|exim|postfix|sendmail|release|build|server|smtpd?)[ /\-]?)" +
        @"(?<status>[245]\.[0-7]\.\d{1,3})(?![\d.]{0,40}\d)(?!\w)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex StatusAnywhere();
}
