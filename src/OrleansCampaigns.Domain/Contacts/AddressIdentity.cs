using System.Globalization;
using System.Text;

namespace OrleansCampaigns.Domain.Contacts;

/// <summary>Which spellings of an address are one person's.</summary>
/// <remarks>
/// RFC 5321 §2.4 leaves the case of a local part to its own server, but no server in use keeps two mailboxes apart by
/// case alone, and to people they are one address. Every door that takes an address compares this form: imports, the
/// API, links, mail that comes back, reports and suppressions. The spelling that was given first is what is sent to.
/// The fold is kept in hashes for good, so it must never change: see ADR 0004.
/// </remarks>
public static class AddressIdentity
{
    /// <summary>The form in which all spellings of one address are equal.</summary>
    /// <param name="text">An address, properly formatted or not: what is no address is compared as a text.</param>
    /// <returns>Form C, folded to lower case by Unicode's simple mappings, without characters that cannot be
    /// seen and without blanks around it; the domain as A-labels (RFC 5891). Never throws.</returns>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return EmailAddress.Parse(text)?.Identity ?? Fold(Visible(PlainText.Clean(text)));
    }

    /// <summary>A text without what cannot be seen in it, and without the blanks around it.</summary>
    /// <remarks>Spreadsheets and web pages leave marks of direction, joiners, byte order marks and hard blanks around
    /// addresses. Control characters and line ends stay: they are no typing mistake, and are refused.</remarks>
    public static string Visible(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!Ascii.IsValid(text) && PlainText.IsWellFormed(text))
        {
            var seen = new StringBuilder(text.Length);
            foreach (var rune in text.EnumerateRunes())
            {
                if (!IsInvisible(rune))
                {
                    seen.Append(rune.ToString());
                }
            }

            text = seen.ToString();
        }

        var (start, end) = (0, text.Length);
        while (start < end && IsBlank(text[start]))
        {
            start++;
        }

        while (end > start && IsBlank(text[end - 1]))
        {
            end--;
        }

        return text[start..end];
    }

    /// <summary>Folds case as CaseFolding.txt does with its simple mappings (C and S), in form C.</summary>
    internal static string Fold(string text)
    {
        if (Ascii.IsValid(text))
        {
            return text.ToLowerInvariant();
        }

        var folded = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            // By way of the upper case: letters with two lower cases (final sigma, long s) become one.
            folded.Append(Rune.ToLowerInvariant(Rune.ToUpperInvariant(rune)).ToString());
        }

        // What is no character has no form C, and Normalize would throw on it.
        var fold = folded.ToString();
        return PlainText.IsWellFormed(fold) ? fold.Normalize(NormalizationForm.FormC) : fold;
    }

    private static bool IsBlank(char c) =>
        c is ' ' or '\t' || CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.SpaceSeparator;

    // Format characters (joiners, marks of direction, the byte order mark, the soft hyphen), variation selectors, and
    // the fillers and joiners that Unicode counts among letters and marks though they show nothing.
    private static bool IsInvisible(Rune rune) =>
        Rune.GetUnicodeCategory(rune) == UnicodeCategory.Format
        || rune.Value is 0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or 0x3164 or 0xFFA0
            or (>= 0x180B and <= 0x180F) or (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0000 and <= 0xE0FFF);
}
