using System.ComponentModel.DataAnnotations;
using System.Globalization;
using OrleansCampaigns.Api.Access;
using OrleansCampaigns.Api.Lists;
using OrleansCampaigns.Api.OpenApi;
using OrleansCampaigns.Api.Refusals;
using OrleansCampaigns.Api.Requests;
using OrleansCampaigns.Api.Tracking;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Contacts;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Api.Contacts;

/// <summary>What only the contact's grain knows or decides: deliveries, history and consent.</summary>
internal static class ContactStateEndpoints
{
    public static void MapContactState(this RouteGroupBuilder contacts)
    {
        contacts.MapGet("/{contact}/state", GetState).WithName("getContactState").Refuses(404)
            .WithSummary("Shows a contact's status and where each recent campaign stands with it.");
        contacts.MapGet("/{contact}/history", GetHistory).WithName("getContactHistory").Refuses(404)
            .WithSummary("Shows everything that happened to a contact, oldest first.");
        contacts.MapContactActivity();
        contacts.MapGet("/{contact}/subscriptions", GetSubscriptions).WithName("getContactSubscriptions").Refuses(404)
            .WithSummary("Shows how a contact stands to every list: subscribed, left or taken off, and since when.");
        contacts.MapPost("/{contact}/unsubscribe", Unsubscribe).WithName("unsubscribeContact")
            .Example("""{"actor": "support", "reason": "Asked by telephone."}""")
            .Refuses(404, 409)
            .WithSummary("Unsubscribes a contact at an operator's word.");
        contacts.MapPost("/{contact}/resubscribe", Resubscribe).WithName("resubscribeContact")
            .Example("""{"actor": "support", "consent": "Signed up again at the fair."}""")
            .Refuses(404, 409)
            .WithSummary("Subscribes a contact again, with its consent on record.");
        contacts.MapPost("/{contact}/reinstate", Reinstate).WithName("reinstateContact")
            .Example("""{"actor": "support", "reason": "The mailbox exists again."}""")
            .Refuses(404, 409)
            .WithSummary("Makes an unreachable or complaining contact available for sending again.");
    }

    internal static async Task<Results<Ok<ContactStateBody>, Problem>> GetState(
        ContactRoute contact,
        Caller caller,
        IContactDirectory directory,
        ISuppressionDirectory suppressions,
        IGrainFactory grains,
        CancellationToken cancellation)
    {
        if (await directory.Find(caller.Account, contact.Id, cancellation) is not { } row)
        {
            return Problems.From(ContactRoute.Unknown);
        }

        var state = await grains.Contact(caller.Account, contact.Id).Describe();
        var suppression = await suppressions.FindFor(caller.Account, row.Address, cancellation);
        return TypedResults.Ok(ContactStateBody.From(contact.Id, state, row.LastRecipientStatus, suppression));
    }

    internal static async Task<Results<Ok<PageBody<HistoryEntryBody>>, Problem>> GetHistory(
        ContactRoute contact,
        PageQuery page,
        Caller caller,
        IContactDirectory directory,
        TrackedCampaigns campaigns,
        IGrainFactory grains,
        CancellationToken cancellation)
    {
        if (HistoryCursor.Parse(page.Cursor) is not { } cursor)
        {
            return Problems.From(
                Refusal.Invalid("request.cursor", "cursor does not belong to this listing.", "cursor"));
        }

        if (await directory.Find(caller.Account, contact.Id, cancellation) is null)
        {
            return Problems.From(ContactRoute.Unknown);
        }

        var (entries, next) = await cursor.Read(grains.Contact(caller.Account, contact.Id), page.Limit);
        var links = await FollowedLinks.Of(
            caller.Account,
            entries.Where(entry => entry.Link > 0).Select(entry => entry.Campaign).OfType<CampaignId>(),
            campaigns);
        return TypedResults.Ok(new PageBody<HistoryEntryBody>(
            [.. entries.Select(entry => HistoryEntryBody.From(entry, links.UrlOf(entry.Campaign, entry.Link)))],
            next?.ToString()));
    }

    internal static async Task<Results<Ok<IReadOnlyList<SubscriptionBody>>, Problem>> GetSubscriptions(
        ContactRoute contact,
        Caller caller,
        IContactDirectory directory,
        ISubscriptionDirectory subscriptions,
        CancellationToken cancellation)
    {
        if (await directory.Find(caller.Account, contact.Id, cancellation) is null)
        {
            return Problems.From(ContactRoute.Unknown);
        }

        var all = await subscriptions.Query(caller.Account, contact.Id, cancellation);
        return TypedResults.Ok<IReadOnlyList<SubscriptionBody>>([.. all.Select(SubscriptionBody.From)]);
    }

    internal static Task<Results<Ok<ContactStateBody>, Problem>> Unsubscribe(
        ContactRoute contact,
        JsonBody<ReasonRequest> body,
        Caller caller,
        IContactDirectory directory,
        ISuppressionDirectory suppressions,
        IGrainFactory grains,
        CancellationToken cancellation) =>
        Decide(contact.Id, caller, directory, suppressions, grains, body.Value.Actor, body.Value.Reason, "reason",
            (grain, actor, reason) => grain.UnsubscribeByUs(actor, reason), cancellation);

    internal static Task<Results<Ok<ContactStateBody>, Problem>> Resubscribe(
        ContactRoute contact,
        JsonBody<ConsentRequest> body,
        Caller caller,
        IContactDirectory directory,
        ISuppressionDirectory suppressions,
        IGrainFactory grains,
        CancellationToken cancellation) =>
        Decide(contact.Id, caller, directory, suppressions, grains, body.Value.Actor, body.Value.Consent, "consent",
            (grain, actor, consent) => grain.Resubscribe(actor, consent), cancellation);

    internal static Task<Results<Ok<ContactStateBody>, Problem>> Reinstate(
        ContactRoute contact,
        JsonBody<ReasonRequest> body,
        Caller caller,
        IContactDirectory directory,
        ISuppressionDirectory suppressions,
        IGrainFactory grains,
        CancellationToken cancellation) =>
        Decide(contact.Id, caller, directory, suppressions, grains, body.Value.Actor, body.Value.Reason, "reason",
            (grain, actor, reason) => grain.Reinstate(actor, reason), cancellation);

    private static async Task<Results<Ok<ContactStateBody>, Problem>> Decide(
        ContactId contact,
        Caller caller,
        IContactDirectory directory,
        ISuppressionDirectory suppressions,
        IGrainFactory grains,
        string? actor,
        string? reason,
        string reasonField,
        Func<IContactGrain, string, string, Task<Result<ContactState>>> decide,
        CancellationToken cancellation)
    {
        var checks = new Checks();
        actor = checks.RequiredLine(actor, "actor", Limits.NameLengthMax);
        reason = checks.RequiredLine(reason, reasonField, Limits.ReasonLengthMax);
        if (actor == Contact.Itself)
        {
            checks.Fail("field.unknown_value", "actor must not be contact: that is who uses a link.", "actor");
        }

        if (checks.HaveFailed)
        {
            return Problems.From(checks);
        }

        // A grain without stored state is a New contact: without this look it would come to be by being asked.
        if (await directory.Find(caller.Account, contact, cancellation) is not { } row)
        {
            return Problems.From(ContactRoute.Unknown);
        }

        var suppression = await suppressions.FindFor(caller.Account, row.Address, cancellation);
        return (await decide(grains.Contact(caller.Account, contact), actor, reason))
            .Answer(state => ContactStateBody.From(contact, state, row.LastRecipientStatus, suppression));
    }
}

/// <summary>Who decided, and why.</summary>
/// <param name="Actor">The operator.</param>
/// <param name="Reason">Why; kept in the contact's history.</param>
internal sealed record ReasonRequest(
    [property: Required] string? Actor = null, [property: Required] string? Reason = null);

/// <summary>Who recorded which consent.</summary>
/// <param name="Actor">The operator.</param>
/// <param name="Consent">How the consent is known; kept in the contact's history.</param>
internal sealed record ConsentRequest(
    [property: Required] string? Actor = null, [property: Required] string? Consent = null);

/// <summary>A place in a contact's history.</summary>
/// <remarks>
/// Old entries move from the last page to a page of their own, in order. So a place past the end of a page that is no
/// longer the last one is a place in the next.
/// </remarks>
internal readonly record struct HistoryCursor(int Page, int Entry)
{
    public static HistoryCursor? Parse(string? cursor)
    {
        if (cursor is null)
        {
            return new HistoryCursor(0, 0);
        }

        var parts = cursor.Split('.');
        return parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var page)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var entry)
            ? new HistoryCursor(page, entry)
            : null;
    }

    public async Task<(List<HistoryEntry> Entries, HistoryCursor? Next)> Read(IContactGrain contact, int limit)
    {
        var entries = new List<HistoryEntry>();
        for (var (page, entry) = this; ;)
        {
            var history = await contact.GetHistory(page);
            var taken = history.Entries.Skip(entry).Take(limit - entries.Count).ToList();
            entries.AddRange(taken);
            var isLast = page >= history.PageCount - 1;
            if (entry + taken.Count < history.Entries.Count)
            {
                return (entries, new HistoryCursor(page, entry + taken.Count));
            }

            if (isLast)
            {
                return (entries, null);
            }

            entry = Math.Max(0, entry - history.Entries.Count);
            page++;
            if (entries.Count >= limit)
            {
                return (entries, new HistoryCursor(page, entry));
            }
        }
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Page}.{Entry}");
}

/// <summary>One thing that happened to a contact.</summary>
internal sealed record HistoryEntryBody
{
    /// <summary>When it happened.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What sort of thing.</summary>
    public required HistoryKind Kind { get; init; }

    /// <summary>Who told us: <c>smtp</c>, <c>engine</c>, <c>recovery</c>, <c>api</c>, ….</summary>
    public required string Source { get; init; }

    /// <summary>The campaign, where it concerns one.</summary>
    public CampaignId? CampaignId { get; init; }

    /// <summary>Which pass of the campaign.</summary>
    public int? Pass { get; init; }

    /// <summary>Which attempt, from 1; absent for entries that are no attempt.</summary>
    public int? Attempt { get; init; }

    /// <summary>The outcome that the entry assigns.</summary>
    public Outcome? Outcome { get; init; }

    /// <summary>The outcome as people see it.</summary>
    public string? OutcomeName { get; init; }

    /// <summary>Why, such as <c>mailbox-full</c>.</summary>
    public string? Cause { get; init; }

    /// <summary>Whether a crash or a lost connection hid the fate of the attempt.</summary>
    public required bool InDoubt { get; init; }

    /// <summary>What the server said.</summary>
    public ReplyBody? Reply { get; init; }

    /// <summary>The relay that was used.</summary>
    public string? Relay { get; init; }

    /// <summary>When the next attempt is due, after a temporary outcome.</summary>
    public DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>The contact's status from here on, where the entry changed it.</summary>
    public ContactStatus? Status { get; init; }

    /// <summary>That status as people see it.</summary>
    public string? StatusName { get; init; }

    /// <summary>The operator who did it.</summary>
    public string? Actor { get; init; }

    /// <summary>Why, or which consent was recorded.</summary>
    public string? Reason { get; init; }

    /// <summary>The list, of entries about a membership.</summary>
    public string? ListId { get; init; }

    /// <summary>How the contact stands to that list from here on.</summary>
    public SubscriptionState? Subscription { get; init; }

    /// <summary>The number of the link that was followed, from 1; absent for entries that are no click.</summary>
    public int? Link { get; init; }

    /// <summary>Where it leads, or its template when it differs by recipient; absent when that is not known.</summary>
    public string? Url { get; init; }

    public static HistoryEntryBody From(HistoryEntry entry, string? url) => new()
    {
        At = entry.At,
        Kind = entry.Kind,
        Source = entry.Source,
        CampaignId = entry.Campaign,
        Pass = entry.Pass == 0 ? null : entry.Pass,
        Attempt = entry.Attempt == 0 ? null : entry.Attempt,
        Outcome = entry.Outcome,
        OutcomeName = entry.Outcome?.DisplayName(),
        Cause = DeliveryBody.NameOf(entry.Cause),
        InDoubt = entry.InDoubt,
        Reply = ReplyBody.From(entry.Reply),
        Relay = entry.Relay,
        NextAttemptAt = entry.NextAttemptAt,
        Status = entry.Status,
        StatusName = entry.Status?.DisplayName(),
        Actor = entry.Actor,
        Reason = entry.Reason,
        ListId = entry.List,
        Subscription = entry.Subscription,
        Link = entry.Link == 0 ? null : entry.Link,
        Url = url,
    };
}
