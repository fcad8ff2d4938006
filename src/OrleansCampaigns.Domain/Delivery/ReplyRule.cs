using System.Buffers;

namespace OrleansCampaigns.Domain.Delivery;

/// <summary>How much the words of a rule are worth.</summary>
internal enum RuleWeight
{
    /// <summary>The words name a fact: the first sentence that says one decides.</summary>
    Plain = 0,

    /// <summary>The words also occur in explanations and in advice: believed where no fact is named.</summary>
    Vague = 1,
}

/// <summary>One row of a table of rules: if a reply says one of these phrases, this is what it comes to.</summary>
/// <remarks>
/// Phrases are whole words as <see cref="ReplyText"/> spells them. A star at the end of a word stands for any ending,
/// at the beginning for any beginning; a star alone stands for a few words: "mailbox * full".
/// </remarks>
internal sealed class ReplyRule
{
    // Wider than "mailbox for user kijitora at this domain is full", narrower than two sentences.
    private const int GapCharactersMax = 60;

    private readonly string[] _phrases;
    private readonly SearchValues<string> _anyPhrase;
    private readonly string[][] _phrasesWithGap;

    public ReplyRule(string why, Outcome outcome, Cause cause, params string[] phrases)
    {
        (Why, Outcome, Cause) = (why, outcome, cause);
        var compiled = phrases.Select(Compile).ToArray();
        _phrases = [.. compiled.Where(parts => parts.Length == 1).Select(parts => parts[0])];
        _anyPhrase = SearchValues.Create(_phrases, StringComparison.Ordinal);
        _phrasesWithGap = [.. compiled.Where(parts => parts.Length > 1)];
    }

    /// <summary>What the phrases say, for people who ask why a reply was classified so.</summary>
    public string Why { get; }

    public Outcome Outcome { get; }

    public Cause Cause { get; }

    public RuleWeight Weight { get; init; }

    /// <summary>Subject and detail of the only status that the rule holds for; any if <see langword="null"/>.</summary>
    public string? Status { get; init; }

    /// <summary>The only subject of a status (RFC 3463 §3) that the rule holds for; any if 0.</summary>
    public int Subject { get; init; }

    /// <summary>The only codes that the rule holds for; any if empty.</summary>
    public int[] Codes { get; init; } = [];

    /// <summary>The only class (4 or 5) of the code, else of the status, that the rule holds for; any if 0.</summary>
    public int Class { get; init; }

    /// <summary>Whether the rule holds only where a server answered and finds no fault with the way to it.</summary>
    public bool AnswersOnly { get; init; }

    /// <summary>Words that make the phrases speak of somebody else.</summary>
    public string[] Unless { get; init; } = [];

    /// <summary>The phrases as they are compared.</summary>
    internal IEnumerable<string> Phrases => _phrases.Concat(_phrasesWithGap.SelectMany(parts => parts));

    /// <summary>Whether <paramref name="words"/> hold one of the phrases and code and status allow the rule.</summary>
    public bool Matches(ReadOnlySpan<char> words, int code = 0, string? status = null) =>
        Find(words, code, status) is not null;

    /// <summary>The words that match, or <see langword="null"/> when none do or code and status forbid it.</summary>
    public string? Find(ReadOnlySpan<char> words, int code = 0, string? status = null)
    {
        if (!Allows(code, status))
        {
            return null;
        }

        foreach (var word in Unless)
        {
            if (words.Contains(word, StringComparison.Ordinal))
            {
                return null;
            }
        }

        if (words.IndexOfAny(_anyPhrase) is >= 0 and var start)
        {
            return PhraseAt(words[start..]);
        }

        foreach (var parts in _phrasesWithGap)
        {
            if (FindInOrder(words, parts) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private bool Allows(int code, string? status) =>
        (Codes.Length == 0 || Codes.Contains(code))
        && (Status is null || status?.EndsWith(Status, StringComparison.Ordinal) is true)
        && (Subject == 0 || status?.StartsWith($"{status[0]}.{Subject}.", StringComparison.Ordinal) is true)
        && (Class == 0 || Class == (code > 0 ? code / 100 : status is [var digit, ..] ? digit - '0' : 0))
        && (!AnswersOnly || (code > 0 && !EnhancedCodeTable.IsAboutRoute(status)));

    private string PhraseAt(ReadOnlySpan<char> words)
    {
        var longest = "";
        foreach (var phrase in _phrases)
        {
            if (phrase.Length > longest.Length && words.StartsWith(phrase, StringComparison.Ordinal))
            {
                longest = phrase;
            }
        }

        return longest.Trim();
    }

    /// <remarks>Each start is tried once and each part within a bounded gap: the time is linear in the text.</remarks>
    private static string? FindInOrder(ReadOnlySpan<char> words, string[] parts)
    {
        while (true)
        {
            var start = words.IndexOf(parts[0], StringComparison.Ordinal);
            if (start < 0)
            {
                return null;
            }

            var from = words[start..];
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
                return from[..(from.Length - rest.Length)].Trim().ToString();
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
