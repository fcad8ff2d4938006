using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Net.Http.Headers;
using OrleansCampaigns.Api.Refusals;
using OrleansCampaigns.Api.Requests;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain.Contacts;

namespace OrleansCampaigns.Api.Imports;

/// <summary>How to read a CSV file.</summary>
internal sealed record ImportQuery(ImportOptions Options, bool IsTrial, Problem? Problem)
    : IRefusable, IBindableFromHttpContext<ImportQuery>, IEndpointParameterMetadataProvider
{
    private static readonly QueryParameters Parameters = new(
    [
        new(
            "encoding",
            "The encoding of the file, such as utf-8, windows-1252, macintosh or shift_jis; when absent the charset of "
            + "the Content-Type, a byte order mark, or else the letters of the file say it. Not utf-7."),
        new("header", "Whether the first row names the columns; found out when absent.", QueryKind.Truth),
        new(
            "dryRun",
            "true answers what the import would come to, with the first contacts and the first rows that would be left "
            + "out, and writes nothing.",
            QueryKind.Truth),
        new(
            "addressColumn",
            "The column of the address; without it the first whose header says so, such as email, e-mail or address, "
            + "in many languages. The columns of a file without a header are column1, column2, …, or their number."),
        new("nameColumn", "The column of the name; without it such as name, or first name and last name."),
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
            Encoding = ReadEncoding(query),
            HasHeader = query.Truth("header"),
            AddressColumn = query.One("addressColumn"),
            NameColumn = query.One("nameColumn"),
            StatusColumn = query.One("statusColumn"),
            AttributeColumns = columns,
            Delimiter = ReadDelimiter(query),
        };
        var isTrial = query.Truth("dryRun") == true;
        return ValueTask.FromResult<ImportQuery?>(new(options, isTrial, query.Problem));
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(Parameters);

    private static string? ReadEncoding(QueryReader query)
    {
        var name = query.One("encoding");
        if (name is not null && FileEncodings.Find(name) is null)
        {
            query.Checks.Fail("field.unknown_value", $"encoding {FileEncodings.Rule}", "encoding");
        }

        return name;
    }

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
/// <param name="Stream">Its bytes.</param>
/// <param name="Charset">The encoding that its media type names; <see langword="null"/> when it names none, or UTF-8 or
/// ASCII, which many clients name without having looked.</param>
/// <param name="Problem">What is wrong with its media type.</param>
internal sealed record CsvBody(Stream Stream, string? Charset, Problem? Problem)
    : IRefusable, IBindableFromHttpContext<CsvBody>, IEndpointParameterMetadataProvider
{
    public static ValueTask<CsvBody?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var request = context.Request;
        var isCsv = MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && type.MediaType.Equals("text/csv", StringComparison.OrdinalIgnoreCase)
            && request.Headers.ContentEncoding.Count == 0;
        var charset = type is { Charset.HasValue: true } ? type.Charset.ToString().Trim('"') : null;
        charset = charset?.ToLowerInvariant() is "utf-8" or "us-ascii" ? null : charset;
        var isKnown = charset is null || FileEncodings.Find(charset) is not null;
        return ValueTask.FromResult<CsvBody?>(new(
            request.Body,
            charset,
            isCsv && isKnown ? null : TakenTypes.Refuse(context)));
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new AcceptsMetadata(["text/csv"], typeof(Stream)));
}
