using System.Collections.Immutable;
using System.Data.Common;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Storage.Databases;

namespace OrleansCampaigns.Storage.Audiences;

/// <summary>Counts what became of an audience, in one walk over its rows.</summary>
internal static class TotalsSql
{
    internal const string Sql = """
        SELECT outcome, cause, excluded, count(*), sum(attempts), count(*) FILTER (WHERE attempts > 0),
            count(next_attempt_at), sum(charged), sum(in_doubt), min(next_attempt_at),
            count(opened_at), count(clicked_at), sum(opens), sum(clicks), sum(machine_opens), sum(machine_clicks),
            count(unsubscribed_at), count(complained_at)
        FROM recipients WHERE campaign_id = @campaign
        GROUP BY outcome, cause, excluded
        """;

    private sealed record Group(
        Outcome Outcome,
        Cause Cause,
        string? Excluded,
        long Recipients,
        long Attempts,
        long Attempted,
        long Waiting,
        long Charged,
        long InDoubt,
        DateTimeOffset? NextRetryAt)
    {
        public long Opened { get; init; }

        public long Clicked { get; init; }

        public long Opens { get; init; }

        public long Clicks { get; init; }

        public long MachineOpens { get; init; }

        public long MachineClicks { get; init; }

        public long Unsubscribed { get; init; }

        public long Complained { get; init; }
    }

    public static async Task<(CampaignTotals Totals, DateTimeOffset? NextRetryAt)> Count(
        DatabaseSession session, CampaignId campaign)
    {
        var groups = await session.Rows(
            ReadGroup,
            Sql,
            ("@campaign", campaign.Value));
        var withOutcome = groups.Where(group => group.Excluded is null).ToList();
        var totals = new CampaignTotals
        {
            Audience = await session.Number(
                "SELECT coalesce((SELECT recipients FROM snapshots WHERE campaign_id = @campaign), 0)", (
                    "@campaign", campaign.Value)),
            Outcomes = Sum(withOutcome, group => group.Outcome),
            Causes = Sum(
                withOutcome.Where(group => group.Outcome is not (Outcome.Sent or Outcome.Queued)), group =>
                    group.Cause),
            Excluded = Sum(groups.Where(group => group.Excluded is not null), group => group.Excluded!),
            Attempts = groups.Sum(group => group.Attempts),
            Retries = groups.Sum(group => group.Attempts - group.Attempted),
            RetriesWaiting = groups.Sum(group => group.Waiting),
            Deducted = groups.Sum(group => group.Charged),
            InDoubt = groups.Sum(group => group.InDoubt),
            Delivered = withOutcome.Where(group => group.Outcome == Outcome.Sent).Sum(group => group.Recipients),
            Opened = groups.Sum(group => group.Opened),
            Clicked = groups.Sum(group => group.Clicked),
            Opens = groups.Sum(group => group.Opens),
            Clicks = groups.Sum(group => group.Clicks),
            MachineOpens = groups.Sum(group => group.MachineOpens),
            MachineClicks = groups.Sum(group => group.MachineClicks),
            Unsubscribed = groups.Sum(group => group.Unsubscribed),
            Complained = groups.Sum(group => group.Complained),
            NotAttempted = groups.Sum(group => group.Recipients - group.Attempted),
        };
        return (totals, groups.Min(group => group.NextRetryAt));
    }

    private static Group ReadGroup(DbDataReader reader) => new Group(
        reader.Name<Outcome>(0),
        reader.Name<Cause>(1),
        reader.TextOrNull(2),
        reader.GetInt64(3),
        reader.GetInt64(4),
        reader.GetInt64(5),
        reader.GetInt64(6),
        reader.GetInt64(7),
        reader.GetInt64(8),
        reader.TimeOrNull(9))
    {
        Opened = reader.GetInt64(10),
        Clicked = reader.GetInt64(11),
        Opens = reader.GetInt64(12),
        Clicks = reader.GetInt64(13),
        MachineOpens = reader.GetInt64(14),
        MachineClicks = reader.GetInt64(15),
        Unsubscribed = reader.GetInt64(16),
        Complained = reader.GetInt64(17),
    };

    private static ImmutableDictionary<TKey, long> Sum<TKey>(IEnumerable<Group> groups, Func<Group, TKey> key)
        where TKey : notnull =>
        groups.GroupBy(key).ToImmutableDictionary(same => same.Key, same => same.Sum(group => group.Recipients));
}
