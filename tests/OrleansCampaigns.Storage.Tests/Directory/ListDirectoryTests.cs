using System.Collections.Immutable;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Storage.Directory;
using OrleansCampaigns.Storage.Tests.Postgres;
using OrleansCampaigns.Storage.Tests.Sqlite;
using static OrleansCampaigns.Storage.Tests.TestDatabase;

namespace OrleansCampaigns.Storage.Tests.Directory;

public abstract class ListDirectoryTests(ITestDatabases databases) : DatabaseContract(databases)
{
    private static readonly SubscriptionChange Left =
        new(SubscriptionState.Left, new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero), "page", "contact", null);

    private ListDirectory Lists => new(Test.Database);

    private SubscriptionDirectory Subscriptions => new(Test.Database);

    private ContactDirectory Contacts => new(Test.Database);

    [Fact]
    public async Task A_name_is_given_once_in_an_account_but_hidden_lists_have_no_name_to_defend()
    {
        var list = (await Lists.CreateList(Account, " Customers ")).Value!;

        Assert.Equal("Customers", list.Name);
        Assert.Equal("list.exists", (await Lists.CreateList(Account, "Customers")).Refusal!.Code);
        Assert.Null((await Lists.CreateList(Other, "Customers")).Refusal);
        Assert.True((await Lists.CreateList(Account, "Customers", hidden: true)).Value!.IsHidden);
        Assert.Null((await Lists.CreateList(Account, "Customers", hidden: true)).Refusal);
        Assert.Equal(["Customers"], (await Lists.QueryLists(Account, null, 10)).Value!.Items.Select(row => row.Name));
        Assert.Equal(list, await Lists.FindList(Account, list.Id));
        Assert.Null(await Lists.FindList(Other, list.Id));
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("a\nb")]
    public async Task A_list_needs_a_name(string name)
    {
        Assert.Equal("list.name", (await Lists.CreateList(Account, name)).Refusal!.Code);
        Assert.Equal("list.name", (await Lists.CreateList(Account, new string('n', 201))).Refusal!.Code);
    }

    [Fact]
    public async Task A_list_is_renamed_unless_the_name_is_taken()
    {
        var one = (await Lists.CreateList(Account, "one")).Value!;
        await Lists.CreateList(Account, "two");

        Assert.Equal("list.exists", (await Lists.ChangeList(Account, one.Id, new("two"))).Refusal!.Code);
        Assert.Equal("uno", (await Lists.ChangeList(Account, one.Id, new("uno"))).Value!.Name);
        Assert.Equal("uno", (await Lists.ChangeList(Account, one.Id, new("uno"))).Value!.Name);
        Assert.Equal("list.unknown", (await Lists.ChangeList(Other, one.Id, new("x"))).Refusal!.Code);
    }

    [Fact]
    public async Task The_lists_of_a_contact_are_told_by_name_without_hidden_ones_and_those_of_others()
    {
        var two = (await Lists.CreateList(Account, "two")).Value!;
        var one = (await Lists.CreateList(Account, "one")).Value!;
        var without = (await Lists.CreateList(Account, "without")).Value!;
        var hidden = (await Lists.CreateList(Account, "hidden", hidden: true)).Value!;
        var ann = new ContactInput("ann@example.com", null, new Dictionary<string, string>());
        foreach (var list in new[] { one, two, hidden })
        {
            await Lists.AddMembers(Account, list.Id, [ann, ann]);
        }

        await Lists.AddMembers(Account, without.Id, [ann with { Address = "bob@example.com" }]);
        var contact = (await Contacts.FindByAddress(Account, "ann@example.com"))!.Id;

        Assert.Equal(["one", "two"], (await Lists.QueryListsOf(Account, contact)).Select(list => list.Name));
        Assert.Empty(await Lists.QueryListsOf(Other, contact));

        await Subscriptions.End(Account, one.Id, contact, Left);

        Assert.Equal([two.Id], (await Lists.QueryListsOf(Account, contact)).Select(list => list.Id));
    }

    [Fact]
    public async Task An_address_given_twice_is_two_members_and_given_again_no_more()
    {
        var list = (await Lists.CreateList(Account, "list")).Value!.Id;
        ContactInput[] three =
            [Input("a@example.com", "Anna"), Input("b@example.com"), Input("a@EXAMPLE.com", "Berta")];

        Assert.Equal(3, (await Lists.AddMembers(Account, list, three)).Value!.Members);
        Assert.Equal(3, (await Lists.AddMembers(Account, list, three)).Value!.Members);
        Assert.Equal(3, (await Lists.AddMembers(Account, list, [three[0]])).Value!.Members);
        Assert.Equal(4, (await Lists.AddMembers(Account, list, [three[0], three[0], three[0]])).Value!.Members);
        Assert.Equal(4, await Test.Number("SELECT count(*) FROM list_members"));
        Assert.Equal("Anna", (await Contacts.FindByAddress(Account, "a@example.com"))!.Name);
    }

    [Fact]
    public async Task Adding_merges_into_the_contact_that_exists()
    {
        var list = (await Lists.CreateList(Account, "list")).Value!.Id;
        await Contacts.Create(Account, Input("a@example.com", "Anna", ("x", "1"), ("y", "1")));
        await Test.Execute("UPDATE contacts SET status = 'Unsubscribed'");

        await Lists.AddMembers(Account, list, [Input("a@example.com", null, ("y", "2"), ("z", "3"))]);

        var row = (await Contacts.FindByAddress(Account, "a@example.com"))!;
        Assert.Equal("Anna", row.Name);
        Assert.Equal(["x=1", "y=2", "z=3"], row.Attributes.Select(a => $"{a.Key}={a.Value}").Order());
        Assert.Equal(ContactStatus.Unsubscribed, row.Status);
    }

    [Fact]
    public async Task Members_are_added_all_or_none_and_the_bad_one_is_named()
    {
        var list = (await Lists.CreateList(Account, "list")).Value!.Id;
        await Contacts.Create(
            Account, Input("full@example.com", null, [.. Enumerable.Range(0, 100).Select(i => ($"k{i}", "v"))]));

        var bad = (await Lists.AddMembers(Account, list, [Input("a@example.com"), Input("")])).Refusal!;
        Assert.Equal(("contact.address.missing", "contacts[1].address"), (bad.Code, bad.Field));

        var full = (await Lists.AddMembers(
            Account, list, [Input("b@example.com"), Input("full@example.com", null, ("one more", "v"))])).Refusal!;
        Assert.Equal(("contact.attributes.too_many", "contacts[1].attributes"), (full.Code, full.Field));

        Assert.Equal("list.unknown", (await Lists.AddMembers(Other, list, [Input("b@example.com")])).Refusal!.Code);
        var tooMany = Enumerable.Repeat(Input("c@example.com"), 20_001).ToList();
        Assert.Equal("list.members.too_many", (await Lists.AddMembers(Account, list, tooMany)).Refusal!.Code);
        Assert.Equal(1, await Contacts.Count(Account, new()));
        Assert.Equal(0, (await Lists.FindList(Account, list))!.Members);
    }

    [Fact]
    public async Task A_contact_is_taken_off_with_all_its_occurrences()
    {
        var list = (await Lists.CreateList(Account, "list")).Value!.Id;
        await Lists.AddMembers(
            Account, list, [Input("a@example.com"), Input("a@example.com"), Input("b@example.com")]);
        var contact = (await Contacts.FindByAddress(Account, "a@example.com"))!.Id;

        Assert.Null(await Subscriptions.End(Other, list, contact, Left));
        Assert.Equal(Left, await Subscriptions.End(Account, list, contact, Left));
        Assert.Equal(Left, await Subscriptions.End(Account, list, contact, Left with { At = Left.At.AddDays(1) }));
        Assert.Equal(1, (await Lists.FindList(Account, list))!.Members);
        Assert.NotNull(await Contacts.Find(Account, contact));
    }

    [Fact]
    public async Task A_list_is_deleted_with_its_members_and_its_contacts_stay()
    {
        var list = (await Lists.CreateList(Account, "list")).Value!.Id;
        await Lists.AddMembers(
            Account, list, [.. Enumerable.Range(0, 12_000).Select(i => Input($"u{i}@example.com"))]);

        Assert.False(await Lists.DeleteList(Other, list));
        Assert.True(await Lists.DeleteList(Account, list));
        Assert.False(await Lists.DeleteList(Account, list));
        Assert.Equal(0, await Test.Number("SELECT count(*) FROM list_members"));
        Assert.Equal(0, await Test.Number("SELECT count(*) FROM deleted_lists"));
        Assert.Equal(12_000, await Contacts.Count(Account, new()));
    }

    [Fact]
    public async Task Of_many_that_take_a_name_at_once_one_gets_it()
    {
        var others = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Lists.CreateList(Account, $"other {i}")));

        var created = Enumerable.Range(0, 4).Select(_ => Lists.CreateList(Account, "name"));
        var renamed = others.Select(other => Lists.ChangeList(Account, other.Value!.Id, new("name")));
        var results = await Task.WhenAll(created.Concat(renamed));

        Assert.Single(results, result => !result.IsRefused);
        Assert.All(results.Where(result => result.IsRefused), result => Assert.Equal(
            "list.exists", result.Refusal!.Code));
        var views = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Lists.CreateView(Account, "name", new())));
        Assert.Single(views, result => !result.IsRefused);
    }

    [Fact]
    public async Task Members_are_counted_right_whoever_adds_and_removes_them_at_once()
    {
        var list = (await Lists.CreateList(Account, "list")).Value!.Id;
        var gone = (await Lists.CreateList(Account, "gone")).Value!.Id;
        var contacts = Enumerable.Range(0, 40).Select(i => Input($"u{i}@example.com", $"U{i}")).ToList();
        await Lists.AddMembers(Account, list, contacts);
        var ids = (await Contacts.Query(Account, new(), null, 40)).Value!.Items.Select(row => row.Id).ToList();

        // In another order each, so that those who do not lock in one order meet in a circle.
        List<Task> calls = [];
        for (var i = 0; i < 8; i++)
        {
            var mixed = contacts.Skip(i * 3).Concat(contacts.Take(i * 3)).Reverse().ToList();
            calls.Add(Lists.AddMembers(Account, list, mixed));
            calls.Add(Lists.AddMembers(Account, gone, [.. mixed.AsEnumerable().Reverse()]));
            calls.AddRange(ids.Skip(i * 4).Take(2).Select(id => Subscriptions.End(Account, list, id, Left)));
        }

        calls.Add(Lists.DeleteList(Account, gone));
        await Task.WhenAll(calls);

        Assert.Equal(
            await Test.Number("SELECT count(*) FROM list_members WHERE list_id = $0", list),
            (await Lists.FindList(Account, list))!.Members);
        Assert.Equal(0, await Test.Number("SELECT count(*) FROM list_members WHERE list_id = $0", gone));
        Assert.Equal(40, await Contacts.Count(Account, new()));
    }

    [Fact]
    public async Task A_view_is_kept_as_it_was_saved()
    {
        var filter = new ContactFilter
        {
            Statuses = [ContactStatus.Active, ContactStatus.New],
            LastStatuses = [Outcome.SoftBounced],
            ListId = "lst_x",
            Attributes = ImmutableDictionary<string, string>.Empty.Add("home.City \"x\"", "Köln"),
            Text = "Ä%'",
        };
        var view = (await Lists.CreateView(Account, "View", filter)).Value!;

        Assert.Equivalent(view, await Lists.FindView(Account, view.Id));
        Assert.Equivalent(filter, view.Filter, strict: true);
        Assert.Equivalent(
            new ContactFilter(), (await Lists.CreateView(Account, "All", new())).Value!.Filter, strict: true);
        Assert.Equal(["All", "View"], (await Lists.QueryViews(Account)).Select(row => row.Name));
        Assert.Empty(await Lists.QueryViews(Other));
        Assert.Null(await Lists.FindView(Other, view.Id));
        Assert.Equal("view.exists", (await Lists.CreateView(Account, "View", new())).Refusal!.Code);
        Assert.Equal("view.name", (await Lists.CreateView(Account, " ", new())).Refusal!.Code);
        var changed = (await Lists.ChangeView(Account, view.Id, "New name", new() { Text = "ann" })).Value!;
        Assert.Equal((view.Id, "New name", "ann", view.CreatedAt),
            (changed.Id, changed.Name, changed.Filter.Text, changed.CreatedAt));
        Assert.Equivalent(changed, await Lists.FindView(Account, view.Id));
        Assert.Null((await Lists.ChangeView(Account, view.Id, "New name", filter)).Refusal);
        Assert.Equal("view.exists", (await Lists.ChangeView(Account, view.Id, "All", new())).Refusal!.Code);
        Assert.Equal("view.unknown", (await Lists.ChangeView(Other, view.Id, "Mine", new())).Refusal!.Code);
        Assert.Equal("view.name", (await Lists.ChangeView(Account, view.Id, " ", new())).Refusal!.Code);
        Assert.False(await Lists.DeleteView(Other, view.Id));
        Assert.True(await Lists.DeleteView(Account, view.Id));
        Assert.Null(await Lists.FindView(Account, view.Id));
    }

    [Fact]
    public async Task A_view_gets_another_name_and_filter_and_stays_what_it_is()
    {
        var view = (await Lists.CreateView(Account, "View", new())).Value!;
        await Lists.CreateView(Account, "Taken", new());
        var filter = new ContactFilter { Text = "graz" };

        var changed = (await Lists.ChangeView(Account, view.Id, "Graz", filter)).Value!;

        Assert.Equal((view.Id, "Graz", "graz", view.CreatedAt), (
            changed.Id, changed.Name, changed.Filter.Text, changed.CreatedAt));
        Assert.Equivalent(changed, await Lists.FindView(Account, view.Id));
        Assert.False((await Lists.ChangeView(Account, view.Id, "Graz", new())).IsRefused);
        Assert.Equal("view.exists", (await Lists.ChangeView(Account, view.Id, "Taken", filter)).Refusal!.Code);
        Assert.Equal("view.name", (await Lists.ChangeView(Account, view.Id, " ", filter)).Refusal!.Code);
        Assert.Equal("view.unknown", (await Lists.ChangeView(Other, view.Id, "Graz", filter)).Refusal!.Code);
        Assert.Equal("view.unknown", (await Lists.ChangeView(Other, view.Id, "Taken", filter)).Refusal!.Code);
    }
}

public sealed class SqliteListDirectoryTests() : ListDirectoryTests(SqliteDatabases.Instance);

[Trait("Needs", "PostgreSQL")]
public sealed class PostgresListDirectoryTests(PostgresFixture postgres) : ListDirectoryTests(postgres);
