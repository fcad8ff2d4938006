using System.Text.RegularExpressions;

namespace OrleansCampaigns.Mail.Feedback;

/// <summary>One recipient that the text of a bounce speaks of, and the lines that speak of it.</summary>
internal sealed record NoticeRecipient(string? OriginalRecipient, string FinalRecipient, string[] Lines);

/// <summary>Finds the recipients in a text by where an address stands, not by a product's phrases.</summary>
internal static partial class NoticeRecipients
{
    private const int RecipientsMax = 100;
    private const int MentionsMax = 2000;

    // How much of a line around an address is looked at, in characters.
    private const int BeforeMax = 160;
    private const int AfterMax = 40;

    private enum Place
    {
        Anywhere = 1,
        ToLine,
        Named,
        Command,
        LineStart,
    }

    /// <param name="Address">The address.</param>
    /// <param name="Line">The line it stands on.</param>
    /// <param name="Place">How it stands there.</param>
    /// <param name="Concludes">Whether the line ends what is said of it, as in sendmail's transcripts.</param>
    private sealed record Mention(string Address, int Line, Place Place, bool Concludes);

    /// <summary>The recipients, or none.</summary>
    /// <param name="lines">The notice.</param>
    /// <param name="own">Addresses that the report itself comes from or goes to: ours, mostly.</param>
    public static List<NoticeRecipient> Find(string[] lines, IReadOnlySet<string> own)
    {
        var continued = Continued(lines);
        var mentions = lines.SelectMany((line, number) => Mentions(line, number, continued[number]))
            .Take(MentionsMax).ToList();
        var foreign = mentions.Where(mention => !own.Contains(mention.Address) && !IsRole(mention.Address)).ToList();

        // Where we wrote to ourselves, or to a postmaster, nobody else is left.
        var considered = foreign.Count > 0 ? foreign : mentions.Where(mention => mention.Place > Place.ToLine).ToList();
        if (considered.Count == 0)
        {
            return [];
        }

        var best = considered.Max(mention => mention.Place);
        var starts = considered
            .Where(mention => mention.Place == best)
            .DistinctBy(mention => mention.Address, StringComparer.OrdinalIgnoreCase)
            .Take(RecipientsMax)
            .ToList();
        return [.. starts.Select((mention, i) => mention.Concludes && starts.Count > 1
            ? Section(mention, lines,
                SinceCommand(lines, i > 0 ? starts[i - 1].Line + 1 : 0, mention.Line), mention.Line + 1)
            : Section(mention, lines, mention.Line,
                i + 1 < starts.Count ? Math.Max(starts[i + 1].Line, mention.Line + 1) : lines.Length))];
    }

    /// <summary>
    /// Which lines go on with what the entry above them says: they stand right below a line with an address, deeper.
    /// </summary>
    /// <remarks>
    /// Postfix folds what a server said over indented lines, and a fold may fall before any address in it.
    /// </remarks>
    private static bool[] Continued(string[] lines)
    {
        var continued = new bool[lines.Length];
        var entry = -1;
        for (var i = 0; i < lines.Length; i++)
        {
            var indent = lines[i].Length - lines[i].TrimStart().Length;
            if (indent == lines[i].Length)
            {
                entry = -1;
            }
            else if (entry >= 0 && indent > entry)
            {
                continued[i] = true;
            }
            else
            {
                entry = lines[i].Contains('@', StringComparison.Ordinal) ? indent : -1;
            }
        }

        return continued;
    }

    /// <summary>Where the last command of a transcript begins: earlier ones are about something else.</summary>
    private static int SinceCommand(string[] lines, int start, int end)
    {
        start = Math.Min(start, end);
        var command = Array.FindLastIndex(
            lines, end, end - start + 1, line => line.StartsWith(">>>", StringComparison.Ordinal));
        return command < 0 ? start : command;
    }

    private static NoticeRecipient Section(Mention mention, string[] lines, int start, int end)
    {
        var section = lines[start..end];
        var origin = section.Take(3).Select(line => Forwarded().Match(line)).FirstOrDefault(match => match.Success);
        var original = origin is null ? null : ReportAddress.Find(origin.Value).FirstOrDefault();
        return new NoticeRecipient(original, mention.Address, section);
    }

    private static IEnumerable<Mention> Mentions(string line, int number, bool continued)
    {
        // "(expanded from <jo@example.org>)" names whom we wrote to; it is read with the recipient before it.
        var searched = Forwarded().Replace(line, match => new string(' ', match.Length));
        var first = true;
        var lineOfReply = Conclusion().IsMatch(line);
        foreach (var (address, start, end) in ReportAddress.Matches(searched))
        {
            var lead = LineEnd.Of(searched.AsSpan(0, start), BeforeMax).ToString();
            var before = Kind().Replace(lead, "").TrimEnd(' ', '\t', '"', '<', '[', '(', '\'');
            var after = searched.Substring(end, Math.Min(AfterMax, searched.Length - end));

            // "jo@example.org <jo@example.net>": what looks like an address is a name.
            var isName = after.TrimStart().StartsWith('<')
                && !after.Contains("<mailto", StringComparison.OrdinalIgnoreCase);
            if (!isName && PlaceOf(before, after, first && !continued) is { } place)
            {
                yield return new Mention(address, number, place, lineOfReply);
            }

            first &= isName;
        }
    }

    private static Place? PlaceOf(string before, string after, bool first)
    {
        var lead = before.TrimStart(' ', '\t', '>', '*', '-', '•', '·', '#', '|', '.');
        var concluded = Code().IsMatch(lead) && after.TrimStart('>').StartsWith("...", StringComparison.Ordinal);
        if (first && (lead.Length == 0 || concluded || ReportAddress.Find(lead).Any()))
        {
            return Place.LineStart;
        }

        if (NotRecipient().IsMatch(before) || after.StartsWith("://", StringComparison.Ordinal))
        {
            return null;
        }

        if (Command().IsMatch(before))
        {
            return Place.Command;
        }

        if (ToLine().IsMatch(before))
        {
            return Place.ToLine;
        }

        return Named().IsMatch(before) ? Place.Named : Place.Anywhere;
    }

    /// <summary>People to ask for help are no recipients.</summary>
    private static bool IsRole(string address) => Role().IsMatch(address);

    [GeneratedRegex(@"\((?:ultimately )?(?:expanded|generated|forwarded|redirected|aliased) from:?[^)]*\)?",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Forwarded();

    // "[SMTP:jo@example.org]", "rfc822;jo@example.org".
    [GeneratedRegex(@"[\[<(]?(?:smtp|rfc822)\s?[:;]\s?$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Kind();

    // "550 5.1.1 <jo@example.org>... User unknown".
    [GeneratedRegex(@"^\s*[45]\d\d [^@]{0,12}<?[^\s@]+@[^\s@]+\.\.\. ",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Conclusion();

    [GeneratedRegex(@"^[45]\d\d(?: [45]\.\d\.\d{1,3})?$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Code();

    [GeneratedRegex(@"rcpt[ -]?to\s*[:=]?$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Command();

    [GeneratedRegex(@"^\s*(?:to|cc|bcc|an|para|pour|destinataire)\s*:$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex ToLine();

    [GeneratedRegex(
        @"(?:recipients?|recipient address(?:es)?|address(?:es)?|delivered to|undeliverable to|deliver(?:y"
        + @"|ing)?\b.{0,40}\bto" +
        @"|sent to|send to|message to|mail to|addressed to|reach|user|mailbox|account|destinataires?"
        + @"|destinatarios?|empf.{1,2}nger" +
        @"|adresse|ontvanger|получател\w*|宛先|送信先|收件人|mailing list|for|\bto|\ban|\bà)(?:\s+is|\s+was"
        + @"|\s+at)?\s*[:=]?\s*$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Named();

    [GeneratedRegex(
        @"(?:\bfrom|\bsender|\bcontact\w*|\bby|\bvia|mailto|reply-to|return-path|message-?id|references|\bid"
        + @"|\bvon|\bde|help" +
        @"|e-?mail us at|\bask|postmaster|administrator|write to|send (?:e?mail|a message) to|questions?"
        + @"|support)\s*[:=]?\s*$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex NotRecipient();

    [GeneratedRegex(@"^(?:mailer-daemon|postmaster|hostmaster|support|abuse|no-?reply|do-?not-?reply|help|helpdesk)@",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Role();
}
