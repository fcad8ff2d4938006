using System.Net;

namespace OrleansCampaigns.Api.Tests.Requests;

/// <summary>What GET gave can be put as it is, for everything that can be put; campaigns have tests of their own.
/// </summary>
public sealed class PutWhatGetGaveTests
{
    [Fact]
    public async Task A_view_can_be_put_as_it_was_got_and_with_another_filter()
    {
        await using var api = await TestApi.Start();
        var list = api.Lists.Add("News");
        var made = await api.Client.Post("/v1/views", $$$"""
            {"name": "Active", "filter": {
              "statuses": ["Mailbox full"], "listId": "{{{list.Id}}}", "attributes": {"city": "Graz"}, "text": "ann"}}
            """);
        Assert.True(made.Status == HttpStatusCode.Created, made.Text);
        var path = $"/v1/views/{made["id"]}";
        var got = await api.Client.Get(path);

        var put = await api.Client.Put(path, got.Text);

        Assert.True(put.Status == HttpStatusCode.OK, put.Text);
        Assert.Equal(got.Text, put.Text);
        var changed = await api.Client.Put(path, """{"name": "All", "filter": {}}""");
        Assert.Equal(
            (HttpStatusCode.OK, "All", made["id"], made["createdAt"]),
            (changed.Status, changed["name"], changed["id"], changed["createdAt"]));
        Assert.Equal(changed.Text, (await api.Client.Get(path)).Text);
    }

    [Fact]
    public async Task A_view_that_is_not_there_or_has_a_name_of_another_is_refused()
    {
        await using var api = await TestApi.Start();
        await api.Client.Post("/v1/views", """{"name": "One", "filter": {}}""");
        var two = await api.Client.Post("/v1/views", """{"name": "Two", "filter": {}}""");

        (await api.Client.Put($"/v1/views/{two["id"]}", """{"name": "One", "filter": {}}""")).AssertProblem(
            HttpStatusCode.Conflict, "view.exists");
        (await api.Client.Put("/v1/views/vw_x", """{"name": "Three", "filter": {}}""")).AssertProblem(
            HttpStatusCode.NotFound, "view.unknown");
        (await api.Client.Put($"/v1/views/{two["id"]}", """{"name": "Two"}""")).AssertProblem(
            HttpStatusCode.UnprocessableEntity, "field.required", "filter");
        (await api.Client.Put($"/v1/views/{two["id"]}", """{"name": "Two", "filter": {"listId": "lst_x"}}"""))
            .AssertProblem(HttpStatusCode.UnprocessableEntity, "filter.unknown_list", "filter.listId");
    }

    [Fact]
    public async Task An_account_can_be_put_as_it_was_got()
    {
        await using var api = await TestApi.Start();
        await api.Client.Put("/v1/account", """{"publicName": "The Garden Club"}""");
        var got = await api.Client.Get("/v1/account");

        var put = await api.Client.Put("/v1/account", got.Text);

        Assert.True(put.Status == HttpStatusCode.OK, put.Text);
        Assert.Equal(got.Text, put.Text);
    }
}
