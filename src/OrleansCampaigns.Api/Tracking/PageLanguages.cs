using System.Collections.Frozen;
using Microsoft.Net.Http.Headers;
using OrleansCampaigns.Domain.Contacts;
using static OrleansCampaigns.Api.Tracking.PageCatalogue;

namespace OrleansCampaigns.Api.Tracking;

/// <summary>The languages of the public pages, and which of them a page speaks.</summary>
internal static class PageLanguages
{
    /// <summary>Every language, English first.</summary>
    public static IReadOnlyList<PageTexts> All { get; } = [English, German, French, Spanish, Italian, Russian];

    // What people write into a column of languages beside the codes of ISO 639.
    private static readonly FrozenDictionary<string, PageTexts> ByName = new (PageTexts Texts, string[] Names)[]
    {
        (English, ["en", "eng", "english", "englisch", "anglais", "inglés", "ingles", "inglese", "английский"]),
        (German, ["de", "deu", "ger", "german", "deutsch", "allemand", "alemán", "aleman", "tedesco", "немецкий"]),
        (French,
            [
                "fr", "fra", "fre", "french", "französisch", "français", "francais", "francés", "francese",
                "французский",
            ]),
        (Spanish,
            [
                "es", "spa", "spanish", "spanisch", "espagnol", "español", "espanol", "castellano", "spagnolo",
                "испанский",
            ]),
        (Italian, ["it", "ita", "italian", "italienisch", "italien", "italiano", "итальянский"]),
        (Russian, ["ru", "rus", "russian", "russisch", "russe", "ruso", "russo", "русский"]),
    }
        .SelectMany(language => language.Names, (language, name) => (name, language.Texts))
        .ToFrozenDictionary(pair => pair.name, pair => pair.Texts, StringComparer.OrdinalIgnoreCase);

    /// <summary>The language of a page: the contact's own, else what its browser asks for, else English.</summary>
    /// <param name="attributes">The contact's attributes; <see langword="null"/> when it is not known.</param>
    /// <param name="request">Whose <c>Accept-Language</c> (RFC 9110 §12.5.4) counts.</param>
    public static PageTexts Of(IReadOnlyDictionary<string, string>? attributes, HttpRequest request) =>
        OfContact(attributes) ?? OfBrowser(request) ?? English;

    private static PageTexts? OfContact(IReadOnlyDictionary<string, string>? attributes) => attributes is null
        ? null
        : ContactLanguage.NamedBy(attributes)
            .Select(Find)
            .FirstOrDefault(texts => texts is not null);

    private static PageTexts? OfBrowser(HttpRequest request) =>
        StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptLanguage, out var wanted)
            ? wanted
                .Where(language => language.Quality is not 0)
                .OrderByDescending(language => language.Quality ?? 1)
                .Select(language => Find(language.Value.ToString()))
                .FirstOrDefault(texts => texts is not null)
            : null;

    // de-AT, de_AT and de are one language to these pages.
    private static PageTexts? Find(string name)
    {
        name = name.Trim();
        var end = name.AsSpan().IndexOfAny('-', '_', '.');
        return ByName.GetValueOrDefault(name) ?? (end > 0 ? ByName.GetValueOrDefault(name[..end]) : null);
    }
}
