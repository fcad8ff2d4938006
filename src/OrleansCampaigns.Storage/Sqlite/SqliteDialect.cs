using System.Buffers;
using Microsoft.Data.Sqlite;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Storage.Databases;
using OrleansCampaigns.Storage.Directory;

namespace OrleansCampaigns.Storage.Sqlite;

/// <summary>The SQL of the embedded database.</summary>
internal sealed class SqliteDialect : SqlDialect
{
    // In a path of SQLite's JSON functions a label in quotes ends at the next quote, a backslash escapes, and a NUL
    // ends it.
    private static readonly SearchValues<char> UnfitForPath = SearchValues.Create("\"\\\0");

    public static SqliteDialect Instance { get; } = new();

    // One writer at a time: whoever is in a transaction has the whole database to itself.
    public override string? LockSql => null;

    public override string ForUpdate => "";

    public override string ForEachRow => "";

    /// <inheritdoc/>
    /// <remarks>Others wait for so long.</remarks>
    public override int ImportStepMax => 2_000;

    public override int SmallSourceMax => 10_000;

    public override int? ScannedMax => null;

    public override string? KeepToIndexesSql(bool inOrder) => null;

    public override string? ForgetOccurrencesSql => """
        DELETE FROM import_occurrences WHERE (import_id, contact_id) IN
            (SELECT import_id, contact_id FROM import_occurrences WHERE import_id = @id LIMIT @step)
        """;

    public override string By(string index) => $"INDEXED BY {index}";

    public override string Holds(string column, string text) => $"instr({column}, {text}) > 0";

    public override string IsAmong(string column, string values) =>
        $"{column} IN (SELECT value FROM json_each({values}))";

    public override string Json(string text) => text;

    public override string HasAttribute(string contact, string name, string value, FilterValues values) =>
        name.AsSpan().IndexOfAny(UnfitForPath) < 0
            ? $"json_extract({contact}.attributes, {values.Add($"$.\"{name}\"")}) = {values.Add(value)}"
            : $"""
                EXISTS (SELECT 1 FROM json_each({contact}.attributes) a
                    WHERE a.key = {values.Add(name)} AND a.value = {values.Add(value)})
                """;

    public override string LacksAttribute(string column, string name) =>
        $"NOT EXISTS (SELECT 1 FROM json_each({column}) a WHERE a.key = {name} AND trim(a.value) <> '')";

    public override string AttributeLength(string column, string name) =>
        $"coalesce((SELECT length(a.value) FROM json_each({column}) a WHERE a.key = {name}), 0)";

    // Everything up to the last at sign is what is left when all that is no at sign is taken off the right.
    public override string DomainOf(string column) =>
        $"replace({column}, rtrim({column}, replace({column}, '@', '')), '')";

    public override object ToParameter(IEnumerable<long> numbers) => $"[{string.Join(',', numbers)}]";

    public override object ToParameter(IEnumerable<string> texts) => DirectoryJson.Write(texts);

    public override IContactWriter Writer(DatabaseSession session, AccountId account, long now) =>
        new SqliteContactWriter((SqliteConnection)session.Connection, account, now);
}
