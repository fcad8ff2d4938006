using System.Net;

namespace OrleansCampaigns.Api.Tests.Suppressions;

public sealed class SuppressionEndpointTests
{
    [Fact]
    public async Task What_is_suppressed_is_told_to_the_silos_shown_exported_and_removed()
    {
        await using var api = await TestApi.Start();
        var added = await api.Client.Post(
            "/v1/suppressions",
            """
            {"addresses": ["Ann@Example.com"], "domains": ["@bücher.example"], "reason": "asked by letter",
             "expiresAt": "2031-01-01T00:00:00Z", "actor": "Jo", "source": "old tool"}
            """);

        Assert.Equal((HttpStatusCode.OK, 2), (added.Status, (int)added.Json["added"]!));
        Assert.Equal(1, api.Grains.Account("ac:main").SuppressionsTold);
        var items = (await api.Client.Get("/v1/suppressions")).Items.ToList();
        Assert.Equal(2, items.Count);
        Assert.Equal("xn--bcher-kva.example", (string?)items[1]["domain"]);
        Assert.All(items, item => Assert.Equal(
            ("asked by letter", "old tool", "Jo"),
            ((string?)item["reason"], (string?)item["source"], (string?)item["actor"])));
        var csv = (await api.Client.Get("/v1/suppressions/export")).Text.Split("\r\n");
        Assert.Equal("address,domain,hash,reason,expires at,source,actor,created at", csv[0]);
        Assert.Equal(
            ",xn--bcher-kva.example,,asked by letter,2031-01-01T00:00:00Z,old tool,Jo,2030-01-01T08:00:00Z", csv[2]);

        Assert.Single((await api.Client.Get("/v1/suppressions?address=x%40mail.b%C3%BCcher.example")).Items);
        Assert.Equal(HttpStatusCode.OK, (await api.Client.Get("/v1/suppressions/ann%40example.com")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await api.Client.Delete("/v1/suppressions/ann%40example.com")).Status);
        (await api.Client.Delete("/v1/suppressions/ann%40example.com"))
            .AssertProblem(HttpStatusCode.NotFound, "suppression.unknown");
    }

    [Theory]
    [InlineData("""{}""", "field.required", "addresses")]
    [InlineData("""{"addresses": ["a@example.com"], "expiresAt": "2020-01-01T00:00:00Z"}""", "field.out_of_range",
        "expiresAt")]
    [InlineData("""{"addresses": ["a@example.com"], "domains": ["no domain"]}""", "suppression.domain", "domains[0]")]
    [InlineData("""{"address": "a@example.com"}""", "request.unknown_field", "address")]
    public async Task What_suppresses_nothing_is_refused(string body, string code, string field)
    {
        await using var api = await TestApi.Start();
        (await api.Client.Post("/v1/suppressions", body))
            .AssertProblem(HttpStatusCode.UnprocessableEntity, code, field);
    }

    [Fact]
    public async Task A_contact_says_that_it_is_suppressed_and_keeps_its_status()
    {
        await using var api = await TestApi.Start();
        var contact = (await api.Client.Post("/v1/contacts", """{"address": "ann@mail.example.com"}"""))["id"];
        await api.Client.Post("/v1/suppressions", """{"domains": ["example.com"], "reason": "lawyers"}""");

        var state = await api.Client.Get($"/v1/contacts/{contact}/state");

        Assert.Equal("New", state["status"]);
        Assert.Equal("lawyers", (string?)state.Json["suppression"]!["reason"]);
    }
}
