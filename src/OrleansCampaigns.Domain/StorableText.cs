using System.Buffers;

namespace OrleansCampaigns.Domain;

/// <summary>Text in a form that every database takes.</summary>
/// <remarks>
/// PostgreSQL stores well-formed UTF-8 without NUL and refuses anything else, each time it is tried. What others send
/// (replies, bounce messages, reasons) holds such characters by accident or on purpose, and a cut by length makes half
/// a surrogate pair of an emoji.
/// </remarks>
public static class StorableText
{
    private const char Replacement = '\ufffd';

    private static readonly SearchValues<char> Suspects = SearchValues.Create(
        [.. Enumerable.Range(0xd800, 0x800).Select(unit => (char)unit), '\0']);

    /// <summary>The text with U+FFFD in place of each NUL and each half of a surrogate pair.</summary>
    /// <returns>The same instance when there is none.</returns>
    public static string Clean(string text)
    {
        var at = text.AsSpan().IndexOfAny(Suspects) is var suspect and >= 0 ? IndexOfUnstorable(text, suspect) : -1;
        if (at < 0)
        {
            return text;
        }

        var cleaned = text.ToCharArray();
        for (; at >= 0; at = IndexOfUnstorable(text, at + 1))
        {
            cleaned[at] = Replacement;
        }

        return new(cleaned);
    }

    /// <summary>The beginning of a text, which does not end within a character.</summary>
    /// <param name="text">The text.</param>
    /// <param name="lengthMax">How many UTF-16 code units at most; 1 or more.</param>
    public static string Cut(string text, int lengthMax)
    {
        if (text.Length <= lengthMax)
        {
            return text;
        }

        var splitsPair = char.IsHighSurrogate(text[lengthMax - 1]) && char.IsLowSurrogate(text[lengthMax]);
        return text[..(splitsPair ? lengthMax - 1 : lengthMax)];
    }

    private static int IndexOfUnstorable(string text, int from)
    {
        for (var i = from; i < text.Length; i++)
        {
            if (text[i] == '\0' || (char.IsSurrogate(text[i]) && !IsInPair(text, i)))
            {
                return i;
            }
        }

        return -1;
    }

    private static bool IsInPair(string text, int at) => char.IsHighSurrogate(text[at])
        ? at + 1 < text.Length && char.IsLowSurrogate(text[at + 1])
        : at > 0 && char.IsHighSurrogate(text[at - 1]);
}
