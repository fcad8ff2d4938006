using System.Text;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.HttpResults;
using OrleansCampaigns.Api.Access;
using OrleansCampaigns.Api.Requests;
using OrleansCampaigns.Mail.Sandbox;

namespace OrleansCampaigns.Host.Sandboxing;

/// <summary>The inbox of a sandbox: pages for a browser, and the same for programs.</summary>
/// <remarks>
/// It is for administrators, as the dashboard is: it shows addresses and texts of every account.
/// </remarks>
internal static class SandboxEndpoints
{
    public const string Path = "/sandbox";
    public const int PageSize = 50;

    public static void MapSandbox(this WebApplication app, SandboxInbox inbox)
    {
        var pages = app.MapGroup(Path).ExcludeFromDescription().AlsoAnswersHead()
            .RequireAuthorization(new AuthorizeAttribute(AccessPolicies.AdministratorPages));
        pages.MapGet("/", (string? to, long? before) => Page(SandboxPages.List(inbox, to, before)));
        pages.MapGet("/{number:long}", (long number) => Find(inbox, number, mail => Page(SandboxPages.Show(mail))));
        pages.MapGet("/{number:long}/html", (long number) => Find(inbox, number, mail => Frame(mail.Html ?? "")));
        pages.MapGet("/{number:long}/raw", (long number) => Find(inbox, number, Raw));

        var api = app.MapGroup($"{Path}/messages").ExcludeFromDescription().AlsoAnswersHead()
            .RequireAuthorization(new AuthorizeAttribute(AccessPolicies.Administrator));
        api.MapGet("/", (string? to, long? before) => TypedResults.Ok(new SandboxMailsBody(
            inbox.Count,
            [.. inbox.Query(to, before, PageSize).Select(mail => SandboxMailBody.Brief(OpenedMail.Of(mail)))])));
        api.MapGet("/{number:long}", (long number) => Find(
            inbox, number, mail => TypedResults.Ok(SandboxMailBody.Whole(mail))));
    }

    private static IResult Find(SandboxInbox inbox, long number, Func<OpenedMail, IResult> show) =>
        inbox.Find(number) is { } mail ? show(OpenedMail.Of(mail)) : Page(SandboxPages.Nothing, 404);

    private static HtmlResult Page(string html, int status = 200) => new(html, SandboxPages.Policy, status);

    // The message's own HTML: no script, nothing from elsewhere; a link opens in a tab of its own.
    private static HtmlResult Frame(string html) => new(
        $"<base target=\"_blank\">{html}",
        "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
        + "img-src data:; frame-ancestors 'self'");

    private static ContentHttpResult Raw(OpenedMail mail) => TypedResults.Text(
        Encoding.UTF8.GetString(mail.Mail.Content.Span), "text/plain; charset=utf-8");

    private sealed class HtmlResult(string html, string policy, int status = 200) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.StatusCode = status;
            response.ContentType = "text/html; charset=utf-8";
            response.Headers.ContentSecurityPolicy = policy;
            response.Headers.XContentTypeOptions = "nosniff";
            response.Headers["Referrer-Policy"] = "no-referrer";
            response.Headers.CacheControl = "no-store";
            return response.WriteAsync(html, httpContext.RequestAborted);
        }
    }
}

/// <summary>A page of the inbox, the newest message first.</summary>
/// <param name="Count">How many messages arrived, those that are forgotten included.</param>
/// <param name="Items">At most <see cref="SandboxEndpoints.PageSize"/>; the next page is asked for with
/// <c>before</c>, the number of the last.</param>
internal sealed record SandboxMailsBody(long Count, IReadOnlyList<SandboxMailBody> Items);

/// <summary>A message of the inbox.</summary>
internal sealed record SandboxMailBody
{
    public required long Number { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>The envelope's sender: where bounces go.</summary>
    public required string ReturnPath { get; init; }

    /// <summary>The envelope's recipient.</summary>
    public required string Recipient { get; init; }

    public required string From { get; init; }

    public required string To { get; init; }

    public required string Subject { get; init; }

    /// <summary>Its octets.</summary>
    public required int Size { get; init; }

    /// <summary>The text part; in a list it is left out.</summary>
    public string? Text { get; init; }

    /// <summary>The HTML part; in a list it is left out.</summary>
    public string? Html { get; init; }

    /// <summary>The fields of the header, in their order; in a list they are left out.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? Header { get; init; }

    /// <summary>The names of what is attached; in a list they are left out.</summary>
    public IReadOnlyList<string>? Attachments { get; init; }

    public static SandboxMailBody Brief(OpenedMail mail) => new()
    {
        Number = mail.Mail.Number,
        At = mail.Mail.At,
        ReturnPath = mail.Mail.Sender,
        Recipient = mail.Mail.Recipient,
        From = mail.From,
        To = mail.To,
        Subject = mail.Subject,
        Size = mail.Mail.Content.Length,
    };

    public static SandboxMailBody Whole(OpenedMail mail) => Brief(mail) with
    {
        Text = mail.Text,
        Html = mail.Html,
        Header = [.. mail.Header],
        Attachments = [.. mail.Attachments],
    };
}
