using System.Collections.Frozen;
using System.Globalization;

namespace OrleansCampaigns.Mail.Templates;

/// <summary>How languages write numbers and dates.</summary>
/// <remarks>
/// Only what the machine knows is found: a made-up tag would be a culture of its own to the framework, which remembers
/// every one that it was ever asked for.
/// </remarks>
internal static class Cultures
{
    private static readonly FrozenDictionary<string, CultureInfo> ByTag = CultureInfo
        .GetCultures(CultureTypes.AllCultures)
        .Where(culture => culture.Name.Length > 0)
        .ToFrozenDictionary(culture => culture.Name, StringComparer.OrdinalIgnoreCase);

    // What people write into a column of languages beside the codes of ISO 639.
    private static readonly Lazy<FrozenDictionary<string, CultureInfo>> ByName = new(() => ByTag.Values
        .Where(culture => culture.IsNeutralCulture)
        .OrderBy(culture => culture.Name.Length)
        .SelectMany(culture => new[] { culture.EnglishName, culture.NativeName, culture.ThreeLetterISOLanguageName }
            .Select(name => (name, culture)))
        .DistinctBy(pair => pair.name, StringComparer.OrdinalIgnoreCase)
        .ToFrozenDictionary(pair => pair.name, pair => pair.culture, StringComparer.OrdinalIgnoreCase));

    /// <summary>English, which is written where no language is known.</summary>
    public static CultureInfo English { get; } = ByTag.GetValueOrDefault("en") ?? CultureInfo.InvariantCulture;

    /// <summary>The culture of a language: by its tag (BCP 47; <c>de_AT</c> as well) or by its name.</summary>
    /// <returns><see langword="null"/> when the language is not known.</returns>
    public static CultureInfo? Find(string language)
    {
        var tag = language.Trim().Replace('_', '-');
        tag = tag.IndexOf('.') is > 0 and var dot ? tag[..dot] : tag; // de_AT.UTF-8
        if (ByTag.TryGetValue(tag, out var found) || ByName.Value.TryGetValue(language.Trim(), out found))
        {
            return found;
        }

        // A country that the machine does not know changes little of a language that it does know.
        return tag.IndexOf('-') is > 0 and var end ? ByTag.GetValueOrDefault(tag[..end]) : null;
    }
}
