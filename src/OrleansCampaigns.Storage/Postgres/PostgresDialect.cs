using OrleansCampaigns.Domain;
using OrleansCampaigns.Storage.Databases;
using OrleansCampaigns.Storage.Directory;

namespace OrleansCampaigns.Storage.Postgres;

/// <summary>The SQL of the cluster's database.</summary>
internal sealed class PostgresDialect : SqlDialect
{
    public static PostgresDialect Instance { get; } = new();

    public override string? LockSql => "SELECT pg_advisory_xact_lock(hashtextextended(@name, 0))";

    public override string ForUpdate => "FOR UPDATE";

    // What has a limit or an offset is not made a join.
    public override string ForEachRow => "OFFSET 0";

    /// <inheritdoc/>
    /// <remarks>Others may write meanwhile, but for the contacts that exist already.</remarks>
    public override int ImportStepMax => 10_000;

    /// <inheritdoc/>
    /// <remarks>As fast to read and sort as it is to meet a page of so many among a million.</remarks>
    public override int SmallSourceMax => 2_500;

    /// <inheritdoc/>
    /// <remarks>
    /// A page is answered within some tens of milliseconds however rare what it looks for is; then it holds fewer than
    /// were asked for, perhaps none, and says where to go on.
    /// </remarks>
    public override int? ScannedMax => 20_000;

    /// <inheritdoc/>
    /// <remarks>A page is short: what makes long reads fast, sorted sets of pages and other processes, makes it
    /// wait.</remarks>
    public override string? KeepToIndexesSql(bool inOrder) => $"""
        SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL enable_seqscan = off;
        SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off;
        SET LOCAL enable_sort = {(inOrder ? "off" : "on")}; SET LOCAL enable_bitmapscan = {(inOrder ? "off" : "on")}
        """;

    public override string? ForgetOccurrencesSql => null;

    public override string By(string index) => "";

    public override string Holds(string column, string text) => $"strpos({column}, {text}) > 0";

    public override string IsAmong(string column, string values) => $"{column} = ANY({values})";

    public override string Json(string text) => $"{text}::jsonb";

    public override string HasAttribute(string contact, string name, string value, FilterValues values) =>
        $"{contact}.attributes ->> {values.Add(name)} = {values.Add(value)}";

    public override string LacksAttribute(string column, string name) =>
        $"coalesce(trim({column} ->> {name}), '') = ''";

    public override string AttributeLength(string column, string name) =>
        $"coalesce(length({column} ->> {name}), 0)";

    public override string DomainOf(string column) => $"substring({column} from '[^@]*$')";

    public override object ToParameter(IEnumerable<long> numbers) => numbers.ToArray();

    public override object ToParameter(IEnumerable<string> texts) => texts.ToArray();

    public override IContactWriter Writer(DatabaseSession session, AccountId account, long now) =>
        new PostgresContactWriter(session, account, now);
}
