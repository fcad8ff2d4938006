using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;
using OrleansCampaigns.Api.Access;
using OrleansCampaigns.Api.OpenApi;
using OrleansCampaigns.Api.Refusals;
using OrleansCampaigns.Api.Requests;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Contacts;

namespace OrleansCampaigns.Api.Contacts;

/// <summary>Contacts as the directory knows them: profile data, status and Last Status.</summary>
internal static class ContactEndpoints
{
    public static void MapContacts(this RouteGroupBuilder v1)
    {
        var contacts = v1.MapGroup("/contacts").WithTags("Contacts");
        contacts.MapPost("", Create).WithName("createContact")
            .Example("""{"address": "ann@example.com", "name": "Ann", "attributes": {"city": "Graz"}}""")
            .Refuses(409).WithSummary("Makes a contact.");
        contacts.MapGet("", QueryByParameters).WithName("getContacts")
            .WithSummary("Finds contacts by status, Last Status, list, attribute and text.");
        contacts.MapPost("/query", QueryByBody).WithName("queryContacts")
            .Example("""{"statuses": ["New", "Active"], "attributes": {"city": "Graz"}}""")
            .WithMetadata(IdempotencyRule.ChangesNothing)
            .WithSummary("Finds contacts by a filter given as JSON.");
        contacts.MapGet("/by-address", FindByAddress).WithName("findContactByAddress").Refuses(404)
            .WithSummary("Finds the contact with an equal address.");
        contacts.MapGet("/{contact}", Find).WithName("getContact").Refuses(404).WithSummary("Shows a contact.");
        contacts.MapPatch("/{contact}", Change).WithName("changeContact")
            .Example("""{"name": "Ann", "attributes": {"city": "Vienna", "birthday": null}}""")
            .Refuses(404)
            .WithSummary(
                "Changes name and attributes; an attribute that is null is removed, one that is absent stays.");
        contacts.MapContactState();
        contacts.MapContactExport();
    }

    internal static async Task<Results<Created<ContactBody>, Problem>> Create(
        JsonBody<ContactRequest> body, Caller caller, IContactDirectory directory, CancellationToken cancellation)
    {
        var checks = new Checks();
        var contact = body.Value.Read(checks, "");
        if (!checks.HaveFailed && EmailAddress.Parse(contact.Address) is not { IsPublic: true })
        {
            checks.Fail(
                "contact.address", "address must be an e-mail address as RFC 5321 and RFC 6531 define it.", "address");
        }

        if (checks.HaveFailed)
        {
            return Problems.From(checks);
        }

        var created = await directory.Create(caller.Account, contact, cancellation);
        return created.IsRefused
            ? Problems.From(created.Refusal)
            : TypedResults.Created($"/v1/contacts/{created.Value.Id}", ContactBody.From(created.Value));
    }

    internal static async Task<Results<Ok<ContactBody>, Problem>> Find(
        ContactRoute contact, Caller caller, IContactDirectory directory, CancellationToken cancellation)
    {
        var row = await directory.Find(caller.Account, contact.Id, cancellation);
        return row is null ? Problems.From(ContactRoute.Unknown) : TypedResults.Ok(ContactBody.From(row));
    }

    internal static async Task<Results<Ok<ContactBody>, Problem>> FindByAddress(
        AddressQuery query, Caller caller, IContactDirectory directory, CancellationToken cancellation)
    {
        var row = await directory.FindByAddress(caller.Account, query.Address, cancellation);
        return row is null ? Problems.From(ContactRoute.Unknown) : TypedResults.Ok(ContactBody.From(row));
    }

    internal static async Task<Results<Ok<ContactBody>, Problem>> Change(
        ContactRoute contact,
        JsonBody<ContactChangeRequest> body,
        Caller caller,
        IContactDirectory directory,
        CancellationToken cancellation)
    {
        var checks = new Checks();
        var name = checks.Line(body.Value.Name, "name", Limits.NameLengthMax);
        var attributes = checks.Attributes(body.Value.Attributes, "attributes", mayRemove: true);
        if (checks.HaveFailed)
        {
            return Problems.From(checks);
        }

        var changed = await directory.Change(caller.Account, contact.Id, name, attributes, cancellation);
        return changed.Answer(ContactBody.From);
    }

    internal static async Task<Results<Ok<PageBody<ContactBody>>, Problem>> QueryByParameters(
        ContactFilterQuery query,
        PageQuery page,
        Caller caller,
        IContactDirectory directory,
        FilterCheck check,
        CancellationToken cancellation)
    {
        var refusal = await check.Find(caller.Account, query.Filter, FilterFields.InQuery, cancellation);
        return refusal is null
            ? (await directory.Query(caller.Account, query.Filter, page.Cursor, page.Limit, cancellation)).Answer(
                ContactBody.From)
            : Problems.From(refusal);
    }

    internal static async Task<Results<Ok<PageBody<ContactBody>>, Problem>> QueryByBody(
        JsonBody<ContactFilterBody> body,
        PageQuery page,
        Caller caller,
        IContactDirectory directory,
        FilterCheck check,
        CancellationToken cancellation)
    {
        var checks = new Checks();
        var filter = body.Value.Read(checks, FilterFields.InBody);
        if (checks.HaveFailed)
        {
            return Problems.From(checks);
        }

        var refusal = await check.Find(caller.Account, filter, FilterFields.InBody, cancellation);
        return refusal is null
            ? (await directory.Query(caller.Account, filter, page.Cursor, page.Limit, cancellation)).Answer(
                ContactBody.From)
            : Problems.From(refusal);
    }
}

/// <summary>A contact to be written.</summary>
/// <param name="Address">The address.</param>
/// <param name="Name">The name; absent leaves an existing one.</param>
/// <param name="Attributes">Further fields; existing ones of other names stay.</param>
internal sealed record ContactRequest(
    [property: Required] string? Address = null,
    string? Name = null,
    IReadOnlyDictionary<string, string?>? Attributes = null)
{
    /// <summary>
    /// The contact, as far as it can be read. Whether the address is properly formatted is for the caller to judge.
    /// </summary>
    public ContactInput Read(Checks checks, string prefix)
    {
        var address = checks.RequiredLine(Address, $"{prefix}address", Limits.AddressLengthMax);
        var name = checks.Line(Name, $"{prefix}name", Limits.NameLengthMax);
        var attributes = checks.Attributes(Attributes, $"{prefix}attributes", mayRemove: false);
        return new(
            address, name is "" ? null : name, attributes.ToDictionary(pair => pair.Key, pair => pair.Value ?? ""));
    }

    public static List<ContactInput> ReadAll(IReadOnlyList<ContactRequest?> contacts, Checks checks, string field)
    {
        var read = new List<ContactInput>();
        if (!checks.Count(contacts.Count, Limits.ContactsPerRequestMax, field))
        {
            return read;
        }

        for (var i = 0; i < contacts.Count; i++)
        {
            if (contacts[i] is { } contact)
            {
                read.Add(contact.Read(checks, $"{field}[{i}]."));
            }
            else
            {
                checks.Fail("field.required", $"{field}[{i}] must be an object.", $"{field}[{i}]");
            }
        }

        return read;
    }
}

/// <summary>What to change of a contact.</summary>
/// <param name="Name">The new name; absent leaves it, an empty one removes it.</param>
/// <param name="Attributes">Attributes to set, and with null to remove.</param>
internal sealed record ContactChangeRequest(
    string? Name = null, [property: NullRemoves] IReadOnlyDictionary<string, string?>? Attributes = null);

/// <summary>Which address to look for.</summary>
internal sealed record AddressQuery(string Address, Problem? Problem)
    : IRefusable, IBindableFromHttpContext<AddressQuery>, IEndpointParameterMetadataProvider
{
    public static ValueTask<AddressQuery?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var query = new QueryReader(context.Request.Query);
        var address = query.Required("address", Limits.AddressLengthMax);
        return ValueTask.FromResult<AddressQuery?>(new(address, query.Problem));
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(
            new QueryParameters([new("address", "The address; a + in it is written %2B.", IsRequired: true)]));
}
