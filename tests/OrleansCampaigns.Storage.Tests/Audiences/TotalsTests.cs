using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Storage.Audiences;
using OrleansCampaigns.Storage.Tests.Postgres;
using OrleansCampaigns.Storage.Tests.Sqlite;

namespace OrleansCampaigns.Storage.Tests.Audiences;

/// <summary>Totals against a count over the rows, one by one, in the test's own words.</summary>
public abstract class TotalsTests(ITestDatabases databases) : DatabaseContract(databases)
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

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task What_came_back_is_counted_over_every_row(int seed)
    {
        var random = new Random(seed);
        var campaign = TestData.Campaign("c1");
        var rows = Enumerable.Range(1, 300).Select(_ => Random(random)).ToList();
        await Test.Execute("INSERT INTO snapshots VALUES ($0, 300, 300, 1, 1)", campaign.Value);
        foreach (var (seq, row) in rows.Index())
        {
            await Insert("c1", seq, row);
        }

        await Insert("other", 1, rows[0] with { Opens = 1_000 });

        var (totals, _) = await new AudienceStore(Test.Database).Count(campaign);

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
        var (totals, next) = await new AudienceStore(Test.Database).Count(TestData.Campaign("none"));

        Assert.Equal((0, 0, 0, 0), (totals.Audience, totals.Delivered, totals.Opens, totals.NotAttempted));
        Assert.Null(next);
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

    private Task<int> Insert(string campaign, int seq, Row row) => Test.Execute(
        """
        INSERT INTO recipients (campaign_id, partition, seq, account, contact_id, occurrence, reserved, outcome,
            excluded, attempts, opened_at, opens, machine_opens, clicked_at, clicks, machine_clicks,
            unsubscribed_at, complained_at)
        VALUES ($11, 0, $12, 'main', $13, 1, 1, $0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """,
        row.Outcome, row.Excluded, row.Attempts, row.OpenedAt, row.Opens, row.MachineOpens, row.ClickedAt, row.Clicks,
        row.MachineClicks, row.UnsubscribedAt, row.ComplainedAt, TestData.Campaign(campaign).Value, seq, $"con_{seq}");
}

public sealed class SqliteTotalsTests() : TotalsTests(SqliteDatabases.Instance);

[Trait("Needs", "PostgreSQL")]
public sealed class PostgresTotalsTests(PostgresFixture postgres) : TotalsTests(postgres);
