using OrleansCampaigns.Api.Access;
using OrleansCampaigns.Api.Contacts;
using OrleansCampaigns.Api.Exports;
using OrleansCampaigns.Api.Imports;
using OrleansCampaigns.Api.OpenApi;
using OrleansCampaigns.Api.Refusals;
using OrleansCampaigns.Api.Requests;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Api.Suppressions;

/// <summary>Addresses and domains that an account never sends to.</summary>
/// <remarks>
/// The directory comes first, the silos second: what the directory holds is found by every later question, and an
/// attempt that was asked about before does not begin. A request that dies between the two is repeated by its caller.
/// </remarks>
internal static class SuppressionEndpoints
{
    private static readonly Refusal Unknown = Refusal.NotFound("suppression.unknown", "There is no such suppression.");

    public static void MapSuppressions(this RouteGroupBuilder v1)
    {
        var suppressions = v1.MapGroup("/suppressions").WithTags("Suppressions");
        suppressions.MapPost("", Add).WithName("addSuppressions")
            .Example("""{"addresses": ["never@example.com"], "domains": ["example.net"], "reason": "Asked to."}""")
            .WithSummary("Suppresses addresses and domains: nothing is sent to them from the answer on.");
        suppressions.MapPost("/imports", Import).WithName("importSuppressions")
            .Example("text/csv", "address,reason\r\nnever@example.com,Asked by letter.\r\n")
            .WithMetadata(new BodyLimit(Limits.SuppressionBytesMax))
            .WithSummary("Suppresses what a CSV file names: an export of this API, or another tool's list.");
        suppressions.MapGet("", Query).WithName("getSuppressions")
            .WithSummary("Lists suppressions, or finds what suppresses an address or domain.");
        suppressions.MapGet("/export", Export).WithName("exportSuppressions")
            .Produces(StatusCodes.Status200OK, contentType: "text/csv")
            .WithSummary("Writes all suppressions as CSV, which can be imported again.");
        suppressions.MapGet("/{suppression}", Find).WithName("getSuppression").Refuses(404)
            .WithSummary("Shows the suppression of a key, an address or a domain.");
        suppressions.MapDelete("/{suppression}", Remove).WithName("removeSuppression").Refuses(404)
            .WithSummary("Removes the suppression of a key, an address or a domain.");
    }

    internal static async Task<Results<Ok<SuppressionsAddedBody>, Problem>> Add(
        JsonBody<SuppressionRequest> body,
        Caller caller,
        ISuppressionDirectory directory,
        IGrainFactory grains,
        TimeProvider clock,
        CancellationToken cancellation)
    {
        var checks = new Checks();
        var (inputs, actor) = body.Value.Read(checks, clock.GetUtcNow());
        if (checks.HaveFailed)
        {
            return Problems.From(checks);
        }

        var added = await directory.Add(caller.Account, inputs, actor, cancellation);
        if (added.IsRefused)
        {
            return Problems.From(body.Value.Place(added.Refusal));
        }

        await grains.Account(caller.Account).TellSuppressions();
        return TypedResults.Ok(new SuppressionsAddedBody(added.Value.Added, added.Value.Updated));
    }

    internal static async Task<Results<Ok<SuppressionImportBody>, Problem>> Import(
        SuppressionImportQuery query,
        CsvBody body,
        Caller caller,
        ISuppressionDirectory directory,
        IGrainFactory grains,
        CancellationToken cancellation)
    {
        var imported = await directory.Import(caller.Account, body.Stream, query.Actor, query.Reason, cancellation);
        if (imported.IsRefused)
        {
            return Problems.From(imported.Refusal);
        }

        await grains.Account(caller.Account).TellSuppressions();
        return TypedResults.Ok(SuppressionImportBody.From(imported.Value));
    }

    internal static async Task<Results<Ok<PageBody<SuppressionBody>>, Problem>> Query(
        PageQuery page,
        SuppressionQuery query,
        Caller caller,
        ISuppressionDirectory directory,
        CancellationToken cancellation)
    {
        if (query.Address is null && query.Domain is null)
        {
            return (await directory.Query(caller.Account, page.Cursor, page.Limit, cancellation))
                .Answer(SuppressionBody.From);
        }

        var found = query.Address is { } address
            ? await directory.FindFor(caller.Account, address, cancellation)
            : await directory.Find(caller.Account, query.Domain!, cancellation);
        return TypedResults.Ok(
            new PageBody<SuppressionBody>(found is null ? [] : [SuppressionBody.From(found)], null));
    }

    internal static CsvFile<Suppression> Export(
        MarkQuery mark, Caller caller, ISuppressionDirectory directory, CancellationToken cancellation) => new(
        "suppressions.csv",
        mark.WithMark,
        ["address", "domain", "hash", "reason", "expires at", "source", "actor", "created at"],
        directory.Export(caller.Account, cancellation),
        one =>
        [
            one.Address,
            one.Domain,
            one.Domain is null ? one.Key : null,
            one.Reason,
            ContactExport.Time(one.ExpiresAt),
            one.Source,
            one.Actor,
            ContactExport.Time(one.CreatedAt),
        ]);

    internal static async Task<Results<Ok<SuppressionBody>, Problem>> Find(
        string suppression, Caller caller, ISuppressionDirectory directory, CancellationToken cancellation) =>
        await directory.Find(caller.Account, suppression, cancellation) is { } found
            ? TypedResults.Ok(SuppressionBody.From(found))
            : Problems.From(Unknown);

    internal static async Task<Results<NoContent, Problem>> Remove(
        string suppression, Caller caller, ISuppressionDirectory directory, CancellationToken cancellation) =>
        await directory.Find(caller.Account, suppression, cancellation) is { } found
        && await directory.Remove(caller.Account, found.Key, cancellation)
            ? TypedResults.NoContent()
            : Problems.From(Unknown);
}
