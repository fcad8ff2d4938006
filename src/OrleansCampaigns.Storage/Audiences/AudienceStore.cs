using System.Collections.Immutable;
using System.Data.Common;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Grains.Audiences;
using OrleansCampaigns.Storage.Databases;
using OrleansCampaigns.Storage.Directory;
using OrleansCampaigns.Storage.Imports;
using OrleansCampaigns.Storage.Suppressions;

namespace OrleansCampaigns.Storage.Audiences;

/// <summary>Audiences.</summary>
public sealed partial class AudienceStore(IDatabase database, TimeProvider? clock = null) : IAudienceStore
{
    private readonly SuppressionCheck _suppressions = new(database, clock ?? TimeProvider.System);

    // A million recipients take some seconds, and many more on a slow disk.
    private const int TakeSecondsMax = 1_800;

    // A small audience changes no plan.
    private const int AnalysedMin = 1_000;

    private const string Columns = """
        r.seq, r.contact_id, r.occurrence, r.reserved, c.address, c.address_valid, c.name, c.attributes, r.attempts,
        r.outcome, r.cause, r.decided
        """;

    private const string Rows = """
        FROM recipients r LEFT JOIN contacts c ON c.account = r.account AND c.id = r.contact_id
        WHERE r.campaign_id = @campaign AND r.partition = @partition
        """;

    /// <inheritdoc/>
    public Task<AudienceCount> Count(AccountId account, Audience audience, CancellationToken cancellation = default) =>
        database.Read(
            async session => await Count(session, await AudienceSql.Of(session, account, audience, database.Now)),
            cancellation);

    /// <inheritdoc/>
    public Task<bool> IsLargerThan(
        AccountId account, Audience audience, long limit, CancellationToken cancellation = default) =>
        database.Read(
            async session =>
            {
                long members = 0;
                foreach (var list in audience.ListIds)
                {
                    members += await session.Number(
                        "SELECT coalesce((SELECT members FROM lists WHERE id = @list AND account = @account), 0)",
                        ("@list", list),
                        ("@account", account.Value));
                }

                if (members <= limit && audience.Filter is { } filter)
                {
                    var sql = ContactFilterSql.Of(session.Dialect, account, filter);
                    members += await session.Number(
                        $"SELECT count(*) FROM (SELECT 1 FROM {sql.From} WHERE {sql.Where} LIMIT @most) AS found",
                        [.. sql.Parameters, ("@most", limit - members + 1)]);
                }

                return members > limit;
            },
            cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> FindImportsUnderWay(
        AccountId account, Audience audience, CancellationToken cancellation = default) =>
        database.Read<IReadOnlyList<string>>(
            session => ImportTable.UnderWay(session, account, ListsOf(audience)), cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<AwaitedImport>> FindImports(
        AccountId account, IReadOnlyCollection<string> imports, CancellationToken cancellation = default) =>
        database.Read<IReadOnlyList<AwaitedImport>>(
            async session =>
            {
                var found = new List<AwaitedImport>();
                foreach (var id in imports)
                {
                    if (await ImportTable.Find(session, account, id) is { } import)
                    {
                        found.Add(new(
                            id, import.Status == ImportStatus.Running, import.Rows, import.Failure?.Code));
                    }
                }

                return found;
            },
            cancellation);

    // None: any contact of the account may be found.
    private static string[]? ListsOf(Audience audience) =>
        audience is { Filter: { ListId: null }, UnderListId: null }
            ? null
            :
            [
                .. audience.ListIds, .. audience.UnderListId is { } under ? [under] : Array.Empty<string>(),
                .. audience.Filter?.ListId is { } list ? [list] : Array.Empty<string>(),
            ];

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> FindUnknownLists(
        AccountId account, Audience audience, CancellationToken cancellation = default) =>
        database.Read<IReadOnlyList<string>>(
            async session =>
            {
                var unknown = new List<string>();
                foreach (var list in audience.ListIds)
                {
                    if (await ListDirectory.Find(session, account, list) is null)
                    {
                        unknown.Add(list);
                    }
                }

                return unknown;
            },
            cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, long>> CountMissing(
        AccountId account,
        Audience audience,
        IReadOnlyCollection<string> fields,
        CancellationToken cancellation = default)
    {
        return database.Read<IReadOnlyDictionary<string, long>>(
            async session =>
            {
                var sql = await AudienceSql.Of(session, account, audience, database.Now);
                var missing = new Dictionary<string, long>(StringComparer.Ordinal);
                foreach (var field in fields)
                {
                    missing[field] = await session.Number(
                        $"""
                        SELECT count(*) FROM ({sql.Members}) AS members
                        WHERE {sql.Sendable} = 1 AND {IsMissing(session.Dialect, field)}
                        """,
                        [.. sql.Parameters, ("@field", field)]);
                }

                return missing;
            },
            cancellation);

        // A field that holds nothing but blanks would be an empty surprise, too.
        static string IsMissing(SqlDialect dialect, string field) => field switch
        {
            "address" => "1 = 0",
            "name" => "trim(coalesce(name, '')) = ''",
            _ => dialect.LacksAttribute("attributes", "@field"),
        };
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<Recipient>> FindLongest(
        AccountId account,
        Audience audience,
        IReadOnlyCollection<string> fields,
        CancellationToken cancellation = default)
    {
        return database.Read<IReadOnlyList<Recipient>>(
            async session =>
            {
                session.SecondsMax = TakeSecondsMax;
                var sql = await AudienceSql.Of(session, account, audience, database.Now);
                var longest = new List<Recipient>();
                foreach (var field in fields)
                {
                    var found = await session.Row(
                        ReadRecipient,
                        $"""
                        SELECT 0, id, 1, 1, address, address_valid, name, attributes, 0, 'Queued', 'None', 0
                        FROM ({sql.Members}) AS members WHERE {sql.Sendable} = 1
                        ORDER BY {LengthOf(session.Dialect, field)} DESC, id LIMIT 1
                        """,
                        [.. sql.Parameters, ("@field", field)]);
                    if (found is not null)
                    {
                        longest.Add(found);
                    }
                }

                return longest;
            },
            cancellation);

        static string LengthOf(SqlDialect dialect, string field) => field switch
        {
            "address" => "length(address)",
            "name" => "length(coalesce(name, ''))",
            _ => dialect.AttributeLength("attributes", "@field"),
        };
    }

    /// <inheritdoc/>
    public async Task<AudienceSnapshot> Take(
        AccountId account,
        CampaignId campaign,
        Audience audience,
        int partitionSize,
        DateTimeOffset now,
        CancellationToken cancellation = default)
    {
        var (snapshot, isNew) = await database.Write(
            async session =>
            {
                // A second call waits for the first one, and finds what that one took.
                await session.Lock($"audience {campaign.Value}");
                return await FindSnapshot(session, campaign) is { } taken
                    ? (taken, false)
                    : (await Take(session, account, campaign, audience, partitionSize, now), true);
            },
            cancellation);
        if (isNew && snapshot.Recipients >= AnalysedMin)
        {
            await database.Analyse("recipients", cancellation);
        }

        return snapshot;
    }

    /// <inheritdoc/>
    public Task StoreLinks(
        CampaignId campaign, IReadOnlyList<string> links, CancellationToken cancellation = default) =>
        database.Write(
            async session =>
            {
                await session.Lock($"audience {campaign.Value}");
                await ForgetLinks(session, campaign);
                foreach (var (index, url) in links.Index())
                {
                    await session.Change(
                        "INSERT INTO campaign_links (campaign_id, link, url) VALUES (@campaign, @link, @url)",
                        ("@campaign", campaign.Value), ("@link", index + 1), ("@url", url));
                }

                return links.Count;
            },
            cancellation);

    /// <inheritdoc/>
    public Task Discard(CampaignId campaign, CancellationToken cancellation = default) => database.Write(
        async session =>
        {
            await session.Lock($"audience {campaign.Value}");
            session.SecondsMax = TakeSecondsMax;
            await ForgetLinks(session, campaign);
            await session.Change(
                "DELETE FROM recipients WHERE campaign_id = @campaign", ("@campaign", campaign.Value));
            return await session.Change(
                "DELETE FROM snapshots WHERE campaign_id = @campaign", ("@campaign", campaign.Value));
        },
        cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Recipient>> Next(
        CampaignId campaign, int partition, long afterSeq, int limit, CancellationToken cancellation = default) =>
        Recipients(
            campaign, partition, "AND r.seq > @after ORDER BY r.seq LIMIT @limit", cancellation, (
                "@after", afterSeq), ("@limit", limit));

    /// <inheritdoc/>
    public Task<IReadOnlyList<Recipient>> Due(
        CampaignId campaign, int partition, DateTimeOffset now, int limit, CancellationToken cancellation = default) =>
        Recipients(
            campaign,
            partition,
            "AND r.next_attempt_at <= @now ORDER BY r.next_attempt_at LIMIT @limit",
            cancellation,
            ("@now", now.ToUnixTimeMilliseconds()),
            ("@limit", limit));

    /// <inheritdoc/>
    public Task<IReadOnlyList<Recipient>> Undecided(
        CampaignId campaign, int partition, long uptoSeq, CancellationToken cancellation = default) =>
        Recipients(
            campaign, partition, "AND r.seq <= @upto AND r.decided = 0 ORDER BY r.seq", cancellation, (
                "@upto", uptoSeq));

    /// <inheritdoc/>
    public Task<IReadOnlyList<Recipient>> Find(
        CampaignId campaign, int partition, IReadOnlyCollection<long> seqs, CancellationToken cancellation = default) =>
        Recipients(
            campaign,
            partition,
            $"AND {database.Dialect.IsAmong("r.seq", "@seqs")} ORDER BY r.seq",
            cancellation,
            ("@seqs", database.Dialect.ToParameter(seqs)));

    /// <inheritdoc/>
    public Task<IReadOnlyList<Recipient>> Waiting(
        CampaignId campaign, int partition, long afterSeq, int limit, CancellationToken cancellation = default) =>
        Recipients(
            campaign,
            partition,
            "AND r.seq > @after AND r.next_attempt_at IS NOT NULL ORDER BY r.seq LIMIT @limit",
            cancellation,
            ("@after", afterSeq),
            ("@limit", limit));

    /// <inheritdoc/>
    public Task<IReadOnlyList<Recipient>> Failed(
        CampaignId campaign,
        int partition,
        int beforePass,
        long afterSeq,
        int limit,
        CancellationToken cancellation = default) =>
        Recipients(
            campaign,
            partition,
            $"""
            AND r.seq > @after AND r.pass < @pass
                AND ((r.outcome IN ('Rejected', 'Spam', 'Bounced') AND r.excluded IS NULL)
                    OR r.excluded IN ({string.Join(", ", Exclusions.Failures.Select(reason => $"'{reason}'"))}))
            ORDER BY r.seq LIMIT @limit
            """,
            cancellation,
            ("@after", afterSeq),
            ("@pass", beforePass),
            ("@limit", limit));

    /// <inheritdoc/>
    public Task<PartitionState> GetState(
        CampaignId campaign, int partition, CancellationToken cancellation = default) =>
        database.Read(
            async session => (await session.Row(
                reader => new PartitionState(reader.GetInt64(0), reader.TimeOrNull(1)),
                """
                SELECT
                    coalesce((SELECT max(seq) FROM recipients
                              WHERE campaign_id = @campaign AND partition = @partition), 0),
                    (SELECT min(next_attempt_at) FROM recipients
                     WHERE campaign_id = @campaign AND partition = @partition AND next_attempt_at IS NOT NULL)
                """,
                ("@campaign", campaign.Value),
                ("@partition", partition)))!,
            cancellation);

    /// <inheritdoc/>
    public Task<(CampaignTotals Totals, DateTimeOffset? NextRetryAt)> Count(
        CampaignId campaign, CancellationToken cancellation = default) =>
        database.Read(session => TotalsSql.Count(session, campaign), cancellation);

    /// <inheritdoc/>
    public Task<bool> IsSuppressed(
        AccountId account, string address, CancellationToken cancellation = default) =>
        _suppressions.Holds(account, address);

    /// <inheritdoc/>
    public void ForgetSuppressions(AccountId account) => _suppressions.Forget(account);

    /// <inheritdoc/>
    public Task<Recipient?> FindContact(
        AccountId account, ContactId contact, CancellationToken cancellation = default) =>
        database.Read(
            session => session.Row(
                ReadRecipient,
                """
                SELECT 0, id, 1, 1, address, address_valid, name, attributes, 0, 'Queued', 'None', 0
                FROM contacts WHERE account = @account AND id = @id
                """,
                ("@account", account.Value),
                ("@id", contact.Value)),
            cancellation);

    private static async Task<AudienceSnapshot> Take(
        DatabaseSession session,
        AccountId account,
        CampaignId campaign,
        Audience audience,
        int partitionSize,
        DateTimeOffset now)
    {
        session.SecondsMax = TakeSecondsMax;
        var sql = await AudienceSql.Of(session, account, audience, now.ToUnixTimeMilliseconds());
        var count = await Count(session, sql);
        var partitions = (int)Math.Max(1, (count.Recipients + partitionSize - 1) / partitionSize);
        var recipients = await session.Change(
            $"""
            INSERT INTO recipients (campaign_id, partition, seq, account, contact_id, occurrence, reserved)
            SELECT @campaign, partition,
                row_number() OVER (PARTITION BY partition ORDER BY hash, id, occurrence),
                @account, id, occurrence, {sql.Sendable}
            FROM (SELECT *, hash % @partitions AS partition FROM ({sql.Members}) AS members) AS placed
            """,
            [.. sql.Parameters, ("@campaign", campaign.Value), ("@partitions", partitions)]);

        // Others may have added members since they were counted. What was taken is what is in the table.
        var sendable = await session.Number(
            "SELECT count(*) FROM recipients WHERE campaign_id = @campaign AND reserved = 1",
            ("@campaign", campaign.Value));
        await session.Change(
            "INSERT INTO snapshots VALUES (@campaign, @recipients, @sendable, @partitions, @now)",
            ("@campaign", campaign.Value),
            ("@recipients", recipients),
            ("@sendable", sendable),
            ("@partitions", partitions),
            ("@now", now.ToUnixTimeMilliseconds()));
        return (await FindSnapshot(session, campaign))!;
    }

    private static Task<int> ForgetLinks(DatabaseSession session, CampaignId campaign) => session.Change(
        "DELETE FROM campaign_links WHERE campaign_id = @campaign", ("@campaign", campaign.Value));

    private static async Task<AudienceCount> Count(DatabaseSession session, AudienceSql sql) => (await session.Row(
        reader => new AudienceCount(reader.GetInt64(0), reader.IsDBNull(1) ? 0 : reader.GetInt64(1)),
        $"SELECT count(*), sum({sql.Sendable}) FROM ({sql.Members}) AS members",
        sql.Parameters))!;

    private static Task<AudienceSnapshot?> FindSnapshot(DatabaseSession session, CampaignId campaign) => session.Row(
        reader => new AudienceSnapshot(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt32(2), reader.Time(3)),
        "SELECT recipients, sendable, partitions, taken_at FROM snapshots WHERE campaign_id = @campaign",
        ("@campaign", campaign.Value));

    private Task<IReadOnlyList<Recipient>> Recipients(
        CampaignId campaign,
        int partition,
        string condition,
        CancellationToken cancellation,
        params (string Name, object? Value)[] parameters) =>
        database.Read<IReadOnlyList<Recipient>>(
            async session => await session.Rows(
                ReadRecipient,
                $"SELECT {Columns} {Rows} {condition}",
                [("@campaign", campaign.Value), ("@partition", partition), .. parameters]),
            cancellation);

    private static Recipient ReadRecipient(DbDataReader reader) => new()
    {
        Seq = reader.GetInt64(0),
        Contact = new(reader.GetString(1)),
        Occurrence = reader.GetInt32(2),
        IsReserved = reader.Flag(3),
        Address = reader.TextOrNull(4),
        AddressIsValid = reader.IsDBNull(5) || reader.Flag(5),
        Name = reader.TextOrNull(6),
        Attributes = reader.IsDBNull(7)
            ? ImmutableDictionary<string, string>.Empty
            : DirectoryJson.ReadAttributes(reader.GetString(7)),
        Attempts = reader.GetInt32(8),
        Outcome = reader.Name<Outcome>(9),
        Cause = reader.Name<Cause>(10),
        IsDecided = reader.Flag(11),
    };
}
