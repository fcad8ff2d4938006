using OrleansCampaigns.Api.Requests;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Api.Refusals;

/// <summary>The only place where a refusal becomes an HTTP status.</summary>
internal static class Problems
{
    public static Problem From(Refusal refusal) =>
        new(StatusOf(refusal.Kind), refusal.Code, refusal.Detail, refusal.Field)
        {
            Problems = refusal.Others is null
                ? []
                : [ProblemItem.From(refusal), .. refusal.Others.Take(Limits.FailuresMax - 1).Select(ProblemItem.From)],
        };

    /// <summary>
    /// The first thing that is wrong speaks for all of them; callers that can show more find them in <c>problems</c>.
    /// </summary>
    public static Problem From(Checks checks)
    {
        var first = checks.Failures[0];
        return new(StatusOf(first.Kind), first.Code, first.Detail, first.Field)
        {
            Problems = checks.Failures.Count == 1 ? [] : [.. checks.Failures.Select(ProblemItem.From)],
        };
    }

    /// <summary>A status that the framework or the server decided on, which knows no codes.</summary>
    public static Problem OfStatus(int status) => status switch
    {
        StatusCodes.Status400BadRequest => new(status, "request.malformed", "The request is not well-formed HTTP."),
        StatusCodes.Status404NotFound => new(status, "request.no_such_path", "There is nothing at this path."),
        StatusCodes.Status405MethodNotAllowed =>
            new(
                status, "request.method",
                "This path does not take this method; the Allow header names those it takes."),
        StatusCodes.Status408RequestTimeout =>
            new(status, "request.timeout", "The request body did not arrive in time."),
        StatusCodes.Status413PayloadTooLarge =>
            new(status, "request.too_large", "The request body is larger than this path takes."),
        StatusCodes.Status415UnsupportedMediaType =>
            new(
                status, "request.media_type",
                "This path does not take a body of this Content-Type or Content-Encoding."),
        >= 500 => new(status, "internal", "Something went wrong on our side."),
        _ => new(status, "request.refused", "The request was refused."),
    };

    private static int StatusOf(RefusalKind kind) => kind switch
    {
        RefusalKind.Invalid => StatusCodes.Status422UnprocessableEntity,
        RefusalKind.NotFound => StatusCodes.Status404NotFound,
        RefusalKind.Conflict => StatusCodes.Status409Conflict,
        RefusalKind.Throttled => StatusCodes.Status429TooManyRequests,
        RefusalKind.PaymentRequired => StatusCodes.Status402PaymentRequired,
        RefusalKind.Forbidden => StatusCodes.Status403Forbidden,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Unmapped refusal kind."),
    };
}
