using System.ComponentModel.DataAnnotations;
using OrleansCampaigns.Api.Access;
using OrleansCampaigns.Api.Contacts;
using OrleansCampaigns.Api.OpenApi;
using OrleansCampaigns.Api.Refusals;
using OrleansCampaigns.Api.Requests;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;

namespace OrleansCampaigns.Api.Lists;

/// <summary>Lists of contacts and their members.</summary>
/// <remarks>A hidden list is part of a campaign: nothing here shows or changes it.</remarks>
internal static class ListEndpoints
{
    public static Refusal Unknown { get; } = Refusal.NotFound("list.unknown", "There is no such list.");

    public static void MapLists(this RouteGroupBuilder v1)
    {
        var lists = v1.MapGroup("/lists").WithTags("Lists");
        lists.MapPost("", Create).WithName("createList")
            .Example("""{"name": "Readers", "publicName": "The monthly letter", "description": "Monthly."}""")
            .Refuses(409).WithSummary("Makes a list.");
        lists.MapGet("", Query).WithName("getLists").WithSummary("Lists the lists, newest first.");
        lists.MapGet("/{list}", Find).WithName("getList")
            .Refuses(404).WithSummary("Shows a list and how many members it has.");
        lists.MapPatch("/{list}", Change).WithName("changeList")
            .Example("""{"name": "Subscribers", "hidden": false}""")
            .Refuses(404, 409)
            .WithSummary("Renames a list, or changes what contacts read of it.");
        lists.MapDelete("/{list}", Delete).WithName("deleteList")
            .Refuses(404).WithSummary("Deletes a list; its contacts stay.");
        lists.MapPost("/{list}/members", AddMembers).WithName("addListMembers")
            .Example("""{"contacts": [{"address": "ann@example.com", "attributes": {"city": "Graz"}}]}""")
            .Refuses(404)
            .WithSummary("Adds contacts to a list, making those that do not exist.");
        lists.MapDelete("/{list}/members/{contact}", RemoveMember).WithName("removeListMember").Refuses(404)
            .WithSummary("Takes a contact off a list; imports do not bring it back.");
    }

    /// <summary>The list, unless it does not exist or is hidden.</summary>
    public static async Task<ContactList?> FindShown(
        this IListDirectory directory, AccountId account, string list, CancellationToken cancellation) =>
        await directory.FindList(account, list, cancellation) is { IsHidden: false } found ? found : null;

    internal static async Task<Results<Created<ListBody>, Problem>> Create(
        JsonBody<ListRequest> body, Caller caller, IListDirectory directory, CancellationToken cancellation)
    {
        var checks = new Checks();
        var description = body.Value.Read(checks);
        var name = checks.RequiredLine(body.Value.Name, "name", Limits.NameLengthMax);
        if (checks.HaveFailed)
        {
            return Problems.From(checks);
        }

        var created = await directory.CreateList(
            caller.Account, name, description: description, cancellation: cancellation);
        return created.IsRefused
            ? Problems.From(created.Refusal)
            : TypedResults.Created($"/v1/lists/{created.Value.Id}", ListBody.From(created.Value));
    }

    internal static async Task<Results<Ok<PageBody<ListBody>>, Problem>> Query(
        PageQuery page, Caller caller, IListDirectory directory, CancellationToken cancellation) =>
        (await directory.QueryLists(caller.Account, page.Cursor, page.Limit, cancellation)).Answer(ListBody.From);

    internal static async Task<Results<Ok<ListBody>, Problem>> Find(
        string list, Caller caller, IListDirectory directory, CancellationToken cancellation)
    {
        var found = await directory.FindShown(caller.Account, list, cancellation);
        return found is null ? Problems.From(Unknown) : TypedResults.Ok(ListBody.From(found));
    }

    internal static async Task<Results<Ok<ListBody>, Problem>> Change(
        string list,
        JsonBody<ListRequest> body,
        Caller caller,
        IListDirectory directory,
        CancellationToken cancellation)
    {
        var checks = new Checks();
        var change = body.Value.Read(checks);
        if (change == new ListChange() || body.Value.Name is not null)
        {
            change = change with { Name = checks.RequiredLine(body.Value.Name, "name", Limits.NameLengthMax) };
        }

        if (checks.HaveFailed)
        {
            return Problems.From(checks);
        }

        return await directory.FindShown(caller.Account, list, cancellation) is null
            ? Problems.From(Unknown)
            : (await directory.ChangeList(caller.Account, list, change, cancellation)).Answer(ListBody.From);
    }

    internal static async Task<Results<NoContent, Problem>> Delete(
        string list, Caller caller, IListDirectory directory, CancellationToken cancellation) =>
        await directory.FindShown(caller.Account, list, cancellation) is not null
        && await directory.DeleteList(caller.Account, list, cancellation)
            ? TypedResults.NoContent()
            : Problems.From(Unknown);

    internal static async Task<Results<Ok<MembersBody>, Problem>> AddMembers(
        string list,
        JsonBody<MembersRequest> body,
        Caller caller,
        IListDirectory directory,
        TimeProvider clock,
        CancellationToken cancellation)
    {
        var checks = new Checks();
        var contacts = ContactRequest.ReadAll(body.Value.Contacts ?? [], checks, "contacts");
        if (body.Value.Contacts is null or { Count: 0 })
        {
            checks.Fail("field.required", "contacts must hold at least one contact.", "contacts");
        }

        var renewal = body.Value.Resubscribe?.Read(checks, clock.GetUtcNow());
        if (checks.HaveFailed)
        {
            return Problems.From(checks);
        }

        return await directory.FindShown(caller.Account, list, cancellation) is null
            ? Problems.From(Unknown)
            : (await directory.AddMembers(caller.Account, list, contacts, renewal, cancellation))
                .Answer(MembersBody.From);
    }

    internal static async Task<Results<NoContent, Problem>> RemoveMember(
        string list,
        ContactRoute contact,
        RemovalQuery removal,
        Caller caller,
        IListDirectory directory,
        ListMemberships memberships,
        TimeProvider clock,
        CancellationToken cancellation)
    {
        if (await directory.FindShown(caller.Account, list, cancellation) is null)
        {
            return Problems.From(Unknown);
        }

        var change = new SubscriptionChange(
            SubscriptionState.TakenOff, clock.GetUtcNow(), "api", removal.Actor, removal.Reason);
        return await memberships.End(caller.Account, list, contact.Id, change, cancellation)
            ? TypedResults.NoContent()
            : Problems.From(Refusal.NotFound("list.not_a_member", "The contact is not a member of this list."));
    }
}

/// <summary>A list to be made or changed.</summary>
/// <param name="Name">For operators; unique in the account.</param>
/// <param name="PublicName">What contacts read as its name on the preference page; empty for the name itself.</param>
/// <param name="Description">What it is about, for contacts; empty for none.</param>
/// <param name="Hidden">Whether the preference page leaves it out.</param>
internal sealed record ListRequest(
    string? Name = null, string? PublicName = null, string? Description = null, bool? Hidden = null)
{
    /// <summary>What is said of it beside its name.</summary>
    public ListChange Read(Checks checks) => new(
        null,
        checks.Line(PublicName, "publicName", Limits.NameLengthMax),
        checks.Line(Description, "description", Limits.ReasonLengthMax),
        Hidden);
}

/// <summary>Contacts to be added to a list.</summary>
/// <param name="Contacts">At most 10,000. An address that is not properly formatted is kept, and Invalid later.</param>
/// <param name="Resubscribe">The consent by which contacts that left the list, or were taken off it, are members again;
/// without it they stay off.</param>
internal sealed record MembersRequest(
    [property: Required] IReadOnlyList<ContactRequest?>? Contacts = null, RenewalRequest? Resubscribe = null);

/// <summary>A list of contacts.</summary>
/// <param name="Id">Which list.</param>
/// <param name="Name">For operators.</param>
/// <param name="Members">How many members; one address twice is two.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="PublicName">What contacts read as its name; absent for the name itself.</param>
/// <param name="Description">What it is about, for contacts.</param>
/// <param name="Hidden">Whether the preference page leaves it out.</param>
internal sealed record ListBody(
    string Id,
    string Name,
    long Members,
    DateTimeOffset CreatedAt,
    string? PublicName,
    string? Description,
    bool Hidden)
{
    public static ListBody From(ContactList list) => new(
        list.Id,
        list.Name,
        list.Members,
        list.CreatedAt,
        list.PublicName,
        list.Description,
        list.IsUnlisted);
}
