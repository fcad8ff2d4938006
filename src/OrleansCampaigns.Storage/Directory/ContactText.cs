using System.Text;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Storage.Directory;

/// <summary>What text may hold, and the form in which it is searched.</summary>
internal static class ContactText
{
    /// <summary>Lower case of any script, and one spelling for letters that Unicode can spell in two.</summary>
    public static string ForSearch(string text) =>
        Ascii.IsValid(text) || !PlainText.IsWellFormed(text)
            ? text.ToLowerInvariant()
            : text.Normalize(NormalizationForm.FormC).ToLowerInvariant();

    /// <summary>Whether it holds no control character and nothing that is no character.</summary>
    /// <param name="text">The text.</param>
    /// <param name="linesAllowed">Whether tabs and line ends are welcome.</param>
    public static bool IsClean(string text, bool linesAllowed = false)
    {
        foreach (var c in text)
        {
            if (char.IsControl(c) && !(linesAllowed && c is '\t' or '\r' or '\n'))
            {
                return false;
            }
        }

        return Ascii.IsValid(text) || PlainText.IsWellFormed(text);
    }
}
