using System.Globalization;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Storage.Databases;
using OrleansCampaigns.Storage.Directory;

namespace OrleansCampaigns.Storage.Audiences;

/// <summary>An audience as SQL.</summary>
/// <param name="Members">
/// A query with one row per recipient: <c>id</c>, <c>occurrence</c> (from 1, over all sources) and the contact's
/// columns
/// <c>hash, address_valid, status, name, address, attributes</c>.
/// </param>
/// <param name="Parameters">The values.</param>
internal sealed record AudienceSql(string Members, IReadOnlyList<(string Name, object? Value)> Parameters)
{
    /// <summary>Whether, as 1 or 0, a member may be sent to. Resting contacts may: their rest can be over before their
    /// turn comes.</summary>
    public const string Sendable = """
        CASE WHEN occurrence = 1 AND address_valid = 1
            AND status NOT IN ('DoesNotExist', 'Unsubscribed', 'UnsubscribedByUs', 'Complained') THEN 1 ELSE 0 END
        """;

    private const string Columns = "c.id, c.hash, c.address_valid, c.status, c.name, c.address, c.attributes";

    public static AudienceSql Of(SqlDialect dialect, AccountId account, Audience audience)
    {
        var values = new List<(string Name, object? Value)>();
        var sources = new List<string>();
        if (audience.Filter is { } filter)
        {
            var sql = ContactFilterSql.Of(dialect, account, filter);
            values.AddRange(sql.Parameters);
            sources.Add($"SELECT {Columns}, 0 AS source, 1 AS nth FROM {sql.From} WHERE {sql.Where} {Under(audience)}");
            if (audience.UnderListId is { } under)
            {
                values.Add(("@under", under));
            }
        }
        else
        {
            values.Add(("@account", account.Value));
        }

        for (var i = 0; i < audience.ListIds.Length; i++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"@l{i}");
            values.Add((name, audience.ListIds[i]));
            sources.Add($"""
                SELECT {Columns}, {i + 1} AS source, m.occurrence AS nth
                FROM list_members m CROSS JOIN contacts c
                WHERE m.list_id = {name} AND c.account = @account AND c.id = m.contact_id
                    AND EXISTS (SELECT 1 FROM lists l WHERE l.id = {name} AND l.account = @account)
                """);
        }

        static string Under(Audience audience) => audience.UnderListId is null
            ? ""
            : """
                AND EXISTS (SELECT 1 FROM list_members u JOIN lists ul ON ul.id = u.list_id
                    WHERE u.list_id = @under AND u.contact_id = c.id AND ul.account = @account)
                """;

        var members = sources.Count == 0
            ? $"SELECT {Columns}, 0 AS source, 1 AS nth FROM contacts c WHERE CAST(@account AS text) IS NULL"
            : string.Join(" UNION ALL ", sources);

        // Occurrences are counted over all sources; without duplicates in sight the numbering costs only a sort.
        return new(
            $"""
            SELECT *, row_number() OVER (PARTITION BY id ORDER BY source, nth) AS occurrence
            FROM ({members}) AS sources
            """,
            values);
    }
}
