using System.Globalization;
using System.Runtime.CompilerServices;
using OrleansCampaigns.Api.Access;
using OrleansCampaigns.Api.Exports;
using OrleansCampaigns.Api.Lists;
using OrleansCampaigns.Api.OpenApi;
using OrleansCampaigns.Api.Refusals;
using OrleansCampaigns.Api.Requests;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Api.Imports;

/// <summary>Contacts from CSV files, and how far their reading is.</summary>
internal static class ImportEndpoints
{
    private const int ErrorsPerPage = 1_000;

    private static readonly Refusal Unknown = Refusal.NotFound("import.unknown", "There is no such import.");

    public static void MapImports(this RouteGroupBuilder v1, long bytesMax)
    {
        var imports = v1.MapGroup("").WithTags("Imports");
        imports.MapPost("/lists/{list}/imports", Start).WithName("startImport")
            .Example("text/csv", "address,name,city\r\nann@example.com,Ann,Graz\r\n")
            .WithMetadata(new BodyLimit(bytesMax)).Refuses(404)
            .WithSummary("Takes a CSV file of contacts, streamed; it is read in the background.")
            .WithDescription("With dryRun=true the file is read at once, and the answer tells what it would come to.");
        imports.MapGet("/imports", Query).WithName("getImports").WithSummary("Lists imports, newest first.");
        imports.MapGet("/imports/{import}", Find).WithName("getImport")
            .Refuses(404).WithSummary("Shows how far an import is.");
        imports.MapGet("/imports/{import}/errors", QueryErrors).WithName("getImportErrors").Refuses(404)
            .WithSummary("Shows what was wrong with single rows, by line: at most 10,000.");
        imports.MapGet("/imports/{import}/errors/export", ExportErrors).WithName("exportImportErrors").Refuses(404)
            .Produces(StatusCodes.Status200OK, contentType: "text/csv")
            .WithSummary("Writes what was wrong with single rows as CSV.");
    }

    internal static async Task<Results<Accepted<ImportBody>, Ok<ImportTrialBody>, Problem>> Start(
        string list,
        ImportQuery query,
        CsvBody body,
        Caller caller,
        IListDirectory lists,
        IContactImporter importer,
        CancellationToken cancellation)
    {
        if (await lists.FindShown(caller.Account, list, cancellation) is null)
        {
            return Problems.From(ListEndpoints.Unknown);
        }

        var options = query.Options with { Encoding = query.Options.Encoding ?? body.Charset };
        if (query.IsTrial)
        {
            var trial = await importer.Try(caller.Account, list, options, body.Stream, cancellation);
            return trial.IsRefused
                ? Problems.From(trial.Refusal)
                : TypedResults.Ok(ImportTrialBody.From(trial.Value));
        }

        var started = await importer.Start(caller.Account, list, options, body.Stream, cancellation);
        return started.IsRefused
            ? Problems.From(started.Refusal)
            : TypedResults.Accepted($"/v1/imports/{started.Value.Id}", ImportBody.From(started.Value));
    }

    internal static async Task<Results<Ok<PageBody<ImportBody>>, Problem>> Query(
        PageQuery page, Caller caller, IContactImporter importer, CancellationToken cancellation) =>
        (await importer.Query(caller.Account, page.Cursor, page.Limit, cancellation)).Answer(ImportBody.From);

    internal static async Task<Results<Ok<ImportBody>, Problem>> Find(
        string import, Caller caller, IContactImporter importer, CancellationToken cancellation)
    {
        var found = await importer.Find(caller.Account, import, cancellation);
        return found is null ? Problems.From(Unknown) : TypedResults.Ok(ImportBody.From(found));
    }

    internal static async Task<Results<Ok<PageBody<ImportErrorBody>>, Problem>> QueryErrors(
        string import, PageQuery page, Caller caller, IContactImporter importer, CancellationToken cancellation) =>
        await importer.Find(caller.Account, import, cancellation) is null
            ? Problems.From(Unknown)
            : (await importer.QueryErrors(caller.Account, import, page.Cursor, page.Limit, cancellation))
                .Answer(ImportErrorBody.From);

    internal static async Task<Results<CsvFile<ImportError>, Problem>> ExportErrors(
        string import, MarkQuery mark, Caller caller, IContactImporter importer, CancellationToken cancellation) =>
        await importer.Find(caller.Account, import, cancellation) is null
            ? Problems.From(Unknown)
            : new CsvFile<ImportError>(
                "import-errors.csv",
                mark.WithMark,
                ["line", "code", "detail", "column"],
                AllErrors(caller.Account, import, importer, cancellation),
                error => [error.Line.ToString(CultureInfo.InvariantCulture), error.Code, error.Detail, error.Column]);

    private static async IAsyncEnumerable<ImportError> AllErrors(
        AccountId account,
        string import,
        IContactImporter importer,
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        string? cursor = null;
        do
        {
            var page = await importer.QueryErrors(account, import, cursor, ErrorsPerPage, cancellation);
            foreach (var error in page.Value?.Items ?? [])
            {
                yield return error;
            }

            cursor = page.Value?.NextCursor;
        }
        while (cursor is not null);
    }
}
