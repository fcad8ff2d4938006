using System.Collections.Immutable;
using System.Globalization;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Storage.Databases;

namespace OrleansCampaigns.Storage.Directory;

/// <summary>
/// A filter as SQL: <c>SELECT … FROM {From} WHERE {Where}</c> finds each contact once, as <c>c</c>.
/// </summary>
/// <param name="Source">What the contacts are read from; <see langword="null"/> for the table itself.</param>
/// <param name="Conditions">What must hold. No value stands in it, only names of parameters.</param>
/// <param name="Sources">All that the contacts can be read from, the one that likely holds the fewest first.</param>
/// <param name="Parameters">The values.</param>
internal sealed record ContactFilterSql(
    ContactSource? Source,
    IReadOnlyList<string> Conditions,
    IReadOnlyList<ContactSource> Sources,
    IReadOnlyList<(string Name, object? Value)> Parameters)
{
    /// <summary>How many attributes a filter may name; SQLite limits how deep an expression goes.</summary>
    public const int AttributesMax = 100;

    /// <summary>Since when the contact <c>c</c> waits in a campaign that is under way; NULL when it does not.</summary>
    /// <remarks>
    /// Campaigns come first: few are under way, while a contact may have been in thousands. Without being told, SQLite
    /// would walk through all recipients of each.
    /// </remarks>
    public static string QueuedSince(SqlDialect dialect) => $"""
        (SELECT max(coalesce(q.updated_at, qs.taken_at, qc.created_at)) {Waiting(dialect)})
        """;

    // A status that nothing has set since is the one that the upload set.
    private const string StatusSince = "coalesce(c.status_since, c.created_at)";

    private static string Waiting(SqlDialect dialect) => $"""
        FROM campaigns qc CROSS JOIN recipients q {dialect.By("recipients_queued")}
            LEFT JOIN snapshots qs ON qs.campaign_id = qc.id
        WHERE qc.account = c.account AND qc.status IN ('Starting', 'Running', 'Paused')
          AND q.contact_id = c.id AND q.campaign_id = qc.id
          AND q.outcome = 'Queued' AND q.excluded IS NULL AND (q.decided = 0 OR q.next_attempt_at IS NOT NULL)
        """;

    /// <summary>Those of the conditions that an index answers for an identifier <c>t.id</c>, by what they ask of
    /// <c>c</c>.</summary>
    /// <remarks>
    /// Identifiers that are walked in order meet the index in order; the contacts themselves lie anywhere. Nor may the
    /// planner, who thinks a status rare that nobody had when the table was analysed, begin with the contacts and walk
    /// the identifiers for each of them.
    /// </remarks>
    public IReadOnlyDictionary<string, string> KeyConditions { get; private init; } =
        ImmutableDictionary<string, string>.Empty;

    /// <summary>The best source that gives a page without reading the rest; without one, the table does.</summary>
    public ContactSource? InOrder => Sources.FirstOrDefault(source => source.IsOrdered);

    /// <summary>The tables to read.</summary>
    public string From => Source is { IsOrdered: true } ? $"({Source.Ids}) k CROSS JOIN contacts c" : "contacts c";

    /// <summary>Whether what is read in order may hold few that meet all conditions, or none.</summary>
    public bool MayScan => Source is null or { IsOrdered: true }
        && Conditions.Any(condition => condition != Source?.Covers);

    /// <summary>The tables to read, of which only the next <c>@scanned</c> contacts after <c>@after</c> are looked
    /// at.</summary>
    public string ScannedFrom => Source is null
        ? $"(SELECT t.* {Ahead} LIMIT @scanned) c"
        : $"""
            (SELECT t.id FROM (SELECT t.id {Ahead} LIMIT @scanned) AS t
                WHERE {string.Join(" AND ", KeyConditions.Values.DefaultIfEmpty("TRUE"))}) k CROSS JOIN contacts c
            """;

    /// <summary>The last contact that is looked at; no row when there are fewer.</summary>
    public string LastScanned => $"SELECT t.id {Ahead} LIMIT 1 OFFSET @scanned - 1";

    private string Ahead => Source is null
        ? "FROM contacts t WHERE t.account = @account AND t.id > @after ORDER BY t.id"
        : $"FROM ({Source.Ids}) AS t WHERE t.id > @after ORDER BY t.id";

    /// <summary>The contact's identifier in what is read first: pages are ordered by it.</summary>
    public string Key => Source is { IsOrdered: true } ? "k.id" : "c.id";

    /// <summary>All conditions but the one that the source meets already.</summary>
    /// <remarks>A set of identifiers is looked up in its order, which is that of pages, until one is full.</remarks>
    public string Where => Join(Conditions.Where(condition => condition != Source?.Covers));

    /// <summary>What is left to ask of contacts that <see cref="ScannedFrom"/> gives.</summary>
    public string ScannedWhere => Source is null
        ? Where
        : Join(Conditions.Where(condition => condition != Source.Covers && !KeyConditions.ContainsKey(condition)));

    private string Join(IEnumerable<string> conditions) => string.Join(
        " AND ",
        [
            "c.account = @account",
            Source switch
            {
                null => "TRUE",
                { IsOrdered: true } => "c.id = k.id",
                _ => $"c.id IN ({Source.Ids})",
            },
            .. conditions,
        ]);

    /// <summary>Why a filter cannot be asked, or <see langword="null"/>.</summary>
    public static Refusal? Check(ContactFilter filter) => filter switch
    {
        { Attributes.Count: > AttributesMax } => Refusal.Invalid(
            "filter.attributes.too_many", $"A filter names at most {AttributesMax} attributes.", "attributes"),
        { RecipientStatuses.IsDefaultOrEmpty: false, Campaign: null } => Refusal.Invalid(
            "filter.campaign_missing", "A recipient status says nothing without its campaign.", "recipientStatuses"),
        _ => null,
    };

    /// <summary>The SQL of a filter over the contacts of an account, read from what likely holds the fewest.</summary>
    public static ContactFilterSql Of(SqlDialect dialect, AccountId account, ContactFilter filter)
    {
        if (Check(filter) is { } refusal)
        {
            throw new ArgumentException(refusal.Detail, nameof(filter));
        }

        filter = Complete(filter);
        var values = new FilterValues(dialect, account);
        var member = filter.ListId is { } list ? Member(list, values) : null;
        var recipient = filter.Campaign is { } campaign ? Recipient(campaign, filter.RecipientStatuses, values) : null;
        List<string> conditions = [.. new[] { member, recipient }.OfType<string>()];
        if (filter.ListId is { } known)
        {
            // A list that is being deleted has no row.
            conditions.Add($"EXISTS (SELECT 1 FROM lists l WHERE l.id = {values.Add(known)} AND l.account = @account)");
        }

        var onIndexes = AddStatuses(filter, values, conditions);
        var period = values.Between(StatusSince, filter.StatusFrom, filter.StatusBefore);
        conditions.AddRange(new[] { period, LastStatusPeriod(filter, values) }.OfType<string>());
        conditions.AddRange(filter.Attributes.Select(
            attribute => dialect.HasAttribute("c", attribute.Key, attribute.Value, values)));
        if (!string.IsNullOrEmpty(filter.Text))
        {
            conditions.Add(dialect.Holds("c.search", values.Add(ContactText.ForSearch(filter.Text))));
        }

        IReadOnlyList<ContactSource> sources = [.. ContactSource.Of(filter, values, (member, recipient, period))];
        return new(sources.Count > 0 ? sources[0] : null, conditions, sources, values.All)
        {
            KeyConditions = onIndexes,
        };
    }

    // What must hold of a contact's own statuses; the answer holds what an index knows of them.
    private static Dictionary<string, string> AddStatuses(
        ContactFilter filter, FilterValues values, List<string> conditions)
    {
        var onIndexes = new Dictionary<string, string>(StringComparer.Ordinal);
        if (filter.Statuses.Length > 0)
        {
            AddOnIndex("status", "", filter.Statuses.Select(status => status.ToString()));
        }

        if (filter.LastStatuses.Contains(Outcome.Queued))
        {
            conditions.Add(LastStatus(filter.LastStatuses, values));
        }
        else if (filter.LastStatuses.Length > 0)
        {
            AddOnIndex(
                "last_status", "i.last_status IS NOT NULL AND", filter.LastStatuses.Select(last => last.ToString()));
            conditions.Add(NotWaiting(values.Dialect));
        }

        return onIndexes;

        void AddOnIndex(string column, string partial, IEnumerable<string> names)
        {
            string[] all = [.. names];
            var condition = values.OneOf($"c.{column}", all);
            conditions.Add(condition);
            onIndexes.Add(condition, $"""
                EXISTS (SELECT 1 FROM contacts i
                    WHERE i.account = @account AND {partial} {values.OneOf($"i.{column}", all)} AND i.id = t.id
                    {values.Dialect.ForEachRow})
                """);
        }
    }

    /// <summary>
    /// The same filter as several that exclude one another, each of which an index gives in order: a page of "Spam or
    /// Rejected" is then merged from two short reads instead of sorted out of all contacts.
    /// </summary>
    public static IEnumerable<ContactFilter> Split(ContactFilter filter) => Complete(filter) switch
    {
        { RecipientStatuses.Length: > 1 } several =>
            several.RecipientStatuses.Select(status => several with { RecipientStatuses = [status] }),
        { Statuses.Length: > 1 } several => several.Statuses.Select(status => several with { Statuses = [status] }),
        { LastStatuses.Length: > 1 } several =>
            several.LastStatuses.Select(outcome => several with { LastStatuses = [outcome] }),
        var single => [single],
    };

    /// <summary>The same filter, with no array left unset and nothing named twice.</summary>
    /// <remarks>An array that nobody set cannot even be asked for its length, nor be written as JSON.</remarks>
    public static ContactFilter Complete(ContactFilter filter) => filter with
    {
        Statuses = filter.Statuses.IsDefault ? [] : [.. filter.Statuses.Distinct()],
        LastStatuses = filter.LastStatuses.IsDefault ? [] : [.. filter.LastStatuses.Distinct()],
        RecipientStatuses = filter.RecipientStatuses.IsDefault ? [] : [.. filter.RecipientStatuses.Distinct()],
    };

    private static string Member(string list, FilterValues values) => $"""
        EXISTS (SELECT 1 FROM list_members m
            WHERE m.list_id = {values.Add(list)} AND m.contact_id = c.id AND m.occurrence = 1
            {values.Dialect.ForEachRow})
        """;

    // Contacts of another account have other identifiers, so that a campaign of another account has none of these.
    private static string Recipient(
        CampaignId campaign, ImmutableArray<RecipientStatus> statuses, FilterValues values)
    {
        var status = statuses.Length == 0
            ? ""
            : "AND " + values.OneOf("r.recipient_status", statuses.Select(one => one.ToString()));
        return $"""
            EXISTS (SELECT 1 FROM recipients r {values.Dialect.By("recipients_contact")}
                WHERE r.campaign_id = {values.Add(campaign.Value)} AND r.contact_id = c.id AND r.occurrence = 1
                {status} {values.Dialect.ForEachRow})
            """;
    }

    // Who waits is Queued, whatever its last outcome; so is who was left in the queue by a campaign that was cancelled.
    private static string LastStatus(ImmutableArray<Outcome> outcomes, FilterValues values)
    {
        var own = values.OneOf("c.last_status", outcomes.Select(outcome => outcome.ToString()));
        return $"({own} OR EXISTS (SELECT 1 {Waiting(values.Dialect)} {values.Dialect.ForEachRow}))";
    }

    private static string NotWaiting(SqlDialect dialect) =>
        $"NOT EXISTS (SELECT 1 {Waiting(dialect)} {dialect.ForEachRow})";

    // The sign keeps SQLite from reading a long period by its index where a source holds fewer contacts.
    private static string? LastStatusPeriod(ContactFilter filter, FilterValues values) => values.Between(
        filter.LastStatuses.Length == 0 || filter.LastStatuses.Contains(Outcome.Queued)
            ? $"coalesce({QueuedSince(values.Dialect)}, c.last_status_at)"
            : "+c.last_status_at",
        filter.LastStatusFrom,
        filter.LastStatusBefore);
}

/// <summary>The values of a filter, and the names of the parameters that carry them.</summary>
internal sealed class FilterValues(SqlDialect dialect, AccountId account)
{
    public SqlDialect Dialect => dialect;

    public List<(string Name, object? Value)> All { get; } = [("@account", account.Value)];

    public string Add(object value)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"@f{All.Count}");
        All.Add((name, value));
        return name;
    }

    public string OneOf(string column, IEnumerable<string> names)
    {
        var parameters = string.Join(", ", names.Select(Add));
        return parameters.Contains(',') ? $"{column} IN ({parameters})" : $"{column} = {parameters}";
    }

    /// <summary>A period, which begins with <paramref name="from"/> and does not hold <paramref name="before"/>;
    /// <see langword="null"/> for all time.</summary>
    public string? Between(string column, DateTimeOffset? from, DateTimeOffset? before) => (from, before) switch
    {
        (null, null) => null,
        ({ } start, null) => $"{column} >= {Add(Milliseconds(start))}",
        (null, { } end) => $"{column} < {Add(Milliseconds(end))}",
        ({ } start, { } end) => $"{column} >= {Add(Milliseconds(start))} AND {column} < {Add(Milliseconds(end))}",
    };

    // Columns hold whole milliseconds. A bound between two of them means the later one, whichever end it is.
    private static long Milliseconds(DateTimeOffset bound) =>
        (bound - DateTimeOffset.UnixEpoch) is var since && since.Ticks % TimeSpan.TicksPerMillisecond > 0
            ? bound.ToUnixTimeMilliseconds() + 1
            : bound.ToUnixTimeMilliseconds();
}
