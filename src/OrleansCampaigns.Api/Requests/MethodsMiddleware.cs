namespace OrleansCampaigns.Api.Requests;

/// <summary>Answers what no endpoint of a path answers: OPTIONS, and methods that are not taken.</summary>
/// <remarks>
/// It comes before access is checked: a key would not help, and the document tells every method to everybody. The
/// routing decides that there is no endpoint for a method, and names those that there are.
/// </remarks>
internal sealed class MethodsMiddleware(RequestDelegate next)
{
    private const string NotAllowed = "405 HTTP Method Not Supported";

    public async Task Invoke(HttpContext context)
    {
        if (context.GetEndpoint() is not { DisplayName: NotAllowed, RequestDelegate: { } answer })
        {
            await next(context);
            return;
        }

        await answer(context);
        var allow = context.Response.Headers.Allow.ToString();
        context.Response.Headers.Allow = allow.Length == 0 ? "OPTIONS" : $"{allow}, OPTIONS";
        if (HttpMethods.IsOptions(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
    }
}
