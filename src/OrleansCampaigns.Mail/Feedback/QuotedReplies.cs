using System.Text;
using System.Text.RegularExpressions;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Mail.Feedback;

/// <summary>Finds replies of servers that the text of a bounce quotes, and failing those its own reasons.</summary>
internal static partial class QuotedReplies
{
    private const int LinesOfReplyMax = 8;
    private const int RepliesMax = 20;
    private const int ProseLinesMax = 12;
    private const int BulletsMin = 3;
    private const int ReasonsMax = 50;

    // What introduces a reply stands before it: at most so far.
    private const int IntroductionMax = 200;
    private const int FullLinesMax = 500;

    /// <summary>The replies with a code or a status, what the remote server said first.</summary>
    public static IEnumerable<SmtpReply> Coded(string[] lines)
    {
        var remote = new List<SmtpReply>();
        var local = new List<SmtpReply>();
        for (var i = 0; i < lines.Length && remote.Count + local.Count < RepliesMax; i++)
        {
            if (lines[i].TrimStart().StartsWith(">>>", StringComparison.Ordinal))
            {
                continue;
            }

            var start = ReplyStart().Match(lines[i]);
            if (!start.Success || Empty().IsMatch(lines[i]))
            {
                continue;
            }

            var at = start.Groups["reply"].Index;
            var quoted = lines[i].AsSpan().TrimStart().StartsWith("<<<");
            (quoted || IsIntroduced(lines, i, at) ? remote : local).Add(BounceDiagnosis.Reply(Joined(lines, i, at)));
        }

        return remote.Concat(local);
    }

    /// <summary>What the notice says in its own words.</summary>
    public static IEnumerable<SmtpReply> Prose(string[] lines)
    {
        var reasons = 0;
        for (var i = 0; i < lines.Length; i++)
        {
            var reason = Reason().Match(lines[i]);

            // The match ends with the first character of what is said.
            if (reason.Success
                && ++reasons <= ReasonsMax
                && IsTelling(Joined(lines, i, reason.Index + reason.Length - 1), out var reply))
            {
                yield return reply;
            }
        }

        // A notice that offers several reasons to choose from gives none.
        if (lines.Count(line => Bullet().IsMatch(line)) >= BulletsMin)
        {
            yield break;
        }

        var kept = lines.Where(line => line.Trim().Length > 0 && !Boilerplate().IsMatch(line)).Take(ProseLinesMax);
        var text = string.Join(' ', kept.Select(line => line.Trim()));
        if (IsTelling(text, out var whole))
        {
            yield return whole;
        }
    }

    /// <summary>Whether what people are told names a fact. "Policy" or "content" occur in any advice.</summary>
    private static bool IsTelling(string text, out SmtpReply reply)
    {
        reply = BounceDiagnosis.Reply(text);
        var explained = ReplyClassifier.Explain(reply);
        return explained.IsReason
            && (explained.Classification.Cause
                is not (Cause.Policy or Cause.Content or Cause.Other or Cause.Relaying or Cause.Authentication)
                || (explained.Ground == ReplyGround.Words && explained.Classification.Cause is Cause.Policy));
    }

    /// <summary>A line that says in so many words that the mailbox or the disk is full, if any.</summary>
    public static SmtpReply? Full(string[] lines) => lines
        .Take(FullLinesMax)
        .Where(line => line.Length is > 0 and < 100)
        .Where(line => !line.Contains('@', StringComparison.Ordinal) && !Bullet().IsMatch(line))
        .Select(line => BounceDiagnosis.Reply(line))
        .FirstOrDefault(reply => ReplyClassifier.Classify(reply).Cause is Cause.MailboxFull or Cause.ServerFull);

    private static bool IsIntroduced(string[] lines, int line, int at) =>
        Introduction().IsMatch(LineEnd.Of(lines[line].AsSpan(0, at), IntroductionMax))
        || (line > 0 && Introduction().IsMatch(LineEnd.Of(lines[line - 1], IntroductionMax)));

    /// <summary>A reply with the lines that it was wrapped onto.</summary>
    private static string Joined(string[] lines, int line, int at)
    {
        var text = new StringBuilder(lines[line][at..].Trim());
        var indent = Indent(lines[line]);
        for (var i = line + 1; i < lines.Length && i <= line + LinesOfReplyMax; i++)
        {
            var next = lines[i].Trim();
            if (next.StartsWith("<<<", StringComparison.Ordinal))
            {
                next = next[3..].TrimStart();
            }

            var fresh = Indent(lines[i]) == 0 && indent > 0 && !ReplyStart().IsMatch(lines[i]);
            if (next.Length == 0 || fresh || EndOfReply().IsMatch(next) || IsOther(lines[line][at..], next))
            {
                break;
            }

            text.Append('\n').Append(next);
            if (text.Length > BounceDiagnosis.TextCharactersMax)
            {
                break;
            }
        }

        return text.ToString();
    }

    /// <summary>Whether <paramref name="next"/> begins with the code of another reply.</summary>
    private static bool IsOther(string reply, string next) =>
        reply is [var a, var b, var c, ..] && char.IsAsciiDigit(a) && char.IsAsciiDigit(b) && char.IsAsciiDigit(c)
        && next is [>= '2' and <= '5', _, _, ' ' or '-', ..] && char.IsAsciiDigit(next[1]) && char.IsAsciiDigit(next[2])
        && !next.StartsWith(reply[..3], StringComparison.Ordinal);

    private static int Indent(string line) => line.Length - line.TrimStart().Length;

    // What sendmail says of every failure of a mailer, whatever the mailer said.
    [GeneratedRegex(@"^\s*554 (?:5\.[05]\.0 )?(?:<[^>]*>\.\.\. )?Service unavailable\s*$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Empty();

    [GeneratedRegex(@"^\s*[*•·\-–]\s+\S", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Bullet();

    // A number is a code where a line begins, after a word or mark that announces one, or before a status.
    [GeneratedRegex(
        @"(?:^[\s<>|*#\-]*|[:;>'""(\[=\]]\s{0,3}#?|\b(?:said|error|code|repl(?:y|ied)|response"
        + @"|returned|status|was|got|smtp|with|answer\w*|message)\b:?\s{1,3})" +
        @"(?<reply>[45]\d\d(?:[ \-:;,]+[^\s\d]|[ \-]+#?\(?[245]\.\d|\s*$)|#?\(?[45]\.[0-7]\.\d{1,3}\b)"
        + @"|\s#(?<reply>[45]\.[0-7]\.\d{1,3}\b)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex ReplyStart();

    [GeneratedRegex(@"(?:said|repl(?:y|ied)|response|reason|returned|answered|responded|out|error was"
        + @"|error from .{0,60})\b.{0,20}$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Introduction();

    [GeneratedRegex(@"(?:reason|because(?: of)?|error|problem|cause|diagnostic(?: code)?|explanation"
        + @"|details?|grund|motivo|raison|ошибка)\s?:\s+\S" +
        @"|because(?: of)?\s+\S",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Reason();

    [GeneratedRegex(@"^(?:>>>|Giving up on|--|==|I'm not going to|It was|Received:|The following"
        + @"|Message headers|\.\.\.)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex EndOfReply();

    // Sentences that every bounce of some product holds, whatever the reason.
    [GeneratedRegex(
        @"(?:to|contact|your|the) <?postmaster|created automatically|problem report|delete your own text"
        + @"|attached below|could not be delivered to one or more" +
        @"|one or more of its|inform you that|do not reply|auto(?:matically)? ?generated|subject\s*:"
        + @"|date\s*:|\bsent\s*:|from\s*:|message-id" +
        @"|mime|this is the .{0,40}program|permanent (?:fatal )?error|transcript|received at"
        + @"|original message|administrator|https?://" +
        @"|attachment|content-type|mailing list owner|reporting-mta",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Boilerplate();
}
