using System.Collections.Immutable;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Storage.Directory;
using OrleansCampaigns.Storage.Tests.Postgres;
using OrleansCampaigns.Storage.Tests.Sqlite;
using static OrleansCampaigns.Storage.Tests.TestDatabase;

namespace OrleansCampaigns.Storage.Tests.Directory;

public abstract class ContactFilterTests(ITestDatabases databases) : DatabaseContract(databases)
{
    private ContactDirectory Contacts => new(Test.Database);

    private ListDirectory Lists => new(Test.Database);

    [Fact]
    public async Task An_empty_filter_finds_every_contact_of_the_account_and_no_other()
    {
        await Make("a@example.com");
        await Make("b@example.com");
        await Contacts.Create(Other, Input("c@example.com"));

        Assert.Equal(["a@example.com", "b@example.com"], await Found(new()));
        Assert.Equal(
            ["a@example.com", "b@example.com"], await Found(new() { Statuses = default, LastStatuses = default }));
    }

    [Fact]
    public async Task Statuses_and_last_statuses_are_found_one_and_several()
    {
        await Make("new@example.com");
        await Make("active@example.com", "Active", "Sent");
        await Make("gone@example.com", "DoesNotExist", "Bounced");
        await Make("spam@example.com", "Active", "Spam");

        Assert.Equal(["new@example.com"], await Found(new() { Statuses = [ContactStatus.New] }));
        Assert.Equal(
            ["gone@example.com", "new@example.com"],
            await Found(new() { Statuses = [ContactStatus.New, ContactStatus.DoesNotExist, ContactStatus.New] }));
        Assert.Equal(["spam@example.com"], await Found(new() { LastStatuses = [Outcome.Spam] }));
        Assert.Equal(
            ["gone@example.com", "spam@example.com"], await Found(
                new() { LastStatuses = [Outcome.Spam, Outcome.Bounced] }));
        Assert.Equal(
            ["active@example.com"],
            await Found(new() { Statuses = [ContactStatus.Active], LastStatuses = [Outcome.Sent, Outcome.Bounced] }));
        Assert.Empty(await Found(new() { LastStatuses = [Outcome.Rejected] }));
    }

    [Theory]
    [InlineData("Starting", 0, null, "Queued", null, true)]
    [InlineData("Running", 0, null, "Queued", null, true)]
    [InlineData("Paused", 0, null, "Queued", null, true)]
    [InlineData("Running", 1, null, "Queued", 5L, true)]
    [InlineData("Running", 1, null, "Queued", null, false)]
    [InlineData("Running", 0, "MailboxFull", "Queued", null, false)]
    [InlineData("Running", 1, null, "Deferred", 5L, false)]
    [InlineData("Finished", 0, null, "Queued", null, false)]
    [InlineData("Cancelled", 0, null, "Queued", null, false)]
    public async Task Queued_is_who_waits_in_a_campaign_under_way(
        string campaign, int decided, string? excluded, string outcome, long? next, bool isQueued)
    {
        var waiting = await Make("waiting@example.com", "Active", "Sent");
        await Make("sent@example.com", "Active", "Sent");
        await Test.Campaign("c1", campaign);
        await Test.Execute("INSERT INTO snapshots VALUES ($0, 1, 1, 1, 4200)", TestData.Campaign("c1").Value);
        await Test.Recipient(
            "c1", 0, 1, waiting, outcome: outcome, decided: decided, excluded: excluded, nextAttemptAt: next);

        string[] expected = isQueued ? ["waiting@example.com"] : [];
        Assert.Equal(expected, await Found(new() { LastStatuses = [Outcome.Queued] }));
        Assert.Equal(
            isQueued ? ["sent@example.com"] : ["sent@example.com", "waiting@example.com"],
            await Found(new() { LastStatuses = [Outcome.Sent] }));
        Assert.Equal(
            ["sent@example.com", "waiting@example.com"], await Found(
                new() { LastStatuses = [Outcome.Sent, Outcome.Queued] }));

        var row = (await Contacts.Find(Account, waiting))!;
        Assert.Equal(isQueued ? Outcome.Queued : Outcome.Sent, row.LastStatus);
        Assert.Equal(isQueued ? 4200 : 77, row.LastStatusAt!.Value.ToUnixTimeMilliseconds());
    }

    [Fact]
    public async Task Members_of_a_list_are_found_once_and_not_those_of_a_list_of_another_account()
    {
        var list = (await Lists.CreateList(Account, "list")).Value!.Id;
        await Lists.AddMembers(
            Account, list, [Input("a@example.com"), Input("a@example.com"), Input("b@example.com")]);
        await Make("c@example.com");

        Assert.Equal(["a@example.com", "b@example.com"], await Found(new() { ListId = list }));
        Assert.Equal(2, await Contacts.Count(Account, new() { ListId = list }));
        Assert.Equal(0, await Contacts.Count(Other, new() { ListId = list }));
        Assert.Empty(await Found(new() { ListId = "lst_nothing" }));
    }

    [Theory]
    [InlineData("city", "Köln")]
    [InlineData("home.city", "a.b")]
    [InlineData("the city", "x y")]
    [InlineData("$.city", "v")]
    [InlineData("[0]", "v")]
    [InlineData("a\"b", "quo\"te")]
    [InlineData("a\\b", "back\\slash")]
    [InlineData("a\\\"]b", "v")]
    [InlineData("it's", "'; DROP TABLE contacts; --")]
    [InlineData("größe", "ÄÖ")]
    [InlineData("😀", "😀")]
    [InlineData("#", "%_")]
    public async Task An_attribute_of_any_name_is_found_by_its_exact_value(string name, string value)
    {
        await Contacts.Create(Account, Input("yes@example.com", null, (name, value), ("other", "x")));
        await Contacts.Create(Account, Input("no@example.com", null, (name, value + "x")));
        await Contacts.Create(Account, Input("none@example.com", null, ("other", value)));

        var filter = new ContactFilter { Attributes = ImmutableDictionary<string, string>.Empty.Add(name, value) };
        Assert.Equal(["yes@example.com"], await Found(filter));
        Assert.Empty(await Found(filter with { Attributes = filter.Attributes.Add("city.none", "x") }));
    }

    [Theory]
    [InlineData("MÜLLER", "m\u00fcller@example.com")]
    [InlineData("mu\u0308ller", "m\u00fcller@example.com")]
    [InlineData("ΣΊΣΥΦΟΣ", "greek@example.com")]
    [InlineData("100%", "percent@example.com")]
    [InlineData("0_o", "underscore@example.com")]
    [InlineData("\\", "backslash@example.com")]
    [InlineData("%", "percent@example.com")]
    [InlineData("GREEK@EXAMPLE", "greek@example.com")]
    public async Task Text_is_found_in_any_case_of_any_script_and_wildcards_are_letters(string text, string address)
    {
        await Contacts.Create(Account, Input("müller@example.com", "Herr Müller"));
        await Contacts.Create(Account, Input("greek@example.com", "Σίσυφοσ"));
        await Contacts.Create(Account, Input("percent@example.com", "100% sure"));
        await Contacts.Create(Account, Input("underscore@example.com", "x0_oy"));
        await Contacts.Create(Account, Input("backslash@example.com", "a\\b"));
        await Contacts.Create(Account, Input("plain@example.com", "1000 0xo"));

        Assert.Equal([address], await Found(new() { Text = text }));
    }

    [Theory]
    [InlineData("' OR 1=1 --")]
    [InlineData("\"; DELETE FROM contacts; --")]
    [InlineData("$account")]
    [InlineData("a\0b")]
    [InlineData("\ud800")]
    public async Task No_value_is_ever_read_as_SQL(string hostile)
    {
        await Make("a@example.com");
        ContactFilter[] filters =
        [
            new() { Text = hostile },
            new() { ListId = hostile },
            new() { Attributes = ImmutableDictionary<string, string>.Empty.Add(hostile, "x") },
            new() { Attributes = ImmutableDictionary<string, string>.Empty.Add("x", hostile) },
            new() { Statuses = [(ContactStatus)99] },
            new() { LastStatuses = [(Outcome)99] },
        ];

        foreach (var filter in filters)
        {
            Assert.Empty(await Found(filter));
            Assert.Equal(0, await Contacts.Count(Account, filter));
        }

        Assert.Equal(["a@example.com"], await Found(new()));
    }

    [Fact]
    public async Task All_conditions_must_hold()
    {
        var list = (await Lists.CreateList(Account, "list")).Value!.Id;
        await Lists.AddMembers(
            Account, list, [Input("a@example.com", "Anna", ("x", "1")), Input("b@example.com", "Anna")]);
        await Contacts.Create(Account, Input("c@example.com", "Anna", ("x", "1")));
        await Test.Execute("UPDATE contacts SET status = 'Active', last_status = 'Sent'");

        var filter = new ContactFilter
        {
            ListId = list,
            Text = "anna",
            Statuses = [ContactStatus.Active, ContactStatus.New],
            LastStatuses = [Outcome.Sent, Outcome.Spam],
            Attributes = ImmutableDictionary<string, string>.Empty.Add("x", "1"),
        };
        Assert.Equal(["a@example.com"], await Found(filter));
        Assert.Equal(1, await Contacts.Count(Account, filter));
    }

    [Fact]
    public async Task Too_many_attributes_are_refused()
    {
        var filter = new ContactFilter
        {
            Attributes = Enumerable.Range(0, 101).ToImmutableDictionary(i => $"k{i}", _ => "v"),
        };
        Assert.Equal("filter.attributes.too_many", (await Contacts.Query(Account, filter, null, 10)).Refusal!.Code);
        Assert.Empty(await Found(filter with { Attributes = filter.Attributes.Remove("k0") }));
        await Assert.ThrowsAsync<ArgumentException>(() => Contacts.Count(Account, filter));
    }

    private async Task<ContactId> Make(string address, string status = "New", string? lastStatus = null)
    {
        var id = (await Contacts.Create(Account, Input(address))).Value!.Id;
        await Test.Execute(
            "UPDATE contacts SET status = $0, last_status = $1, last_status_at = 77 WHERE id = $2",
            status,
            lastStatus,
            id.Value);
        return id;
    }

    // Read in pages of one, so that every test is a test of pages as well.
    private async Task<List<string>> Found(ContactFilter filter)
    {
        var addresses = new List<string>();
        string? cursor = null;
        do
        {
            var page = (await Contacts.Query(Account, filter, cursor, 1)).Value!;
            addresses.AddRange(page.Items.Select(row => row.Address));
            cursor = page.NextCursor;
        }
        while (cursor is not null);

        Assert.Equal(await Contacts.Count(Account, filter), addresses.Count);
        return [.. addresses.Order(StringComparer.Ordinal)];
    }
}

public sealed class SqliteContactFilterTests() : ContactFilterTests(SqliteDatabases.Instance);

[Trait("Needs", "PostgreSQL")]
public sealed class PostgresContactFilterTests(PostgresFixture postgres) : ContactFilterTests(postgres);
