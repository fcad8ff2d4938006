using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;
using OrleansCampaigns.Api.Refusals;
using OrleansCampaigns.Api.Requests;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;

namespace OrleansCampaigns.Api.Contacts;

/// <summary>A filter in a query string.</summary>
internal sealed record ContactFilterQuery(ContactFilter Filter, Problem? Problem)
    : IRefusable, IBindableFromHttpContext<ContactFilterQuery>, IEndpointParameterMetadataProvider
{
    private const string TimeForm = "such as 2030-05-01T09:00:00Z (the + of an offset is written %2B)";

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
        new("campaign", "Recipients of this campaign."),
        new(
            "recipientStatus",
            "Recipients who went so far with that campaign: None, Delivered, Opened or Clicked; several mean any of "
            + "them.",
            Repeats: true),
        new("statusFrom", $"Contacts whose status was set at or after this time, {TimeForm}."),
        new("statusBefore", "Contacts whose status was set before this time."),
        new("lastStatusFrom", "Contacts whose Last Status was assigned at or after this time."),
        new("lastStatusBefore", "Contacts whose Last Status was assigned before this time."),
    ]);

    public bool IsEmpty => Filter is
    {
        Statuses.IsEmpty: true,
        LastStatuses.IsEmpty: true,
        ListId: null,
        Attributes.IsEmpty: true,
        Text: null,
        Campaign: null,
        RecipientStatuses.IsEmpty: true,
        StatusFrom: null,
        StatusBefore: null,
        LastStatusFrom: null,
        LastStatusBefore: null,
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
            Campaign = query.One("campaign"),
            RecipientStatuses = query.Many("recipientStatus"),
            StatusFrom = query.One("statusFrom"),
            StatusBefore = query.One("statusBefore"),
            LastStatusFrom = query.One("lastStatusFrom"),
            LastStatusBefore = query.One("lastStatusBefore"),
        };
        var filter = body.Read(query.Checks, FilterFields.InQuery);
        return ValueTask.FromResult<ContactFilterQuery?>(new(filter, query.Problem));
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(Parameters);
}

/// <summary>The rules of a filter that need more than the filter.</summary>
internal sealed class FilterCheck(IListDirectory lists, IGrainFactory grains)
{
    /// <summary>
    /// A filter by a list or campaign that does not exist finds nobody, which a caller would take for the truth.
    /// </summary>
    public async Task<Refusal?> Find(
        AccountId account, ContactFilter filter, FilterFields fields, CancellationToken cancellation)
    {
        if (filter.ListId is { } list && await lists.FindList(account, list, cancellation) is null)
        {
            return Refusal.Invalid(
                "filter.unknown_list", "There is no list with this identifier.", fields.ListId);
        }

        return filter.Campaign is { } campaign && (await grains.Campaign(campaign).Get(account)).IsRefused
            ? Refusal.Invalid(
                "filter.unknown_campaign", "There is no campaign with this identifier.", fields.Campaign)
            : null;
    }
}
