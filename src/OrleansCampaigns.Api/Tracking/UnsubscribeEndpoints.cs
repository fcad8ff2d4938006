using OrleansCampaigns.Api.Requests;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Domain.Contacts;

namespace OrleansCampaigns.Api.Tracking;

/// <summary>The page behind every unsubscribe link, and one-click (RFC 8058).</summary>
internal static class UnsubscribeEndpoints
{
    public static void MapUnsubscribe(this RouteGroupBuilder tracking, string[] reading)
    {
        var page = tracking.MapGroup("").WithMetadata(new BodyLimit(Limits.FormBytesMax));
        page.MapMethods($"{TrackingPaths.Unsubscribe}{{token}}", reading, Show)
            .Produces(StatusCodes.Status200OK, contentType: "text/html")
            .Produces(StatusCodes.Status404NotFound, contentType: "text/html")
            .Produces(StatusCodes.Status503ServiceUnavailable, contentType: "text/html")
            .WithSummary("The page where a recipient unsubscribes; showing it changes nothing.");
        page.MapPost($"{TrackingPaths.Unsubscribe}{{token}}", Decide)
            .Produces(StatusCodes.Status200OK, contentType: "text/html")
            .Produces(StatusCodes.Status400BadRequest, contentType: "text/html")
            .Produces(StatusCodes.Status404NotFound, contentType: "text/html")
            .Produces(StatusCodes.Status413PayloadTooLarge, contentType: "text/html")
            .Produces(StatusCodes.Status503ServiceUnavailable, contentType: "text/html")
            .WithSummary("Unsubscribes at once: List-Unsubscribe=One-Click (RFC 8058), or a button of the page.");
    }

    internal static async Task<PublicPage> Show(
        string token, Subscriptions subscriptions, CancellationToken cancellation) =>
        await subscriptions.Find(token) is { } who
            ? await Page(token, who, subscriptions, null, cancellation)
            : PublicPage.NotFound;

    internal static async Task<PublicPage> Decide(
        string token, HttpContext context, Subscriptions subscriptions, CancellationToken cancellation)
    {
        if (await subscriptions.Find(token) is not { } who)
        {
            return PublicPage.NotFound;
        }

        if (await ReadForm(context.Request, cancellation) is not { } form)
        {
            return PublicPage.Unreadable(StatusCodes.Status400BadRequest);
        }

        if (string.Equals(form["List-Unsubscribe"], "One-Click", StringComparison.OrdinalIgnoreCase))
        {
            return await Unsubscribe(token, who, "one-click", subscriptions, cancellation);
        }

        switch (form[UnsubscribePage.ActionField].ToString())
        {
            case UnsubscribePage.Everything:
                return await Unsubscribe(token, who, "link", subscriptions, cancellation);

            case UnsubscribePage.Again:
                await subscriptions.Resubscribe(who);
                var done = Subscriptions.IsUnsubscribed(await subscriptions.Status(who))
                    ? "Nothing was changed: it was changed too often today"
                    : "You are subscribed again";
                return await Page(token, who, subscriptions, done, cancellation);

            case UnsubscribePage.Preferences:
                await subscriptions.Keep(
                    who, form[UnsubscribePage.OfferedField], form[UnsubscribePage.KeptField], cancellation);
                return await Page(token, who, subscriptions, "Your choice is saved", cancellation);

            default:
                return PublicPage.Unreadable(StatusCodes.Status400BadRequest);
        }
    }

    private static async Task<PublicPage> Unsubscribe(
        string token, Subscriber who, string source, Subscriptions subscriptions, CancellationToken cancellation)
    {
        // Whatever the page needs is asked for before: what fails now fails with nothing changed.
        var address = await subscriptions.MaskedAddress(who, cancellation);
        await subscriptions.Unsubscribe(who, source);
        return UnsubscribePage.Show(token, await subscriptions.Status(who), address, []);
    }

    private static async Task<PublicPage> Page(
        string token,
        Subscriber who,
        Subscriptions subscriptions,
        string? done,
        CancellationToken cancellation)
    {
        var status = await subscriptions.Status(who);
        var address = await subscriptions.MaskedAddress(who, cancellation);
        IReadOnlyList<OfferedList> lists = Subscriptions.IsUnsubscribed(status)
            ? []
            : await subscriptions.Offers(who, cancellation);
        return UnsubscribePage.Show(token, status, address, lists, done);
    }

    private static async Task<IFormCollection?> ReadForm(HttpRequest request, CancellationToken cancellation)
    {
        if (!request.HasFormContentType)
        {
            return null;
        }

        try
        {
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
