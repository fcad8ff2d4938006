using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Metadata;
using OrleansCampaigns.Api.Refusals;
using OrleansCampaigns.Api.Requests;

namespace OrleansCampaigns.Api.Exports;

/// <summary>How an export is written.</summary>
/// <remarks>
/// The columns of a file stand in its first line, before any contact is read. So whoever wants attributes in columns
/// names them; otherwise one column holds all of them as a JSON object, and nothing is lost.
/// </remarks>
internal sealed record ExportQuery(bool WithMark, IReadOnlyList<string>? Attributes, Problem? Problem)
    : IRefusable, IBindableFromHttpContext<ExportQuery>, IEndpointParameterMetadataProvider
{
    private static readonly QueryParameters Parameters = new(
    [
        new("bom", "Whether the file begins with a byte order mark.", QueryKind.Truth),
        new(
            "attributes",
            "Names of attributes, separated by commas, that get a column each; without it one column holds all as "
            + "JSON.",
            Repeats: true),
    ]);

    public IEnumerable<string> Columns => Attributes ?? ["attributes"];

    public static ValueTask<ExportQuery?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var query = new QueryReader(context.Request.Query);
        var withMark = query.Truth("bom") ?? false;
        var attributes = query.Many("attributes")?
            .SelectMany(
                names => names.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            .Distinct(StringComparer.Ordinal)
            .ToList();
        query.Checks.Count(attributes?.Count ?? 0, Limits.ExportColumnsMax, "attributes");
        return ValueTask.FromResult<ExportQuery?>(new(withMark, attributes, query.Problem));
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(Parameters);

    public IEnumerable<string?> CellsOf(IReadOnlyDictionary<string, string> attributes) => Attributes is null
        ? [attributes.Count == 0 ? null : Json(attributes)]
        : Attributes.Select(attributes.GetValueOrDefault);

    private static string Json(IReadOnlyDictionary<string, string> attributes) =>
        JsonSerializer.Serialize(attributes, ApiJson.TypeOf<IReadOnlyDictionary<string, string>>());
}
