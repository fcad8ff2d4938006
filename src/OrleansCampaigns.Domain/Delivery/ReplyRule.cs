using System.Buffers;

namespace OrleansCampaigns.Domain.Delivery;

/// <summary>One row of a table of rules: if a reply says one of these phrases, this is what it comes to.</summary>
/// <remarks>
/// Phrases are whole words as <see cref="ReplyText"/> spells them. A star at the end of a word stands for any ending,
/// at the beginning for any beginning; a star alone stands for a few words: "mailbox * full".
/// </remarks>
internal sealed class ReplyRule
{
    // Wider than "mailbox for user kijitora at this domain is full", narrower than two sentences.
    private const int GapCharactersMax = 60;

    private readonly SearchValues<string> _phrases;
    private readonly string[][] _phrasesWithGap;

    public ReplyRule(string name, Outcome outcome, Cause cause, params string[] phrases)
    {
        (Name, Outcome, Cause) = (name, outcome, cause);
        var compiled = phrases.Select(Compile).ToArray();
        _phrases = SearchValues.Create(
            [.. compiled.Where(parts => parts.Length == 1).Select(parts => parts[0])], StringComparison.Ordinal);
        _phrasesWithGap = [.. compiled.Where(parts => parts.Length > 1)];
    }

    /// <summary>What the phrases have in common, for people who ask why a reply was classified so.</summary>
    public string Name { get; }

    public Outcome Outcome { get; }

    public Cause Cause { get; }

    /// <summary>Subject and detail of the only status that the rule holds for; any if <see langword="null"/>.</summary>
    public string? Status { get; init; }

    /// <summary>The only code that the rule holds for; any if 0.</summary>
    public int Code { get; init; }

    /// <summary>Whether code and status allow the rule and <paramref name="words"/> hold one of its phrases.</summary>
    public bool Matches(ReadOnlySpan<char> words, int code = 0, string? status = null)
    {
        if ((Code != 0 && Code != code)
            || (Status is not null && status?.EndsWith(Status, StringComparison.Ordinal) is not true))
        {
            return false;
        }

        if (words.ContainsAny(_phrases))
        {
            return true;
        }

        foreach (var parts in _phrasesWithGap)
        {
            if (MatchesInOrder(words, parts))
            {
                return true;
            }
        }

        return false;
    }

    /// <remarks>Each start is tried once and each part within a bounded gap: the time is linear in the text.</remarks>
    private static bool MatchesInOrder(ReadOnlySpan<char> words, string[] parts)
    {
        while (true)
        {
            var start = words.IndexOf(parts[0], StringComparison.Ordinal);
            if (start < 0)
            {
                return false;
            }

            words = words[(start + parts[0].Length - 1)..];
            var rest = words;
            var matched = 1;
            while (matched < parts.Length)
            {
                var window = rest[..Math.Min(rest.Length, GapCharactersMax + parts[matched].Length)];
                var next = window.IndexOf(parts[matched], StringComparison.Ordinal);
                if (next < 0)
                {
                    break;
                }

                rest = rest[(next + parts[matched].Length - 1)..];
                matched++;
            }

            if (matched == parts.Length)
            {
                return true;
            }
        }
    }

    private static string[] Compile(string phrase) =>
        [.. phrase.Split(" * ").Select(part =>
        {
            var open = part.StartsWith('*') ? part[1..] : " " + part;
            return open.EndsWith('*') ? open[..^1] : open + " ";
        })];
}
