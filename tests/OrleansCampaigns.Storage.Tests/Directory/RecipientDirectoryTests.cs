using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Storage.Audiences;
using OrleansCampaigns.Storage.Directory;
using OrleansCampaigns.Storage.Tests.Postgres;
using OrleansCampaigns.Storage.Tests.Sqlite;
using static OrleansCampaigns.Storage.Tests.TestDatabase;

namespace OrleansCampaigns.Storage.Tests.Directory;

public abstract class RecipientDirectoryTests(ITestDatabases databases) : DatabaseContract(databases)
{
    private const long Hour = 3_600_000;

    private static readonly CampaignId Campaign = TestData.Campaign("c1");

    private RecipientDirectory Recipients => new(Test.Database);

    private AudienceStore Audiences => new(Test.Database);

    [Fact]
    public async Task A_campaign_is_found_with_its_links_once_it_has_an_audience()
    {
        await Test.Campaign("c1", account: Other);
        Assert.Null(await Recipients.FindCampaign(Campaign));

        await Audiences.Take(Other, Campaign, new(), 10, Test.Clock.GetUtcNow());
        Assert.Empty((await Recipients.FindCampaign(Campaign))!.Links);

        string[] links = [.. Enumerable.Range(1, 12).Select(i => $"https://example.com/{i}?a=b&c={{{{name}}}}")];
        await Audiences.StoreLinks(Campaign, links);
        await Audiences.StoreLinks(Campaign, links);
        var found = (await Recipients.FindCampaign(Campaign))!;
        Assert.Equal((Other, 12), (found.Account, found.Links.Count));
        Assert.Equal(links, found.Links);
        Assert.Null(await Recipients.FindCampaign(TestData.Campaign("none")));
    }

    [Fact]
    public async Task A_discarded_audience_takes_its_links_with_it_and_leaves_those_of_others()
    {
        await Test.Campaign("c1");
        await Test.Campaign("c2");
        foreach (var campaign in new[] { Campaign, TestData.Campaign("c2") })
        {
            await Audiences.Take(Account, campaign, new(), 10, Test.Clock.GetUtcNow());
            await Audiences.StoreLinks(campaign, ["https://example.com/"]);
        }

        await Audiences.Discard(Campaign);
        await Audiences.Discard(Campaign);

        Assert.Null(await Recipients.FindCampaign(Campaign));
        Assert.Equal([TestData.Campaign("c2").Value], await Test.Texts("SELECT campaign_id FROM campaign_links"));

        // Another start takes an audience anew, and its links are those of the content as it is then.
        await Audiences.Take(Account, Campaign, new(), 10, Test.Clock.GetUtcNow());
        await Audiences.StoreLinks(Campaign, ["https://example.org/1", "https://example.org/2"]);
        Assert.Equal(
            ["https://example.org/1", "https://example.org/2"], (await Recipients.FindCampaign(Campaign))!.Links);
    }

    [Fact]
    public async Task A_place_names_its_contact_and_no_other_place_does()
    {
        var (anna, bert) = (await Make("anna@example.com"), await Make("bert@example.com"));
        await Test.Recipient("c1", 0, 1, anna);
        await Test.Recipient("c1", 1, 1, bert);
        await Test.Recipient("c2", 1, 2, anna);

        Assert.Equal((Account, anna), await Recipients.FindRecipient(Campaign, 0, 1));
        Assert.Equal((Account, bert), await Recipients.FindRecipient(Campaign, 1, 1));
        Assert.Null(await Recipients.FindRecipient(Campaign, 1, 2));
        Assert.Null(await Recipients.FindRecipient(Campaign, 2, 1));
        Assert.Null(await Recipients.FindRecipient(TestData.Campaign("none"), 0, 1));
    }

    [Fact]
    public async Task Engagement_of_an_unknown_campaign_or_of_another_account_is_refused()
    {
        await Test.Campaign("c1");

        var unknown = await Recipients.GetEngagement(Account, TestData.Campaign("none"));
        var foreign = await Recipients.GetEngagement(Other, Campaign);
        Assert.Equal(RefusalKind.NotFound, unknown.Refusal!.Kind);
        Assert.Equal(unknown.Refusal, foreign.Refusal);
        Assert.Equal((0, 0), await Recipients.GetEngagement(Account, Campaign) is { Value: { } none }
            ? (none.Links.Count, none.Hours.Count)
            : (-1, -1));
    }

    [Fact]
    public async Task Links_come_by_the_clicks_of_people_and_one_nobody_followed_comes_last()
    {
        await Test.Campaign("c1");
        await Audiences.StoreLinks(Campaign, ["https://a", "https://b", "https://c", "https://d"]);
        foreach (var (campaign, link, contact, clicks, machine) in new[]
        {
            ("c1", 2, "x", 5, 0), ("c1", 2, "y", 0, 7), ("c1", 3, "x", 2, 1), ("c1", 3, "y", 2, 0),
            ("c1", 4, "y", 0, 9), ("c2", 1, "x", 50, 50),
        })
        {
            await Test.Execute(
                "INSERT INTO link_clicks VALUES ($0, $1, $2, $3, $4, NULL)",
                TestData.Campaign(campaign).Value, link, contact, clicks, machine);
        }

        Assert.Equal(
            [
                new LinkStatistics(2, "https://b", 1, 5, 7), new(3, "https://c", 2, 4, 1), new(1, "https://a", 0, 0, 0),
                new(4, "https://d", 0, 0, 9),
            ],
            (await Recipients.GetEngagement(Account, Campaign)).Value!.Links);
    }

    [Fact]
    public async Task Hours_count_first_times_each_in_the_hour_in_which_it_was()
    {
        await Test.Campaign("c1");
        var contact = await Make("anna@example.com");
        for (var seq = 1; seq <= 4; seq++)
        {
            await Test.Recipient("c1", seq % 2, seq, contact, occurrence: seq);
        }

        await Test.Recipient("c2", 0, 1, contact);
        await Test.Execute("UPDATE recipients SET sent_at = 99 * $0 WHERE campaign_id <> $1", Hour, Campaign.Value);
        await Set(1, "sent_at = 10 * $0, opened_at = 11 * $0 - 1, clicked_at = 12 * $0, unsubscribed_at = 12 * $0 + 5");
        await Set(2, "sent_at = 11 * $0 - 1, opened_at = 12 * $0 + 1, complained_at = 20 * $0");
        await Set(3, "failed_at = 12 * $0 + 9");
        await Set(4, "sent_at = 11 * $0, failed_at = 12 * $0");

        Assert.Equal(
            [
                new HourStatistics(At(10), 2, 1, 0, 0, 0, 0), new(At(11), 1, 0, 0, 0, 0, 0),
                new(At(12), 0, 1, 1, 2, 1, 0), new(At(20), 0, 0, 0, 0, 0, 1),
            ],
            (await Recipients.GetEngagement(Account, Campaign)).Value!.Hours);
    }

    private static DateTimeOffset At(long hour) => DateTimeOffset.FromUnixTimeMilliseconds(hour * Hour);

    private Task<int> Set(int seq, string values) => Test.Execute(
        $"UPDATE recipients SET {values} WHERE campaign_id = $1 AND seq = $2", Hour, Campaign.Value, seq);

    private async Task<ContactId> Make(string address) =>
        (await new ContactDirectory(Test.Database).Create(Account, Input(address))).Value!.Id;
}

public sealed class SqliteRecipientDirectoryTests() : RecipientDirectoryTests(SqliteDatabases.Instance);

[Trait("Needs", "PostgreSQL")]
public sealed class PostgresRecipientDirectoryTests(PostgresFixture postgres) : RecipientDirectoryTests(postgres);
