using Microsoft.OpenApi;
using OrleansCampaigns.Api.Access;

namespace OrleansCampaigns.Api.OpenApi;

/// <summary>The headers that answers carry, and what their statuses mean.</summary>
internal static class ResponseHeaders
{
    private static readonly Dictionary<string, string> Meanings = new()
    {
        ["400"] = "The request cannot be read: its JSON or HTTP is malformed.",
        ["401"] = "There is no API key, or it is unknown or revoked.",
        ["402"] = "The account has too few licences.",
        ["403"] = "The key, or what proves the request, does not allow this.",
        ["404"] = "What the path or the request names does not exist, or belongs to another account.",
        ["408"] = "The body did not arrive in time.",
        ["409"] = "The state of things does not allow it now.",
        ["413"] = "The body is larger than this operation takes.",
        ["415"] = "The body is not of a media type that this operation takes; the Accept header names those.",
        ["422"] = "The request breaks a rule; the problem names the field.",
        ["429"] = "Too much at once.",
        ["500"] = "Something went wrong on our side.",
        ["503"] = "Storage or the cluster is away; nothing is known to have changed. Try again.",
    };

    public static void Add(OpenApiOperation operation, bool isKept)
    {
        var answers = new OpenApiResponses();
        foreach (var (status, answer) in (operation.Responses ?? []).OrderBy(answer => answer.Key))
        {
            answers[status] = answer;
            if (answer is not OpenApiResponse response)
            {
                continue;
            }

            response.Description = Meanings.GetValueOrDefault(status) ?? response.Description;
            var headers = HeadersOf(status, response, isKept).ToDictionary(
                header => header.Name, header => (IOpenApiHeader)header.Header);
            response.Headers = headers.Count == 0 ? null : headers;
        }

        operation.Responses = answers;
    }

    private static IEnumerable<(string Name, OpenApiHeader Header)> HeadersOf(
        string status, OpenApiResponse response, bool isKept)
    {
        switch (status)
        {
            case "201" or "202":
                yield return ("Location", Of("Where what was made is found.", "uri-reference"));
                break;
            case "302":
                yield return ("Location", Of("Where the link leads.", "uri-reference"));
                break;
            case "401":
                yield return ("WWW-Authenticate", Of("Bearer."));
                break;
            case "415":
                yield return ("Accept", Of("The media types that this operation takes."));
                break;
            case "429" or "503":
                yield return ("Retry-After", Seconds());
                break;
            default:
                break;
        }

        if (response.Content?.Keys.Any(type => type is "text/csv" or "message/rfc822") == true)
        {
            yield return ("Content-Disposition", Of("What a browser saves the file as."));
        }

        // An answer of 429 or 5xx is not kept, so it is never given again.
        if (isKept && status is not ("401" or "403" or "429" or "500" or "503"))
        {
            yield return (
                IdempotencyMiddleware.ReplayHeader,
                Of("true when it is the answer to an earlier request with the same Idempotency-Key."));
        }
    }

    private static OpenApiHeader Of(string description, string? format = null) => new()
    {
        Description = description,
        Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = format },
    };

    private static OpenApiHeader Seconds() => new()
    {
        Description = "After how many seconds to try again.",
        Schema = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32" },
    };
}
