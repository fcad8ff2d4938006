using System.Reflection;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Api.Access;

/// <summary>The key that a request carries, for the grain that decides what the request changes.</summary>
/// <remarks>
/// The middleware keeps answers and lets go of a key whose request failed. Whether the work was done all the same only
/// the grain knows that did it.
/// </remarks>
/// <param name="Request">The key with a fingerprint of the request; <see langword="null"/> without one.</param>
internal sealed record SentKey(RequestKey? Request) : IBindableFromHttpContext<SentKey>
{
    public static ValueTask<SentKey?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        ValueTask.FromResult<SentKey?>(new(context.Features.Get<RequestKey>()));
}
