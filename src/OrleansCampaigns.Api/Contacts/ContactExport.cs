using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;
using OrleansCampaigns.Api.Access;
using OrleansCampaigns.Api.Exports;
using OrleansCampaigns.Api.Refusals;
using OrleansCampaigns.Api.Requests;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Contacts;

namespace OrleansCampaigns.Api.Contacts;

/// <summary>Contacts as a CSV file: by a filter, a list or a view.</summary>
internal static class ContactExport
{
    public static void MapContactExport(this RouteGroupBuilder contacts) => contacts.MapGet("/export", Export)
            .WithName("exportContacts")
        .Produces(StatusCodes.Status200OK, contentType: "text/csv").Refuses(404)
        .WithSummary("Writes contacts as CSV, with the system values of their statuses.");

    internal static async Task<Results<CsvFile<ContactRow>, Problem>> Export(
        ContactFilterQuery query,
        ViewQuery view,
        ExportQuery export,
        Caller caller,
        IContactDirectory directory,
        IListDirectory lists,
        FilterCheck check,
        CancellationToken cancellation)
    {
        var filter = query.Filter;
        if (view.ViewId is { } viewId)
        {
            if (!query.IsEmpty)
            {
                return Problems.From(Refusal.Invalid(
                    "filter.view_and_filter", "viewId stands for a whole filter: give either of them.", "viewId"));
            }

            if (await lists.FindView(caller.Account, viewId, cancellation) is not { } found)
            {
                return Problems.From(Refusal.NotFound("view.unknown", "There is no such view."));
            }

            filter = found.Filter;
        }

        if (await check.Find(caller.Account, filter, FilterFields.InQuery, cancellation) is { } refusal)
        {
            return Problems.From(refusal);
        }

        return new CsvFile<ContactRow>(
            "contacts.csv",
            export.WithMark,
            ["address", "name", "status", "last status", "last status at", .. export.Columns],
            directory.Export(caller.Account, filter, cancellation),
            row =>
            [
                row.Address,
                row.Name,
                RecipientStatusRules.SystemValue(row.LastRecipientStatus, row.Status),
                row.LastStatus?.DisplayName(),
                Time(row.LastStatusAt),
                .. export.CellsOf(row.Attributes),
            ]);
    }

    /// <summary>A time in UTC, to the second, as ISO 8601 writes it.</summary>
    public static string? Time(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}

/// <summary>A view in place of a filter.</summary>
internal sealed record ViewQuery(string? ViewId, Problem? Problem)
    : IRefusable, IBindableFromHttpContext<ViewQuery>, IEndpointParameterMetadataProvider
{
    public static ValueTask<ViewQuery?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var query = new QueryReader(context.Request.Query);
        return ValueTask.FromResult<ViewQuery?>(new(query.One("viewId"), query.Problem));
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new QueryParameters([new("viewId", "The contacts of this view, in place of a filter.")]));
}
