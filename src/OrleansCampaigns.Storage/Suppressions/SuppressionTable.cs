using System.Data.Common;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Storage.Databases;

namespace OrleansCampaigns.Storage.Suppressions;

/// <summary>A suppression as it is stored.</summary>
internal sealed record SuppressionRecord(
    string Key, bool IsDomain, string? Reason, string Source, string? Actor, long CreatedAt, long? ExpiresAt);

/// <summary>The statements over <c>suppressions</c>.</summary>
internal static class SuppressionTable
{
    private const string Columns = """
        s.key, s.is_domain, c.address, s.reason, s.source, s.actor, s.created_at, s.expires_at
        """;

    // A domain is no contact's identifier, so that the join finds addresses alone.
    private const string From = "FROM suppressions s LEFT JOIN contacts c ON c.account = s.account AND c.id = s.key";

    /// <summary>Adds one, or lengthens the one that there is; whether there was none.</summary>
    public static async Task<bool> Put(DatabaseSession session, AccountId account, SuppressionRecord one)
    {
        // Whichever lasts longer holds: a file that is older, or says less, takes nothing back.
        var isNew = !await session.Holds(
            "SELECT EXISTS (SELECT 1 FROM suppressions WHERE account = @account AND key = @key)",
            ("@account", account.Value),
            ("@key", one.Key));
        await session.Change(
            """
            INSERT INTO suppressions AS s (account, key, is_domain, reason, source, actor, created_at, expires_at)
            VALUES (@account, @key, @domain, @reason, @source, @actor, @created, CAST(@expires AS bigint))
            ON CONFLICT (account, key) DO UPDATE SET
                reason = coalesce(excluded.reason, s.reason), source = excluded.source,
                actor = coalesce(excluded.actor, s.actor),
                created_at = CASE WHEN excluded.created_at < s.created_at
                    THEN excluded.created_at ELSE s.created_at END,
                expires_at = CASE WHEN s.expires_at IS NULL OR excluded.expires_at IS NULL THEN NULL
                    WHEN excluded.expires_at > s.expires_at THEN excluded.expires_at ELSE s.expires_at END
            """,
            ("@account", account.Value), ("@key", one.Key), ("@domain", one.IsDomain ? 1 : 0),
            ("@reason", one.Reason), ("@source", one.Source), ("@actor", one.Actor), ("@created", one.CreatedAt),
            ("@expires", one.ExpiresAt));
        return isNew;
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
