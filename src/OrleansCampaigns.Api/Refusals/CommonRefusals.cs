using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Metadata;
using OrleansCampaigns.Api.Access;

namespace OrleansCampaigns.Api.Refusals;

/// <summary>The problems that follow from what sort of endpoint it is: nobody has to think of them.</summary>
internal static class CommonRefusals
{
    // X-Account may be another account's (403), of none (404) or no name of an account at all (422).
    private static readonly int[] OfKeys = [401, 403, 404];
    private static readonly int[] OfAll = [422, 500, 503];
    private static readonly int[] OfBodies = [400, 408, 413, 415];

    public static void Describe(EndpointBuilder endpoint)
    {
        var metadata = endpoint.Metadata;
        IEnumerable<int> statuses = metadata.OfType<IAllowAnonymous>().Any() ? OfAll : [.. OfKeys, .. OfAll];
        if (metadata.OfType<IAcceptsMetadata>().Any())
        {
            statuses = statuses.Concat(OfBodies);
        }

        var method = metadata.OfType<IHttpMethodMetadata>().LastOrDefault()?.HttpMethods[0];
        if (Idempotency.Keeps(method, metadata))
        {
            statuses = statuses.Append(StatusCodes.Status409Conflict);
        }

        foreach (var status in statuses.Except(
            metadata.OfType<IProducesResponseTypeMetadata>().Select(answer => answer.StatusCode)).ToList())
        {
            metadata.Add(ApiEndpoints.Answer(status));
        }
    }
}
