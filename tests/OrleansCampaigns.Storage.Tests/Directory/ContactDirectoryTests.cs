using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Storage.Directory;
using OrleansCampaigns.Storage.Tests.Postgres;
using OrleansCampaigns.Storage.Tests.Sqlite;
using static OrleansCampaigns.Storage.Tests.TestDatabase;

namespace OrleansCampaigns.Storage.Tests.Directory;

public abstract class ContactDirectoryTests(ITestDatabases databases) : DatabaseContract(databases)
{
    private ContactDirectory Contacts => new(Test.Database);

    public static TheoryData<ContactInput, string, string> Refused => new()
    {
        { Input(""), "contact.address.missing", "address" },
        { Input(" \t "), "contact.address.missing", "address" },
        { Input(new string('a', 310) + "@example.com"), "contact.address.too_long", "address" },
        { Input("anna\0@example.com"), "contact.address.control_character", "address" },
        { Input("anna@exam\nple.com"), "contact.address.control_character", "address" },
        { Input("anna\ud800@example.com"), "contact.address.control_character", "address" },
        { Input("a@b.example", new string('n', 201)), "contact.name.too_long", "name" },
        { Input("a@b.example", "Anna\r\nBcc: x"), "contact.name.control_character", "name" },
        { Input("a@b.example", null, ("", "x")), "contact.attribute.name_missing", "attributes" },
        { Input("a@b.example", null, (new string('k', 101), "x")), "contact.attribute.name_too_long", "attributes" },
        { Input("a@b.example", null, ("k\t", "x")), "contact.attribute.name_control_character", "attributes" },
        { Input("a@b.example", null, ("k", new string('v', 10_001))), "contact.attribute.too_long", "attributes.k" },
        { Input("a@b.example", null, ("k", "a\u0001b")), "contact.attribute.control_character", "attributes.k" },
        {
            Input("a@b.example", null, [.. Enumerable.Range(0, 101).Select(i => ($"k{i}", "v"))]),
            "contact.attributes.too_many", "attributes"
        },
    };

    [Fact]
    public async Task A_contact_is_found_as_it_was_made()
    {
        var made =
            (await Contacts.Create(Account, Input(" Anna@EXAMPLE.com ", " Anna Ärmel ", ("city", "Köln")))).Value!;

        Assert.Equal("Anna@example.com", made.Address);
        Assert.True(made.AddressIsValid);
        Assert.Equal("Anna Ärmel", made.Name);
        Assert.Equal("Köln", made.Attributes["city"]);
        Assert.Equal(ContactStatus.New, made.Status);
        Assert.Null(made.LastStatus);
        Assert.Equal(Test.Clock.GetUtcNow(), made.CreatedAt);
        Assert.Equal(ContactId.Of(Test.Database.ContactKey.Span, Account, "Anna@example.com"), made.Id);
        Assert.Equivalent(made, await Contacts.Find(Account, made.Id));
        Assert.Equivalent(made, await Contacts.FindByAddress(Account, "Anna@Example.COM"));
    }

    [Fact]
    public async Task The_hash_is_31_bits_of_the_identifier()
    {
        var made = (await Contacts.Create(Account, Input("anna@example.com"))).Value!;

        var expected = Convert.ToInt64(made.Id.Value[4..12], 16) & 0x7fffffff;
        Assert.Equal(expected, await Test.Number("SELECT hash FROM contacts"));
    }

    [Fact]
    public async Task An_address_belongs_to_one_contact_of_an_account_and_to_another_of_another()
    {
        var made = (await Contacts.Create(Account, Input("anna@example.com"))).Value!;
        var again = await Contacts.Create(Account, Input("anna@EXAMPLE.com"));
        var elsewhere = (await Contacts.Create(Other, Input("anna@example.com"))).Value!;

        Assert.Equal("contact.exists", again.Refusal!.Code);
        Assert.Equal(RefusalKind.Conflict, again.Refusal.Kind);
        Assert.DoesNotContain("anna", again.Refusal.Detail, StringComparison.Ordinal);
        Assert.NotEqual(made.Id, elsewhere.Id);
        Assert.Null(await Contacts.Find(Other, made.Id));
        Assert.Equal(1, await Contacts.Count(Account, new ContactFilter()));
    }

    [Fact]
    public async Task A_malformed_address_is_kept_and_marked()
    {
        var made = (await Contacts.Create(Account, Input("  anna at example "))).Value!;

        Assert.False(made.AddressIsValid);
        Assert.Equal("anna at example", made.Address);
        Assert.Equal(made.Id, (await Contacts.FindByAddress(Account, "anna at example"))!.Id);
    }

    [Theory, MemberData(nameof(Refused))]
    public async Task What_breaks_a_limit_is_refused(ContactInput input, string code, string field)
    {
        var refusal = (await Contacts.Create(Account, input)).Refusal!;

        Assert.Equal((RefusalKind.Invalid, code, field), (refusal.Kind, refusal.Code, refusal.Field));
        Assert.Equal(0, await Contacts.Count(Account, new ContactFilter()));
    }

    [Fact]
    public async Task What_just_keeps_the_limits_is_taken()
    {
        var attributes = Enumerable.Range(0, 100).Select(i => ($"{i,100}", new string('v', 10_000))).ToArray();
        attributes[0].Item2 = "line\r\n\tline";
        var made = (await Contacts.Create(Account, Input("a@b.example", new string('n', 200), attributes))).Value!;

        Assert.Equal(100, made.Attributes.Count);
        Assert.Equal("line\r\n\tline", made.Attributes[attributes[0].Item1]);
        Assert.True((await Contacts.Create(Account, Input(new string('x', 320)))).Value is { AddressIsValid: false });
    }

    [Fact]
    public async Task A_change_keeps_what_it_does_not_name_and_removes_what_it_takes_away()
    {
        var made = (await Contacts.Create(Account, Input("anna@example.com", "Anna", ("a", "1"), ("b", "2")))).Value!;

        var changed = (await Contacts.Change(
            Account, made.Id, null, new Dictionary<string, string?> { ["a"] = null, ["c"] = "3" })).Value!;
        Assert.Equal("Anna", changed.Name);
        Assert.Equal(["b=2", "c=3"], changed.Attributes.Select(a => $"{a.Key}={a.Value}").Order());

        await Contacts.Change(Account, made.Id, "Berta", new Dictionary<string, string?>());
        Assert.Equal(1, await Contacts.Count(Account, new ContactFilter { Text = "BERTA" }));
        Assert.Equal(1, await Contacts.Count(Account, new ContactFilter { Text = "anna@" }));

        Assert.Null((await Contacts.Change(Account, made.Id, "", new Dictionary<string, string?>())).Value!.Name);
        Assert.Equal(0, await Contacts.Count(Account, new ContactFilter { Text = "berta" }));
    }

    [Fact]
    public async Task A_change_that_breaks_a_limit_or_has_no_contact_is_refused()
    {
        var full = Enumerable.Range(0, 100).Select(i => ($"k{i}", "v")).ToArray();
        var made = (await Contacts.Create(Account, Input("anna@example.com", null, full))).Value!;
        var one = new Dictionary<string, string?> { ["one more"] = "v" };
        var none = new Dictionary<string, string?>();

        Assert.Equal(
            "contact.attributes.too_many", (await Contacts.Change(Account, made.Id, null, one)).Refusal!.Code);
        Assert.Equal(
            "contact.name.control_character", (await Contacts.Change(Account, made.Id, "a\0", none)).Refusal!.Code);
        Assert.Equal("contact.unknown", (await Contacts.Change(Other, made.Id, "a", none)).Refusal!.Code);
        Assert.Equal(RefusalKind.NotFound, (await Contacts.Change(Other, made.Id, "a", none)).Refusal!.Kind);
    }

    [Fact]
    public async Task An_export_holds_every_contact_once()
    {
        await new ListDirectory(Test.Database).AddMembers(
            Account,
            (await new ListDirectory(Test.Database).CreateList(Account, "all")).Value!.Id,
            [.. Enumerable.Range(0, 2_500).Select(i => Input($"user{i}@example.com"))]);

        var addresses = new List<string>();
        await foreach (var row in Contacts.Export(Account, new ContactFilter()))
        {
            addresses.Add(row.Address);
        }

        Assert.Equal(2_500, addresses.Distinct().Count());
        Assert.Equal(2_500, addresses.Count);
    }
}

public sealed class SqliteContactDirectoryTests() : ContactDirectoryTests(SqliteDatabases.Instance);

[Trait("Needs", "PostgreSQL")]
public sealed class PostgresContactDirectoryTests(PostgresFixture postgres) : ContactDirectoryTests(postgres);
