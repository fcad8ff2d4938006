using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OrleansCampaigns.Contracts.Directory;

namespace OrleansCampaigns.Api.Access;

/// <summary>Who may call what.</summary>
public static class AccessPolicies
{
    /// <summary>The authentication scheme of API keys.</summary>
    public const string Scheme = "ApiKey";

    /// <summary>The policy that only an administrator's key satisfies.</summary>
    public const string Administrator = "Administrator";

    /// <summary>The authentication scheme of pages that a browser shows.</summary>
    public const string BrowserScheme = "Browser";

    /// <summary>The policy of pages for administrators: a browser may ask for the key.</summary>
    public const string AdministratorPages = "AdministratorPages";

    /// <remarks>
    /// The fallback makes forgetting impossible: a path is open only where it says so with <c>AllowAnonymous</c>, be it
    /// mapped here, by the host, or not at all.
    /// </remarks>
    internal static void AddAccess(this IServiceCollection services)
    {
        services.TryAddSingleton<KnownKeys>();
        services.TryAddSingleton<ApiKeyLog>();
        services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, ApiKeyHandler>(Scheme, null)
            .AddScheme<AuthenticationSchemeOptions, BrowserAccessHandler>(BrowserScheme, null);
        services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder(Scheme).RequireAuthenticatedUser().Build())
            .AddPolicy(Administrator, policy => policy
                .AddAuthenticationSchemes(Scheme)
                .RequireAuthenticatedUser()
                .RequireRole(nameof(ApiRole.Administrator)))
            .AddPolicy(AdministratorPages, policy => policy
                .AddAuthenticationSchemes(BrowserScheme)
                .RequireAuthenticatedUser()
                .RequireRole(nameof(ApiRole.Administrator)));
    }
}
