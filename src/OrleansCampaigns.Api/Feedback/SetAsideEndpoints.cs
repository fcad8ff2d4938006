using OrleansCampaigns.Api.Access;
using OrleansCampaigns.Api.Refusals;
using OrleansCampaigns.Api.Requests;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Api.Feedback;

/// <summary>Messages that were kept for people to look at: an administrator's business, as they are nobody's.</summary>
internal static class SetAsideEndpoints
{
    private static readonly Refusal Unknown = Refusal.NotFound("feedback.unknown", "There is no such message.");

    public static void MapSetAside(this RouteGroupBuilder feedback)
    {
        var messages = feedback.MapGroup("/set-aside").RequireAuthorization(AccessPolicies.Administrator);
        messages.MapGet("", Query).WithName("getSetAsideMessages")
            .WithSummary("Lists messages that could not be read or matched to anybody, newest first.");
        messages.MapGet("/{message}/raw", Read).WithName("getSetAsideMessage")
            .Produces(StatusCodes.Status200OK, contentType: "message/rfc822").Refuses(404)
            .WithSummary("Gives a message as it was received.");
        messages.MapDelete("/{message}", Delete).WithName("deleteSetAsideMessage")
            .Refuses(404).WithSummary("Deletes a message for good.");
    }

    internal static async Task<Results<Ok<PageBody<SetAsideBody>>, Problem>> Query(
        PageQuery page, ISetAsideDirectory directory, CancellationToken cancellation) =>
        (await directory.Query(page.Cursor, page.Limit, cancellation)).Answer(SetAsideBody.From);

    internal static async Task<Results<RawMessage, Problem>> Read(
        string message, ISetAsideDirectory directory, CancellationToken cancellation) =>
        await directory.Read(message, cancellation) is { } octets
            ? new RawMessage(octets)
            : Problems.From(Unknown);

    internal static async Task<Results<NoContent, Problem>> Delete(
        string message, ISetAsideDirectory directory, CancellationToken cancellation) =>
        await directory.Delete(message, cancellation) ? TypedResults.NoContent() : Problems.From(Unknown);
}

/// <summary>A message as it was received, to be saved and never shown: it is from anybody.</summary>
internal sealed class RawMessage(ReadOnlyMemory<byte> octets) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = "message/rfc822";
        response.ContentLength = octets.Length;
        response.Headers.ContentDisposition = "attachment; filename=\"message.eml\"";
        await response.Body.WriteAsync(octets, httpContext.RequestAborted);
    }
}

/// <summary>A message that was set aside.</summary>
/// <param name="Id">Which message.</param>
/// <param name="ReceivedAt">When it came.</param>
/// <param name="Source">Where it was collected: <c>smtp</c>, <c>api</c>, or a mailbox's name.</param>
/// <param name="Reason">
/// Why: <c>unreadable</c>, <c>bad-token</c>, <c>unmatched</c>, <c>too-large</c>, <c>not-understood</c>,
/// <c>not-applied</c> or <c>postmaster</c>.
/// </param>
/// <param name="Kind">What it seemed to be: <c>bounce</c>, <c>complaint</c>, ….</param>
/// <param name="Octets">How large it was.</param>
/// <param name="IsTruncated">Whether only its beginning was kept.</param>
internal sealed record SetAsideBody(
    string Id,
    DateTimeOffset ReceivedAt,
    string Source,
    string Reason,
    string Kind,
    long Octets,
    bool IsTruncated)
{
    public static SetAsideBody From(SetAsideMessage message) => new(
        message.Id,
        message.ReceivedAt,
        message.Source,
        message.Reason,
        message.Kind,
        message.Octets,
        message.IsTruncated);
}
