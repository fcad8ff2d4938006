using OrleansCampaigns.Api.Access;
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
    private static readonly Refusal Unknown = Refusal.NotFound("import.unknown", "There is no such import.");

    public static void MapImports(this RouteGroupBuilder v1, long bytesMax)
    {
        var imports = v1.MapGroup("").WithTags("Imports");
        imports.MapPost("/lists/{list}/imports", Start).WithName("startImport")
            .Example("text/csv", "address,name,city\r\nann@example.com,Ann,Graz\r\n")
            .WithMetadata(new BodyLimit(bytesMax)).Refuses(404)
            .WithSummary("Takes a CSV file of contacts, streamed; it is read in the background.");
        imports.MapGet("/imports", Query).WithName("getImports").WithSummary("Lists imports, newest first.");
        imports.MapGet("/imports/{import}", Find).WithName("getImport")
            .Refuses(404).WithSummary("Shows how far an import is.");
        imports.MapGet("/imports/{import}/errors", QueryErrors).WithName("getImportErrors").Refuses(404)
            .WithSummary("Shows what was wrong with single rows, by line.");
    }

    internal static async Task<Results<Accepted<ImportBody>, Problem>> Start(
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

        var started = await importer.Start(caller.Account, list, query.Options, body.Stream, cancellation);
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
                .Answer(error => new ImportErrorBody(error.Line, error.Code, error.Detail, error.Column));
}

/// <summary>An import and its progress.</summary>
internal sealed record ImportBody
{
    /// <summary>Which import.</summary>
    public required string Id { get; init; }

    /// <summary>The list that the contacts go to.</summary>
    public required string ListId { get; init; }

    /// <summary>How far it is.</summary>
    public required ImportStatus Status { get; init; }

    /// <summary>Rows read so far, without the header.</summary>
    public required long Rows { get; init; }

    /// <summary>Contacts that did not exist before.</summary>
    public required long Created { get; init; }

    /// <summary>Rows whose contact existed before.</summary>
    public required long Updated { get; init; }

    /// <summary>Rows whose address stood in an earlier row of the same file.</summary>
    public required long Duplicated { get; init; }

    /// <summary>Rows with an address that is not properly formatted; kept, and Invalid in a campaign.</summary>
    public required long Malformed { get; init; }

    /// <summary>Rows that were left out, each with an error.</summary>
    public required long Rejected { get; init; }

    /// <summary>Rows of contacts that left the list or were taken off it, and stay off; they are among the updated
    /// ones.</summary>
    public required long LeftOut { get; init; }

    /// <summary>Rows by whose word their contact may not be written to: unsubscribed, bounced, complained, …. The
    /// contacts are in, and stand so.</summary>
    public required long OptedOut { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Why it failed as a whole.</summary>
    public ProblemItem? Failure { get; init; }

    public static ImportBody From(Import import) => new()
    {
        Id = import.Id,
        ListId = import.ListId,
        Status = import.Status,
        Rows = import.Rows,
        Created = import.Created,
        Updated = import.Updated,
        Duplicated = import.Duplicated,
        Malformed = import.Malformed,
        Rejected = import.Rejected,
        LeftOut = import.LeftOut,
        OptedOut = import.OptedOut,
        StartedAt = import.StartedAt,
        EndedAt = import.EndedAt,
        Failure = import.Failure is null ? null : ProblemItem.From(import.Failure),
    };
}

/// <summary>What was wrong with one row.</summary>
/// <param name="Line">The line of the file where the row begins, from 1.</param>
/// <param name="Code">Stable.</param>
/// <param name="Detail">For people.</param>
/// <param name="Column">The column, where it is one column's fault.</param>
internal sealed record ImportErrorBody(long Line, string Code, string Detail, string? Column);
