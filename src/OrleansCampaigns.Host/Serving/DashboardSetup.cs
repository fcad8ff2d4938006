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

    public static void MapAdministratorDashboard(this WebApplication app) =>
        app.MapOrleansDashboard(Path).RequireAuthorization(
            new AuthorizeAttribute(AccessPolicies.AdministratorPages));
}
