using OrleansCampaigns.Api.Refusals;
using OrleansCampaigns.Api.Requests;

namespace OrleansCampaigns.Api.Health;

/// <summary>What a load balancer asks, without a key.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        var health = app.MapGroup("/health").WithTags("Health").AllowAnonymous().AlsoAnswersHead();
        health.MapGet("/live", () => TypedResults.Ok(new HealthBody("live"))).WithName("getLiveness")
            .WithSummary("Whether the process runs at all.");
        health.MapGet("/ready", GetReady).WithName("getReadiness").Refuses(503)
            .WithSummary("Whether the process reaches its cluster and may be sent requests.");
    }

    internal static async Task<Results<Ok<HealthBody>, Problem>> GetReady(
        IHealth health, CancellationToken cancellation)
    {
        var reason = await health.WhyNotReady(cancellation);
        return reason is null
            ? TypedResults.Ok(new HealthBody("ready"))
            : new Problem(StatusCodes.Status503ServiceUnavailable, "not_ready", reason);
    }
}

/// <summary>How the process is.</summary>
internal sealed record HealthBody(string Status);
