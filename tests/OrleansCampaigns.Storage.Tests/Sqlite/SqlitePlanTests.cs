using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Storage.Audiences;
using OrleansCampaigns.Storage.Databases;
using OrleansCampaigns.Storage.Directory;
using static OrleansCampaigns.Storage.Tests.TestDatabase;

namespace OrleansCampaigns.Storage.Tests.Sqlite;

/// <summary>What the embedded database reads for what is asked most.</summary>
public sealed class SqlitePlanTests : IAsyncDisposable
{
    private readonly SqliteTestDatabase _test = new();

    public ValueTask DisposeAsync() => _test.DisposeAsync();

    [Theory]
    [InlineData("all", "SEARCH c USING PRIMARY KEY (account=? AND id>?)")]
    [InlineData("status", "SEARCH s USING COVERING INDEX contacts_status (account=? AND status=? AND id>?)")]
    [InlineData("last", "SEARCH o USING COVERING INDEX contacts_last_status (account=? AND last_status=? AND id>?)")]
    [InlineData("queued", "SEARCH q USING COVERING INDEX recipients_queued (campaign_id=?)")]
    [InlineData("list", "SEARCH m USING PRIMARY KEY (list_id=? AND contact_id>?)")]
    [InlineData("text", "SEARCH c USING PRIMARY KEY (account=? AND id>?)")]
    [InlineData("campaign", "SEARCH r USING COVERING INDEX recipients_contact (campaign_id=? AND contact_id>?)")]
    [InlineData(
        "clicked",
        "SEARCH r USING COVERING INDEX recipients_status (campaign_id=? AND recipient_status=? AND contact_id>?)")]
    [InlineData(
        "status time",
        "SEARCH t USING COVERING INDEX contacts_status_since (account=? AND status_since=? AND created_at>?)")]
    [InlineData(
        "last status time",
        "SEARCH t USING COVERING INDEX contacts_last_status_at (account=? AND last_status_at>?)")]
    public async Task A_page_is_read_from_an_index_and_never_sorted_out_of_all_contacts(string shape, string expected)
    {
        var filter = shape switch
        {
            "status" => new ContactFilter { Statuses = [ContactStatus.Active] },
            "last" => new() { LastStatuses = [Outcome.Sent] },
            "queued" => new() { LastStatuses = [Outcome.Queued] },
            "list" => new() { ListId = "lst_" },
            "text" => new() { Text = "anna" },
            "campaign" => new() { Campaign = TestData.Campaign("c") },
            "clicked" => new()
            {
                Campaign = TestData.Campaign("c"),
                RecipientStatuses = [RecipientStatus.Clicked],
            },
            "status time" => new() { StatusFrom = _test.Clock.GetUtcNow() },
            "last status time" => new() { LastStatusFrom = _test.Clock.GetUtcNow() },
            _ => new(),
        };
        var contacts = new ContactDirectory(_test.Database);
        var plan = await ((IDatabase)_test.Database).Read(async session =>
        {
            var sql = Assert.Single(await contacts.Plan(session, Account, filter));
            return await session.Rows(
                reader => reader.GetString(3),
                "EXPLAIN QUERY PLAN " + contacts.PageSql(sql),
                [.. sql.Parameters, ("@after", ""), ("@limit", 10)]);
        });

        Assert.Contains(expected, plan);
        Assert.Contains(plan, step => step.StartsWith(
            "SEARCH q USING INDEX recipients_queued (campaign_id=? AND contact_id=?", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, step => step.StartsWith("SCAN", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, step => step.Contains("TEMP B-TREE", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pages_of_recipients_follow_the_primary_key()
    {
        var plan = await Plan(
            CampaignDirectory.RecipientsSql(new()), "@campaign", "@account", "@partition", "@seq", "@limit");

        Assert.Contains("SEARCH r USING PRIMARY KEY (campaign_id=? AND (partition,seq)>(?,?))", plan);
        Assert.DoesNotContain(plan, step => step.Contains("TEMP B-TREE", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Counting_is_one_walk_over_the_campaign() => Assert.Equal(
        "SEARCH recipients USING PRIMARY KEY (campaign_id=?)", (await Plan(TotalsSql.Sql, "@campaign"))[0]);

    private Task<List<string>> Plan(string sql, params string[] parameters) => ((IDatabase)_test.Database).Read(
        session => session.Rows(
            reader => reader.GetString(3),
            "EXPLAIN QUERY PLAN " + sql,
            parameters.Select(name => (name, (object?)"1"))));
}
