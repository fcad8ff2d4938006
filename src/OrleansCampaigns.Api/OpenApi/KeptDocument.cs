namespace OrleansCampaigns.Api.OpenApi;

/// <summary>Keeps the document: making it takes a hundred times as long as sending it, and no key is needed.
/// </summary>
internal sealed class KeptDocument
{
    private static readonly SemaphoreSlim Making = new(1);
    private (byte[] Octets, string? ContentType)? _document;

    /// <summary>What answers with the document once <paramref name="make"/> has made it.</summary>
    public RequestDelegate Around(RequestDelegate make) => async context =>
    {
        // There is one document: a request for another one gets the answer that there is none.
        if (context.Request.RouteValues["documentName"] is not "v1")
        {
            await make(context);
            return;
        }

        var (octets, contentType) = _document ?? await Make(context, make);
        context.Response.ContentType = contentType;
        context.Response.ContentLength = octets.Length;
        await context.Response.Body.WriteAsync(octets, context.RequestAborted);
    };

    private async Task<(byte[] Octets, string? ContentType)> Make(HttpContext context, RequestDelegate make)
    {
        await Making.WaitAsync(context.RequestAborted);
        var wire = context.Response.Body;
        try
        {
            if (_document is { } made)
            {
                return made;
            }

            using var octets = new MemoryStream();
            context.Response.Body = octets;
            await make(context);
            await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
            _document = (octets.ToArray(), context.Response.ContentType);
            return _document.Value;
        }
        finally
        {
            context.Response.Body = wire;
            Making.Release();
        }
    }
}
