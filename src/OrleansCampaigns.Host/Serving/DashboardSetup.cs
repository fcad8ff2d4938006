using Microsoft.AspNetCore.Authorization;
using Orleans.Dashboard;
using Orleans.Runtime;
using OrleansCampaigns.Api.Access;
using OrleansCampaigns.Api.Requests;

namespace OrleansCampaigns.Host.Serving;

/// <summary>The Orleans Dashboard, for administrators: it has no access control of its own.</summary>
internal static class DashboardSetup
{
    public const string Path = "/orleans";

    private static readonly string[] OfSilos = ["HistoricalStats", "SiloProperties", "SiloCounters", "SiloStats"];

    /// <remarks>Its live log would show what our own formatter redacts, hence no trace.</remarks>
    public static void Configure(DashboardOptions options) => options.HideTrace = true;

    public static void MapAdministratorDashboard(this WebApplication app)
    {
        app.UseWhen(
            context => context.Request.Path.StartsWithSegments(Path, StringComparison.OrdinalIgnoreCase),
            pages => pages.Use(Guard));
        app.MapOrleansDashboard(Path).RequireAuthorization(
            new AuthorizeAttribute(AccessPolicies.AdministratorPages)).AlsoAnswersHead();
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
        if (NamesNoSilo(context.Request.Path))
        {
            throw new BadHttpRequestException("The path names no silo.");
        }

        try
        {
            await next(context);
        }
        catch (Exception malformed) when (malformed is FormatException or ArgumentException or OverflowException)
        {
            throw new BadHttpRequestException("The path is not well-formed.", malformed);
        }
    }

    // The dashboard makes a grain of what stands in its path, and takes it for the address of a silo.
    private static bool NamesNoSilo(PathString path)
    {
        var isOfSilo = path.Value!.Trim('/').Split('/') is [_, var page, ..]
            && OfSilos.Contains(page, StringComparer.OrdinalIgnoreCase);
        if (!isOfSilo)
        {
            return false;
        }

        try
        {
            _ = SiloAddress.FromParsableString(path.Value[(path.Value.LastIndexOf('/') + 1)..]);
            return false;
        }
        catch (Exception malformed) when (
            malformed is FormatException or ArgumentException or OverflowException or IndexOutOfRangeException)
        {
            return true;
        }
    }
}
