using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing.Template;
using OrleansCampaigns.Api.Refusals;

namespace OrleansCampaigns.Api.Requests;

/// <summary>The media types that a path takes, for those who sent another one.</summary>
internal static class TakenTypes
{
    /// <summary>The answer to a body that is not of a type that is taken; it names those that are.</summary>
    public static Problem Refuse(HttpContext context)
    {
        var types = Find(context);
        if (types.Count > 0)
        {
            // RFC 9110, 15.5.16: an answer of 415 names in Accept what would be taken.
            context.Response.Headers.Accept = string.Join(", ", types);
        }

        return new Problem(
            StatusCodes.Status415UnsupportedMediaType,
            "request.media_type",
            types.Count == 0
                ? "This path does not take a body of this Content-Type or Content-Encoding."
                : $"This path takes a body of the type {string.Join(" or ", types)}, in UTF-8 where it is text, and "
                    + "without a Content-Encoding.");
    }

    // The routing refuses a type before it settles on an endpoint; then all those are asked that the path leads to.
    private static IReadOnlyList<string> Find(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<IAcceptsMetadata>()?.ContentTypes
        ?? context.RequestServices.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => LeadsTo(endpoint, context.Request))
            .SelectMany(endpoint => endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.ContentTypes ?? [])
            .Distinct()
            .ToList();

    private static bool LeadsTo(RouteEndpoint endpoint, HttpRequest request) =>
        endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.Contains(request.Method) == true
        && endpoint.RoutePattern.RawText is { } pattern
        && new TemplateMatcher(TemplateParser.Parse(pattern.TrimStart('/')), []).TryMatch(request.Path, []);
}
