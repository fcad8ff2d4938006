using OrleansCampaigns.Api.Refusals;

namespace OrleansCampaigns.Api.Tracking;

/// <summary>What fails for people without a key is a page they can read, and says nothing of why.</summary>
internal sealed partial class PublicFailures(ILogger<PublicFailures> log) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (BadHttpRequestException failure)
        {
            return PublicPage.Unreadable(
                failure.StatusCode, PageLanguages.Of(null, context.HttpContext.Request));
        }
        catch (Exception failure) when (!context.HttpContext.RequestAborted.IsCancellationRequested)
        {
            // Neither its message nor the path: one may quote an address, the other holds a token.
            LogFailure(
                log, failure.GetType().FullName, Problem.TraceIdOf(context.HttpContext), failure.StackTrace);
            return PublicPage.Unavailable(PageLanguages.Of(null, context.HttpContext.Request));
        }
    }

    [LoggerMessage(
        Level = LogLevel.Error, Message = "A public request failed with {Failure} (trace {TraceId}): {StackTrace}")]
    private static partial void LogFailure(ILogger log, string? failure, string traceId, string? stackTrace);
}
