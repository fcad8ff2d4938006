using System.Globalization;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Api.Tests.Fakes;

internal static class FakePages
{
    /// <summary>One page of a list in memory; the cursor is the number of items before it.</summary>
    public static Task<Result<Page<T>>> Cut<T>(IEnumerable<T> items, string? cursor, int limit)
    {
        if (!int.TryParse(cursor ?? "0", CultureInfo.InvariantCulture, out var start))
        {
            return Task.FromResult<Result<Page<T>>>(
                Refusal.Invalid("request.cursor", "This cursor is broken.", "cursor"));
        }

        var all = items.ToList();
        var next = start + limit < all.Count ? (start + limit).ToString(CultureInfo.InvariantCulture) : null;
        return Task.FromResult<Result<Page<T>>>(new Page<T>([.. all.Skip(start).Take(limit)], next));
    }
}
