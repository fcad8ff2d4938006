using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Storage.Databases;

namespace OrleansCampaigns.Storage.Directory;

/// <summary>Campaigns and their recipients.</summary>
public sealed class CampaignDirectory(IDatabase database) : ICampaignDirectory
{
    private const string RecipientColumns = """
        r.contact_id, c.address, c.name, c.attributes, r.occurrence, r.outcome, r.cause, r.excluded, r.in_doubt,
        r.attempts, r.next_attempt_at, r.reply_code, r.enhanced_code, r.reply_text, r.recipient_status, c.status,
        r.updated_at, r.partition, r.seq, r.sent_at, r.opened_at, r.clicked_at, r.unsubscribed_at, r.complained_at
        """;

    private static readonly Refusal Unknown = Refusal.NotFound("campaign.unknown", "There is no such campaign.");

    /// <inheritdoc/>
    public async Task<Result<Page<CampaignRow>>> Query(
        AccountId account, CampaignStatus? status, string? cursor, int limit, CancellationToken cancellation = default)
    {
        if (!Cursor.TryRead(cursor, "~", key => CampaignId.Parse(key) is not null, out var before))
        {
            return Cursor.Broken;
        }

        limit = Cursor.Limit(limit);
        var condition = status is null ? "" : "AND status = @status";
        return await database.Read(
            async session => Cursor.Page(
                await session.Rows(
                    reader => new CampaignRow(
                        new(reader.GetString(0)),
                        reader.GetString(1),
                        reader.Name<CampaignStatus>(2),
                        reader.Time(3),
                        reader.TimeOrNull(4),
                        reader.TimeOrNull(5)),
                    $"""
                    SELECT id, name, status, created_at, scheduled_at, ended_at FROM campaigns
                    WHERE account = @account {condition} AND id < @before ORDER BY id DESC LIMIT @limit
                    """,
                    ("@account", account.Value), ("@status", status?.ToString()), ("@before", before),
                    ("@limit", limit + 1)),
                limit,
                campaign => campaign.Id.Value),
            cancellation);
    }

    /// <inheritdoc/>
    public async Task<Result<Page<RecipientRow>>> QueryRecipients(
        AccountId account,
        CampaignId campaign,
        RecipientFilter filter,
        string? cursor,
        int limit,
        CancellationToken cancellation = default)
    {
        if (!Cursor.TryRead(cursor, "-1 0", key => TryParse(key, out _, out _), out var after))
        {
            return Cursor.Broken;
        }

        limit = Cursor.Limit(limit);
        return await database.Read<Result<Page<RecipientRow>>>(
            async session =>
            {
                if (!await session.Holds(
                    "SELECT EXISTS (SELECT 1 FROM campaigns WHERE id = @id AND account = @account)",
                    ("@id", campaign.Value),
                    ("@account", account.Value)))
                {
                    return Unknown;
                }

                var rows = Cursor.Page(
                    await Recipients(session, account, campaign, filter, after, limit + 1), limit, row => row.Key);
                return new Page<RecipientRow>([.. rows.Items.Select(row => row.Row)], rows.NextCursor);
            },
            cancellation);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<RecipientRow> ExportRecipients(
        AccountId account,
        CampaignId campaign,
        RecipientFilter filter,
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        string? cursor = null;
        do
        {
            var page = await QueryRecipients(account, campaign, filter, cursor, Cursor.LimitMax, cancellation);
            if (page.IsRefused)
            {
                yield break;
            }

            foreach (var row in page.Value.Items)
            {
                yield return row;
            }

            cursor = page.Value.NextCursor;
        }
        while (cursor is not null);
    }

    internal static string RecipientsSql(RecipientFilter filter)
    {
        var conditions = new List<string> { "r.campaign_id = @campaign AND r.account = @account" };
        if (!filter.Outcomes.IsDefaultOrEmpty)
        {
            // An excluded recipient has no outcome, whatever its column holds.
            var names = Enumerable.Range(0, filter.Outcomes.Length).Select(i => $"@o{i}");
            conditions.Add($"r.excluded IS NULL AND r.outcome IN ({string.Join(", ", names)})");
        }

        if (!filter.Faults.IsDefaultOrEmpty)
        {
            // The table of causes decides; names of causes hold nothing that SQL would mind.
            var causes = filter.Faults.SelectMany(BlameTable.CausesOf).Select(cause => $"'{cause}'");
            conditions.Add($"r.cause IN ({string.Join(", ", causes)})");
        }

        if (filter.Excluded is { } excluded)
        {
            conditions.Add(excluded ? "r.excluded IS NOT NULL" : "r.excluded IS NULL");
        }

        if (filter.InDoubt is { } inDoubt)
        {
            conditions.Add(inDoubt ? "r.in_doubt <> 0" : "r.in_doubt = 0");
        }

        if (!filter.RecipientStatuses.IsDefaultOrEmpty)
        {
            var names = Enumerable.Range(0, filter.RecipientStatuses.Length).Select(i => $"@s{i}");
            conditions.Add($"r.recipient_status IN ({string.Join(", ", names)})");
        }

        return $"""
            SELECT {RecipientColumns}
            FROM recipients r LEFT JOIN contacts c ON c.account = r.account AND c.id = r.contact_id
            WHERE {string.Join(" AND ", conditions)} AND (r.partition, r.seq) > (@partition, @seq)
            ORDER BY r.partition, r.seq LIMIT @limit
            """;
    }

    private static async Task<List<(string Key, RecipientRow Row)>> Recipients(
        DatabaseSession session,
        AccountId account,
        CampaignId campaign,
        RecipientFilter filter,
        string after,
        int limit)
    {
        _ = TryParse(after, out var partition, out var seq);
        var outcomes = filter.Outcomes.IsDefault ? [] : filter.Outcomes;
        var statuses = filter.RecipientStatuses.IsDefault ? [] : filter.RecipientStatuses;
        await session.KeepToIndexes(inOrder: true);
        return await session.Rows(
            reader => (Key(reader.GetInt64(17), reader.GetInt64(18)), Read(reader)),
            RecipientsSql(filter),
            [
                ("@campaign", campaign.Value), ("@account", account.Value), ("@partition", partition), ("@seq", seq),
                ("@limit", limit), .. outcomes.Select((outcome, i) => ($"@o{i}", (object?)outcome.ToString())),
                .. statuses.Select((status, i) => ($"@s{i}", (object?)status.ToString())),
            ]);
    }

    private static RecipientRow Read(DbDataReader reader)
    {
        var excluded = reader.TextOrNull(7);
        return new()
        {
            Contact = new(reader.GetString(0)),
            Address = reader.TextOrNull(1) ?? "",
            Name = reader.TextOrNull(2),
            Attributes = DirectoryJson.ReadAttributes(reader.TextOrNull(3) ?? "{}"),
            Occurrence = reader.GetInt32(4),
            Outcome = excluded is null ? reader.Name<Outcome>(5) : null,
            Cause = reader.Name<Cause>(6),
            Excluded = excluded,
            InDoubt = reader.Flag(8),
            Attempts = reader.GetInt32(9),
            NextAttemptAt = reader.TimeOrNull(10),
            ReplyCode = reader.IsDBNull(11) ? 0 : reader.GetInt32(11),
            EnhancedCode = reader.TextOrNull(12),
            ReplyText = reader.TextOrNull(13),
            RecipientStatus = reader.Name<RecipientStatus>(14),
            ContactStatus = reader.NameOrNull<ContactStatus>(15) ?? ContactStatus.New,
            UpdatedAt = reader.TimeOrNull(16),
            SentAt = reader.TimeOrNull(19),
            OpenedAt = reader.TimeOrNull(20),
            ClickedAt = reader.TimeOrNull(21),
            UnsubscribedAt = reader.TimeOrNull(22),
            ComplainedAt = reader.TimeOrNull(23),
        };
    }

    private static string Key(long partition, long seq) =>
        string.Create(CultureInfo.InvariantCulture, $"{partition} {seq}");

    private static bool TryParse(string key, out long partition, out long seq)
    {
        seq = 0;
        var parts = key.Split(' ');
        return long.TryParse(parts[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out partition)
            && parts.Length == 2
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out seq);
    }
}
