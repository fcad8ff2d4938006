using OrleansCampaigns.Api.Refusals;

namespace OrleansCampaigns.Api.Requests;

/// <summary>Answers what cannot be read before a handler sees it.</summary>
internal sealed class RequestGate : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var unknown = UnknownParameter(context.HttpContext);
        if (unknown is not null)
        {
            return new Problem(
                StatusCodes.Status422UnprocessableEntity,
                "request.unknown_parameter",
                $"This path has no query parameter {unknown}.",
                unknown);
        }

        var refused = context.Arguments.OfType<IRefusable>().Select(argument => argument.Problem).FirstOrDefault(
            problem => problem is not null);
        return refused ?? await next(context);
    }

    private static string? UnknownParameter(HttpContext context)
    {
        var query = context.Request.Query;
        if (query.Count == 0)
        {
            return null;
        }

        var known = context.GetEndpoint()!.Metadata.GetOrderedMetadata<QueryParameters>().SelectMany(parameters =>
            parameters.All).ToList();
        return query.Keys.FirstOrDefault(name => !known.Exists(parameter => parameter.Matches(name)));
    }
}
