namespace OrleansCampaigns.Api.Requests;

/// <summary>An endpoint for GET that answers HEAD as well: the server leaves out the body (RFC 9110, 9.3.2).</summary>
internal sealed class AnswersHead;

/// <summary>Lets endpoints answer HEAD.</summary>
public static class HeadExtensions
{
    /// <summary>Lets every endpoint of these that answers GET, and nothing else, answer HEAD as well.</summary>
    public static TBuilder AlsoAnswersHead<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder
    {
        builder.Finally(endpoint =>
        {
            // The last of these counts for the routing.
            var methods = endpoint.Metadata.OfType<IHttpMethodMetadata>().LastOrDefault();
            if (methods is { HttpMethods: [var only] } && HttpMethods.IsGet(only))
            {
                endpoint.Metadata.Add(new HttpMethodMetadata([HttpMethods.Get, HttpMethods.Head]));
                endpoint.Metadata.Add(new AnswersHead());
            }
        });
        return builder;
    }
}
