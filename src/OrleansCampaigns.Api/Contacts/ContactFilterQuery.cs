using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;
using OrleansCampaigns.Api.Refusals;
using OrleansCampaigns.Api.Requests;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;

namespace OrleansCampaigns.Api.Contacts;

/// <summary>A filter in a query string.</summary>
internal sealed record ContactFilterQuery(ContactFilter Filter, Problem? Problem)
    : IRefusable, IBindableFromHttpContext<ContactFilterQuery>, IEndpointParameterMetadataProvider
{
    private static readonly QueryParameters Parameters = new(
    [
        new("status", "Contacts with this status; several mean any of them.", Repeats: true),
        new(
            "lastStatus",
            "Contacts with this Last Status, such as SoftBounced or Soft Bounced; several mean any of them.",
            Repeats: true),
        new("listId", "Members of this list."),
        new(
            "attribute.*",
            "Contacts whose attribute of this name has exactly this value, such as attribute.city=Graz."),
        new("text", "Contacts whose address or name contains this text, in any case."),
    ]);

    public bool IsEmpty => Filter is
    {
        Statuses.IsEmpty: true,
        LastStatuses.IsEmpty: true,
        ListId: null,
        Attributes.IsEmpty: true,
        Text: null,
    };

    public static ValueTask<ContactFilterQuery?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var query = new QueryReader(context.Request.Query);
        var body = new ContactFilterBody
        {
            Statuses = query.Many("status"),
            LastStatuses = query.Many("lastStatus"),
            ListId = query.One("listId"),
            Attributes = query.Prefixed("attribute.").ToDictionary(pair => pair.Key, pair => (string?)pair.Value),
            Text = query.One("text"),
        };
        var filter = body.Read(query.Checks, FilterFields.InQuery);
        return ValueTask.FromResult<ContactFilterQuery?>(new(filter, query.Problem));
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(Parameters);
}

/// <summary>The rule of a filter that needs the directory.</summary>
internal static class FilterLists
{
    /// <summary>A filter by a list that does not exist finds nobody, which a caller would take for the truth.</summary>
    public static async Task<Refusal?> CheckList(
        this IListDirectory lists,
        AccountId account,
        ContactFilter filter,
        string field,
        CancellationToken cancellation) =>
        filter.ListId is { } id && await lists.FindList(account, id, cancellation) is null
            ? Refusal.Invalid("filter.unknown_list", "There is no list with this identifier.", field)
            : null;
}
