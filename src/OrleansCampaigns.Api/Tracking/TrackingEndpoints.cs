using Microsoft.Extensions.Primitives;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Domain.Feedback;

namespace OrleansCampaigns.Api.Tracking;

/// <summary>What e-mails lead to: the open pixel and the links. Nobody here has a key.</summary>
internal static class TrackingEndpoints
{
    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    public static void MapTracking(this IEndpointRouteBuilder app)
    {
        var tracking = app.MapGroup("").WithTags("Tracking").AllowAnonymous()
            .AddEndpointFilter<RouteGroupBuilder, PublicFailures>();
        tracking.MapMethods($"{TrackingPaths.Open}{{token}}", Reading, Open).WithName("takeOpen")
            .Produces(StatusCodes.Status200OK, contentType: "image/gif")
            .WithSummary("The open pixel, with or without an ending such as .gif; an unknown token gets it too.");
        tracking.MapMethods($"{TrackingPaths.Click}{{token}}", Reading, Click).WithName("followLink")
            .Produces(StatusCodes.Status302Found)
            .Produces(StatusCodes.Status404NotFound, contentType: "text/html")
            .Produces(StatusCodes.Status503ServiceUnavailable, contentType: "text/html")
            .WithMetadata(new Requests.QueryParameters(
                [new("u", "Where a link leads that differs by recipient, in base64url; bound to the token.")]))
            .WithSummary("Sends on to where a link of the e-mail leads, and nowhere else.");
        tracking.MapMethods($"{TrackingPaths.Hidden}{{token}}", Reading, Hidden).WithName("followHiddenLink")
            .Produces(StatusCodes.Status200OK, contentType: "text/html")
            .Produces(StatusCodes.Status404NotFound, contentType: "text/html")
            .WithSummary("A link that no person sees: what follows it is a program that looks at everything.");
        tracking.MapUnsubscribe(Reading);
    }

    internal static async Task<Pixel> Open(
        string token, HttpContext context, RecipientTokens tokens, TrackedRequests requests)
    {
        if (tokens.Read(TokenPurpose.Open, RecipientTokens.Trim(token)) is { } recipient)
        {
            await requests.Take(FeedbackSignal.Open, recipient, links: 0, context);
        }

        return Pixel.Instance;
    }

    internal static async Task<IResult> Click(
        string token,
        HttpContext context,
        RecipientTokens tokens,
        TrackedCampaigns campaigns,
        TrackedRequests requests,
        TimeProvider clock)
    {
        if (ReadLink(tokens, RecipientTokens.Trim(token), context.Request.Query["u"])
            is not ({ Link: > 0 } recipient, var bound))
        {
            return PublicPage.NotFound(PageLanguages.Of(null, context.Request));
        }

        var (target, links) = await FindTarget(recipient, bound, campaigns, clock);
        if (target is null)
        {
            return PublicPage.NotFound(PageLanguages.Of(null, context.Request));
        }

        await requests.Take(FeedbackSignal.Click, recipient, links, context);
        return new Redirection(target);
    }

    internal static async Task<PublicPage> Hidden(
        string token, HttpContext context, RecipientTokens tokens, TrackedRequests requests)
    {
        if (tokens.Read(TokenPurpose.HiddenLink, RecipientTokens.Trim(token)) is not { } recipient)
        {
            return PublicPage.NotFound(PageLanguages.Of(null, context.Request));
        }

        await requests.Take(FeedbackSignal.HiddenLink, recipient, links: 0, context);
        return PublicPage.Hidden;
    }

    private static (RecipientToken? Recipient, string? Bound) ReadLink(
        RecipientTokens tokens, string token, StringValues given)
    {
        if (given.Count == 0)
        {
            return (tokens.Read(TokenPurpose.Click, token), null);
        }

        return given is [{ } text]
            ? RecipientTokens.TrimAll(text)
                .Select(LinkTarget.ReadBound)
                .Where(bound => !string.IsNullOrEmpty(bound))
                .Select(bound => (tokens.Read(TokenPurpose.Click, token, bound), bound))
                .FirstOrDefault(read => read.Item1 is not null)
            : default;
    }

    /// <remarks>
    /// A URL that is bound to its token was in an e-mail of ours, or the token would not hold: it is followed while
    /// storage is away. One that the campaign keeps can only be followed once it is known.
    /// </remarks>
    private static async Task<(string? Target, int Links)> FindTarget(
        RecipientToken recipient, string? bound, TrackedCampaigns campaigns, TimeProvider clock)
    {
        TrackedCampaign? campaign;
        try
        {
            campaign = await campaigns.Find(recipient.Campaign).WaitAsync(TrackedEvents.Patience, clock);
        }
        catch (Exception) when (bound is not null)
        {
            return (LinkTarget.Of(bound), 0);
        }

        if (campaign is null || recipient.Link > campaign.Links.Count)
        {
            return (null, 0);
        }

        var link = campaign.Links[recipient.Link - 1];
        var isTemplate = link.Contains("{{", StringComparison.Ordinal);
        return (isTemplate == bound is not null ? LinkTarget.Of(bound ?? link) : null, campaign.Links.Count);
    }
}
