using Orleans.Runtime;
using Orleans.Runtime.Messaging;
using OrleansCampaigns.Api.Requests;
using OrleansCampaigns.Contracts;

namespace OrleansCampaigns.Api.Refusals;

/// <summary>Gives every failed request a problem body, whoever decided that it fails.</summary>
internal sealed partial class ProblemsMiddleware(RequestDelegate next, ILogger<ProblemsMiddleware> log)
{
    public async Task Invoke(HttpContext context)
    {
        // Answers hold personal data: no proxy keeps them, and no browser guesses at their type.
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Request.Body = new RequestBody(context.Request.Body);
        try
        {
            await next(context);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            return; // The caller has gone away; whatever failed, failed for that.
        }
        catch (Exception failure)
        {
            await Answer(context, failure);
            return;
        }

        var response = context.Response;
        if (!response.HasStarted && response is { StatusCode: >= 400, ContentLength: null, ContentType: null })
        {
            await (response.StatusCode == StatusCodes.Status415UnsupportedMediaType
                ? TakenTypes.Refuse(context)
                : Problems.OfStatus(response.StatusCode)).ExecuteAsync(context);
        }
    }

    private async Task Answer(HttpContext context, Exception failure)
    {
        var problem = failure switch
        {
            _ when StorageUnavailableException.In(failure) is { } outage => new Problem(
                StatusCodes.Status503ServiceUnavailable,
                "storage.unavailable",
                $"{outage.Message} Nothing was changed; try again later."),
            BadHttpRequestException bad => Problems.OfStatus(bad.StatusCode),
            TimeoutException or OrleansMessageRejectionException or ConnectionFailedException => new Problem(
                StatusCodes.Status503ServiceUnavailable,
                "unavailable",
                "The cluster did not answer in time. Try again."),
            InvalidDataException => Problems.OfStatus(StatusCodes.Status400BadRequest),
            _ => Problems.OfStatus(StatusCodes.Status500InternalServerError),
        };
        if (problem.Status == StatusCodes.Status503ServiceUnavailable)
        {
            LogOutage(log, failure.GetType().FullName, Problem.TraceIdOf(context));
        }
        else if (problem.Status >= 500)
        {
            // Not the message: it may quote an address, as that of a violated database constraint does.
            LogFailure(log, failure.GetType().FullName, Problem.TraceIdOf(context), failure.StackTrace);
        }

        if (context.Response.HasStarted)
        {
            // A cut connection tells the reader of an export that it is not whole; a clean end would not.
            context.Abort();
            return;
        }

        var allow = context.Response.Headers.Allow;
        context.Response.Clear();
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers.Allow = allow;
        await problem.ExecuteAsync(context);
    }

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "A request was answered 503 because of {Failure} (trace {TraceId}).")]
    private static partial void LogOutage(ILogger log, string? failure, string traceId);

    [LoggerMessage(
        Level = LogLevel.Error, Message = "A request failed with {Failure} (trace {TraceId}): {StackTrace}")]
    private static partial void LogFailure(ILogger log, string? failure, string traceId, string? stackTrace);
}
