using System.Net;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Api.Tests.Access;

public sealed class AccessTests
{
    [Fact]
    public async Task Without_a_key_nothing_is_told()
    {
        await using var api = await TestApi.Start();

        var answer = await api.Anonymous.Get("/v1/lists");

        answer.AssertProblem(HttpStatusCode.Unauthorized, "access.missing");
        Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.Single().Scheme);
    }

    [Theory]
    [InlineData("Authorization", "Bearer wrong")]
    [InlineData("X-Api-Key", "wrong")]
    public async Task A_wrong_key_is_told_apart_from_none(string header, string value)
    {
        await using var api = await TestApi.Start();

        var answer = await api.Anonymous.Send(HttpMethod.Get, "/v1/lists", json: null, (header, value));

        answer.AssertProblem(HttpStatusCode.Unauthorized, "access.unknown");
    }

    [Fact]
    public async Task The_key_may_come_in_a_header_of_its_own()
    {
        await using var api = await TestApi.Start();

        var answer = await api.Anonymous.Send(HttpMethod.Get, "/v1/lists", json: null, ("X-Api-Key", api.Secret));

        Assert.Equal(HttpStatusCode.OK, answer.Status);
    }

    [Fact]
    public async Task A_path_that_does_not_exist_is_not_told_without_a_key()
    {
        await using var api = await TestApi.Start();

        (await api.Anonymous.Get("/v1/nothing")).AssertProblem(HttpStatusCode.Unauthorized, "access.missing");
        (await api.Client.Get("/v1/nothing")).AssertProblem(HttpStatusCode.NotFound, "request.no_such_path");
    }

    [Fact]
    public async Task A_revoked_key_is_refused_within_five_seconds()
    {
        await using var api = await TestApi.Start();
        Assert.Equal(HttpStatusCode.OK, (await api.Client.Get("/v1/lists")).Status);

        await api.Access.RevokeKey("key_1"); // By another process: this one is not told.
        api.Clock.Advance(TimeSpan.FromSeconds(5));

        (await api.Client.Get("/v1/lists")).AssertProblem(HttpStatusCode.Unauthorized, "access.unknown");
    }

    [Fact]
    public async Task A_key_that_is_revoked_here_is_refused_at_once()
    {
        await using var api = await TestApi.Start();
        Assert.Equal(HttpStatusCode.OK, (await api.Client.Get("/v1/lists")).Status);

        Assert.Equal(HttpStatusCode.NoContent, (await api.Administrator.Delete("/v1/api-keys/key_1")).Status);

        (await api.Client.Get("/v1/lists")).AssertProblem(HttpStatusCode.Unauthorized, "access.unknown");
    }

    [Fact]
    public async Task A_busy_key_is_looked_up_once()
    {
        await using var api = await TestApi.Start();

        await api.Client.Get("/v1/lists");
        await api.Client.Get("/v1/lists");

        Assert.Equal(1, api.Access.LookUps);
    }

    [Theory]
    [InlineData("GET", "/v1/api-keys")]
    [InlineData("POST", "/v1/api-keys")]
    [InlineData("DELETE", "/v1/api-keys/key_2")]
    [InlineData("POST", "/v1/licences/grants")]
    public async Task A_client_may_not_do_what_an_administrator_may(string method, string path)
    {
        await using var api = await TestApi.Start();

        var answer = await api.Client.Send(new HttpMethod(method), path, "{}");

        answer.AssertProblem(HttpStatusCode.Forbidden, "access.forbidden");
    }

    [Fact]
    public async Task An_administrator_acts_for_another_account()
    {
        await using var api = await TestApi.Start();
        await api.Access.CreateKey(new AccountId("other"), "theirs", ApiRole.Client);
        api.Lists.Add("theirs", account: new AccountId("other"));
        api.Lists.Add("ours");

        var answer = await api.Administrator.Send(HttpMethod.Get, "/v1/lists", json: null, ("X-Account", "other"));

        Assert.Equal("theirs", (string?)Assert.Single(answer.Items)["name"]);
    }

    [Fact]
    public async Task An_account_that_does_not_exist_is_refused_until_its_first_key_is_made()
    {
        await using var api = await TestApi.Start();

        foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Post])
        {
            var answer = await api.Administrator.Send(
                method, "/v1/lists", method == HttpMethod.Post ? """{"name":"lost"}""" : null, ("X-Account", "othre"));
            answer.AssertProblem(HttpStatusCode.NotFound, "access.unknown_account", "X-Account");
        }

        await api.Administrator.Post("/v1/api-keys", """{"name":"first","account":"othre"}""");
        var found = await api.Administrator.Send(HttpMethod.Get, "/v1/lists", json: null, ("X-Account", "othre"));
        Assert.Empty(found.Items);
    }

    [Fact]
    public async Task A_client_acts_for_its_own_account_only()
    {
        await using var api = await TestApi.Start();

        var other = await api.Client.Send(HttpMethod.Get, "/v1/lists", json: null, ("X-Account", "other"));
        var own = await api.Client.Send(HttpMethod.Get, "/v1/lists", json: null, ("X-Account", "main"));
        var none = await api.Client.Send(HttpMethod.Get, "/v1/lists", json: null, ("X-Account", "No Account!"));

        other.AssertProblem(HttpStatusCode.Forbidden, "access.forbidden");
        Assert.Equal(HttpStatusCode.OK, own.Status);
        none.AssertProblem(HttpStatusCode.UnprocessableEntity, "access.account", "X-Account");
    }

    [Fact]
    public async Task The_secret_of_a_new_key_works_and_is_shown_once()
    {
        await using var api = await TestApi.Start();

        var made = await api.Administrator.Post("/v1/api-keys", """{"name":"shop","account":"shop"}""");
        var listed = await api.Administrator.Get("/v1/api-keys?account=shop");

        Assert.Equal(HttpStatusCode.Created, made.Status);
        Assert.Equal("Client", made["role"]);
        using var client = api.Connect(made["secret"]);
        Assert.Equal(HttpStatusCode.OK, (await client.Get("/v1/lists")).Status);
        Assert.Equal("shop", (string?)Assert.Single(listed.Items)["account"]);
        Assert.DoesNotContain("secret", listed.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"role":"Client"}""", "field.required", "name")]
    [InlineData("""{"name":"x","role":"Root"}""", "field.unknown_value", "role")]
    [InlineData("""{"name":"x","role":"1"}""", "field.unknown_value", "role")]
    [InlineData("""{"name":"x","account":"No Account!"}""", "access.account", "account")]
    public async Task A_key_that_breaks_a_rule_is_not_made(string json, string code, string field)
    {
        await using var api = await TestApi.Start();

        (await api.Administrator.Post("/v1/api-keys", json)).AssertProblem(
            HttpStatusCode.UnprocessableEntity, code, field);
    }

    [Fact]
    public async Task The_last_administrator_cannot_lock_itself_out()
    {
        await using var api = await TestApi.Start();

        (await api.Administrator.Delete("/v1/api-keys/key_2")).AssertProblem(HttpStatusCode.Conflict, "access.own_key");
        (await api.Administrator.Delete("/v1/api-keys/key_9")).AssertProblem(
            HttpStatusCode.NotFound, "access.unknown_key");
    }

    [Fact]
    public async Task An_administrator_that_was_just_revoked_cannot_revoke_the_last_one()
    {
        await using var api = await TestApi.Start();
        var (last, _) = await api.Access.CreateKey(AccountId.Main, "other", ApiRole.Administrator);
        await api.Administrator.Get("/v1/api-keys");
        await api.Access.RevokeKey("key_2"); // By another process: this one takes the key for a few seconds more.

        (await api.Administrator.Delete($"/v1/api-keys/{last.Id}")).AssertProblem(
            HttpStatusCode.Conflict, "access.last_administrator");
    }

    [Fact]
    public async Task Refused_keys_are_told_at_most_once_a_minute_with_their_number()
    {
        await using var api = await TestApi.Start();
        using var wrong = api.Connect("a-wrong-key");
        for (var i = 0; i < 7; i++)
        {
            await wrong.Get("/v1/lists");
        }

        Assert.Contains("refused: 1 since", Assert.Single(Refusals()), StringComparison.Ordinal);
        api.Clock.Advance(TimeSpan.FromMinutes(1));
        await api.Anonymous.Send(HttpMethod.Get, "/v1/lists", json: null, ("X-Api-Key", new string('x', 300)));

        Assert.Equal(2, Refusals().Count());
        Assert.Contains("refused: 7 since", Refusals().Last(), StringComparison.Ordinal);

        IEnumerable<string> Refusals() =>
            api.Log.Lines.Where(line => line.Contains("API key were refused", StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_key_address_or_name_is_logged()
    {
        await using var api = await TestApi.Start();
        var contact = api.Contacts.Add("somebody@private.example", "Some Body");
        await api.Client.Get("/v1/contacts/by-address?address=somebody@private.example");
        await api.Client.Get("/v1/contacts?text=private.example");
        await api.Client.Get($"/v1/contacts/{contact.Id}");
        await api.Client.Get($"/v1/contacts/{contact.Id}?x=Some");
        using var wrong = api.Connect("a-wrong-key");
        await wrong.Get("/v1/lists");
        api.Contacts.Failure = new InvalidOperationException("duplicate key: somebody@private.example");
        await api.Client.Get("/v1/contacts?text=private.example");

        Assert.NotEmpty(api.Log.Lines);
        Assert.All(api.Log.Lines, line =>
        {
            Assert.DoesNotContain("private.example", line, StringComparison.Ordinal);
            Assert.DoesNotContain("Some", line, StringComparison.Ordinal);
            Assert.DoesNotContain(api.Secret, line, StringComparison.Ordinal);
            Assert.DoesNotContain("a-wrong-key", line, StringComparison.Ordinal);
        });
    }
}
