using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using OrleansCampaigns.Api.Access;
using OrleansCampaigns.Api.Contacts;
using OrleansCampaigns.Api.OpenApi;
using OrleansCampaigns.Api.Refusals;
using OrleansCampaigns.Api.Requests;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;

namespace OrleansCampaigns.Api.Views;

/// <summary>Views: filters that are saved under a name.</summary>
internal static class ViewEndpoints
{
    public static Refusal Unknown { get; } = Refusal.NotFound("view.unknown", "There is no such view.");

    public static void MapViews(this RouteGroupBuilder v1)
    {
        var views = v1.MapGroup("/views").WithTags("Views");
        views.MapPost("", Create).WithName("createView")
            .Example("""{"name": "In Graz", "filter": {"attributes": {"city": "Graz"}}}""")
            .Refuses(409).WithSummary("Saves a filter under a name.");
        views.MapGet("", Query).WithName("getViews").WithSummary("Lists the views by name.");
        views.MapGet("/{view}", Find).WithName("getView").Refuses(404).WithSummary("Shows a view and its filter.");
        views.MapPut("/{view}", Change).WithName("changeView")
            .Example("""{"name": "In Styria", "filter": {"attributes": {"region": "Styria"}}}""")
            .Refuses(404, 409)
            .WithSummary("Gives a view another name and filter; campaigns that were made with it keep theirs.");
        views.MapDelete("/{view}", Delete).WithName("deleteView").Refuses(404)
            .WithSummary("Deletes a view; campaigns that were made with it keep its filter.");
        views.MapGet("/{view}/contacts", QueryContacts).WithName("getViewContacts")
            .Refuses(404).WithSummary("Finds the contacts of a view.");
    }

    internal static async Task<Results<Created<ViewBody>, Problem>> Create(
        JsonBody<ViewRequest> body,
        Caller caller,
        IListDirectory directory,
        FilterCheck check,
        CancellationToken cancellation)
    {
        var (name, filter, problem) = await Read(body.Value, caller, check, cancellation);
        if (problem is not null)
        {
            return problem;
        }

        var created = await directory.CreateView(caller.Account, name, filter, cancellation);
        return created.IsRefused
            ? Problems.From(created.Refusal)
            : TypedResults.Created($"/v1/views/{created.Value.Id}", ViewBody.From(created.Value));
    }

    internal static async Task<Results<Ok<ViewBody>, Problem>> Change(
        string view,
        JsonBody<ViewRequest> body,
        Caller caller,
        IListDirectory directory,
        FilterCheck check,
        CancellationToken cancellation)
    {
        var (name, filter, problem) = await Read(body.Value, caller, check, cancellation);
        return problem is not null
            ? problem
            : (await directory.ChangeView(caller.Account, view, name, filter, cancellation)).Answer(ViewBody.From);
    }

    internal static async Task<Results<Ok<PageBody<ViewBody>>, Problem>> Query(
        PageQuery page, Caller caller, IListDirectory directory, CancellationToken cancellation)
    {
        var views = await directory.QueryViews(caller.Account, cancellation);
        return page.Cut([.. views.Select(ViewBody.From)], view => view.Id).Answer(body => body);
    }

    internal static async Task<Results<Ok<ViewBody>, Problem>> Find(
        string view, Caller caller, IListDirectory directory, CancellationToken cancellation)
    {
        var found = await directory.FindView(caller.Account, view, cancellation);
        return found is null ? Problems.From(Unknown) : TypedResults.Ok(ViewBody.From(found));
    }

    internal static async Task<Results<NoContent, Problem>> Delete(
        string view, Caller caller, IListDirectory directory, CancellationToken cancellation) =>
        await directory.DeleteView(caller.Account, view, cancellation)
            ? TypedResults.NoContent()
            : Problems.From(Unknown);

    internal static async Task<Results<Ok<PageBody<ContactBody>>, Problem>> QueryContacts(
        string view,
        PageQuery page,
        Caller caller,
        IListDirectory directory,
        IContactDirectory contacts,
        CancellationToken cancellation)
    {
        var found = await directory.FindView(caller.Account, view, cancellation);
        return found is null
            ? Problems.From(Unknown)
            : (await contacts.Query(caller.Account, found.Filter, page.Cursor, page.Limit, cancellation)).Answer(
                ContactBody.From);
    }

    private static async Task<(string Name, ContactFilter Filter, Problem? Problem)> Read(
        ViewRequest request, Caller caller, FilterCheck check, CancellationToken cancellation)
    {
        var checks = new Checks();
        var name = checks.RequiredLine(request.Name, "name", Limits.NameLengthMax);
        var fields = FilterFields.Under("filter.");
        var filter = request.Filter?.Read(checks, fields);
        if (filter is null)
        {
            checks.Fail("field.required", "filter must be given; an empty one holds for all contacts.", "filter");
        }

        var problem = checks.HaveFailed
            ? Problems.From(checks)
            : await check.Find(caller.Account, filter!, fields, cancellation) is { } refusal
                ? Problems.From(refusal)
                : null;
        return (name, filter!, problem);
    }
}

/// <summary>A filter to be saved.</summary>
/// <param name="Name">For people; unique in the account.</param>
/// <param name="Filter">Which contacts.</param>
/// <param name="Id">Which view, as GET gives it; it changes nothing.</param>
/// <param name="CreatedAt">When it was made, as GET gives it; it changes nothing.</param>
internal sealed record ViewRequest(
    [property: Required] string? Name = null,
    [property: Required] ContactFilterBody? Filter = null,
    JsonElement? Id = null,
    JsonElement? CreatedAt = null);

/// <summary>A saved filter.</summary>
internal sealed record ViewBody(string Id, string Name, ContactFilterBody Filter, DateTimeOffset CreatedAt)
{
    public static ViewBody From(ContactView view) =>
        new(view.Id, view.Name, ContactFilterBody.From(view.Filter), view.CreatedAt);
}
