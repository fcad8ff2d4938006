using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Storage.Audiences;
using OrleansCampaigns.Storage.Directory;
using OrleansCampaigns.Storage.Tests.Postgres;
using OrleansCampaigns.Storage.Tests.Sqlite;
using static OrleansCampaigns.Storage.Tests.TestDatabase;

namespace OrleansCampaigns.Storage.Tests.Directory;

public abstract class SubscriptionDirectoryTests(ITestDatabases databases) : DatabaseContract(databases)
{
    private static readonly DateTimeOffset Then = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);
    private static readonly SubscriptionChange Left = new(SubscriptionState.Left, Then, "page", "contact", "the page");
    private static readonly SubscriptionChange TakenOff =
        new(SubscriptionState.TakenOff, Then.AddHours(1), "api", "ops", "asked by telephone");
    private static readonly SubscriptionChange Back =
        new(SubscriptionState.Subscribed, Then.AddHours(2), "api", "ops", "signed the form");

    private ListDirectory Lists => new(Test.Database);

    private SubscriptionDirectory Subscriptions => new(Test.Database);

    private ContactDirectory Contacts => new(Test.Database);

    [Fact]
    public async Task A_link_brings_a_contact_back_to_a_list_so_often_however_many_ask_at_once()
    {
        var (list, anna) = await Given("anna@example.com");
        var back = new SubscriptionChange(
            SubscriptionState.Subscribed, Then, SubscriptionChange.PageSource, "contact", "the page");
        var rounds = Enumerable.Range(0, 25).Select(async round =>
        {
            await Subscriptions.End(Account, list, anna, Left);
            return await Subscriptions.Renew(Account, list, anna, back);
        });

        await Task.WhenAll(rounds);
        Assert.InRange(await Returns(), 1, SubscriptionChange.ReturnsPerDayMax);
        for (var i = 0; i < SubscriptionChange.ReturnsPerDayMax; i++)
        {
            await Subscriptions.End(Account, list, anna, Left);
            await Subscriptions.Renew(Account, list, anna, back);
        }

        Assert.False(await Subscriptions.Renew(Account, list, anna, back));
        Assert.Equal(SubscriptionChange.ReturnsPerDayMax, await Returns());
        for (var day = 1; day < 40; day++)
        {
            await Subscriptions.End(Account, list, anna, Left);
            await Subscriptions.Renew(Account, list, anna, back with { At = Then.AddDays(2 * day) });
        }

        Assert.Equal(SubscriptionChange.ReturnsMax, await Returns());
        Assert.True(await Subscriptions.Renew(Account, list, anna, Back));

        async Task<int> Returns() => (await Subscriptions.Query(Account, anna))[0].History.Count(
            change => change is { State: SubscriptionState.Subscribed, Source: SubscriptionChange.PageSource });
    }

    [Fact]
    public async Task A_list_has_a_name_for_contacts_and_may_be_hidden_from_them()
    {
        var (list, anna) = await Given("anna@example.com");
        await Lists.ChangeList(Account, list, new(null, " The letter ", "Each Friday", true));

        var subscription = Assert.Single(await Subscriptions.Query(Account, anna));
        Assert.Equal(
            ("The letter", "Each Friday", true),
            (subscription.PublicName, subscription.Description, subscription.IsUnlisted));
        var plain = (await Lists.ChangeList(Account, list, new(null, "", null, false))).Value!;
        Assert.Equal((null, "Each Friday", false), (plain.PublicName, plain.Description, plain.IsUnlisted));
        Assert.Equal(plain, await Lists.FindList(Account, list));
        Assert.Equal("list.unknown", (await Lists.ChangeList(Other, list, new("x"))).Refusal!.Code);

        var accounts = new AccountDirectory(Test.Database);
        Assert.Null((await accounts.Find(Account)).PublicName);
        await accounts.Put(Account, new("Garden"));
        await accounts.Put(Account, new("Our Garden"));
        Assert.Equal("Our Garden", (await accounts.Find(Account)).PublicName);
        Assert.Null((await accounts.Find(Other)).PublicName);
    }

    [Fact]
    public async Task A_contact_that_left_is_not_brought_back_by_being_added_again()
    {
        var (list, anna) = await Given("Anna@example.com", "bob@example.com");
        await Subscriptions.End(Account, list, anna, Left);

        // In another spelling, and twice: a second occurrence is no way back either.
        var added = await Lists.AddMembers(
            Account, list, [Input("anna@EXAMPLE.com"), Input("ANNA@example.com"), Input("carl@example.com")]);

        Assert.Equal((2, 1), (added.Value!.Members, added.Value.LeftOut));
        Assert.Equal(0, await Test.Number($"SELECT count(*) FROM list_members WHERE contact_id = '{anna.Value}'"));
        Assert.Equal([SubscriptionState.Left], await States(anna));
    }

    [Fact]
    public async Task It_is_told_of_each_contact_what_became_of_it()
    {
        var (list, anna) = await Given("anna@example.com", "bob@example.com");
        await Subscriptions.End(Account, list, anna, Left);

        var added = (await Lists.AddMembers(Account, list, [
            Input("Anna@example.com"), Input("bob@example.com"), Input("carl@example.com"), Input("CARL@example.com"),
            Input("no address"),
        ])).Value!;

        Assert.Equal(
            [
                MemberChange.LeftOut, MemberChange.Known, MemberChange.Created, MemberChange.Repeated,
                MemberChange.Created,
            ],
            added.Contacts.Select(contact => contact.Change));
        Assert.Equal(anna, added.Contacts[0].Id);
        Assert.Equal(added.Contacts[2].Id, added.Contacts[3].Id);
        Assert.Equal([true, true, true, true, false], added.Contacts.Select(contact => contact.AddressIsValid));
    }

    [Fact]
    public async Task A_consent_on_record_brings_a_contact_back()
    {
        var (list, anna) = await Given("anna@example.com");
        await Subscriptions.End(Account, list, anna, TakenOff);

        var added = await Lists.AddMembers(Account, list, [Input("anna@example.com")], Back);

        Assert.Equal((1, 0), (added.Value!.Members, added.Value.LeftOut));
        var subscription = Assert.Single(await Subscriptions.Query(Account, anna));
        Assert.Equal((SubscriptionState.Subscribed, Back.At), (subscription.State, subscription.Since));
        Assert.Equal([TakenOff, Back], subscription.History);
    }

    [Fact]
    public async Task What_a_contact_said_itself_outweighs_what_an_operator_says_later()
    {
        var (list, anna) = await Given("anna@example.com");
        await Subscriptions.End(Account, list, anna, Left);

        Assert.Equal(Left, await Subscriptions.End(Account, list, anna, TakenOff));

        Assert.Equal([Left], Assert.Single(await Subscriptions.Query(Account, anna)).History);
    }

    [Fact]
    public async Task A_contact_that_was_taken_off_may_leave_by_itself_and_come_back_by_itself()
    {
        var (list, anna) = await Given("anna@example.com");
        await Subscriptions.End(Account, list, anna, TakenOff with { At = Then.AddHours(-1) });
        Assert.Equal(Left, await Subscriptions.End(Account, list, anna, Left));

        Assert.True(await Subscriptions.Renew(Account, list, anna, Back));

        Assert.Equal([SubscriptionState.Subscribed], await States(anna));
        Assert.Equal(1, (await Lists.FindList(Account, list))!.Members);
        Assert.False(await Subscriptions.Renew(Other, list, anna, Back));
    }

    [Fact]
    public async Task A_contact_that_never_was_a_member_cannot_leave()
    {
        var (list, _) = await Given("anna@example.com");
        var bob = (await Contacts.Create(Account, Input("bob@example.com"))).Value!.Id;

        Assert.Null(await Subscriptions.End(Account, list, bob, Left));
        Assert.Empty(await Subscriptions.Query(Account, bob));
    }

    [Fact]
    public async Task An_audience_under_a_list_reaches_its_members_alone()
    {
        var (list, anna) = await Given("anna@example.com", "bob@example.com");
        await Contacts.Create(Account, Input("carl@example.com"));
        await Subscriptions.End(Account, list, anna, Left);
        var audiences = new AudienceStore(Test.Database);

        Assert.Equal(1, (await audiences.Count(Account, new() { Filter = new(), UnderListId = list })).Recipients);
        Assert.Equal(3, (await audiences.Count(Account, new() { Filter = new() })).Recipients);
        Assert.Equal(0, (await audiences.Count(Other, new() { Filter = new(), UnderListId = list })).Recipients);
        Assert.Equal(1, (await audiences.Count(Account, new() { ListIds = [list] })).Recipients);
    }

    [Fact]
    public async Task A_deleted_list_forgets_who_had_left_it()
    {
        var (list, anna) = await Given("anna@example.com");
        await Subscriptions.End(Account, list, anna, Left);

        await Lists.DeleteList(Account, list);

        Assert.Equal(0, await Test.Number("SELECT count(*) FROM departures"));
        Assert.Empty(await Subscriptions.Query(Account, anna));
    }

    private async Task<(string List, ContactId First)> Given(params string[] addresses)
    {
        var list = (await Lists.CreateList(Account, "list")).Value!.Id;
        await Lists.AddMembers(Account, list, [.. addresses.Select(address => Input(address))]);
        return (list, (await Contacts.FindByAddress(Account, addresses[0]))!.Id);
    }

    private async Task<IEnumerable<SubscriptionState>> States(ContactId contact) =>
        (await Subscriptions.Query(Account, contact)).Select(subscription => subscription.State);
}

public sealed class SqliteSubscriptionDirectoryTests() : SubscriptionDirectoryTests(SqliteDatabases.Instance);

[Trait("Needs", "PostgreSQL")]
public sealed class PostgresSubscriptionDirectoryTests(PostgresFixture postgres) : SubscriptionDirectoryTests(postgres);
