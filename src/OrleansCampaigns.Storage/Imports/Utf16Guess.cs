using System.Text;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Storage.Imports;

/// <summary>Knows UTF-16 without a byte order mark by where its zeros stand.</summary>
/// <remarks>Delimiters, line ends and addresses are ASCII in any language: every other byte of them is zero, on one
/// side only. Files that are no text have zeros on both.</remarks>
internal static class Utf16Guess
{
    private const int PerHundredMin = 25;
    private const int PerHundredMax = 2;

    /// <summary>The encoding, or <see langword="null"/> when it is none of the two.</summary>
    public static Encoding? Of(ReadOnlySpan<byte> head)
    {
        head = head[..(head.Length & ~1)];
        var (high, low) = (0, 0);
        for (var i = 0; i < head.Length; i += 2)
        {
            (high, low) = (high + (head[i] == 0 ? 1 : 0), low + (head[i + 1] == 0 ? 1 : 0));
        }

        var units = head.Length / 2;
        var encoding = IsMost(low) && IsRare(high) ? Encoding.Unicode
            : IsMost(high) && IsRare(low) ? Encoding.BigEndianUnicode
            : null;

        // The head may end between the halves of a pair.
        return encoding is not null && IsText(encoding.GetString(head[..^2])) ? encoding : null;

        bool IsMost(int zeros) => units > 2 && zeros * 100 >= units * PerHundredMin;

        bool IsRare(int zeros) => zeros * 100 <= units * PerHundredMax;
    }

    private static bool IsText(string text) =>
        PlainText.IsWellFormed(text.TrimEnd('\uFFFD'))
        && !text.Any(c => char.IsControl(c) && c is not ('\t' or '\r' or '\n' or '\f'));
}
