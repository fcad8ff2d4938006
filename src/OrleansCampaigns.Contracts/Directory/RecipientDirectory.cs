using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Contracts.Directory;

/// <summary>What is needed to find out whom something that came back is about.</summary>
public interface IRecipientDirectory
{
    /// <summary>The campaign's account and links; <see langword="null"/> when it has not taken an audience.</summary>
    Task<TrackedCampaign?> FindCampaign(CampaignId campaign, CancellationToken cancellation = default);

    /// <summary>The recipient at a place of an audience, or <see langword="null"/>.</summary>
    Task<(AccountId Account, ContactId Contact)?> FindRecipient(
        CampaignId campaign, int partition, long seq, CancellationToken cancellation = default);

    /// <summary>Links by clicks, and what happened hour by hour.</summary>
    Task<Result<CampaignEngagement>> GetEngagement(
        AccountId account, CampaignId campaign, CancellationToken cancellation = default);
}

/// <summary>A campaign as tracking needs it.</summary>
/// <param name="Account">Whose it is.</param>
/// <param name="Links">
/// Its links by number, the first being number 1; one that differs by recipient is its template.
/// </param>
public sealed record TrackedCampaign(AccountId Account, IReadOnlyList<string> Links);

/// <summary>What recipients did with a campaign.</summary>
/// <param name="Links">The links by people's clicks, most clicked first.</param>
/// <param name="Hours">Every hour in which something happened, in order.</param>
public sealed record CampaignEngagement(IReadOnlyList<LinkStatistics> Links, IReadOnlyList<HourStatistics> Hours);

/// <summary>How often a link was followed.</summary>
/// <param name="Link">Its number.</param>
/// <param name="Url">Where it leads.</param>
/// <param name="Recipients">How many recipients followed it, people only.</param>
/// <param name="Clicks">How often, people only.</param>
/// <param name="MachineClicks">How often machines did.</param>
public sealed record LinkStatistics(int Link, string Url, long Recipients, long Clicks, long MachineClicks);

/// <summary>How many recipients did something for the first time within one hour.</summary>
/// <param name="Hour">The beginning of the hour (UTC).</param>
/// <param name="Sent">E-mails accepted.</param>
/// <param name="Opened">First opened, by people.</param>
/// <param name="Clicked">First clicked, by people.</param>
/// <param name="Bounced">Given up on: Bounced, Rejected or Spam.</param>
/// <param name="Unsubscribed">Unsubscribed by this campaign.</param>
/// <param name="Complained">Complained about it.</param>
public sealed record HourStatistics(
    DateTimeOffset Hour, long Sent, long Opened, long Clicked, long Bounced, long Unsubscribed, long Complained);
