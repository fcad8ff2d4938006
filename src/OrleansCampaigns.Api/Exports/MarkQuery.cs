using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;
using OrleansCampaigns.Api.Refusals;
using OrleansCampaigns.Api.Requests;

namespace OrleansCampaigns.Api.Exports;

/// <summary>Whether a file begins with a byte order mark.</summary>
internal sealed record MarkQuery(bool WithMark, Problem? Problem)
    : IRefusable, IBindableFromHttpContext<MarkQuery>, IEndpointParameterMetadataProvider
{
    private static readonly QueryParameters Parameters = new(
        [new("bom", "Whether the file begins with a byte order mark.", QueryKind.Truth)]);

    public static ValueTask<MarkQuery?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var query = new QueryReader(context.Request.Query);
        var withMark = query.Truth("bom") ?? false;
        return ValueTask.FromResult<MarkQuery?>(new(withMark, query.Problem));
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(Parameters);
}
