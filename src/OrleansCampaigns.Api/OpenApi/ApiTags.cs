namespace OrleansCampaigns.Api.OpenApi;

/// <summary>The groups of the document, in the order in which a reader needs them.</summary>
/// <remarks>What has none of these tags is not in the document: the pages of other components are not of this API.
/// </remarks>
internal static class ApiTags
{
    public static IReadOnlyList<(string Name, string About)> All { get; } =
    [
        ("Lists", "Lists of contacts and their members."),
        ("Imports", "Contacts from CSV files, and how far their reading is."),
        ("Contacts", "Contacts: what is known of them, what happened to them, and what they agreed to."),
        ("Views", "Filters that are saved under a name."),
        ("Suppressions", "Addresses and domains that an account never sends to."),
        ("Campaigns", "Campaigns: writing, checking, starting and ending them, and what became of their recipients."),
        ("Feedback", "What comes back: bounces, complaints and the events of mail providers."),
        ("Licences", "How many recipients an account may still write to."),
        ("Account", "What contacts read of an account."),
        ("Access", "API keys."),
        ("Tracking", "What the links of an e-mail lead to; for recipients, who have no key."),
        ("Health", "What a load balancer asks."),
    ];

    public static bool AreOn(IEnumerable<object> metadata) =>
        metadata.OfType<Microsoft.AspNetCore.Http.Metadata.ITagsMetadata>().SelectMany(tags => tags.Tags)
            .Any(tag => All.Any(known => known.Name == tag));
}
