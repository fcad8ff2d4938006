using System.Buffers;

namespace OrleansCampaigns.Domain.Delivery;

/// <summary>One reply among several in a text.</summary>
/// <param name="Reply">The reply.</param>
/// <param name="IsQuoted">Whether the text before it says that another server gave it.</param>
internal readonly record struct ReplyPart(SmtpReply Reply, bool IsQuoted);

/// <summary>Takes a text apart that holds several replies, because a server wraps what another one said.</summary>
/// <remarks>
/// A number is a code where a word or a mark announces it, or an enhanced status of its class follows: "up to 512
/// bytes" is none. Each character is looked at once, and no more than a few replies are taken out.
/// </remarks>
internal static class ReplyParts
{
    private const int CharactersMax = 4096;
    private const int PartsMax = 8;

    // Words that announce a reply of another server.
    private static readonly string[] Announcements =
    [
        "said", "says", "replied", "reply", "responded", "response", "returned", "answered", "answer", "error",
        "errors", "was", "with", "code", "got", "status", "message", "reason", "remote", "smtp", "smtp;", "dit",
        "antwort", "sagte", "reponse", "respuesta", "resposta", "risposta",
    ];

    private static readonly SearchValues<char> Digits = SearchValues.Create("245");

    /// <summary>
    /// What <paramref name="reply"/> says itself, then the replies that it quotes; it alone where it quotes none.
    /// </summary>
    public static IReadOnlyList<ReplyPart> Of(SmtpReply reply)
    {
        var text = reply.Text.Length > CharactersMax ? reply.Text[..CharactersMax] : reply.Text;
        var starts = new List<(int At, bool IsQuoted)>();
        var from = 0;
        while (starts.Count < PartsMax && text.AsSpan(from).IndexOfAny(Digits) is >= 0 and var next)
        {
            var at = from + next;
            from = at + 1;
            if (IsCode(text, at) && Announced(text, at, reply) is { } quoted)
            {
                starts.Add((at, quoted));
                from = at + 3;
            }
        }

        if (starts.Count == 0)
        {
            return [new ReplyPart(reply, IsQuoted: false)];
        }

        var parts = new List<ReplyPart>();
        for (var i = 0; i < starts.Count; i++)
        {
            var end = i + 1 < starts.Count ? starts[i + 1].At : text.Length;
            parts.Add(new ReplyPart(SmtpReplyParser.Parse(text[starts[i].At..end]), starts[i].IsQuoted));
        }

        // A status that the whole text was given because a quoted reply has it is not its own.
        var isOwn = !parts.Exists(part => part.Reply.EnhancedCode == reply.EnhancedCode);
        var own = reply with { Text = text[..starts[0].At], EnhancedCode = isOwn ? reply.EnhancedCode : null };
        return [new ReplyPart(own, IsQuoted: false), .. parts];
    }

    private static bool IsCode(string text, int at)
    {
        if (at + 4 >= text.Length || !char.IsAsciiDigit(text[at + 1]) || !char.IsAsciiDigit(text[at + 2])
            || text[at + 1] is > '7' or '6' || text[at + 3] is not (' ' or '-' or ':'))
        {
            return false;
        }

        var after = text[at + 4];
        return (at == 0 || !(char.IsLetterOrDigit(text[at - 1]) || text[at - 1] is '.' or '-' or '/' or '@' or '_'))
            && (char.IsLetter(after) || after is '<' or '#' or '[' or '(' or ' ' || HasStatus(text, at));
    }

    private static bool HasStatus(string text, int at) =>
        at + 8 < text.Length && text[at + 4] == text[at] && text[at + 5] == '.' && char.IsAsciiDigit(text[at + 6]);

    /// <summary>Whether another server gave the reply; <see langword="null"/> where the number begins none.</summary>
    private static bool? Announced(string text, int at, SmtpReply reply)
    {
        // The code that each line of a reply repeats begins no other reply.
        var repeats = reply.Code > 0 && text.AsSpan(at, 3).SequenceEqual($"{reply.Code}") && text[at + 3] == '-';
        if (repeats)
        {
            return null;
        }

        var before = text.AsSpan(0, at).TrimEnd(' ');
        if (before.IsEmpty)
        {
            return false;
        }

        var mark = before[^1];
        if (before.EndsWith("->") || before.EndsWith("=>") || mark is '(' or '"' or '\'' or '[' or ':' or '=')
        {
            return true;
        }

        if (mark is ';' or '|' or ',')
        {
            return mark is ';' && before[..^1].EndsWith("smtp", StringComparison.OrdinalIgnoreCase);
        }

        var word = before[(before.LastIndexOf(' ') + 1)..];
        foreach (var announcement in Announcements)
        {
            if (word.Equals(announcement, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return HasStatus(text, at) || mark is '.' or ')' or '!' ? false : null;
    }
}
