using System.Net;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;

namespace OrleansCampaigns.Api.Tests.Lists;

public sealed class ListTests
{
    [Fact]
    public async Task A_list_lives_from_its_making_to_its_end()
    {
        await using var api = await TestApi.Start();

        var made = await api.Client.Post("/v1/lists", """{"name":" Friends "}""");
        var path = made.Headers.Location!.ToString();
        var added = await api.Client.Post(
            $"{path}/members",
            """{"contacts":[{"address":"ann@example.com"},{"address":"not an address","attributes":{"a":"b"}}]}""");
        var renamed = await api.Client.Patch(path, """{"name":"Old friends"}""");

        Assert.Equal((HttpStatusCode.Created, "Friends"), (made.Status, made["name"]));
        Assert.Equal("2", added["members"]);
        Assert.Equal("Old friends", renamed["name"]);
        Assert.Equal(renamed.Text, (await api.Client.Get(path)).Text);
        Assert.Equal(HttpStatusCode.NoContent, (await api.Client.Delete(path)).Status);
        (await api.Client.Get(path)).AssertProblem(HttpStatusCode.NotFound, "list.unknown");
    }

    [Fact]
    public async Task A_member_is_taken_off_once()
    {
        await using var api = await TestApi.Start();
        var list = api.Lists.Add("a");
        await api.Client.Post($"/v1/lists/{list.Id}/members", """{"contacts":[{"address":"ann@example.com"}]}""");
        var member = Fakes.FakeContacts.IdOf(AccountId.Main, "ann@example.com");

        Assert.Equal(
            HttpStatusCode.NoContent, (await api.Client.Delete($"/v1/lists/{list.Id}/members/{member}")).Status);
        var again = await api.Client.Delete($"/v1/lists/{list.Id}/members/{member}?actor=ops&reason=asked");
        var change = Assert.Single(api.Lists.Changes).Change;

        // What is done already is done: a caller whose answer was lost repeats it.
        Assert.Equal(HttpStatusCode.NoContent, again.Status);
        Assert.Equal(SubscriptionState.TakenOff, change.State);
        var other = Fakes.FakeContacts.IdOf(AccountId.Main, "bob@example.com");
        (await api.Client.Delete($"/v1/lists/{list.Id}/members/{other}"))
            .AssertProblem(HttpStatusCode.NotFound, "list.not_a_member");
        (await api.Client.Delete($"/v1/lists/{list.Id}/members/con_x")).AssertProblem(
            HttpStatusCode.NotFound, "contact.unknown");
    }

    [Theory]
    [InlineData("""{}""", HttpStatusCode.UnprocessableEntity, "field.required", "name")]
    [InlineData("""{"name":"a\tb"}""", HttpStatusCode.UnprocessableEntity, "field.control_characters", "name")]
    [InlineData("""{"name":"taken"}""", HttpStatusCode.Conflict, "list.exists", null)]
    public async Task A_name_that_breaks_a_rule_is_refused(
        string json, HttpStatusCode status, string code, string? field)
    {
        await using var api = await TestApi.Start();
        api.Lists.Add("taken");
        var list = api.Lists.Add("other");

        (await api.Client.Post("/v1/lists", json)).AssertProblem(status, code, field);
        (await api.Client.Patch($"/v1/lists/{list.Id}", json)).AssertProblem(status, code, field);
    }

    [Theory]
    [InlineData("""{}""", "field.required", "contacts")]
    [InlineData("""{"contacts":[]}""", "field.required", "contacts")]
    [InlineData("""{"contacts":[null]}""", "field.required", "contacts[0]")]
    [InlineData("""{"contacts":[{"address":"a@example.com"},{"name":"x"}]}""", "field.required", "contacts[1].address")]
    public async Task Members_that_break_a_rule_are_refused_all_together(string json, string code, string field)
    {
        await using var api = await TestApi.Start();
        var list = api.Lists.Add("a");

        (await api.Client.Post($"/v1/lists/{list.Id}/members", json)).AssertProblem(
            HttpStatusCode.UnprocessableEntity, code, field);
        Assert.Empty(api.Lists.Members);
    }

    [Fact]
    public async Task Too_many_members_at_once_are_refused()
    {
        await using var api = await TestApi.Start();
        var list = api.Lists.Add("a");
        var contacts = string.Join(
            ",", Enumerable.Range(0, 10_001).Select(i => $"{{\"address\":\"a{i}@example.com\"}}"));

        (await api.Client.Post($"/v1/lists/{list.Id}/members", $$"""{"contacts":[{{contacts}}]}"""))
            .AssertProblem(HttpStatusCode.UnprocessableEntity, "field.too_many", "contacts");
    }

    [Fact]
    public async Task A_hidden_list_is_a_campaigns_own()
    {
        await using var api = await TestApi.Start();
        var hidden = api.Lists.Add("hidden", hidden: true);
        var path = $"/v1/lists/{hidden.Id}";
        var contact = Fakes.FakeContacts.IdOf(AccountId.Main, "a@example.com");

        Assert.Empty((await api.Client.Get("/v1/lists")).Items);
        Answer[] answers =
        [
            await api.Client.Get(path),
            await api.Client.Patch(path, """{"name":"x"}"""),
            await api.Client.Delete(path),
            await api.Client.Post($"{path}/members", """{"contacts":[{"address":"a@example.com"}]}"""),
            await api.Client.Delete($"{path}/members/{contact}"),
            await api.Client.Upload($"{path}/imports", "address\n"),
        ];

        Assert.All(answers, answer => answer.AssertProblem(HttpStatusCode.NotFound, "list.unknown"));
    }

    [Fact]
    public async Task A_list_of_another_account_is_not_found()
    {
        await using var api = await TestApi.Start();
        var list = api.Lists.Add("theirs", account: new AccountId("other"));

        (await api.Client.Get($"/v1/lists/{list.Id}")).AssertProblem(HttpStatusCode.NotFound, "list.unknown");
    }
}
