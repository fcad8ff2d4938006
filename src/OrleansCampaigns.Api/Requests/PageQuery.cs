using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;
using OrleansCampaigns.Api.Refusals;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Api.Requests;

/// <summary>Which page of a listing.</summary>
internal sealed record PageQuery(string? Cursor, int Limit, Problem? Problem)
    : IRefusable, IBindableFromHttpContext<PageQuery>, IEndpointParameterMetadataProvider
{
    private static readonly QueryParameters Parameters = new(
    [
        new("cursor", "Where the page begins: nextCursor of the page before."),
        new(
            "limit",
            $"How many items at most, 1 to {Limits.PageMax}; {Limits.PageDefault} when absent.",
            QueryKind.Number)
        {
            Range = (1, Limits.PageMax, Limits.PageDefault),
        },
    ]);

    public static ValueTask<PageQuery?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var query = new QueryReader(context.Request.Query);
        var cursor = query.One("cursor", Limits.CursorLengthMax);
        var limit = query.Number("limit", Limits.PageDefault, 1, Limits.PageMax);
        return ValueTask.FromResult<PageQuery?>(new(cursor, limit, query.Problem));
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(Parameters);

    /// <summary>
    /// A page of a bounded list that is at hand as a whole; the cursor is the last item's identifier.
    /// </summary>
    public Result<PageBody<TBody>> Cut<TBody>(IReadOnlyList<TBody> items, Func<TBody, string> idOf)
    {
        var start = 0;
        if (Cursor is not null)
        {
            start = 1 + items.TakeWhile(item => idOf(item) != Cursor).Count();
            if (start > items.Count)
            {
                return Refusal.Invalid(
                    "request.cursor", "cursor does not belong to this listing, or its item is gone.", "cursor");
            }
        }

        var page = items.Skip(start).Take(Limit).ToList();
        return new PageBody<TBody>(page, start + page.Count < items.Count ? idOf(page[^1]) : null);
    }
}

/// <summary>One page of a listing.</summary>
/// <param name="Items">The items, in the listing's order.</param>
/// <param name="NextCursor">The cursor of the next page; null at the end.</param>
internal sealed record PageBody<T>(IReadOnlyList<T> Items, string? NextCursor);

/// <summary>Pages of the directory as pages of the API.</summary>
internal static class Pages
{
    public static Results<Ok<PageBody<TBody>>, Problem> Answer<T, TBody>(
        this Result<Page<T>> page, Func<T, TBody> body) => page.IsRefused
        ? Problems.From(page.Refusal)
        : TypedResults.Ok(new PageBody<TBody>([.. page.Value.Items.Select(body)], page.Value.NextCursor));

    public static Results<Ok<TBody>, Problem> Answer<T, TBody>(this Result<T> result, Func<T, TBody> body) =>
        result.IsRefused
        ? Problems.From(result.Refusal)
        : TypedResults.Ok(body(result.Value));
}
