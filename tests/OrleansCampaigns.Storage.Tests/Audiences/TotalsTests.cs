using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Storage.Audiences;
using OrleansCampaigns.Storage.Sqlite;

namespace OrleansCampaigns.Storage.Tests.Audiences;

/// <summary>Totals against a count over the rows, one by one, in the test's own words.</summary>
public sealed class TotalsTests : IDisposable
{
    private sealed record Row(
        string Outcome,
        string? Excluded,
        int Attempts,
        long? OpenedAt,
        int Opens,
        int MachineOpens,
        long? ClickedAt,
        int Clicks,
        int MachineClicks,
        long? UnsubscribedAt,
        long? ComplainedAt);

    private readonly TestDatabase _test = new();

    public void Dispose() => _test.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task What_came_back_is_counted_over_every_row(int seed)
    {
        var random = new Random(seed);
        var campaign = TestData.Campaign("c1");
        var rows = Enumerable.Range(1, 300).Select(_ => Random(random)).ToList();
        await _test.Execute("INSERT INTO snapshots VALUES ($0, 300, 300, 1, 1)", campaign.Value);
        await _test.Database.Write(
            connection => rows.Index().Sum(row => Insert(connection, "c1", row.Index, row.Item)));
        await _test.Database.Write(connection => Insert(connection, "other", 1, rows[0] with { Opens = 1_000 }));

        var (totals, _) = await new AudienceStore(_test.Database).Count(campaign);

        Assert.True(totals.IsConserved);
        Assert.Equal(rows.Count(row => row is { Outcome: "Sent", Excluded: null }), totals.Delivered);
        Assert.Equal(rows.Count(row => row.OpenedAt is not null), totals.Opened);
        Assert.Equal(rows.Count(row => row.ClickedAt is not null), totals.Clicked);
        Assert.Equal(rows.Sum(row => row.Opens), totals.Opens);
        Assert.Equal(rows.Sum(row => row.Clicks), totals.Clicks);
        Assert.Equal(rows.Sum(row => row.MachineOpens), totals.MachineOpens);
        Assert.Equal(rows.Sum(row => row.MachineClicks), totals.MachineClicks);
        Assert.Equal(rows.Count(row => row.UnsubscribedAt is not null), totals.Unsubscribed);
        Assert.Equal(rows.Count(row => row.ComplainedAt is not null), totals.Complained);
        Assert.Equal(rows.Count(row => row.Attempts == 0), totals.NotAttempted);
        Assert.Equal(rows.Sum(row => Math.Max(0, row.Attempts - 1)), totals.Retries);
    }

    [Fact]
    public async Task A_campaign_without_an_audience_counts_nothing()
    {
        var (totals, next) = await new AudienceStore(_test.Database).Count(TestData.Campaign("none"));

        Assert.Equal((0, 0, 0, 0), (totals.Audience, totals.Delivered, totals.Opens, totals.NotAttempted));
        Assert.Null(next);
    }

    [Fact]
    public async Task Counting_is_one_walk_over_the_campaign()
    {
        await _test.Database.Read(connection =>
        {
            using var command = connection.Command("EXPLAIN QUERY PLAN " + TotalsSql.Sql, [("$campaign", "c")]);
            using var reader = command.ExecuteReader();
            Assert.True(reader.Read());
            Assert.Equal("SEARCH recipients USING PRIMARY KEY (campaign_id=?)", reader.GetString(3));
            return true;
        });
    }

    private static Row Random(Random random)
    {
        long? Sometimes() => random.Next(4) == 0 ? random.Next(1, 1_000) : null;
        var outcomes = Enum.GetNames<Outcome>();
        return new(
            outcomes[random.Next(outcomes.Length)],
            random.Next(8) == 0 ? Exclusions.MailboxFull : null,
            random.Next(4),
            Sometimes(),
            random.Next(3),
            random.Next(3),
            Sometimes(),
            random.Next(3),
            random.Next(3),
            Sometimes(),
            Sometimes());
    }

    private static int Insert(Microsoft.Data.Sqlite.SqliteConnection connection, string campaign, int seq, Row row) =>
        connection.Change(
            """
            INSERT INTO recipients (campaign_id, partition, seq, account, contact_id, occurrence, reserved, outcome,
                excluded, attempts, opened_at, opens, machine_opens, clicked_at, clicks, machine_clicks,
                unsubscribed_at, complained_at)
            VALUES ($campaign, 0, $seq, 'main', 'con_' || $seq, 1, 1, $0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            """,
            ("$campaign", TestData.Campaign(campaign).Value), ("$seq", seq), ("$0", row.Outcome), ("$1", row.Excluded),
            ("$2", row.Attempts), ("$3", row.OpenedAt), ("$4", row.Opens), ("$5", row.MachineOpens),
            ("$6", row.ClickedAt), ("$7", row.Clicks), ("$8", row.MachineClicks), ("$9", row.UnsubscribedAt),
            ("$10", row.ComplainedAt));
}
