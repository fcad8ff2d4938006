using System.Collections.Immutable;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Storage.Databases;

namespace OrleansCampaigns.Storage.Directory;

/// <summary>What an index knows of a filter: every contact that the filter finds is among these.</summary>
/// <param name="Ids">A query of their identifiers, <c>id</c>.</param>
/// <param name="IsOrdered">
/// Whether it gives them in order and each once, so that a page need not read all of them.
/// </param>
/// <param name="Covers">The condition that all of them meet; <see langword="null"/> when none is needless.</param>
/// <remarks>
/// An embedded database without statistics takes one index for as good as another. So it is told what to read from, and
/// how many identifiers each source has is counted up to a limit: a list of ten members, or the hour in which twenty
/// contacts complained, must not cost a walk over a million contacts. A source of more than
/// <see cref="SqlDialect.SmallSourceMax"/> is walked in order, which meets enough of them soon.
/// </remarks>
internal sealed record ContactSource(string Ids, bool IsOrdered, string? Covers = null)
{
    private static string Waiting(SqlDialect dialect) => $"""
        SELECT q.contact_id AS id FROM campaigns qc CROSS JOIN recipients q {dialect.By("recipients_queued")}
        WHERE qc.account = @account AND qc.status IN ('Starting', 'Running', 'Paused')
            AND q.campaign_id = qc.id AND q.outcome = 'Queued' AND q.excluded IS NULL
        """;

    /// <summary>The sources of a complete filter, the one that likely holds the fewest first.</summary>
    /// <param name="filter">The filter.</param>
    /// <param name="values">Takes the values.</param>
    /// <param name="conditions">Those of which a source may make one needless.</param>
    public static IEnumerable<ContactSource> Of(
        ContactFilter filter,
        FilterValues values,
        (string? Member, string? Recipient, string? StatusPeriod) conditions)
    {
        // Most contacts are New or Active, and most recipients got their e-mail and did nothing.
        var rare = filter.Statuses.Length > 0
            && !filter.Statuses.Any(status => status is ContactStatus.New or ContactStatus.Active);
        ContactSource?[] sources =
        [
            rare ? OfStatuses(filter.Statuses, values) : null,
            OfReaders(filter, values, conditions.Recipient),
            filter.ListId is { } list ? OfList(list, values, conditions.Member) : null,
            OfRecipients(filter, values, conditions.Recipient),
            OfStatusSince(filter, values, conditions.StatusPeriod),
            OfLastStatuses(filter.LastStatuses, values),
            OfLastStatusAt(filter, values),
            !rare && filter.Statuses.Length > 0 ? OfStatuses(filter.Statuses, values) : null,
        ];
        return sources.OfType<ContactSource>();
    }

    /// <summary>The smallest of several sources, if any is small; how large they are is counted.</summary>
    /// <remarks>A single one that is in order needs no counting: read until the page is full.</remarks>
    public static async Task<ContactSource?> FindSmall(DatabaseSession session, ContactFilterSql sql, int smallMax)
    {
        if (sql.Sources is [] or [{ IsOrdered: true }])
        {
            return null;
        }

        var (best, fewest) = ((ContactSource?)null, (long)smallMax);
        foreach (var source in sql.Sources)
        {
            var count = await session.Number(
                $"SELECT count(*) FROM (SELECT 1 FROM ({source.Ids}) AS ids LIMIT @fewest) AS few",
                [.. sql.Parameters, ("@fewest", fewest)]);
            (best, fewest) = count < fewest ? (source, count) : (best, fewest);
        }

        return best;
    }

    private static ContactSource OfList(string list, FilterValues values, string? member) => new(
        $"SELECT m.contact_id AS id FROM list_members m WHERE m.list_id = {values.Add(list)} AND m.occurrence = 1",
        IsOrdered: true,
        member);

    // A row of the index is only for who got something.
    private static ContactSource? OfReaders(ContactFilter filter, FilterValues values, string? recipient) =>
        filter is { Campaign: { } campaign, RecipientStatuses: { Length: > 0 } statuses }
            && !statuses.Contains(RecipientStatus.None)
            ? new(
                $"""
                SELECT r.contact_id AS id FROM recipients r {values.Dialect.By("recipients_status")}
                WHERE r.campaign_id = {values.Add(campaign.Value)} AND r.recipient_status <> 'None'
                    AND {values.OneOf("r.recipient_status", statuses.Select(status => status.ToString()))}
                """,
                IsOrdered: statuses.Length == 1,
                recipient)
            : null;

    private static ContactSource? OfRecipients(ContactFilter filter, FilterValues values, string? recipient) =>
        filter.Campaign is { } campaign
            && (filter.RecipientStatuses.Length == 0 || filter.RecipientStatuses.Contains(RecipientStatus.None))
            ? new(
                $"""
                SELECT r.contact_id AS id FROM recipients r {values.Dialect.By("recipients_contact")}
                WHERE r.campaign_id = {values.Add(campaign.Value)} AND r.occurrence = 1
                """,
                IsOrdered: true,
                filter.RecipientStatuses.Length == 0 ? recipient : null)
            : null;

    private static ContactSource OfStatuses(ImmutableArray<ContactStatus> statuses, FilterValues values) => new(
        $"""
        SELECT s.id FROM contacts s {values.Dialect.By("contacts_status")}
        WHERE s.account = @account AND {values.OneOf("s.status", statuses.Select(status => status.ToString()))}
        """,
        IsOrdered: statuses.Length == 1);

    private static ContactSource? OfLastStatuses(ImmutableArray<Outcome> outcomes, FilterValues values)
    {
        if (outcomes.Length == 0)
        {
            return null;
        }

        var own = $"""
            SELECT o.id FROM contacts o {values.Dialect.By("contacts_last_status")}
            WHERE o.account = @account AND o.last_status IS NOT NULL
                AND {values.OneOf("o.last_status", outcomes.Select(outcome => outcome.ToString()))}
            """;
        return outcomes.Contains(Outcome.Queued)
            ? new($"{own} UNION ALL {Waiting(values.Dialect)}", IsOrdered: false)
            : new(own, IsOrdered: outcomes.Length == 1);
    }

    private static ContactSource? OfStatusSince(ContactFilter filter, FilterValues values, string? period) =>
        values.Between("t.status_since", filter.StatusFrom, filter.StatusBefore) is { } set
        && values.Between("t.created_at", filter.StatusFrom, filter.StatusBefore) is { } uploaded
            ? new(
                $"""
                SELECT t.id FROM contacts t {values.Dialect.By("contacts_status_since")}
                WHERE t.account = @account AND t.status_since IS NOT NULL AND {set}
                UNION ALL SELECT t.id FROM contacts t {values.Dialect.By("contacts_status_since")}
                WHERE t.account = @account AND t.status_since IS NULL AND {uploaded}
                """,
                IsOrdered: false,
                period)
            : null;

    // Who waits counts as of the time since when it waits, which no column of the contact holds.
    private static ContactSource? OfLastStatusAt(ContactFilter filter, FilterValues values) =>
        values.Between("t.last_status_at", filter.LastStatusFrom, filter.LastStatusBefore) is { } indexed
            ? new(
                $"""
                SELECT t.id FROM contacts t {values.Dialect.By("contacts_last_status_at")}
                WHERE t.account = @account AND t.last_status_at IS NOT NULL AND {indexed}
                UNION ALL {Waiting(values.Dialect)}
                """,
                IsOrdered: false)
            : null;
}
