using System.Text.RegularExpressions;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Mail.Feedback;

/// <summary>The text of a bounce that people are to read, cut off where our own message begins.</summary>
internal sealed partial class BounceNotice
{
    private const int LinesMax = 2000;
    private const int LineCharactersMax = 2000;
    private const int LinesToHeader = 5;

    // Only a header that was really sent has one of these: "To:" and "Subject:" also occur in what people read.
    private static readonly HashSet<string> SentFields = new(StringComparer.OrdinalIgnoreCase)
    {
        "Received", "Return-Path", "Message-ID", "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
        "DKIM-Signature", "X-Mailer", "Delivered-To", "Feedback-ID", "List-Unsubscribe",
    };

    private BounceNotice(string[] lines, HeaderFields returned) => (Lines, Returned) = (lines, returned);

    /// <summary>The lines of the notice.</summary>
    public string[] Lines { get; }

    /// <summary>The header of our own message, if it follows.</summary>
    public HeaderFields Returned { get; }

    public static BounceNotice Of(string text)
    {
        var lines = text.Split('\n', LinesMax + 1)
            .Take(LinesMax)
            .Select(line => StorableText.Cut(line.TrimEnd(), LineCharactersMax))
            .ToArray();
        for (var i = 0; i < lines.Length; i++)
        {
            var announced = IsAnnouncement(lines[i]);
            if (announced && HeaderAfter(lines, i + 1) is { } after)
            {
                return new BounceNotice(lines[..i], HeaderFields.Leading(lines[after..]));
            }

            if (announced && Rule().IsMatch(lines[i]))
            {
                return new BounceNotice(lines[..i], HeaderFields.Empty);
            }

            if ((i == 0 || lines[i - 1].Length == 0 || Rule().IsMatch(lines[i - 1])) && IsHeader(lines.AsSpan(i)))
            {
                // A bounce that is quoted whole begins with a header as well: only one with a body after it counts.
                return new BounceNotice(lines[..i], HeaderFields.Leading(lines[i..]));
            }
        }

        return new BounceNotice(lines, HeaderFields.Empty);
    }

    private static bool IsAnnouncement(string line) => line.Length < 120 && Announcement().IsMatch(line);

    /// <summary>Where a header begins within the next few lines.</summary>
    private static int? HeaderAfter(string[] lines, int start)
    {
        var seen = 0;
        for (var i = start; i < lines.Length && seen < LinesToHeader; i++)
        {
            if (lines[i].Length == 0)
            {
                continue;
            }

            seen++;
            if (char.IsAsciiLetter(lines[i][0]) && HeaderFields.NameOf(lines[i]) is not null)
            {
                return i;
            }
        }

        return null;
    }

    private static bool IsHeader(ReadOnlySpan<string> lines)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < Math.Min(lines.Length, 12); i++)
        {
            var line = lines[i];
            if (line.Length > 0 && line[0] is ' ' or '\t' && i > 0)
            {
                continue;
            }

            if (HeaderFields.NameOf(line) is not { } name)
            {
                break;
            }

            names.Add(name);
        }

        // Parts of a message whose boundary is lost begin with content fields alone: they are no message of their own.
        return names.Count >= 3 && names.Overlaps(SentFields)
            && names.Any(name => !name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase));
    }

    [GeneratedRegex(
        @"\b(?:below this line is a copy|(?:this|here|following|included|attached) is a copy of"
        + @"|copy of (?:the|your) (?:original )?message" +
        @"|original (?:message|mail)(?: headers?)?(?: follows?| text)?[\s\-:.=*|_#>]*$|unsent message"
        + @"|message headers?(?: follows?)?[\s\-:.=*|_#>]*$" +
        @"|returned message|message (?:text|contents?) follows|header of (?:the|your) (?:original|returned"
        + @"|message)|message header section" +
        @"|(?:the )?(?:original )?message follows|undelivered message|rejected message|bounced message"
        + @"|text of (?:the|your) message" +
        @"|urspr.{1,2}ngliche nachricht|kopie der nachricht|message d'origine|mensaje original"
        + @"|mensagem original|messaggio originale" +
        @"|oorspronkelijk bericht|forwarded message)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Announcement();

    // A ruled line: "------ Original message ------", "=====", "|----|".
    [GeneratedRegex(@"^\s*[|>#]?\s*[-=_*#~]{3,}", RegexOptions.CultureInvariant)]
    private static partial Regex Rule();
}
