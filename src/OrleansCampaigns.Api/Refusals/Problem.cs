using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Api.Refusals;

/// <summary>What a caller reads when a request comes to nothing (RFC 9457).</summary>
internal sealed record ProblemBody
{
    /// <summary>Always <c>about:blank</c>: <c>code</c> says what the type would.</summary>
    public string Type { get; init; } = "about:blank";

    /// <summary>The name of the HTTP status.</summary>
    public required string Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>For people: the field, the rule, and the value where it is harmless.</summary>
    public required string Detail { get; init; }

    /// <summary>Stable: callers branch on it.</summary>
    public required string Code { get; init; }

    /// <summary>The offending field or parameter, in the request's own spelling.</summary>
    public string? Field { get; init; }

    /// <summary>Finds the request in logs and traces.</summary>
    public required string TraceId { get; init; }

    /// <summary>Everything that is wrong, when it is more than one thing.</summary>
    public IReadOnlyList<ProblemItem>? Problems { get; init; }
}

/// <summary>One of several things that are wrong.</summary>
internal sealed record ProblemItem(string Code, string Detail, string? Field)
{
    public static ProblemItem From(Refusal refusal) => new(refusal.Code, refusal.Detail, refusal.Field);

    public static ProblemItem From(OtherRefusal other) => new(other.Code, other.Detail, other.Field);
}

/// <summary>The answer to a request that came to nothing.</summary>
internal sealed class Problem(int status, string code, string detail, string? field = null)
    : IResult, IStatusCodeHttpResult
{
    public int Status => status;

    public string Code => code;

    /// <summary>Everything that is wrong; empty when it is one thing.</summary>
    public IReadOnlyList<ProblemItem> Problems { get; init; } = [];

    int? IStatusCodeHttpResult.StatusCode => status;

    /// <summary>What finds the request in logs and traces.</summary>
    public static string TraceIdOf(HttpContext context) =>
        Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = status;
        httpContext.Response.ContentType = "application/problem+json";
        httpContext.Response.Headers.RetryAfter = status switch
        {
            StatusCodes.Status429TooManyRequests => "60",
            StatusCodes.Status503ServiceUnavailable => "5",
            _ => httpContext.Response.Headers.RetryAfter,
        };
        var body = new ProblemBody
        {
            Title = ReasonPhrases.GetReasonPhrase(status),
            Status = status,
            Detail = detail,
            Code = code,
            Field = field,
            TraceId = TraceIdOf(httpContext),
            Problems = Problems.Count == 0 ? null : Problems,
        };

        // The token of the request is left out: who has gone away is not there to read a second problem either.
        await JsonSerializer.SerializeAsync(httpContext.Response.Body, body, ApiJson.TypeOf<ProblemBody>());
    }
}
