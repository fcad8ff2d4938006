using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Storage.Directory;

/// <summary>A filter as SQL: <c>SELECT … FROM {From} WHERE {Where}</c> finds each contact once, as <c>c</c>.</summary>
/// <param name="From">
/// <c>contacts c</c>, or the list it is read from: a list of ten members must not cost a walk over a million contacts.
/// </param>
/// <param name="Where">The conditions. No value stands in them, only names of parameters.</param>
/// <param name="Key">The contact's identifier in the table that is read first: what pages are ordered by.</param>
/// <param name="Parameters">The values.</param>
internal sealed record ContactFilterSql(
    string From, string Where, string Key, IReadOnlyList<(string Name, object? Value)> Parameters)
{
    /// <summary>How many attributes a filter may name; SQLite limits how deep an expression goes.</summary>
    public const int AttributesMax = 100;

    /// <summary>Since when the contact <c>c</c> waits in a campaign that is under way; NULL when it does not.</summary>
    /// <remarks>
    /// Campaigns come first: few are under way, while a contact may have been in thousands. Without being told, SQLite
    /// would walk through all recipients of each.
    /// </remarks>
    public const string QueuedSince = $"""
        (SELECT max(coalesce(q.updated_at, qs.taken_at, qc.created_at)) {Waiting})
        """;

    private const string Waiting = """
        FROM campaigns qc CROSS JOIN recipients q INDEXED BY recipients_contact
            LEFT JOIN snapshots qs ON qs.campaign_id = qc.id
        WHERE qc.account = c.account AND qc.status IN ('Starting', 'Running', 'Paused')
          AND q.contact_id = c.id AND q.campaign_id = qc.id
          AND q.outcome = 'Queued' AND q.excluded IS NULL AND (q.decided = 0 OR q.next_attempt_at IS NOT NULL)
        """;

    // In a path of SQLite's JSON functions a label in quotes ends at the next quote, a backslash escapes, and a NUL
    // ends it.
    private static readonly SearchValues<char> UnfitForPath = SearchValues.Create("\"\\\0");

    /// <summary>Why a filter cannot be asked, or <see langword="null"/>.</summary>
    public static Refusal? Check(ContactFilter filter) => filter.Attributes.Count <= AttributesMax
        ? null
        : Refusal.Invalid(
            "filter.attributes.too_many", $"A filter names at most {AttributesMax} attributes.", "attributes");

    /// <summary>The SQL of a filter over the contacts of an account.</summary>
    public static ContactFilterSql Of(AccountId account, ContactFilter filter)
    {
        if (Check(filter) is { } refusal)
        {
            throw new ArgumentException(refusal.Detail, nameof(filter));
        }

        filter = Complete(filter);
        var values = new FilterValues(account);
        List<string> conditions = ["c.account = $account"];
        var (from, key) = ($"contacts c {IndexOf(filter)}", "c.id");
        if (filter.ListId is { } list)
        {
            // Every member has an occurrence 1, so this finds each once. A list that is being deleted has no row.
            (from, key) = ("list_members m CROSS JOIN contacts c", "m.contact_id");
            var id = values.Add(list);
            conditions.Add($"m.list_id = {id} AND m.occurrence = 1 AND c.id = m.contact_id");
            conditions.Add($"EXISTS (SELECT 1 FROM lists l WHERE l.id = {id} AND l.account = $account)");
        }

        if (filter.Campaign is { } campaign)
        {
            var recipient = Recipient(campaign, filter.RecipientStatuses, values);
            conditions.Add(filter.ListId is null ? recipient : $"EXISTS (SELECT 1 FROM recipients r WHERE {recipient})");
            if (filter.ListId is null)
            {
                // A small campaign must not cost a walk over all contacts.
                (from, key) = ("recipients r INDEXED BY recipients_contact CROSS JOIN contacts c", "r.contact_id");
            }
        }

        AddTimes(conditions, values, "c.status_since", filter.StatusFrom, filter.StatusBefore);
        AddTimes(conditions, values, "c.last_status_at", filter.LastStatusFrom, filter.LastStatusBefore);
        if (filter.Statuses.Length > 0)
        {
            conditions.Add(values.OneOf("c.status", filter.Statuses.Select(status => status.ToString())));
        }

        if (filter.LastStatuses.Length > 0)
        {
            conditions.Add(LastStatus(filter.LastStatuses, values));
        }

        conditions.AddRange(filter.Attributes.Select(attribute => Attribute(attribute.Key, attribute.Value, values)));
        if (!string.IsNullOrEmpty(filter.Text))
        {
            // instr knows no wildcards, so there is nothing to escape.
            conditions.Add($"instr(c.search, {values.Add(ContactText.ForSearch(filter.Text))}) > 0");
        }

        return new(from, string.Join(" AND ", conditions), key, values.All);
    }

    private static string Recipient(
        CampaignId campaign, ImmutableArray<RecipientStatus> statuses, FilterValues values)
    {
        var recipient = $"r.campaign_id = {values.Add(campaign.Value)} AND r.contact_id = c.id AND r.occurrence = 1";
        return statuses.Length == 0
            ? recipient
            : $"{recipient} AND {values.OneOf("r.recipient_status", statuses.Select(status => status.ToString()))}";
    }

    private static void AddTimes(
        List<string> conditions, FilterValues values, string column, DateTimeOffset? from, DateTimeOffset? before)
    {
        if (from is { } since)
        {
            conditions.Add($"{column} >= {values.Add(since)}");
        }

        if (before is { } until)
        {
            conditions.Add($"{column} < {values.Add(until)}");
        }
    }

    /// <summary>
    /// The same filter as several that exclude one another, each of which an index gives in order: a page of "Spam or
    /// Rejected" is then merged from two short reads instead of sorted out of all contacts.
    /// </summary>
    public static IEnumerable<ContactFilter> Split(ContactFilter filter)
    {
        filter = Complete(filter);
        if (filter.ListId is not null || filter.Campaign is not null)
        {
            return [filter];
        }

        if (filter.Statuses.Length > 1)
        {
            return filter.Statuses.Select(status => filter with { Statuses = [status] });
        }

        // Who is Queued is found by walking the contacts, and the others can be seen on the same walk.
        return filter.LastStatuses.Length > 1 && !filter.LastStatuses.Contains(Outcome.Queued)
            ? filter.LastStatuses.Select(outcome => filter with { LastStatuses = [outcome] })
            : [filter];
    }

    private static string LastStatus(ImmutableArray<Outcome> outcomes, FilterValues values)
    {
        var others = outcomes.Remove(Outcome.Queued);
        var other = others.Length > 0 ? values.OneOf(
            "c.last_status", others.Select(outcome => outcome.ToString())) : null;
        var queued = $"EXISTS (SELECT 1 {Waiting})";
        return (outcomes.Contains(Outcome.Queued), other) switch
        {
            (true, null) => queued,
            (true, _) => $"({other} OR {queued})",
            _ => $"{other} AND NOT {queued}",
        };
    }

    private static string Attribute(string name, string value, FilterValues values) =>
        name.AsSpan().IndexOfAny(UnfitForPath) < 0
            ? $"json_extract(c.attributes, {values.Add($"$.\"{name}\"")}) = {values.Add(value)}"
            : $"""
                EXISTS (SELECT 1 FROM json_each(c.attributes) a
                    WHERE a.key = {values.Add(name)} AND a.value = {values.Add(value)})
                """;

    // Without statistics SQLite takes the primary key for as good as any index, and walks over all contacts.
    // Most contacts are New or Active, so a Last Status usually says more.
    private static string IndexOf(ContactFilter filter) => filter switch
    {
        { Statuses: [not (ContactStatus.New or ContactStatus.Active)] } => "INDEXED BY contacts_status",
        { LastStatuses: [not Outcome.Queued] } => "INDEXED BY contacts_last_status",
        { Statuses: [_] } => "INDEXED BY contacts_status",
        _ => "",
    };

    // An array that nobody set cannot even be asked for its length; one that names a thing twice names it once.
    private static ContactFilter Complete(ContactFilter filter) => filter with
    {
        Statuses = filter.Statuses.IsDefault ? [] : [.. filter.Statuses.Distinct()],
        LastStatuses = filter.LastStatuses.IsDefault ? [] : [.. filter.LastStatuses.Distinct()],
        RecipientStatuses = filter.RecipientStatuses.IsDefault ? [] : [.. filter.RecipientStatuses.Distinct()],
    };

    /// <summary>The values of a filter, and the names of the parameters that carry them.</summary>
    private sealed class FilterValues(AccountId account)
    {
        public List<(string Name, object? Value)> All { get; } = [("$account", account.Value)];

        public string Add(DateTimeOffset time) => Add((object)time.ToUnixTimeMilliseconds());

        public string Add(string value) => Add((object)value);

        private string Add(object value)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"$f{All.Count}");
            All.Add((name, value));
            return name;
        }

        public string OneOf(string column, IEnumerable<string> names)
        {
            var parameters = string.Join(", ", names.Select(Add));
            return parameters.Contains(',') ? $"{column} IN ({parameters})" : $"{column} = {parameters}";
        }
    }
}
