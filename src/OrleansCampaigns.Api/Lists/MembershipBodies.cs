using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;
using OrleansCampaigns.Api.Refusals;
using OrleansCampaigns.Api.Requests;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;

namespace OrleansCampaigns.Api.Lists;

/// <summary>A consent by which contacts that left a list, or were taken off it, are members again.</summary>
/// <param name="Actor">Who says so.</param>
/// <param name="Consent">How the consent is known; kept in the membership's history.</param>
internal sealed record RenewalRequest(
    [property: Required] string? Actor = null, [property: Required] string? Consent = null)
{
    public SubscriptionChange Read(Checks checks, DateTimeOffset now) => new(
        SubscriptionState.Subscribed,
        now,
        "api",
        checks.RequiredLine(Actor, "resubscribe.actor", Limits.NameLengthMax),
        checks.RequiredLine(Consent, "resubscribe.consent", Limits.ReasonLengthMax));
}

/// <summary>A list after contacts were added.</summary>
/// <param name="Id">Which list.</param>
/// <param name="Name">For people.</param>
/// <param name="Members">How many members; one address twice is two.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="LeftOut">How many contacts of the request stay off the list, because they left it or were taken off it:
/// only <c>resubscribe</c> brings them back.</param>
/// <param name="Contacts">What became of each contact of the request, in its order.</param>
internal sealed record MembersBody(
    string Id,
    string Name,
    long Members,
    DateTimeOffset CreatedAt,
    int LeftOut,
    IReadOnlyList<MemberBody> Contacts)
{
    public static MembersBody From(MembersAdded added) => new(
        added.List.Id,
        added.List.Name,
        added.Members,
        added.List.CreatedAt,
        added.LeftOut,
        [.. added.Contacts.Select(MemberBody.From)]);
}

/// <summary>What became of a contact that was to be added to a list.</summary>
/// <param name="ContactId">Which contact.</param>
/// <param name="Address">Its address, normalised where it is properly formatted.</param>
/// <param name="AddressIsValid">Whether the address is properly formatted; if not, a campaign finds it Invalid.</param>
/// <param name="Result">Created: there was none, and it is a member. Known: there was one, and it is a member.
/// Repeated: it stands earlier in the request and is a member once more. LeftOut: it left the list or was taken off it,
/// and stays off.</param>
internal sealed record MemberBody(ContactId ContactId, string Address, bool AddressIsValid, MemberChange Result)
{
    public static MemberBody From(MemberAdded added) =>
        new(added.Id, added.Address, added.AddressIsValid, added.Change);
}

/// <summary>Who takes a contact off a list, and why.</summary>
internal sealed record RemovalQuery(string? Actor, string? Reason, Problem? Problem)
    : IRefusable, IBindableFromHttpContext<RemovalQuery>, IEndpointParameterMetadataProvider
{
    private static readonly QueryParameters Parameters = new(
    [
        new("actor", "Who takes the contact off; kept in the membership's history."),
        new("reason", "Why."),
    ]);

    public static ValueTask<RemovalQuery?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var query = new QueryReader(context.Request.Query);
        var (actor, reason) = (query.One("actor"), query.One("reason", Limits.ReasonLengthMax));
        return ValueTask.FromResult<RemovalQuery?>(new(actor, reason, query.Problem));
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(Parameters);
}

/// <summary>How a contact stands to one list.</summary>
/// <param name="ListId">The list.</param>
/// <param name="Name">Its name.</param>
/// <param name="State">Subscribed, Left (by itself) or TakenOff (by an operator).</param>
/// <param name="Since">Since when; absent for members who were added and never left.</param>
/// <param name="History">What changed it, oldest first.</param>
internal sealed record SubscriptionBody(
    string ListId,
    string Name,
    SubscriptionState State,
    DateTimeOffset? Since,
    IReadOnlyList<SubscriptionChangeBody> History)
{
    public static SubscriptionBody From(Subscription subscription) => new(
        subscription.ListId,
        subscription.Name,
        subscription.State,
        subscription.Since,
        [.. subscription.History.Select(change => new SubscriptionChangeBody(
            change.State, change.At, change.Source, change.Actor, change.Reason))]);
}

/// <summary>A change of a membership.</summary>
/// <param name="State">How the contact stood to the list from then on.</param>
/// <param name="At">When.</param>
/// <param name="Source">page, api or import.</param>
/// <param name="Actor">Who said so.</param>
/// <param name="Reason">Why, or which consent was recorded.</param>
internal sealed record SubscriptionChangeBody(
    SubscriptionState State, DateTimeOffset At, string Source, string? Actor, string? Reason);
