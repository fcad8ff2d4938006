using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;
using OrleansCampaigns.Api.Access;
using OrleansCampaigns.Api.Accounts;
using OrleansCampaigns.Api.Campaigns;
using OrleansCampaigns.Api.Contacts;
using OrleansCampaigns.Api.Exports;
using OrleansCampaigns.Api.Feedback;
using OrleansCampaigns.Api.Health;
using OrleansCampaigns.Api.Imports;
using OrleansCampaigns.Api.Licences;
using OrleansCampaigns.Api.Lists;
using OrleansCampaigns.Api.OpenApi;
using OrleansCampaigns.Api.Refusals;
using OrleansCampaigns.Api.Requests;
using OrleansCampaigns.Api.Suppressions;
using OrleansCampaigns.Api.Tracking;
using OrleansCampaigns.Api.Views;
using OrleansCampaigns.Api.Welcome;
using OrleansCampaigns.Contracts.Feedback;

namespace OrleansCampaigns.Api;

/// <summary>Puts the API into an application.</summary>
public static class ApiEndpoints
{
    /// <summary>Maps every endpoint, and puts problems, access and idempotency in front of them.</summary>
    /// <remarks>
    /// Call it before the host maps anything of its own: every path but those marked <c>AllowAnonymous</c> then
    /// needs an API key, the host's included.
    /// </remarks>
    public static WebApplication MapOrleansCampaignsApi(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<IOptions<ApiOptions>>().Value;
        app.UseMiddleware<ProblemsMiddleware>();
        app.UseRouting();
        app.UseMiddleware<MethodsMiddleware>();
        app.UseAnswerCompression();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseMiddleware<IdempotencyMiddleware>();

        app.MapWelcome();
        app.MapHealth();
        app.MapApiDocument();
        app.MapTracking();
        var v1 = app.MapGroup("/v1")
            .WithMetadata(new BodyLimit(Limits.JsonBytesMax), IdempotencyRule.Keep)
            .RequireAuthorization(new AuthorizeAttribute { AuthenticationSchemes = AccessPolicies.Scheme })
            .AddEndpointFilter<RouteGroupBuilder, RequestGate>()
            .AlsoAnswersHead();
        ((IEndpointConventionBuilder)v1).Finally(CommonRefusals.Describe);
        v1.MapLists();
        v1.MapImports(options.ImportBytesMax);
        v1.MapContacts();
        v1.MapSuppressions();
        v1.MapViews();
        v1.MapCampaigns();
        v1.MapFeedback();
        if (app.Services.GetService<IProviderWebhooks>() is not null)
        {
            v1.MapWebhooks();
        }

        v1.MapAccounts();
        v1.MapLicences();
        v1.MapApiKeys();
        return app;
    }

    /// <summary>Maps nothing but what a load balancer asks: for a process that does not answer the API.</summary>
    public static WebApplication MapOrleansCampaignsHealth(this WebApplication app)
    {
        app.UseMiddleware<ProblemsMiddleware>();
        app.MapHealth();
        return app;
    }

    /// <summary>Says which problems an endpoint answers with, for the document.</summary>
    internal static TBuilder Refuses<TBuilder>(this TBuilder builder, params int[] statuses)
        where TBuilder : IEndpointConventionBuilder
    {
        foreach (var status in statuses)
        {
            builder.WithMetadata(Answer(status));
        }

        return builder;
    }

    internal static ProducesResponseTypeMetadata Answer(int status) =>
        new(status, typeof(ProblemBody), ["application/problem+json"]);
}
