namespace OrleansCampaigns.Domain.Contacts;

/// <summary>What a contact's attributes say of its language.</summary>
public static class ContactLanguage
{
    /// <summary>Attributes that name a language, in the order in which they are looked at.</summary>
    private static readonly string[] Attributes =
        ["language", "lang", "locale", "preferred language", "sprache", "langue"];

    /// <summary>The languages that the contact names, as they are written there, the first one first.</summary>
    public static IEnumerable<string> NamedBy(IReadOnlyDictionary<string, string> attributes) => Attributes
        .SelectMany(name => attributes
            .Where(pair => pair.Key.Trim().Equals(name, StringComparison.OrdinalIgnoreCase))
            .Select(pair => pair.Value));
}
