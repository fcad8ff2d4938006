using System.Text;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Storage.Audiences;
using OrleansCampaigns.Storage.Directory;
using OrleansCampaigns.Storage.Suppressions;
using OrleansCampaigns.Storage.Tests.Postgres;
using OrleansCampaigns.Storage.Tests.Sqlite;
using static OrleansCampaigns.Storage.Tests.TestDatabase;

namespace OrleansCampaigns.Storage.Tests.Suppressions;

public abstract class SuppressionDirectoryTests(ITestDatabases databases) : DatabaseContract(databases)
{
    private SuppressionDirectory Suppressions => new(Test.Database);

    private AudienceStore Audiences => new(Test.Database, Test.Clock);

    [Theory]
    [InlineData("windows-1252")]
    [InlineData("utf-16le")]
    [InlineData("utf-8")]
    public async Task A_file_is_read_in_the_encoding_that_it_is_in(string encoding)
    {
        var csv = "address;reason\r\nj\u00f6rg@b\u00fccher.example;wollte nicht l\u00e4nger\r\n";
        var bytes = FileEncodings.Find(encoding)!.GetBytes(csv);

        var imported = (await Suppressions.Import(Account, new MemoryStream(bytes), "Jo", null)).Value!;

        Assert.Equal((1L, 0L), (imported.Added, imported.Rejected));
        Assert.Equal(
            "wollte nicht l\u00e4nger",
            (await Suppressions.FindFor(Account, "J\u00d6RG@b\u00fccher.example"))?.Reason);
    }

    [Theory]
    [InlineData("ann@example.com", true)]
    [InlineData(" ANN@Example.COM ", true)]
    [InlineData("a\u200Bnn@example.com", true)]
    [InlineData("bob@example.com", false)]
    [InlineData("x@blocked.example", true)]
    [InlineData("x@MAIL.blocked.example", true)]
    [InlineData("x@unblocked.example", false)]
    [InlineData("x@b\u00FCcher.example", true)]
    [InlineData("x@xn--bcher-kva.example", true)]
    [InlineData("not an address", true)]
    public async Task A_suppression_holds_for_every_spelling_and_for_what_is_below_a_domain(
        string address, bool isSuppressed)
    {
        await Suppressions.Add(
            Account,
            [
                new("Ann@example.com", null, "asked", null), new("not an address", null, null, null),
                new(null, "Blocked.Example", null, null), new(null, "b\u00FCcher.example", null, null),
            ],
            "Jo");

        Assert.Equal(isSuppressed, await Audiences.IsSuppressed(Account, address));
        Assert.Equal(isSuppressed, await Suppressions.FindFor(Account, address) is not null);
        Assert.False(await Audiences.IsSuppressed(Other, address));
    }

    [Fact]
    public async Task That_there_are_none_is_remembered_for_a_moment_and_not_beyond_a_change_that_is_told()
    {
        var audiences = Audiences;
        Assert.False(await audiences.IsSuppressed(Account, "a@example.com"));
        await Suppressions.Add(Account, [new("a@example.com", null, null, null)], null);

        // A silo that hangs is not told: its memory is too old before it is given up on.
        Assert.False(await audiences.IsSuppressed(Account, "a@example.com"));
        Test.Clock.Move(SuppressionCheck.NoneHolds);
        Assert.True(await audiences.IsSuppressed(Account, "a@example.com"));

        var told = Audiences;
        Assert.False(await told.IsSuppressed(Other, "a@example.com"));
        await Suppressions.Add(Other, [new("a@example.com", null, null, null)], null);
        told.ForgetSuppressions(Other);
        Assert.True(await told.IsSuppressed(Other, "a@example.com"));
    }

    [Fact]
    public async Task A_suppression_expires_and_the_longer_time_holds()
    {
        var now = Test.Clock.GetUtcNow();
        await Suppressions.Add(Account, [new("a@example.com", null, "one", now.AddDays(2))], "Jo");
        var again = await Suppressions.Add(Account, [new("A@example.com", null, "two", now.AddDays(1))], null);

        Assert.Equal((0, 1), (again.Value!.Added, again.Value.Updated));
        var found = (await Suppressions.Find(Account, "a@example.com"))!;
        Assert.Equal(("two", "Jo", now.AddDays(2)), (found.Reason, found.Actor, found.ExpiresAt));
        Assert.True(await Audiences.IsSuppressed(Account, "a@example.com"));
        Test.Clock.Move(TimeSpan.FromDays(2));
        Assert.False(await Audiences.IsSuppressed(Account, "a@example.com"));
        Assert.Null(await Suppressions.FindFor(Account, "a@example.com"));
        Assert.NotNull(await Suppressions.Find(Account, "a@example.com"));
        Assert.True(await Suppressions.Remove(Account, found.Key));
        Assert.False(await Suppressions.Remove(Account, found.Key));
    }

    [Fact]
    public async Task An_audience_holds_no_licence_for_who_is_suppressed()
    {
        var lists = new ListDirectory(Test.Database);
        var list = (await lists.CreateList(Account, "all")).Value!.Id;
        await lists.AddMembers(
            Account,
            list,
            [
                Input("a@example.com"), Input("b@example.com"), Input("\"x@y\"@blocked.example"),
                Input("c@blocked.example.com"),
            ]);
        await Suppressions.Add(
            Account, [new("A@example.com", null, null, null), new(null, "blocked.example", null, null)], null);
        var audience = new Audience { ListIds = [list] };

        Assert.Equal((4L, 2L), await Count());
        var taken = await Audiences.Take(
            Account, CampaignId.Create(Test.Clock.GetUtcNow()), audience, 100, Test.Clock.GetUtcNow());
        Assert.Equal((4L, 2L), (taken.Recipients, taken.Sendable));

        async Task<(long, long)> Count()
        {
            var count = await Audiences.Count(Account, audience);
            return (count.Recipients, count.Sendable);
        }
    }

    [Fact]
    public async Task A_file_of_another_tool_is_read_with_a_header_and_without_one()
    {
        var named = await Import(
            """
            Email;Reason;Expires
            ann@example.com;bounced twice;2031-12-31
            @blocked.example;;
            bob@example.com;;soon
            no address here and far too many words to be one;;
            """);
        Assert.Equal((4L, 2L, 0L, 2L), (named.Rows, named.Added, named.Updated, named.Rejected));
        Assert.Equal(
            new DateTimeOffset(2031, 12, 31, 0, 0, 0, TimeSpan.Zero),
            (await Suppressions.Find(Account, "ann@example.com"))!.ExpiresAt);
        Assert.Equal(
            [(4L, "suppression.expiry"), (5L, "suppression.domain")],
            named.Errors.Select(error => (error.Line, error.Code)));

        var bare = await Import("carl@example.com\nother.example\n\nann@example.com\n");
        Assert.Equal((3L, 2L, 1L, 0L), (bare.Rows, bare.Added, bare.Updated, bare.Rejected));
        Assert.Equal("import", (await Suppressions.Find(Account, "other.example"))!.Source);
        Assert.Equal("the old list", (await Suppressions.Find(Account, "carl@example.com"))!.Reason);
        Assert.Null((await Suppressions.Find(Account, "ann@example.com"))!.ExpiresAt);

        var wrong = await Suppressions.Import(
            Account, new MemoryStream("name,city\nAnn,Graz"u8.ToArray()), null, null);
        Assert.Equal("import.no_address_column", wrong.Refusal!.Code);
    }

    [Fact]
    public async Task A_file_of_thousands_is_read_in_steps_and_suppresses_each_once()
    {
        var import = await Import(string.Concat(
            Enumerable.Range(0, 5_000).Select(i => $"u{i % 4_500}@example.com\n")));

        Assert.Equal((5_000L, 4_500L, 500L), (import.Rows, import.Added, import.Updated));
        var all = new List<Suppression>();
        await foreach (var one in Suppressions.Export(Account))
        {
            all.Add(one);
        }

        Assert.Equal((4_500, 4_500), (all.Count, all.DistinctBy(one => one.Key).Count()));
    }

    [Fact]
    public async Task An_export_comes_back_as_what_it_was()
    {
        await new ContactDirectory(Test.Database).Create(Account, Input("known@example.com"));
        await Suppressions.Add(
            Account,
            [
                new("known@example.com", null, "=1+1", null),
                new("stranger@example.com", null, "a \"quoted\", line", Test.Clock.GetUtcNow().AddDays(30)),
                new(null, "blocked.example", null, null) { Source = "old tool" },
            ],
            "Jo");
        var before = (await Suppressions.Query(Account, null, 100)).Value!.Items;
        var csv = new StringBuilder("address,domain,hash,reason,expires at,source,actor,created at\r\n");
        foreach (var one in before)
        {
            var reason = one.Reason?.Replace("\"", "\"\"", StringComparison.Ordinal)
                .Replace("=1", "'=1", StringComparison.Ordinal);
            csv.AppendJoin(
                ',',
                one.Address,
                one.Domain,
                one.Domain is null ? one.Key : "",
                $"\"{reason}\"",
                $"{one.ExpiresAt:O}",
                one.Source,
                one.Actor,
                $"{one.CreatedAt:O}").Append("\r\n");
            Assert.True(await Suppressions.Remove(Account, one.Key));
        }

        var import = await Import(csv.ToString(), reason: null);

        Assert.Equal((3L, 3L, 0L), (import.Rows, import.Added, import.Rejected));
        Assert.Equal(before, (await Suppressions.Query(Account, null, 100)).Value!.Items);
    }

    private async Task<SuppressionImport> Import(string csv, string? reason = "the old list")
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(csv));
        var import = await Suppressions.Import(Account, stream, null, reason);
        Assert.Null(import.Refusal);
        return import.Value!;
    }
}

public sealed class SqliteSuppressionDirectoryTests() : SuppressionDirectoryTests(SqliteDatabases.Instance);

[Trait("Needs", "PostgreSQL")]
public sealed class PostgresSuppressionDirectoryTests(PostgresFixture postgres) : SuppressionDirectoryTests(postgres);
