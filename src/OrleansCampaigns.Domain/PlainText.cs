using System.Buffers;
using System.Text;

namespace OrleansCampaigns.Domain;

/// <summary>Text from outside, made such that every database, serializer and normaliser can take it.</summary>
/// <remarks>
/// A .NET string may hold half of a surrogate pair, and Unicode has 66 noncharacters (Unicode Standard §23.7). Neither
/// is a character: PostgreSQL and UTF-8 refuse the first, and <see cref="string.Normalize()"/> throws on both.
/// </remarks>
public static class PlainText
{
    /// <summary>Whether <paramref name="text"/> holds whole characters only.</summary>
    public static bool IsWellFormed(ReadOnlySpan<char> text)
    {
        while (text.Length > 0)
        {
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
