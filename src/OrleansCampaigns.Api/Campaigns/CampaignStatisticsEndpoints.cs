using OrleansCampaigns.Api.Access;
using OrleansCampaigns.Api.Licences;
using OrleansCampaigns.Api.Refusals;
using OrleansCampaigns.Api.Requests;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Campaigns;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Api.Campaigns;

/// <summary>What became of a campaign's audience.</summary>
internal static class CampaignStatisticsEndpoints
{
    public static void MapCampaignStatistics(this RouteGroupBuilder campaigns)
    {
        campaigns.MapGet("/{campaign}/statistics", Get).WithName("getCampaignStatistics").Refuses(404)
            .WithSummary("Counts what became of the audience, at most a second old, and the licences it took.");
        campaigns.MapGet("/{campaign}/engagement", GetEngagement).WithName("getCampaignEngagement").Refuses(404)
            .WithSummary("Shows which links were followed, and what happened hour by hour.");
    }

    internal static async Task<Results<Ok<StatisticsBody>, Problem>> Get(
        CampaignRoute campaign, Caller caller, IGrainFactory grains) =>
        (await grains.Campaign(campaign.Id).GetStatistics(caller.Account)).Answer(StatisticsBody.From);

    internal static async Task<Results<Ok<EngagementBody>, Problem>> GetEngagement(
        CampaignRoute campaign,
        Caller caller,
        IRecipientDirectory directory,
        IGrainFactory grains,
        CancellationToken cancellation)
    {
        // The directory knows no drafts: only the grain tells a campaign that sent nothing from one that is not there.
        var known = await grains.Campaign(campaign.Id).Get(caller.Account);
        return known.IsRefused
            ? Problems.From(known.Refusal)
            : (await directory.GetEngagement(caller.Account, campaign.Id, cancellation)).Answer(EngagementBody.From);
    }
}

/// <summary>What became of a campaign's audience: audience = all outcomes + excludedTotal, at every moment.</summary>
internal sealed record StatisticsBody
{
    /// <summary>Where the campaign is in its life.</summary>
    public required CampaignStatus Status { get; init; }

    /// <summary>How many recipients the audience holds.</summary>
    public required long Audience { get; init; }

    /// <summary>How many recipients have each outcome; all ten are named.</summary>
    public required IReadOnlyDictionary<string, long> Outcomes { get; init; }

    /// <summary>How many are excluded, by reason.</summary>
    public required IReadOnlyDictionary<string, long> Excluded { get; init; }

    /// <summary>How many are excluded, whatever the reason.</summary>
    public required long ExcludedTotal { get; init; }

    /// <summary>How many have each cause, such as <c>mailbox-full</c>.</summary>
    public required IReadOnlyDictionary<string, long> Causes { get; init; }

    /// <summary>
    /// How many recipients something went wrong with, by whose fault it is: <c>mailbox</c>, <c>server</c>, <c>ours</c>.
    /// Those whom no message could be made for are among ours.
    /// </summary>
    public required IReadOnlyDictionary<string, long> Faults { get; init; }

    /// <summary>How many attempts were made.</summary>
    public required long Attempts { get; init; }

    /// <summary>How many of them were not a recipient's first.</summary>
    public required long Retries { get; init; }

    /// <summary>How many recipients wait for a retry.</summary>
    public required long RetriesWaiting { get; init; }

    /// <summary>When the next retry is due.</summary>
    public DateTimeOffset? NextRetryAt { get; init; }

    /// <summary>How many recipients' fate is in doubt.</summary>
    public required long InDoubt { get; init; }

    /// <summary>How many recipients' e-mail was accepted and not sent back since.</summary>
    public required long Delivered { get; init; }

    /// <summary>How many recipients opened it; who clicked has opened. People only, as all of these.</summary>
    public required long Opened { get; init; }

    /// <summary>How many recipients clicked.</summary>
    public required long Clicked { get; init; }

    /// <summary>How often it was opened.</summary>
    public required long Opens { get; init; }

    /// <summary>How often links were clicked.</summary>
    public required long Clicks { get; init; }

    /// <summary>How often machines opened it: proxies that fetch in advance, scanners.</summary>
    public required long MachineOpens { get; init; }

    /// <summary>How often machines clicked.</summary>
    public required long MachineClicks { get; init; }

    /// <summary>How many recipients unsubscribed by way of this campaign.</summary>
    public required long Unsubscribed { get; init; }

    /// <summary>How many recipients complained about it.</summary>
    public required long Complained { get; init; }

    /// <summary>How many recipients were not attempted: excluded, decided without it, or still waiting.</summary>
    public required long NotAttempted { get; init; }

    /// <summary>What the campaign holds or held of the account's licences.</summary>
    public required ReservationBody Licences { get; init; }

    /// <summary>
    /// What keeps the campaign waiting, such as a relay that is down or refuses the sender, with what it said and
    /// without addresses.
    /// </summary>
    public string? WaitingFor { get; init; }

    public static StatisticsBody From(CampaignStatistics statistics)
    {
        var totals = statistics.Totals;
        return new()
        {
            Status = statistics.Status,
            Audience = totals.Audience,
            Outcomes = OutcomeTable.Rows.ToDictionary(row => row.Outcome.ToString(), row => totals[row.Outcome]),
            Excluded = totals.Excluded,
            ExcludedTotal = totals.ExcludedTotal,
            Causes = totals.Causes.Where(pair => pair.Key != Cause.None).ToDictionary(
                pair => pair.Key.Name(), pair => pair.Value),
            Faults = Enum.GetValues<Blame>().Where(blame => blame != Blame.None).ToDictionary(
                blame => blame.Name(), blame => totals[blame]),
            Attempts = totals.Attempts,
            Retries = totals.Retries,
            RetriesWaiting = totals.RetriesWaiting,
            NextRetryAt = statistics.NextRetryAt,
            InDoubt = totals.InDoubt,
            Delivered = totals.Delivered,
            Opened = totals.Opened,
            Clicked = totals.Clicked,
            Opens = totals.Opens,
            Clicks = totals.Clicks,
            MachineOpens = totals.MachineOpens,
            MachineClicks = totals.MachineClicks,
            Unsubscribed = totals.Unsubscribed,
            Complained = totals.Complained,
            NotAttempted = totals.NotAttempted,
            Licences = ReservationBody.From(statistics.Licences),
            WaitingFor = statistics.WaitingFor,
        };
    }
}

/// <summary>What recipients did with a campaign; people and machines apart.</summary>
/// <param name="Links">The links by people's clicks, most clicked first.</param>
/// <param name="Hours">Every hour in which something happened, in order.</param>
internal sealed record EngagementBody(IReadOnlyList<LinkBody> Links, IReadOnlyList<HourBody> Hours)
{
    public static EngagementBody From(CampaignEngagement engagement) =>
        new([.. engagement.Links.Select(LinkBody.From)], [.. engagement.Hours.Select(HourBody.From)]);
}

/// <summary>How often a link was followed.</summary>
/// <param name="Link">Its number in the message, from 1.</param>
/// <param name="Url">Where it leads; one that differs by recipient is its template.</param>
/// <param name="Recipients">How many recipients followed it, people only.</param>
/// <param name="Clicks">How often, people only.</param>
/// <param name="MachineClicks">How often machines did.</param>
internal sealed record LinkBody(int Link, string Url, long Recipients, long Clicks, long MachineClicks)
{
    public static LinkBody From(LinkStatistics link) =>
        new(link.Link, link.Url, link.Recipients, link.Clicks, link.MachineClicks);
}

/// <summary>How many recipients did something for the first time within one hour.</summary>
/// <param name="Hour">The beginning of the hour (UTC).</param>
/// <param name="Sent">E-mails accepted.</param>
/// <param name="Opened">First opened, by people.</param>
/// <param name="Clicked">First clicked, by people.</param>
/// <param name="Bounced">Given up on: Bounced, Rejected or Spam.</param>
/// <param name="Unsubscribed">Unsubscribed by this campaign.</param>
/// <param name="Complained">Complained about it.</param>
internal sealed record HourBody(
    DateTimeOffset Hour, long Sent, long Opened, long Clicked, long Bounced, long Unsubscribed, long Complained)
{
    public static HourBody From(HourStatistics hour) => new(
        hour.Hour, hour.Sent, hour.Opened, hour.Clicked, hour.Bounced, hour.Unsubscribed, hour.Complained);
}
