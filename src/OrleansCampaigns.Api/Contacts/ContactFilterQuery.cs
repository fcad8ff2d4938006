using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;
using OrleansCampaigns.Api.Refusals;
using OrleansCampaigns.Api.Requests;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Api.Contacts;

/// <summary>A filter in a query string.</summary>
internal sealed record ContactFilterQuery(ContactFilter Filter, Problem? Problem)
    : IRefusable, IBindableFromHttpContext<ContactFilterQuery>, IEndpointParameterMetadataProvider
{
    private static readonly QueryParameters Parameters = new(
    [
        new("status", "Contacts with this status; several mean any of them.", Repeats: true)
        {
            Values = Enum.GetNames<ContactStatus>(),
        },
        new(
            "lastStatus",
            "Contacts with this Last Status; several mean any of them. Spellings for people, such as Soft Bounced, are "
            + "taken as well.",
            Repeats: true)
        {
            Values = Enum.GetNames<Outcome>(),
        },
        new("listId", "Members of this list."),
        new(
            "attribute.*",
            "Contacts whose attribute of this name has exactly this value: attribute[city]=Graz, or "
            + "attribute.city=Graz.")
        {
            Example = """{"city": "Graz"}""",
        },
        new("text", "Contacts whose address or name contains this text, in any case."),
        new("campaign", "Recipients of this campaign."),
        new(
            "recipientStatus",
            "Recipients who went so far with that campaign; several mean any of them.",
            Repeats: true)
        {
            Values = Enum.GetNames<RecipientStatus>(),
        },
        new("statusFrom", "Contacts whose status was set at or after this time, which has an offset.", QueryKind.Time)
        {
            Example = "\"2030-05-01T09:00:00Z\"",
        },
        new("statusBefore", "Contacts whose status was set before this time.", QueryKind.Time),
        new("lastStatusFrom", "Contacts whose Last Status was assigned at or after this time.", QueryKind.Time),
        new("lastStatusBefore", "Contacts whose Last Status was assigned before this time.", QueryKind.Time),
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
            Attributes = query.Members("attribute").ToDictionary(pair => pair.Key, pair => (string?)pair.Value),
            Text = query.One("text"),
            Campaign = query.One("campaign"),
            RecipientStatuses = query.Many("recipientStatus"),
            StatusFrom = query.Time("statusFrom"),
            StatusBefore = query.Time("statusBefore"),
            LastStatusFrom = query.Time("lastStatusFrom"),
            LastStatusBefore = query.Time("lastStatusBefore"),
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
