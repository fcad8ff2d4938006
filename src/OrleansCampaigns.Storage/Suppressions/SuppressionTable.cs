using System.Data.Common;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Storage.Databases;

namespace OrleansCampaigns.Storage.Suppressions;

/// <summary>A suppression as it is stored.</summary>
internal sealed record SuppressionRecord(
    string Key, bool IsDomain, string? Reason, string Source, string? Actor, long CreatedAt, long? ExpiresAt)
{
    /// <summary>Two of the same key as one: the later word, and whichever time is longer.</summary>
    public static SuppressionRecord Longer(SuppressionRecord earlier, SuppressionRecord later) => later with
    {
        Reason = later.Reason ?? earlier.Reason,
        Actor = later.Actor ?? earlier.Actor,
        CreatedAt = Math.Min(earlier.CreatedAt, later.CreatedAt),
        ExpiresAt = earlier.ExpiresAt is { } one && later.ExpiresAt is { } other ? Math.Max(one, other) : null,
    };
}

/// <summary>The statements over <c>suppressions</c>.</summary>
internal static class SuppressionTable
{
    // Seven parameters each; SQLite takes some thirty thousand in one statement.
    private const int RowsMax = 500;

    private const string Columns = """
        s.key, s.is_domain, c.address, s.reason, s.source, s.actor, s.created_at, s.expires_at
        """;

    // A domain is no contact's identifier, so that the join finds addresses alone.
    private const string From = "FROM suppressions s LEFT JOIN contacts c ON c.account = s.account AND c.id = s.key";

    /// <summary>Adds those that there are none of, and lengthens the others; how many there were none of.</summary>
    public static async Task<int> Put(
        DatabaseSession session, AccountId account, IEnumerable<SuppressionRecord> records)
    {
        // Once each, because one statement may not change a row twice; and in the order of keys, so that two that add
        // the same ones wait for each other and do not lock each other out.
        var merged = records.GroupBy(record => record.Key, StringComparer.Ordinal)
            .Select(same => same.Aggregate(SuppressionRecord.Longer))
            .OrderBy(record => record.Key, StringComparer.Ordinal)
            .ToList();
        var added = 0;
        foreach (var part in merged.Chunk(RowsMax))
        {
            var known = await session.Number(
                $"""
                SELECT count(*) FROM suppressions
                WHERE account = @account AND {session.Dialect.IsAmong("key", "@keys")}
                """,
                ("@account", account.Value),
                ("@keys", session.Dialect.ToParameter(part.Select(record => record.Key))));
            added += part.Length - (int)known;
            await Write(session, account, part);
        }

        return added;
    }

    private static Task<int> Write(DatabaseSession session, AccountId account, SuppressionRecord[] records)
    {
        var values = records.Index().SelectMany(one => ((string Name, object? Value)[])
        [
            ($"@k{one.Index}", one.Item.Key), ($"@d{one.Index}", one.Item.IsDomain ? 1 : 0),
            ($"@r{one.Index}", one.Item.Reason), ($"@s{one.Index}", one.Item.Source),
            ($"@a{one.Index}", one.Item.Actor), ($"@c{one.Index}", one.Item.CreatedAt),
            ($"@e{one.Index}", one.Item.ExpiresAt),
        ]);
        var rows = Enumerable.Range(0, records.Length)
            .Select(i => $"(@account, @k{i}, @d{i}, @r{i}, @s{i}, @a{i}, @c{i}, CAST(@e{i} AS bigint))");

        // Whichever lasts longer holds: a file that is older, or says less, takes nothing back.
        return session.Change(
            $"""
            INSERT INTO suppressions AS s (account, key, is_domain, reason, source, actor, created_at, expires_at)
            VALUES {string.Join(", ", rows)}
            ON CONFLICT (account, key) DO UPDATE SET
                reason = coalesce(excluded.reason, s.reason), source = excluded.source,
                actor = coalesce(excluded.actor, s.actor),
                created_at = CASE WHEN excluded.created_at < s.created_at
                    THEN excluded.created_at ELSE s.created_at END,
                expires_at = CASE WHEN s.expires_at IS NULL OR excluded.expires_at IS NULL THEN NULL
                    WHEN excluded.expires_at > s.expires_at THEN excluded.expires_at ELSE s.expires_at END
            """,
            [("@account", account.Value), .. values]);
    }

    public static Task<bool> Any(DatabaseSession session, AccountId account) => session.Holds(
        "SELECT EXISTS (SELECT 1 FROM suppressions WHERE account = @account)", ("@account", account.Value));

    /// <summary>Those of the keys that are in force.</summary>
    public static Task<List<(string Account, string Key)>> InForce(
        DatabaseSession session, IEnumerable<string> accounts, IEnumerable<string> keys, long now) =>
        session.Rows(
            reader => (reader.GetString(0), reader.GetString(1)),
            $"""
            SELECT account, key FROM suppressions
            WHERE {session.Dialect.IsAmong("account", "@accounts")} AND {session.Dialect.IsAmong("key", "@keys")}
                AND (expires_at IS NULL OR expires_at > @now)
            """,
            ("@accounts", session.Dialect.ToParameter(accounts)),
            ("@keys", session.Dialect.ToParameter(keys)),
            ("@now", now));

    public static Task<Suppression?> Find(DatabaseSession session, AccountId account, string key) => session.Row(
        Read,
        $"SELECT {Columns} {From} WHERE s.account = @account AND s.key = @key",
        ("@account", account.Value),
        ("@key", key));

    public static Task<List<Suppression>> After(DatabaseSession session, AccountId account, string after, int limit) =>
        session.Rows(
            reader => Read(reader)!,
            $"""
            SELECT {Columns} {From} WHERE s.account = @account AND s.key > @after ORDER BY s.key LIMIT @limit
            """,
            ("@account", account.Value),
            ("@after", after),
            ("@limit", limit));

    public static Task<int> Remove(DatabaseSession session, AccountId account, string key) => session.Change(
        "DELETE FROM suppressions WHERE account = @account AND key = @key",
        ("@account", account.Value),
        ("@key", key));

    private static Suppression? Read(DbDataReader reader) => new()
    {
        Key = reader.GetString(0),
        Domain = reader.Flag(1) ? reader.GetString(0) : null,
        Address = reader.TextOrNull(2),
        Reason = reader.TextOrNull(3),
        Source = reader.GetString(4),
        Actor = reader.TextOrNull(5),
        CreatedAt = reader.Time(6),
        ExpiresAt = reader.TimeOrNull(7),
    };
}
