using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Net.Http.Headers;
using OrleansCampaigns.Api.Refusals;
using OrleansCampaigns.Api.Requests;
using OrleansCampaigns.Contracts.Directory;

namespace OrleansCampaigns.Api.Imports;

/// <summary>How to read a CSV file.</summary>
internal sealed record ImportQuery(ImportOptions Options, Problem? Problem)
    : IRefusable, IBindableFromHttpContext<ImportQuery>, IEndpointParameterMetadataProvider
{
    private static readonly QueryParameters Parameters = new(
    [
        new("addressColumn", "The column of the address; without it the first of address, email, e-mail, mail."),
        new("nameColumn", "The column of the name; without it name."),
        new(
            "statusColumn",
            "The column that says whether a contact may be written to; without it each whose header says so, such as "
            + "status; an empty value for none."),
        new("delimiter", "What separates the cells; found out from the header when absent.")
        {
            Values = ["comma", "semicolon", "tab", "bar"],
        },
        new(
            "resubscribe",
            "The consent by which contacts that left the list, or were taken off it, are members again; without it "
            + "they stay off."),
        new("actor", "Who says so; required with resubscribe."),
        new(
            "column.*",
            "The attribute that a column goes to: column[Ort]=city, or column.Ort=city; an empty value leaves the "
            + "column out. Other columns become attributes named like their header.")
        {
            Example = """{"Ort": "city"}""",
        },
    ]);

    public static ValueTask<ImportQuery?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var query = new QueryReader(context.Request.Query);
        var columns = query.Members("column");
        query.Checks.Count(columns.Count, Limits.AttributesMax, "column");
        foreach (var (column, attribute) in columns.Where(pair => pair.Value.Length > Limits.AttributeNameLengthMax))
        {
            query.Checks.Line(attribute, $"column.{column}", Limits.AttributeNameLengthMax);
        }

        var (consent, actor) = (query.One("resubscribe"), query.One("actor"));
        if (consent is not null)
        {
            consent = query.Checks.RequiredLine(consent, "resubscribe", Limits.ReasonLengthMax);
            actor = query.Checks.RequiredLine(actor, "actor", Limits.NameLengthMax);
        }

        var options = new ImportOptions
        {
            Resubscribe = consent,
            Actor = actor,
            AddressColumn = query.One("addressColumn"),
            NameColumn = query.One("nameColumn"),
            StatusColumn = query.One("statusColumn"),
            AttributeColumns = columns,
            Delimiter = ReadDelimiter(query),
        };
        return ValueTask.FromResult<ImportQuery?>(new(options, query.Problem));
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(Parameters);

    private static char? ReadDelimiter(QueryReader query)
    {
        switch (query.One("delimiter"))
        {
            case null:
                return null;
            case "comma" or ",":
                return ',';
            case "semicolon" or ";":
                return ';';
            case "tab":
                return '\t';
            case "bar" or "|":
                return '|';
            default:
                query.Checks.Fail(
                    "field.unknown_value", "delimiter must be comma, semicolon, tab or bar.", "delimiter");
                return null;
        }
    }
}

/// <summary>A CSV file that is on its way in.</summary>
internal sealed record CsvBody(Stream Stream, Problem? Problem)
    : IRefusable, IBindableFromHttpContext<CsvBody>, IEndpointParameterMetadataProvider
{
    public static ValueTask<CsvBody?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var request = context.Request;
        var isCsv = request.Headers.ContentEncoding.Count == 0
            && MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && type.MediaType.Equals("text/csv", StringComparison.OrdinalIgnoreCase)
            && (!type.Charset.HasValue
                || type.Charset.ToString().Trim('"').ToLowerInvariant() is "utf-8" or "us-ascii");
        return ValueTask.FromResult<CsvBody?>(new(
            request.Body, isCsv ? null : TakenTypes.Refuse(context)));
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new AcceptsMetadata(["text/csv"], typeof(Stream)));
}
