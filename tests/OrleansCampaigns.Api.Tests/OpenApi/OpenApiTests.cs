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
        Assert.Empty(answer.Json["paths"]!["/health/live"]!["get"]!["security"]!.AsArray());
    }

    [Fact]
    public async Task Parameters_bodies_and_problems_are_described()
    {
        await using var api = await TestApi.Start();
        var paths = (await api.Anonymous.Get("/openapi/v1.json")).Json["paths"]!;

        Assert.Equal(
            [
                "X-Account", "cursor", "limit", "status", "lastStatus", "listId", "attribute", "text", "campaign",
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
        Assert.Empty(paths["/t/u/{token}"]!["post"]!["security"]!.AsArray());
        Assert.Equal(["provider"], Names(paths["/v1/webhooks/{provider}"]!["post"]!));
        Assert.Empty(paths["/v1/webhooks/{provider}"]!["post"]!["security"]!.AsArray());
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

    [Fact]
    public async Task Every_operation_has_an_identifier_of_its_own_and_a_group_that_is_described()
    {
        await using var api = await TestApi.Start();
        var document = (await api.Anonymous.Get("/openapi/v1.json")).Json;
        var groups = document["tags"]!.AsArray().Where(tag => (string?)tag!["description"] is { Length: > 0 }).Select(
            tag => (string?)tag!["name"]).ToList();
        var operations = Operations(document).ToList();

        Assert.True(operations.Count > 60, $"Only {operations.Count} operations were found.");
        foreach (var (name, operation) in operations)
        {
            Assert.True(
                (string?)operation["operationId"] is { } id && char.IsAsciiLetterLower(id[0])
                && id.All(char.IsAsciiLetter),
                $"{name} has no identifier.");
            Assert.True(groups.Contains((string?)Assert.Single(operation["tags"]!.AsArray())), $"{name} has no group.");
        }

        Assert.Equal(
            operations.Count, operations.Select(pair => (string?)pair.Operation["operationId"]).Distinct().Count());
        Assert.NotEmpty(document["servers"]!.AsArray());
    }

    [Fact]
    public async Task Every_enumeration_is_of_names_and_nothing_else()
    {
        await using var api = await TestApi.Start();
        var schemas = (await api.Anonymous.Get("/openapi/v1.json")).Json["components"]!["schemas"]!.AsObject();

        Assert.All(
            schemas.Where(schema => schema.Value!["enum"] is not null),
            schema => Assert.All(schema.Value!["enum"]!.AsArray(), name => Assert.False(
                string.IsNullOrEmpty((string?)name), $"{schema.Key} has a name that is none.")));
        Assert.Equal(
            ["Left", "Subscribed", "TakenOff"],
            schemas["SubscriptionState"]!["enum"]!.AsArray().Select(name => (string?)name).Order());
        Assert.All(schemas, schema => Assert.False(
            schema.Value!["type"] is null && schema.Value["oneOf"] is null, $"{schema.Key} has no type."));
    }

    [Fact]
    public async Task Requests_say_what_they_must_hold_and_answers_hold_all_that_they_name()
    {
        await using var api = await TestApi.Start();
        var schemas = (await api.Anonymous.Get("/openapi/v1.json")).Json["components"]!["schemas"]!;

        Assert.Equal(["amount", "reason"], Required("GrantRequest"));
        Assert.Equal("string", (string?)schemas["GrantRequest"]!["properties"]!["reason"]!["type"]);
        Assert.Null(schemas["ContactFilterBody"]!["required"]);
        Assert.False((bool)schemas["GrantRequest"]!["additionalProperties"]!);
        Assert.Equal(
            schemas["CampaignBody"]!["properties"]!.AsObject().Select(property => property.Key).Order(),
            Required("CampaignBody"));

        IEnumerable<string?> Required(string name) =>
            schemas[name]!["required"]!.AsArray().Select(property => (string?)property).Order();
    }

    [Fact]
    public async Task Statuses_are_promised_where_they_happen_and_nowhere_else()
    {
        await using var api = await TestApi.Start();
        var operations = Operations((await api.Anonymous.Get("/openapi/v1.json")).Json).ToList();

        Assert.Equal(
            ["receiveProviderEvents", "sendTestMessage"],
            With("429").Select(operation => (string?)operation["operationId"]).Order());
        Assert.All(
            With("429").Concat(With("503")).Where(operation => (string?)operation["tags"]![0] != "Tracking"),
            operation => Assert.Contains(
                operation["responses"]!.AsObject(),
                answer => answer.Key is "429" or "503" && answer.Value!["headers"]!["Retry-After"] is not null));
        Assert.DoesNotContain(With("503"), operation => (string?)operation["operationId"] == "getLiveness");
        Assert.All(
            operations.Where(pair => pair.Name.Contains("/v1/", StringComparison.Ordinal)),
            pair => Assert.NotNull(pair.Operation["responses"]!["503"]));
        Assert.All(
            operations.Where(pair => pair.Operation["requestBody"] is not null
                && !pair.Name.Contains("/webhooks/", StringComparison.Ordinal)),
            pair => Assert.All(
                pair.Operation["requestBody"]!["content"]!.AsObject().Take(1),
                content => Assert.True(content.Value!["example"] is not null, $"{pair.Name} has no example.")));

        IEnumerable<JsonNode> With(string status) => operations.Select(pair => pair.Operation).Where(
            operation => operation["responses"]![status] is not null);
    }

    private static IEnumerable<(string Name, JsonNode Operation)> Operations(JsonNode document) =>
        from path in document["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        select ($"{operation.Key} {path.Key}", operation.Value);

    private static IEnumerable<string?> Names(JsonNode operation) =>
        operation["parameters"]!.AsArray().Select(parameter => (string?)parameter!["name"]);
}
