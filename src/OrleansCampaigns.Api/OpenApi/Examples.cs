using System.Text.Json.Nodes;

namespace OrleansCampaigns.Api.OpenApi;

/// <summary>A body that an endpoint takes, as its reader would write it.</summary>
/// <param name="ContentType">Of which media type it is.</param>
/// <param name="Value">The body.</param>
internal sealed record RequestExample(string ContentType, JsonNode Value);

/// <summary>Puts examples beside the endpoints that take them.</summary>
internal static class Examples
{
    public static TBuilder Example<TBuilder>(this TBuilder builder, string json)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new RequestExample("application/json", JsonNode.Parse(json)!));

    public static TBuilder Example<TBuilder>(this TBuilder builder, string contentType, string body)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new RequestExample(contentType, JsonValue.Create(body)));
}
