namespace OrleansCampaigns.Api.Tracking;

/// <summary>A transparent image of one pixel: the same for every token there is, and for every one there is not.</summary>
internal sealed class Pixel : IResult
{
    // GIF89a, 1 x 1, its one colour transparent.
    private static readonly byte[] Gif = Convert.FromHexString(
        "47494638396101000100800000000000FFFFFF21F90401000000002C00000000010001000002024401003B");

    private Pixel()
    {
    }

    public static Pixel Instance { get; } = new();

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = "image/gif";
        response.ContentLength = Gif.Length;
        await response.Body.WriteAsync(Gif, httpContext.RequestAborted);
    }
}

/// <summary>Sends on to where a link of the e-mail leads.</summary>
/// <remarks>Not the framework's redirect: it logs where to, and that may be about the recipient.</remarks>
internal sealed class Redirection(string target) : IResult, IStatusCodeHttpResult
{
    public int? StatusCode => StatusCodes.Status302Found;

    public string Target => target;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = StatusCodes.Status302Found;
        response.ContentLength = 0;
        response.Headers.Location = target;
        response.Headers["Referrer-Policy"] = "no-referrer"; // The address that is left holds the token.
        return Task.CompletedTask;
    }
}
