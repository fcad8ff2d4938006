using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Domain.Feedback;

namespace OrleansCampaigns.Api.Tracking;

/// <summary>Makes events of the requests that e-mails lead to, and tells machines from people by all that is seen here.
/// </summary>
internal sealed class TrackedRequests(
    TrackedEvents events, RequestWatch watch, RequestSource sources, TimeProvider clock)
{
    /// <summary>Takes an open, a click, or a visit to the hidden link.</summary>
    /// <param name="signal">Which of them.</param>
    /// <param name="recipient">Whose e-mail it was, and which link.</param>
    /// <param name="links">How many tracked links the e-mail has; 0 when that is not known.</param>
    /// <param name="context">The request.</param>
    public async Task Take(FeedbackSignal signal, RecipientToken recipient, int links, HttpContext context)
    {
        var (headers, address) = (context.Request.Headers, sources.AddressOf(context));
        var isProxy = MachineSigns.IsImageProxy(headers.UserAgent);
        var isMachine = signal == FeedbackSignal.HiddenLink
            || sources.IsMachines(address)
            || MachineSigns.AreIn(
                HttpMethods.IsHead(context.Request.Method),
                headers.UserAgent,
                headers["Purpose"],
                headers["Sec-Purpose"],
                headers["X-Purpose"],
                headers["X-Moz"]);

        // Each request is an event of its own, so that repeated opens count.
        var key = Guid.NewGuid().ToString("N");
        var seen = new WatchedRequest(
            recipient, signal, key, isProxy ? null : RequestSource.Name(address, headers.UserAgent));
        await TakeBack(watch.Note(seen));
        await events.Take(recipient.Contact, new()
        {
            Signal = signal,
            Campaign = recipient.Campaign,
            Key = key,
            At = clock.GetUtcNow(),
            Source = signal == FeedbackSignal.Open ? "pixel" : "link",
            Link = recipient.Link,
            Links = links,
            IsProxy = isProxy,
            IsMachine = isMachine || seen.IsMachine,
        });
    }

    /// <summary>Takes a look at the unsubscribe page, which is no event, and may show a machine at work.</summary>
    public Task Look(RecipientToken recipient, HttpContext context) => TakeBack(watch.Note(new(
        recipient, null, "", RequestSource.Name(sources.AddressOf(context), context.Request.Headers.UserAgent))));

    private Task TakeBack(IReadOnlyList<WatchedRequest> found) => Task.WhenAll(found.Select(one => events.Take(
        one.Recipient.Contact,
        new()
        {
            Signal = FeedbackSignal.Machine,
            Retracts = one.Signal,
            Campaign = one.Recipient.Campaign,
            Key = one.Key,
            At = clock.GetUtcNow(),
            Source = one.Signal == FeedbackSignal.Open ? "pixel" : "link",
        })));
}
