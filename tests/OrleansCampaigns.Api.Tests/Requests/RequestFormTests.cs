using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace OrleansCampaigns.Api.Tests.Requests;

public sealed class RequestFormTests
{
    [Theory]
    [InlineData("/v1/lists", "text/plain", "application/json")]
    [InlineData("/v1/contacts", "application/json; charset=utf-16", "application/json")]
    [InlineData("/v1/suppressions/imports", "application/json", "text/csv")]
    [InlineData("/v1/feedback/messages", "text/plain", "message/rfc822, message/global")]
    public async Task A_body_of_another_type_is_refused_by_naming_those_that_are_taken(
        string path, string sent, string taken)
    {
        await using var api = await TestApi.Start();
        var body = new StringContent("a", Encoding.UTF8);
        body.Headers.ContentType = MediaTypeHeaderValue.Parse(sent);

        var answer = await api.Client.Send(HttpMethod.Post, path, body);

        answer.AssertProblem(HttpStatusCode.UnsupportedMediaType, "request.media_type");
        Assert.Equal(taken, string.Join(", ", answer.Headers.GetValues("Accept")));
        Assert.Contains(taken.Split(',')[0], answer["detail"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2029-12-31T23:00:00+02:00", HttpStatusCode.OK)]
    [InlineData("2029-12-31T23:00:00%2B02:00", HttpStatusCode.OK)]
    [InlineData("2029-12-31T23:00:00.25+02:00", HttpStatusCode.OK)]
    [InlineData("2029-12-31T23:00:00Z", HttpStatusCode.OK)]
    [InlineData("2029-12-31+23:00", HttpStatusCode.UnprocessableEntity)]
    public async Task The_plus_of_an_offset_in_a_query_is_understood(string time, HttpStatusCode status)
    {
        await using var api = await TestApi.Start();

        foreach (var name in (string[])["statusFrom", "statusBefore", "lastStatusFrom", "lastStatusBefore"])
        {
            Assert.Equal(status, (await api.Client.Get($"/v1/contacts?{name}={time}")).Status);
        }
    }

    [Fact]
    public async Task A_family_of_parameters_is_read_as_generated_clients_write_it()
    {
        await using var api = await TestApi.Start();

        var dotted = await api.Client.Get("/v1/contacts?attribute.city=Graz");
        var bracketed = await api.Client.Get("/v1/contacts?attribute%5Bcity%5D=Graz");
        var twice = await api.Client.Get("/v1/contacts?attribute%5Bcity%5D=Graz&attribute.city=Linz");
        var none = await api.Client.Get("/v1/contacts?attribute%5Bcity=Graz");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (dotted.Status, bracketed.Status));
        Assert.Equal("request.repeated_parameter", twice.Code);
        none.AssertProblem(HttpStatusCode.UnprocessableEntity, "request.unknown_parameter", "attribute[city");
    }

    [Fact]
    public async Task A_view_is_put_as_it_was_got_with_what_is_changed()
    {
        await using var api = await TestApi.Start();
        var made = await api.Client.Post("/v1/views", """{"name":"Graz","filter":{"text":"graz"}}""");
        await api.Client.Post("/v1/views", """{"name":"Taken","filter":{}}""");
        var path = $"/v1/views/{made["id"]}";

        var changed = await api.Client.Put(path, """{"name":"Linz","filter":{"text":"linz"}}""");

        Assert.Equal((HttpStatusCode.OK, made["id"], "Linz"), (changed.Status, changed["id"], changed["name"]));
        Assert.Equal("linz", (string?)(await api.Client.Get(path)).Json["filter"]!["text"]);
        (await api.Client.Put(path, """{"name":"Taken","filter":{}}""")).AssertProblem(
            HttpStatusCode.Conflict, "view.exists");
        (await api.Client.Put(path, """{"name":"Linz"}""")).AssertProblem(
            HttpStatusCode.UnprocessableEntity, "field.required", "filter");
        (await api.Client.Put("/v1/views/none", """{"name":"Linz","filter":{}}""")).AssertProblem(
            HttpStatusCode.NotFound, "view.unknown");
    }

    [Fact]
    public async Task Adding_members_tells_of_each_what_became_of_it()
    {
        await using var api = await TestApi.Start();
        var list = api.Lists.Add("Readers");
        await api.Client.Post("/v1/contacts", """{"address":"ann@example.com"}""");

        var added = await api.Client.Post($"/v1/lists/{list.Id}/members", """
            {"contacts":[{"address":"ann@example.com"},{"address":"bob@example.com"}]}
            """);

        Assert.Equal(
            ["Known", "Created"], added.Json["contacts"]!.AsArray().Select(contact => (string?)contact!["result"]));
        Assert.StartsWith("con_", (string?)added.Json["contacts"]![1]!["contactId"], StringComparison.Ordinal);
    }
}
