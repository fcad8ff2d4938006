using OrleansCampaigns.Api.Tracking;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Api.Contacts;

/// <summary>Where the links that a contact followed lead.</summary>
internal sealed class FollowedLinks
{
    private readonly Dictionary<CampaignId, IReadOnlyList<string>> _links = [];

    private FollowedLinks()
    {
    }

    /// <summary>Looks campaigns up; one that is not known any more, or is another account's, has no links.</summary>
    public static async Task<FollowedLinks> Of(
        AccountId account, IEnumerable<CampaignId> campaigns, TrackedCampaigns tracked)
    {
        var found = new FollowedLinks();
        foreach (var id in campaigns.Distinct())
        {
            if (await tracked.Find(id) is { } campaign && campaign.Account == account)
            {
                found._links.Add(id, campaign.Links);
            }
        }

        return found;
    }

    /// <summary>Where a link leads, or its template when it differs by recipient.</summary>
    public string? UrlOf(CampaignId? campaign, int link) =>
        campaign is { } id && _links.TryGetValue(id, out var links) && link >= 1 && link <= links.Count
            ? links[link - 1]
            : null;
}
