using OrleansCampaigns.Api.Access;
using OrleansCampaigns.Api.Licences;
using OrleansCampaigns.Api.Refusals;
using OrleansCampaigns.Api.Requests;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Campaigns;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Api.Campaigns;

/// <summary>What became of a campaign's audience.</summary>
internal static class CampaignStatisticsEndpoints
{
    public static void MapCampaignStatistics(this RouteGroupBuilder campaigns) =>
        campaigns.MapGet("/{campaign}/statistics", Get).Refuses(404)
            .WithSummary("Counts what became of the audience, at most a second old, and the licences it took.");

    internal static async Task<Results<Ok<StatisticsBody>, Problem>> Get(
        CampaignRoute campaign, Caller caller, IGrainFactory grains) =>
        (await grains.Campaign(campaign.Id).GetStatistics(caller.Account)).Answer(StatisticsBody.From);
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

    /// <summary>What the campaign holds or held of the account's licences.</summary>
    public required ReservationBody Licences { get; init; }

    /// <summary>What keeps the campaign waiting, such as a relay that is down.</summary>
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
            Attempts = totals.Attempts,
            Retries = totals.Retries,
            RetriesWaiting = totals.RetriesWaiting,
            NextRetryAt = statistics.NextRetryAt,
            InDoubt = totals.InDoubt,
            Licences = ReservationBody.From(statistics.Licences),
            WaitingFor = statistics.WaitingFor,
        };
    }
}
