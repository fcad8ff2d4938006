using System.Collections.Immutable;
using Microsoft.Data.Sqlite;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Grains.Audiences;
using OrleansCampaigns.Storage.Directory;
using OrleansCampaigns.Storage.Sqlite;

namespace OrleansCampaigns.Storage.Audiences;

/// <summary>Audiences in the embedded database.</summary>
public sealed class AudienceStore(SqliteDatabase database) : IAudienceStore
{
    private const string Columns = """
        r.seq, r.contact_id, r.occurrence, r.reserved, c.address, c.address_valid, c.name, c.attributes, r.attempts,
        r.outcome, r.cause
        """;

    private const string Rows = """
        FROM recipients r LEFT JOIN contacts c ON c.account = r.account AND c.id = r.contact_id
        WHERE r.campaign_id = $campaign AND r.partition = $partition
        """;

    /// <inheritdoc/>
    public Task<AudienceCount> Count(AccountId account, Audience audience, CancellationToken cancellation = default) =>
        database.Read(connection => Count(connection, AudienceSql.Of(account, audience)), cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> FindUnknownLists(
        AccountId account, Audience audience, CancellationToken cancellation = default) =>
        database.Read<IReadOnlyList<string>>(
            connection => [.. audience.ListIds.Where(list => connection.Number(
                "SELECT count(*) FROM lists WHERE id = $id AND account = $account", (
                    "$id", list), ("$account", account.Value)) == 0)],
            cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, long>> CountMissing(
        AccountId account,
        Audience audience,
        IReadOnlyCollection<string> fields,
        CancellationToken cancellation = default)
    {
        var sql = AudienceSql.Of(account, audience);
        return database.Read<IReadOnlyDictionary<string, long>>(
            connection => fields.ToDictionary(
                field => field,
                field => connection.Number(
                    $"SELECT count(*) FROM ({sql.Members}) WHERE {AudienceSql.Sendable} AND {IsMissing(field)}",
                    [.. sql.Parameters, ("$field", field)]),
                StringComparer.Ordinal),
            cancellation);

        // A field that holds nothing but blanks would be an empty surprise, too.
        static string IsMissing(string field) => field switch
        {
            "address" => "0",
            "name" => "trim(coalesce(name, '')) = ''",
            _ => "NOT EXISTS (SELECT 1 FROM json_each(attributes) a WHERE a.key = $field AND trim(a.value) <> '')",
        };
    }

    /// <inheritdoc/>
    public Task<AudienceSnapshot> Take(
        AccountId account,
        CampaignId campaign,
        Audience audience,
        int partitionSize,
        DateTimeOffset now,
        CancellationToken cancellation = default) =>
        database.Write(
            connection =>
            {
                if (FindSnapshot(connection, campaign) is { } taken)
                {
                    return taken;
                }

                var sql = AudienceSql.Of(account, audience);
                var count = Count(connection, sql);
                var partitions = (int)Math.Max(1, (count.Recipients + partitionSize - 1) / partitionSize);
                connection.Change(
                    $"""
                    INSERT INTO recipients (campaign_id, partition, seq, account, contact_id, occurrence, reserved)
                    SELECT $campaign, partition,
                        row_number() OVER (PARTITION BY partition ORDER BY hash, id, occurrence),
                        $account, id, occurrence, {AudienceSql.Sendable}
                    FROM (SELECT *, hash % $partitions AS partition FROM ({sql.Members}))
                    """,
                    [.. sql.Parameters, ("$campaign", campaign.Value), ("$partitions", partitions)]);
                connection.Change(
                    "INSERT INTO snapshots VALUES ($campaign, $recipients, $sendable, $partitions, $now)",
                    ("$campaign", campaign.Value),
                    ("$recipients", count.Recipients),
                    ("$sendable", count.Sendable),
                    ("$partitions", partitions),
                    ("$now", now.ToUnixTimeMilliseconds()));
                return FindSnapshot(connection, campaign)!;
            },
            cancellation);

    /// <inheritdoc/>
    public Task StoreLinks(
        CampaignId campaign, IReadOnlyList<string> links, CancellationToken cancellation = default) =>
        database.Write(
            connection =>
            {
                ForgetLinks(connection, campaign);
                return links.Index().Sum(link => connection.Change(
                    "INSERT INTO campaign_links (campaign_id, link, url) VALUES ($campaign, $link, $url)",
                    ("$campaign", campaign.Value), ("$link", link.Index + 1), ("$url", link.Item)));
            },
            cancellation);

    /// <inheritdoc/>
    public Task Discard(CampaignId campaign, CancellationToken cancellation = default) => database.Write(
        connection =>
        {
            ForgetLinks(connection, campaign);
            connection.Change("DELETE FROM recipients WHERE campaign_id = $campaign", ("$campaign", campaign.Value));
            return connection.Change(
                "DELETE FROM snapshots WHERE campaign_id = $campaign", ("$campaign", campaign.Value));
        },
        cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Recipient>> Next(
        CampaignId campaign, int partition, long afterSeq, int limit, CancellationToken cancellation = default) =>
        Recipients(
            campaign, partition, "AND r.seq > $after ORDER BY r.seq LIMIT $limit", cancellation, (
                "$after", afterSeq), ("$limit", limit));

    /// <inheritdoc/>
    public Task<IReadOnlyList<Recipient>> Due(
        CampaignId campaign, int partition, DateTimeOffset now, int limit, CancellationToken cancellation = default) =>
        Recipients(
            campaign,
            partition,
            "AND r.next_attempt_at <= $now ORDER BY r.next_attempt_at LIMIT $limit",
            cancellation,
            ("$now", now.ToUnixTimeMilliseconds()),
            ("$limit", limit));

    /// <inheritdoc/>
    public Task<IReadOnlyList<Recipient>> Undecided(
        CampaignId campaign, int partition, long uptoSeq, CancellationToken cancellation = default) =>
        Recipients(
            campaign, partition, "AND r.seq <= $upto AND r.decided = 0 ORDER BY r.seq", cancellation, (
                "$upto", uptoSeq));

    /// <inheritdoc/>
    public Task<IReadOnlyList<Recipient>> Find(
        CampaignId campaign, int partition, IReadOnlyCollection<long> seqs, CancellationToken cancellation = default) =>
        Recipients(
            campaign,
            partition,
            "AND r.seq IN (SELECT value FROM json_each($seqs)) ORDER BY r.seq",
            cancellation,
            ("$seqs", $"[{string.Join(',', seqs)}]"));

    /// <inheritdoc/>
    public Task<IReadOnlyList<Recipient>> Waiting(
        CampaignId campaign, int partition, long afterSeq, int limit, CancellationToken cancellation = default) =>
        Recipients(
            campaign,
            partition,
            "AND r.seq > $after AND r.next_attempt_at IS NOT NULL ORDER BY r.seq LIMIT $limit",
            cancellation,
            ("$after", afterSeq),
            ("$limit", limit));

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
            """
            AND r.seq > $after AND r.pass < $pass
                AND r.outcome IN ('Rejected', 'Spam', 'Bounced') AND r.excluded IS NULL
            ORDER BY r.seq LIMIT $limit
            """,
            cancellation,
            ("$after", afterSeq),
            ("$pass", beforePass),
            ("$limit", limit));

    /// <inheritdoc/>
    public Task<PartitionState> GetState(
        CampaignId campaign, int partition, CancellationToken cancellation = default) =>
        database.Read(
            connection => connection.Row(
                reader => new PartitionState(reader.GetInt64(0), reader.TimeOrNull(1)),
                """
                SELECT
                    coalesce((SELECT max(seq) FROM recipients
                              WHERE campaign_id = $campaign AND partition = $partition), 0),
                    (SELECT min(next_attempt_at) FROM recipients
                     WHERE campaign_id = $campaign AND partition = $partition AND next_attempt_at IS NOT NULL)
                """,
                ("$campaign", campaign.Value),
                ("$partition", partition))!,
            cancellation);

    /// <inheritdoc/>
    public Task<(CampaignTotals Totals, DateTimeOffset? NextRetryAt)> Count(
        CampaignId campaign, CancellationToken cancellation = default) =>
        database.Read(connection => TotalsSql.Count(connection, campaign), cancellation);

    /// <inheritdoc/>
    public Task<Recipient?> FindContact(
        AccountId account, ContactId contact, CancellationToken cancellation = default) =>
        database.Read(
            connection => connection.Row(
                ReadRecipient,
                """
                SELECT 0, id, 1, 1, address, address_valid, name, attributes, 0, 'Queued', 'None'
                FROM contacts WHERE account = $account AND id = $id
                """,
                ("$account", account.Value),
                ("$id", contact.Value)),
            cancellation);

    private static void ForgetLinks(SqliteConnection connection, CampaignId campaign) => connection.Change(
        "DELETE FROM campaign_links WHERE campaign_id = $campaign", ("$campaign", campaign.Value));

    private static AudienceCount Count(SqliteConnection connection, AudienceSql sql) => connection.Row(
        reader => new AudienceCount(reader.GetInt64(0), reader.IsDBNull(1) ? 0 : reader.GetInt64(1)),
        $"SELECT count(*), sum({AudienceSql.Sendable}) FROM ({sql.Members})",
        sql.Parameters)!;

    private static AudienceSnapshot? FindSnapshot(SqliteConnection connection, CampaignId campaign) => connection.Row(
        reader => new AudienceSnapshot(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt32(2), reader.Time(3)),
        "SELECT recipients, sendable, partitions, taken_at FROM snapshots WHERE campaign_id = $campaign",
        ("$campaign", campaign.Value));

    private Task<IReadOnlyList<Recipient>> Recipients(
        CampaignId campaign,
        int partition,
        string condition,
        CancellationToken cancellation,
        params (string Name, object? Value)[] parameters) =>
        database.Read<IReadOnlyList<Recipient>>(
            connection => connection.Rows(
                ReadRecipient,
                $"SELECT {Columns} {Rows} {condition}",
                [("$campaign", campaign.Value), ("$partition", partition), .. parameters]),
            cancellation);

    private static Recipient ReadRecipient(SqliteDataReader reader) => new()
    {
        Seq = reader.GetInt64(0),
        Contact = new(reader.GetString(1)),
        Occurrence = reader.GetInt32(2),
        IsReserved = reader.GetInt64(3) != 0,
        Address = reader.TextOrNull(4),
        AddressIsValid = reader.IsDBNull(5) || reader.GetInt64(5) != 0,
        Name = reader.TextOrNull(6),
        Attributes = reader.IsDBNull(7)
            ? ImmutableDictionary<string, string>.Empty
            : DirectoryJson.ReadAttributes(reader.GetString(7)),
        Attempts = reader.GetInt32(8),
        Outcome = reader.Name<Outcome>(9),
        Cause = reader.Name<Cause>(10),
    };
}
