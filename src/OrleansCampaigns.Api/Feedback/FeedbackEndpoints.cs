using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;
using OrleansCampaigns.Api.OpenApi;
using OrleansCampaigns.Api.Refusals;
using OrleansCampaigns.Api.Requests;
using OrleansCampaigns.Contracts.Feedback;

namespace OrleansCampaigns.Api.Feedback;

/// <summary>Messages that came back by mail, handed over by whoever collected them.</summary>
internal static class FeedbackEndpoints
{
    private const string MessageExample =
        "From: MAILER-DAEMON@mx.example.net\r\nTo: bounces@example.com\r\nSubject: Undelivered Mail\r\n\r\n"
        + "<ann@example.net>: host mx.example.net said: 550 5.1.1 No such user\r\n";

    public static void MapFeedback(this RouteGroupBuilder v1)
    {
        var feedback = v1.MapGroup("/feedback").WithTags("Feedback");
        feedback.MapPost("/messages", Receive).WithName("receiveFeedbackMessage")
            .Example("message/rfc822", MessageExample).WithMetadata(new BodyLimit(Limits.MessageBytesMax))
            .WithSummary("Takes a bounce, complaint or unsubscribe message as it was received.");
        feedback.MapSetAside();
    }

    internal static async Task<Ok<FeedbackReceiptBody>> Receive(
        MessageBody body, EnvelopeQuery envelope, IFeedbackMessages messages, CancellationToken cancellation)
    {
        var receipt = await messages.Take(body.Octets, envelope.Recipient, "api", cancellation);
        return TypedResults.Ok(FeedbackReceiptBody.From(receipt));
    }
}

/// <summary>A raw message (RFC 5322).</summary>
internal sealed record MessageBody(ReadOnlyMemory<byte> Octets, Problem? Problem)
    : IRefusable, IBindableFromHttpContext<MessageBody>, IEndpointParameterMetadataProvider
{
    public static async ValueTask<MessageBody?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        // RFC 6532 calls one whose headers hold UTF-8 a message/global.
        var type = context.Request.ContentType?.Split(';')[0].Trim();
        if (context.Request.Headers.ContentEncoding.Count > 0
            || !(string.Equals(type, "message/rfc822", StringComparison.OrdinalIgnoreCase)
                || string.Equals(type, "message/global", StringComparison.OrdinalIgnoreCase)))
        {
            return new(default, TakenTypes.Refuse(context));
        }

        var octets = await RawBody.Read(context.Request);
        return new(octets, octets.Length > 0
            ? null
            : new(StatusCodes.Status400BadRequest, "request.malformed", "The body holds no message."));
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new AcceptsMetadata(["message/rfc822", "message/global"], typeof(Stream)));
}

/// <summary>Bodies that are taken octet by octet.</summary>
internal static class RawBody
{
    private const long RoomMax = 64 * 1024;

    /// <summary>The whole body; the server cuts off what is longer than the endpoint takes.</summary>
    public static async Task<ReadOnlyMemory<byte>> Read(HttpRequest request)
    {
        // What a request says of its length is not to be believed beyond this.
        using var octets = new MemoryStream((int)Math.Min(request.ContentLength ?? 0, RoomMax));
        await request.Body.CopyToAsync(octets, request.HttpContext.RequestAborted);
        return octets.GetBuffer().AsMemory(0, (int)octets.Length);
    }
}

/// <summary>Where a message was delivered to.</summary>
internal sealed record EnvelopeQuery(string? Recipient, Problem? Problem)
    : IRefusable, IBindableFromHttpContext<EnvelopeQuery>, IEndpointParameterMetadataProvider
{
    public static ValueTask<EnvelopeQuery?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var query = new QueryReader(context.Request.Query);
        return ValueTask.FromResult<EnvelopeQuery?>(
            new(query.One("recipient", Limits.AddressLengthMax), query.Problem));
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new QueryParameters(
        [
            new("recipient", "The address that the message was delivered to (a + is written %2B), where it is known."),
        ]));
}

/// <summary>What a message came to.</summary>
/// <param name="Kind">
/// <c>bounce</c>, <c>delayed</c>, <c>complaint</c>, <c>unsubscribe</c>, <c>autoreply</c> or <c>other</c>.
/// </param>
/// <param name="Applied">How many events changed something.</param>
/// <param name="Repeated">How many were known already.</param>
/// <param name="Ignored">How many concern nobody, or change nothing.</param>
/// <param name="IsSetAside">Whether it was kept for people to look at.</param>
internal sealed record FeedbackReceiptBody(string Kind, int Applied, int Repeated, int Ignored, bool IsSetAside)
{
    public static FeedbackReceiptBody From(FeedbackReceipt receipt) =>
        new(receipt.Kind, receipt.Applied, receipt.Repeated, receipt.Ignored, receipt.IsSetAside);
}
