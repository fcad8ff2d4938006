using System.Reflection;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Api.Access;

/// <summary>Who asks, and for which account.</summary>
/// <param name="Key">The key of the request.</param>
/// <param name="Account">The key's account, or the one that an administrator acts for.</param>
internal sealed record Caller(ApiKey Key, AccountId Account) : IBindableFromHttpContext<Caller>
{
    public static ValueTask<Caller?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        ValueTask.FromResult<Caller?>(Of(context));

    public static Caller Of(HttpContext context) =>
        context.Features.Get<Caller>()
            ?? throw new InvalidOperationException("This endpoint is open to callers without a key.");
}
