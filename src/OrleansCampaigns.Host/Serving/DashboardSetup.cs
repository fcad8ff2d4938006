using Microsoft.AspNetCore.Authorization;
using Orleans.Dashboard;
using OrleansCampaigns.Api.Access;

namespace OrleansCampaigns.Host.Serving;

/// <summary>The Orleans Dashboard, for administrators: it has no access control of its own.</summary>
internal static class DashboardSetup
{
    public const string Path = "/orleans";

    /// <remarks>Its live log would show what our own formatter redacts, hence no trace.</remarks>
    public static void Configure(DashboardOptions options) => options.HideTrace = true;

    public static void MapAdministratorDashboard(this WebApplication app)
    {
        app.UseWhen(
            context => context.Request.Path.StartsWithSegments(Path, StringComparison.OrdinalIgnoreCase),
            pages => pages.Use(Guard));
        app.MapOrleansDashboard(Path).RequireAuthorization(
            new AuthorizeAttribute(AccessPolicies.AdministratorPages));
    }

    // Its pages hold scripts and styles of their own and load nothing from elsewhere. They are never part of others'.
    private static async Task Guard(HttpContext context, RequestDelegate next)
    {
        context.Response.Headers.ContentSecurityPolicy =
            "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
            + "img-src 'self' data:; font-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'; "
            + "frame-ancestors 'none'";
        context.Response.Headers.XFrameOptions = "DENY";
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        try
        {
            await next(context);
        }
        catch (Exception malformed) when (malformed is FormatException or ArgumentException or OverflowException)
        {
            // It reads addresses of silos out of its paths, and takes them for well-formed.
            throw new BadHttpRequestException("The path is not well-formed.", malformed);
        }
    }
}
