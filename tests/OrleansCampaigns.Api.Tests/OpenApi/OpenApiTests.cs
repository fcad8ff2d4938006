using System.Net;
using System.Text.Json.Nodes;

namespace OrleansCampaigns.Api.Tests.OpenApi;

public sealed class OpenApiTests
{
    [Fact]
    public async Task The_document_says_how_to_identify_oneself()
    {
        await using var api = await TestApi.Start();

        var answer = await api.Anonymous.Get("/openapi/v1.json");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.StartsWith("3.", answer["openapi"], StringComparison.Ordinal);
        var schemes = answer.Json["components"]!["securitySchemes"]!;
        Assert.Equal(("http", "bearer"), ((string?)schemes["bearer"]!["type"], (string?)schemes["bearer"]!["scheme"]));
        Assert.Equal("X-Api-Key", (string?)schemes["apiKey"]!["name"]);
        Assert.Equal(2, answer.Json["paths"]!["/v1/lists"]!["get"]!["security"]!.AsArray().Count);
        Assert.Null(answer.Json["paths"]!["/health/live"]!["get"]!["security"]);
    }

    [Fact]
    public async Task Parameters_bodies_and_problems_are_described()
    {
        await using var api = await TestApi.Start();
        var paths = (await api.Anonymous.Get("/openapi/v1.json")).Json["paths"]!;

        Assert.Equal(
            [
                "X-Account", "cursor", "limit", "status", "lastStatus", "listId", "attribute.*", "text", "campaign",
                "recipientStatus", "statusFrom", "statusBefore", "lastStatusFrom", "lastStatusBefore",
            ],
            Names(paths["/v1/contacts"]!["get"]!).OrderBy(name => name != "X-Account").ThenBy(
                name => name is not ("cursor" or "limit")));
        Assert.Equal(
            ["campaign", "X-Account", "Idempotency-Key"], Names(paths["/v1/campaigns/{campaign}/start"]!["post"]!));
        Assert.DoesNotContain("Idempotency-Key", Names(paths["/v1/api-keys"]!["post"]!));
        var create = paths["/v1/campaigns"]!["post"]!;
        Assert.NotNull(create["requestBody"]!["content"]!["application/json"]!["schema"]);
        Assert.NotNull(create["responses"]!["201"]!["content"]!["application/json"]!["schema"]);
        Assert.NotNull(create["responses"]!["422"]!["content"]!["application/problem+json"]!["schema"]);
        Assert.NotNull(paths["/v1/lists/{list}/imports"]!["post"]!["requestBody"]!["content"]!["text/csv"]);
        Assert.NotNull(paths["/v1/contacts/export"]!["get"]!["responses"]!["200"]!["content"]!["text/csv"]);
        Assert.NotNull(
            paths["/v1/campaigns/{campaign}/recipients/export"]!["get"]!["responses"]!["200"]!["content"]!["text/csv"]);
    }

    [Fact]
    public async Task Public_endpoints_are_described_without_keys_and_with_what_they_answer()
    {
        await using var api = await TestApi.Start();
        var paths = (await api.Anonymous.Get("/openapi/v1.json")).Json["paths"]!;

        Assert.Equal(["token", "u"], Names(paths["/t/c/{token}"]!["get"]!));
        Assert.NotNull(paths["/t/c/{token}"]!["head"]!["responses"]!["302"]);
        Assert.NotNull(paths["/t/o/{token}"]!["get"]!["responses"]!["200"]!["content"]!["image/gif"]);
        Assert.NotNull(paths["/t/u/{token}"]!["post"]!["responses"]!["503"]!["content"]!["text/html"]);
        Assert.Null(paths["/t/u/{token}"]!["post"]!["security"]);
        Assert.Equal(["provider"], Names(paths["/v1/webhooks/{provider}"]!["post"]!));
        Assert.Null(paths["/v1/webhooks/{provider}"]!["post"]!["security"]);
        var messages = paths["/v1/feedback/messages"]!["post"]!;
        Assert.NotNull(messages["requestBody"]!["content"]!["message/rfc822"]);
        Assert.NotNull(messages["responses"]!["200"]!["content"]!["application/json"]!["schema"]);
        Assert.NotNull(
            paths["/v1/feedback/set-aside/{message}/raw"]!["get"]!["responses"]!["200"]!["content"]!["message/rfc822"]);
    }

    [Fact]
    public async Task Outcomes_are_described_by_name()
    {
        await using var api = await TestApi.Start();

        var schemas = (await api.Anonymous.Get("/openapi/v1.json")).Json["components"]!["schemas"]!;

        Assert.Contains("SoftBounced", schemas["Outcome"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("code", schemas["ProblemBody"]!["properties"]!.AsObject().Select(property => property.Key));
    }

    private static IEnumerable<string?> Names(JsonNode operation) =>
        operation["parameters"]!.AsArray().Select(parameter => (string?)parameter!["name"]);
}
