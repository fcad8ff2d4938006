using System.Diagnostics;

namespace OrleansCampaigns.Host.Telemetry;

/// <summary>Which HTTP requests are traced.</summary>
internal static class RequestChoice
{
    // What a campaign's trace begins with or is linked from.
    private static readonly string[] Commands = ["/start", "/schedule", "/resume", "/cancel", "/retry-failed"];

    /// <summary>
    /// Commands to campaigns always, health and dashboard never; the rest as often as <paramref name="ratio"/> says,
    /// or when the caller of the API traces it.
    /// </summary>
    public static bool IsTraced(HttpContext context, double ratio)
    {
        var path = context.Request.Path;
        if (path.StartsWithSegments("/health") || path.StartsWithSegments("/orleans"))
        {
            return false;
        }

        var isApi = path.StartsWithSegments("/v1");
        if (isApi && HttpMethods.IsPost(context.Request.Method)
            && Commands.Any(command => path.Value!.EndsWith(command, StringComparison.OrdinalIgnoreCase)))
        {
            return true;
        }

        // Recipients, and whoever else finds a link, do not decide how much is traced.
        return (isApi && Activity.Current is { HasRemoteParent: true }) || TraceSampler.IsDrawn(ratio);
    }
}
