using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using OrleansCampaigns.Api.Tests.Fakes;
using OrleansCampaigns.Contracts.Contacts;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Contacts;

namespace OrleansCampaigns.Api.Tests.Contacts;

public sealed class ContactHistoryTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(100)]
    public async Task Pages_of_any_size_tell_everything_once_in_order(int limit)
    {
        await using var api = await TestApi.Start();
        var (path, grain) = Contact(api);
        grain.Pages.Add(new HistoryPage(Entries(0, 4), 0, 0));
        grain.Pages.Add(new HistoryPage(Entries(4, 4), 1, 0));
        grain.Contact = new Contact { History = Entries(8, 3) };

        Assert.Equal(Enumerable.Range(0, 11), await ReadAll(api, path, limit));
    }

    [Fact]
    public async Task Entries_that_move_to_a_page_between_two_requests_are_told_once()
    {
        await using var api = await TestApi.Start();
        var (path, grain) = Contact(api);
        grain.Contact = new Contact { History = Entries(0, 6) };
        var first = await api.Client.Get($"{path}?limit=5");

        grain.Pages.Add(new HistoryPage(Entries(0, 4), 0, 0));
        grain.Contact = new Contact { History = Entries(4, 4) };
        var second = await api.Client.Get($"{path}?cursor={first["nextCursor"]}");

        Assert.Equal([0, 1, 2, 3, 4], Sources(first));
        Assert.Equal([5, 6, 7], Sources(second));
    }

    [Fact]
    public async Task A_contact_without_history_has_an_empty_page()
    {
        await using var api = await TestApi.Start();
        var (path, _) = Contact(api);

        var page = await api.Client.Get(path);

        Assert.Empty(page.Items);
        Assert.Null(page["nextCursor"]);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("1")]
    [InlineData("-1.0")]
    [InlineData("1.2.3")]
    public async Task A_cursor_of_another_listing_is_refused(string cursor)
    {
        await using var api = await TestApi.Start();
        var (path, _) = Contact(api);

        (await api.Client.Get($"{path}?cursor={cursor}"))
            .AssertProblem(HttpStatusCode.UnprocessableEntity, "request.cursor", "cursor");
    }

    [Fact]
    public async Task A_click_tells_which_link_was_followed_and_where_it_leads()
    {
        await using var api = await TestApi.Start();
        var (path, grain) = Contact(api);
        var now = api.Clock.GetUtcNow();
        var (ours, foreign, unknown) =
            (CampaignId.Create(now), CampaignId.Create(now.AddDays(1)), CampaignId.Create(now.AddDays(2)));
        api.Recipients.Campaigns[ours] = new(AccountId.Main, ["https://x.example/1", "https://x.example/{{city}}"]);
        api.Recipients.Campaigns[foreign] = new(new AccountId("other"), ["https://y.example/1"]);
        grain.Contact = new Contact
        {
            History =
            [
                Entry(ours, HistoryKind.Click, 2), Entry(ours, HistoryKind.Open, 0), Entry(ours, HistoryKind.Click, 3),
                Entry(foreign, HistoryKind.Click, 1), Entry(unknown, HistoryKind.Click, 1),
            ],
        };

        var page = await api.Client.Get(path);

        Assert.Equal(
            [(2, "https://x.example/{{city}}"), (null, null), (3, null), (1, null), (1, null)],
            page.Items.Select(entry => ((int?)entry["link"], (string?)entry["url"])));

        static HistoryEntry Entry(CampaignId campaign, HistoryKind kind, int link) => new()
        {
            At = DateTimeOffset.UnixEpoch,
            Kind = kind,
            Source = "tracking",
            Campaign = campaign,
            Link = link,
        };
    }

    private static (string Path, FakeContactGrain Grain) Contact(TestApi api)
    {
        var contact = api.Contacts.Add("ann@example.com");
        return ($"/v1/contacts/{contact.Id}/history", api.Grains.Contact($"ct:main:{contact.Id.Value[4..]}"));
    }

    private static async Task<List<int>> ReadAll(TestApi api, string path, int limit)
    {
        var read = new List<int>();
        string? cursor = null;
        do
        {
            var page = await api.Client.Get($"{path}?limit={limit}{(cursor is null ? "" : $"&cursor={cursor}")}");
            Assert.True(page.Items.Count() <= limit);
            read.AddRange(Sources(page));
            cursor = page["nextCursor"];
        }
        while (cursor is not null && read.Count < 100);

        return read;
    }

    private static IEnumerable<int> Sources(Answer page) =>
        page.Items.Select(entry => int.Parse((string)entry["source"]!, CultureInfo.InvariantCulture));

    private static ImmutableList<HistoryEntry> Entries(int start, int count) =>
    [
        .. Enumerable.Range(start, count).Select(i => new HistoryEntry
        {
            At = DateTimeOffset.UnixEpoch,
            Kind = HistoryKind.Attempt,
            Source = i.ToString(CultureInfo.InvariantCulture),
        }),
    ];
}
