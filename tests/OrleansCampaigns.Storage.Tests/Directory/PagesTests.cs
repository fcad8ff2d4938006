using System.Buffers.Text;
using System.Text;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Storage.Directory;
using OrleansCampaigns.Storage.Tests.Imports;
using OrleansCampaigns.Storage.Tests.Postgres;
using OrleansCampaigns.Storage.Tests.Sqlite;
using static OrleansCampaigns.Storage.Tests.TestDatabase;

namespace OrleansCampaigns.Storage.Tests.Directory;

public abstract class PagesTests(ITestDatabases databases) : ImportContract(databases)
{
    private ContactDirectory Contacts => Imports.Contacts;

    private ListDirectory Lists => Imports.Lists;

    private CampaignDirectory Campaigns => new(Test.Database);

    public static TheoryData<string> Broken =>
    [
        "", "%%%", "a", "con_", "null", new string('A', 5000), "AAAA\nAAAA",
        Encode("con_xyz"), Encode("' OR 1=1 --"), Encode("~"), Encode("zzz 1"), Encode("1 2 3"), Encode("1"),
        Encode("-5"), Encode(new string('9', 50)), Base64Url.EncodeToString([0xff, 0xfe, 0x00]),
        Encode("con_" + new string('A', 32)), Encode("cmp_" + new string('g', 32)),
    ];

    [Theory, MemberData(nameof(Broken))]
    public async Task A_broken_cursor_is_refused_everywhere(string cursor)
    {
        var import = await Imports.Import("email\nanna@example.com");
        await Test.Campaign("c1");
        Refusal?[] refusals =
        [
            (await Contacts.Query(Account, new(), cursor, 10)).Refusal,
            (await Lists.QueryLists(Account, cursor, 10)).Refusal,
            (await Campaigns.Query(Account, null, cursor, 10)).Refusal,
            (await Campaigns.QueryRecipients(Account, TestData.Campaign("c1"), new(), cursor, 10)).Refusal,
            (await Imports.Importer.Query(Account, cursor, 10)).Refusal,
        ];

        Assert.All(refusals, refusal => Assert.Equal(
            (RefusalKind.Invalid, "request.cursor", "cursor"), (refusal!.Kind, refusal.Code, refusal.Field)));
        var errors = (await Imports.Importer.QueryErrors(Account, import.Id, cursor, 10)).Refusal;
        Assert.Equal(cursor == Encode("1") ? null : "request.cursor", errors?.Code);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-7, 1)]
    [InlineData(3, 3)]
    [InlineData(int.MaxValue, 1000)]
    public async Task A_page_is_never_empty_by_request_nor_larger_than_a_thousand(int limit, int expected)
    {
        var list = (await Lists.CreateList(Account, "list")).Value!.Id;
        await Lists.AddMembers(Account, list, [.. Enumerable.Range(0, 1_100).Select(i => Input($"u{i}@example.com"))]);

        var page = (await Contacts.Query(Account, new(), null, limit)).Value!;
        Assert.Equal(expected, page.Items.Count);
        Assert.NotNull(page.NextCursor);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whoever_was_there_is_seen_once_while_others_come(bool split)
    {
        var filter = split ? new ContactFilter { Statuses = [ContactStatus.New, ContactStatus.Active] } : new();
        var list = (await Lists.CreateList(Account, "list")).Value!.Id;
        await Lists.AddMembers(Account, list, [.. Enumerable.Range(0, 100).Select(i => Input($"old{i}@example.com"))]);

        var seen = new List<ContactRow>();
        var round = 0;
        string? cursor = null;
        do
        {
            var page = (await Contacts.Query(Account, filter, cursor, 7)).Value!;
            seen.AddRange(page.Items);
            cursor = page.NextCursor;
            await Lists.AddMembers(
                Account, list, [.. Enumerable.Range(0, 5).Select(i => Input($"new{round}-{i}@example.com"))]);
            round++;
        }
        while (cursor is not null);

        Assert.Equal(100, seen.Count(row => row.Address.StartsWith("old", StringComparison.Ordinal)));
        Assert.Equal(seen.Count, seen.Select(row => row.Id).Distinct().Count());
        Assert.Equal(seen.Select(row => row.Id.Value).Order(StringComparer.Ordinal), seen.Select(row => row.Id.Value));
    }

    [Fact]
    public async Task Lists_and_imports_come_newest_first()
    {
        var names = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            Test.Clock.Move(TimeSpan.FromMilliseconds(1));
            names.Insert(0, $"list {i}");
            await Imports.Import("email\na@example.com", list: (await Lists.CreateList(Account, names[0])).Value!.Id);
        }

        var first = (await Lists.QueryLists(Account, null, 3)).Value!;
        var second = (await Lists.QueryLists(Account, first.NextCursor, 3)).Value!;
        Assert.Equal(names, first.Items.Concat(second.Items).Select(list => list.Name));
        Assert.Null(second.NextCursor);

        var imports = (await Imports.Importer.Query(Account, null, 3)).Value!;
        var rest = (await Imports.Importer.Query(Account, imports.NextCursor, 3)).Value!;
        Assert.Equal(
            first.Items.Concat(second.Items).Select(list => list.Id),
            imports.Items.Concat(rest.Items).Select(import => import.ListId));
        Assert.Empty((await Imports.Importer.Query(Other, null, 3)).Value!.Items);
    }

    private static string Encode(string key) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(key));
}

public sealed class SqlitePagesTests() : PagesTests(SqliteDatabases.Instance);

[Trait("Needs", "PostgreSQL")]
public sealed class PostgresPagesTests(PostgresFixture postgres) : PagesTests(postgres);
