using OrleansCampaigns.Api.Requests;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Domain.Feedback;

namespace OrleansCampaigns.Api.Tracking;

/// <summary>The page behind every unsubscribe link, and one-click (RFC 8058).</summary>
internal static class UnsubscribeEndpoints
{
    public static void MapUnsubscribe(this RouteGroupBuilder tracking, string[] reading)
    {
        var page = tracking.MapGroup("").WithMetadata(new BodyLimit(Limits.FormBytesMax));
        page.MapMethods($"{TrackingPaths.Unsubscribe}{{token}}", reading, Show).WithName("showUnsubscribePage")
            .Produces(StatusCodes.Status200OK, contentType: "text/html")
            .Produces(StatusCodes.Status404NotFound, contentType: "text/html")
            .Produces(StatusCodes.Status503ServiceUnavailable, contentType: "text/html")
            .WithSummary("The page where a recipient unsubscribes; showing it changes nothing.");
        page.MapPost($"{TrackingPaths.Unsubscribe}{{token}}", Decide).WithName("unsubscribeByLink")
            .Produces(StatusCodes.Status200OK, contentType: "text/html")
            .Produces(StatusCodes.Status400BadRequest, contentType: "text/html")
            .Produces(StatusCodes.Status404NotFound, contentType: "text/html")
            .Produces(StatusCodes.Status413PayloadTooLarge, contentType: "text/html")
            .Produces(StatusCodes.Status503ServiceUnavailable, contentType: "text/html")
            .WithSummary("Unsubscribes at once: List-Unsubscribe=One-Click (RFC 8058), or a button of the page.");
    }

    internal static async Task<PublicPage> Show(
        string token,
        HttpContext context,
        Subscriptions subscriptions,
        TrackedRequests requests,
        CancellationToken cancellation)
    {
        token = RecipientTokens.Trim(token);
        if (await subscriptions.Find(token) is not { } who)
        {
            return PublicPage.NotFound(PageLanguages.Of(null, context.Request));
        }

        await requests.Look(new(who.Campaign, who.Contact, 0), context);
        return await Page(token, who, context, subscriptions, null, cancellation);
    }

    internal static async Task<PublicPage> Decide(
        string token, HttpContext context, Subscriptions subscriptions, CancellationToken cancellation)
    {
        token = RecipientTokens.Trim(token);
        if (await subscriptions.Find(token) is not { } who)
        {
            return PublicPage.NotFound(PageLanguages.Of(null, context.Request));
        }

        var body = await ReadBody(context.Request, cancellation);
        if (OneClick.IsSaidIn(body.GetBuffer().AsSpan(0, (int)body.Length)))
        {
            return await Unsubscribe(token, who, "one-click", context, subscriptions, cancellation);
        }

        if (await ReadForm(context.Request, body, cancellation) is not { } form)
        {
            return Unreadable(context);
        }

        switch (form[UnsubscribePage.ActionField].ToString())
        {
            case UnsubscribePage.Everything:
                return await Unsubscribe(token, who, "link", context, subscriptions, cancellation);

            case UnsubscribePage.Again:
                await subscriptions.Resubscribe(who);
                return await Page(
                    token,
                    who,
                    context,
                    subscriptions,
                    texts => texts.ReturnedTitle,
                    cancellation,
                    refused: texts => texts.TooOftenTitle);

            case UnsubscribePage.Preferences:
                var isSaved = await subscriptions.Keep(
                    who, form[UnsubscribePage.OfferedField], form[UnsubscribePage.KeptField], cancellation);
                return await Page(
                    token,
                    who,
                    context,
                    subscriptions,
                    texts => isSaved ? texts.SavedTitle : texts.TooOftenTitle,
                    cancellation);

            default:
                return Unreadable(context);
        }
    }

    private static PublicPage Unreadable(HttpContext context) => PublicPage.Unreadable(
        StatusCodes.Status400BadRequest, PageLanguages.Of(null, context.Request));

    private static async Task<PublicPage> Unsubscribe(
        string token,
        Subscriber who,
        string source,
        HttpContext context,
        Subscriptions subscriptions,
        CancellationToken cancellation)
    {
        // Whatever the page needs is asked for before: what fails now fails with nothing changed.
        var reader = await subscriptions.Reader(who, context.Request, cancellation);
        await subscriptions.Unsubscribe(who, source);
        return UnsubscribePage.Show(token, reader, await subscriptions.Status(who), []);
    }

    private static async Task<PublicPage> Page(
        string token,
        Subscriber who,
        HttpContext context,
        Subscriptions subscriptions,
        Func<PageTexts, string>? done,
        CancellationToken cancellation,
        Func<PageTexts, string>? refused = null)
    {
        var status = await subscriptions.Status(who);
        var reader = await subscriptions.Reader(who, context.Request, cancellation);
        IReadOnlyList<OfferedList> lists = Subscriptions.IsUnsubscribed(status)
            ? []
            : await subscriptions.Offers(who, cancellation);
        return UnsubscribePage.Show(
            token, reader, status, lists, done?.Invoke(reader.Texts), refused?.Invoke(reader.Texts));
    }

    // Its limit is that of a form: the server cuts off what is longer.
    private static async Task<MemoryStream> ReadBody(HttpRequest request, CancellationToken cancellation)
    {
        var body = new MemoryStream();
        await request.Body.CopyToAsync(body, cancellation);
        return body;
    }

    private static async Task<IFormCollection?> ReadForm(
        HttpRequest request, MemoryStream body, CancellationToken cancellation)
    {
        if (!request.HasFormContentType)
        {
            return null;
        }

        try
        {
            body.Position = 0;
            request.Body = body;
            return await request.ReadFormAsync(cancellation);
        }
        catch (Exception flaw) when (flaw
            is (InvalidDataException or IOException or NotSupportedException or ArgumentException)
            and not BadHttpRequestException)
        {
            return null;
        }
    }
}
