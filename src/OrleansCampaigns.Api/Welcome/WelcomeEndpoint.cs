using System.Text;
using System.Text.Encodings.Web;
using Microsoft.Extensions.Options;
using OrleansCampaigns.Api.Requests;
using OrleansCampaigns.Api.Tracking;

namespace OrleansCampaigns.Api.Welcome;

/// <summary>The first page: what answers here, and where everything else is.</summary>
internal static class WelcomeEndpoint
{
    public static void MapWelcome(this IEndpointRouteBuilder app) =>
        app.MapGet("/", Get).AllowAnonymous().ExcludeFromDescription().AlsoAnswersHead();

    private static IResult Get(HttpRequest request, IOptions<ApiOptions> options)
    {
        List<WelcomeLink> links =
        [
            new("/openapi/v1.json", "The API's description (OpenAPI), for programs"),
            new("/health/ready", "Whether this process is ready"),
            .. options.Value.Pages,
        ];
        if (!WantsPage(request))
        {
            return TypedResults.Ok(new WelcomeBody("OrleansCampaigns", "/v1", [.. links]));
        }

        var body = new StringBuilder(
            "<p>An e-mail campaign engine. Its API answers under <code>/v1</code> to those who have a key "
            + "(<code>Authorization: Bearer …</code>); <code>README.md</code> and <code>docs/api.md</code> of its "
            + "source tell how to use it.</p>\n<ul>\n");
        foreach (var (path, about) in links)
        {
            body.Append("<li><a href=\"").Append(HtmlEncoder.Default.Encode(path)).Append("\">")
                .Append(HtmlEncoder.Default.Encode(path)).Append("</a>: ")
                .Append(HtmlEncoder.Default.Encode(about)).Append(".</li>\n");
        }

        return new PublicPage(StatusCodes.Status200OK, "en", "OrleansCampaigns", body.Append("</ul>").ToString());
    }

    private static bool WantsPage(HttpRequest request) =>
        request.GetTypedHeaders().Accept.Any(type => type.MediaType == "text/html");
}

/// <summary>A page that this process shows besides the API.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="About">What it is, without a full stop.</param>
public sealed record WelcomeLink(string Path, string About);

/// <summary>What a program reads that asks for the first page.</summary>
internal sealed record WelcomeBody(string Name, string Api, IReadOnlyList<WelcomeLink> Links);
