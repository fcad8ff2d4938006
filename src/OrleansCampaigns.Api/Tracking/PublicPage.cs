using System.Security.Cryptography;
using System.Text;

namespace OrleansCampaigns.Api.Tracking;

/// <summary>A page for people without a key: whole in itself, without script, and never kept by anybody.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="language">The language of all that it says (BCP 47).</param>
/// <param name="title">The title, also shown as the heading; no HTML.</param>
/// <param name="body">What follows the heading: HTML, with everything from outside encoded.</param>
internal sealed class PublicPage(int status, string language, string title, string body)
    : IResult, IStatusCodeHttpResult
{
    private const string Style =
        """
        :root{color-scheme:light dark;--ink:#1c2430;--soft:#566173;--paper:#fff;--ground:#f2f4f7;--line:#c9d0da;
        --main:#1552c0;--on-main:#fff}
        @media (prefers-color-scheme:dark){:root{--ink:#e8ecf2;--soft:#a9b4c4;--paper:#1b222d;--ground:#11161e;
        --line:#414c5c;--main:#8db5ff;--on-main:#0c1524}}
        *{box-sizing:border-box}
        body{margin:0;padding:clamp(1rem,6vh,4rem) 1rem;background:var(--ground);color:var(--ink);
        font:1.0625rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
        main{max-width:34rem;margin:0 auto;padding:clamp(1.25rem,5vw,2.5rem);background:var(--paper);
        border:1px solid var(--line);border-radius:.75rem;overflow-wrap:anywhere}
        h1{margin:0 0 .75rem;font-size:1.6rem;line-height:1.25}
        h2{margin:0 0 .25rem;font-size:1.15rem}
        p{margin:0 0 1rem}
        section{margin-top:1.75rem;padding-top:1.5rem;border-top:1px solid var(--line)}
        .soft{color:var(--soft)}
        fieldset{margin:0 0 1rem;padding:0;border:0}
        legend{padding:0;margin-bottom:.5rem}
        label{display:flex;gap:.7rem;align-items:flex-start;padding:.55rem 0;cursor:pointer}
        input{flex:none;width:1.25rem;height:1.25rem;margin:.2rem 0 0;accent-color:var(--main)}
        button{min-height:2.9rem;padding:.6rem 1.3rem;border:2px solid var(--main);border-radius:.5rem;
        background:var(--main);color:var(--on-main);font:inherit;font-weight:600;cursor:pointer}
        button.quiet{background:transparent;color:var(--main)}
        :focus-visible{outline:3px solid var(--main);outline-offset:3px}
        """;

    // The one style sheet is named by its hash; everything else is forbidden, so that nothing that gets into a page
    // can load, run or send anything.
    private static readonly string Policy =
        "default-src 'none'; style-src 'sha256-"
        + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))
        + "'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public int? StatusCode => status;

    /// <summary>For every token that is none of ours, whatever is wrong with it.</summary>
    public static PublicPage NotFound(PageTexts texts) => new(
        StatusCodes.Status404NotFound, texts.Language, texts.NotFoundTitle, $"<p>{texts.NotFound}</p>");

    /// <summary>Where the hidden link leads: nothing to act on, and nothing that a link checker could call broken.
    /// </summary>
    /// <remarks>No person gets there: it is not translated.</remarks>
    public static PublicPage Hidden { get; } = new(
        StatusCodes.Status200OK,
        "en",
        "Nothing to do here",
        "<p>This link is for programs that look at e-mails. Nothing was changed; please close the page.</p>");

    public static PublicPage Unavailable(PageTexts texts) => new(
        StatusCodes.Status503ServiceUnavailable,
        texts.Language,
        texts.UnavailableTitle,
        $"<p>{texts.Unavailable}</p>");

    public static PublicPage Unreadable(int status, PageTexts texts) => new(
        status, texts.Language, texts.UnreadableTitle, $"<p>{texts.Unreadable}</p>");

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var page = Encoding.UTF8.GetBytes(
            $"""
            <!DOCTYPE html>
            <html lang="{language}">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="robots" content="noindex">
            <title>{title}</title>
            <style>{Style}</style>
            </head>
            <body>
            <main>
            <h1>{title}</h1>
            {body}
            </main>
            </body>
            </html>

            """);
        var response = httpContext.Response;
        response.StatusCode = status;
        response.ContentType = "text/html; charset=utf-8";
        response.ContentLength = page.Length;
        response.Headers.ContentLanguage = language;
        response.Headers.Vary = "Accept-Language";
        response.Headers.ContentSecurityPolicy = Policy;
        response.Headers["Referrer-Policy"] = "no-referrer"; // The address of the page holds the token.
        if (status == StatusCodes.Status503ServiceUnavailable)
        {
            response.Headers.RetryAfter = "5";
        }

        await response.Body.WriteAsync(page, httpContext.RequestAborted);
    }
}
