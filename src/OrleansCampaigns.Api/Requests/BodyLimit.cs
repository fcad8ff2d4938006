using Microsoft.AspNetCore.Http.Metadata;

namespace OrleansCampaigns.Api.Requests;

/// <summary>How many bytes the body of a request may have; the server cuts off what is longer.</summary>
internal sealed class BodyLimit(long bytesMax) : IRequestSizeLimitMetadata
{
    public long? MaxRequestBodySize => bytesMax;
}
