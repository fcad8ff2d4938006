using System.Buffers;
using System.Text;

namespace OrleansCampaigns.Domain;

/// <summary>Text from outside, made such that every database, serializer and normaliser can take it.</summary>
/// <remarks>
/// A .NET string may hold half of a surrogate pair, which a cut by length leaves of an emoji, and Unicode has 66
/// noncharacters (Unicode Standard §23.7). Neither is a character: PostgreSQL and UTF-8 refuse the first, and
/// <see cref="string.Normalize()"/> throws on both. PostgreSQL refuses NUL as well, each time it is tried.
/// </remarks>
public static class PlainText
{
    // Nearly every text has none of these, which is found out many units at a time.
    private static readonly SearchValues<char> Suspects = SearchValues.Create(
        [.. Enumerable.Range(0xD800, 0x800).Concat(Enumerable.Range(0xFDD0, 0x20)).Select(unit => (char)unit),
            '\uFFFE', '\uFFFF']);

    /// <summary>Whether <paramref name="text"/> holds whole characters only.</summary>
    public static bool IsWellFormed(ReadOnlySpan<char> text)
    {
        while (text.IndexOfAny(Suspects) is var suspect and >= 0)
        {
            text = text[suspect..];
            if (Rune.DecodeFromUtf16(text, out var rune, out var length) != OperationStatus.Done
                || IsNoncharacter(rune))
            {
                return false;
            }

            text = text[length..];
        }

        return true;
    }

    /// <summary>The text with U+FFFD in the place of everything that is no character, and of NUL.</summary>
    /// <returns>The same instance when there is nothing of the kind.</returns>
    public static string Clean(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.Contains('\0', StringComparison.Ordinal) && IsWellFormed(text))
        {
            return text;
        }

        var cleaned = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            // The enumeration itself gives U+FFFD for half of a pair.
            cleaned.Append(rune.Value == 0 || IsNoncharacter(rune) ? "\uFFFD" : rune.ToString());
        }

        return cleaned.ToString();
    }

    /// <summary>The beginning of <paramref name="text"/>, cut between two characters.</summary>
    /// <param name="text">The text.</param>
    /// <param name="lengthMax">How many UTF-16 units it may have; at least 1.</param>
    public static string Cut(string text, int lengthMax)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length <= lengthMax)
        {
            return text;
        }

        return char.IsHighSurrogate(text[lengthMax - 1]) ? text[..(lengthMax - 1)] : text[..lengthMax];
    }

    private static bool IsNoncharacter(Rune rune) =>
        (rune.Value & 0xFFFE) == 0xFFFE || rune.Value is >= 0xFDD0 and <= 0xFDEF;
}
