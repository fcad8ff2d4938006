using System.Text;

namespace OrleansCampaigns.Storage.Directory;

/// <summary>What text may hold, and the form in which it is searched.</summary>
internal static class ContactText
{
    /// <summary>Lower case of any script, and one spelling for letters that Unicode can spell in two.</summary>
    public static string ForSearch(string text) =>
        Ascii.IsValid(text) || !IsWellFormed(text)
            ? text.ToLowerInvariant()
            : text.Normalize(NormalizationForm.FormC).ToLowerInvariant();

    /// <summary>Whether it holds no control character and no half of a surrogate pair.</summary>
    /// <param name="text">The text.</param>
    /// <param name="linesAllowed">Whether tabs and line ends are welcome.</param>
    public static bool IsClean(string text, bool linesAllowed = false)
    {
        var surrogates = false;
        foreach (var c in text)
        {
            if (char.IsControl(c) && !(linesAllowed && c is '\t' or '\r' or '\n'))
            {
                return false;
            }

            surrogates |= char.IsSurrogate(c);
        }

        return !surrogates || IsWellFormed(text);
    }

    private static bool IsWellFormed(string text)
    {
        for (var rest = text.AsSpan(); rest.Length > 0;)
        {
            if (Rune.DecodeFromUtf16(rest, out _, out var length) != System.Buffers.OperationStatus.Done)
            {
                return false;
            }

            rest = rest[length..];
        }

        return true;
    }
}
