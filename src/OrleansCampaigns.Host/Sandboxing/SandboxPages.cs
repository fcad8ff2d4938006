using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using OrleansCampaigns.Mail.Sandbox;

namespace OrleansCampaigns.Host.Sandboxing;

/// <summary>The pages of a sandbox's inbox: whole in themselves, without script.</summary>
internal static class SandboxPages
{
    private const string Style =
        """
        :root{color-scheme:light dark;--ink:#1c2430;--soft:#566173;--paper:#fff;--ground:#f2f4f7;--line:#c9d0da;
        --main:#1552c0}
        @media (prefers-color-scheme:dark){:root{--ink:#e8ecf2;--soft:#a9b4c4;--paper:#1b222d;--ground:#11161e;
        --line:#414c5c;--main:#8db5ff}}
        *{box-sizing:border-box}
        body{margin:0;padding:1.5rem 1rem;background:var(--ground);color:var(--ink);
        font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
        main{max-width:72rem;margin:0 auto}
        h1{margin:0 0 .5rem;font-size:1.5rem;overflow-wrap:anywhere}
        h2{margin:1.5rem 0 .5rem;font-size:1.1rem}
        p{margin:0 0 1rem}
        a{color:var(--main)}
        .soft{color:var(--soft)}
        .wide{overflow-x:auto;background:var(--paper);border:1px solid var(--line);border-radius:.5rem}
        table{width:100%;border-collapse:collapse}
        th,td{padding:.45rem .75rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
        tr:last-child>*{border-bottom:0}
        td.time{white-space:nowrap}
        td.text{overflow-wrap:anywhere;min-width:10rem}
        form{display:flex;flex-wrap:wrap;gap:.5rem;align-items:end;margin:0 0 1rem}
        input,button{min-height:2.5rem;padding:.3rem .7rem;border:1px solid var(--line);border-radius:.4rem;
        background:var(--paper);color:var(--ink);font:inherit}
        iframe{width:100%;height:40rem;border:1px solid var(--line);border-radius:.5rem;background:#fff}
        pre{margin:0;padding:1rem;white-space:pre-wrap;overflow-wrap:anywhere;background:var(--paper);
        border:1px solid var(--line);border-radius:.5rem}
        :focus-visible{outline:3px solid var(--main);outline-offset:2px}
        """;

    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    /// <summary>The one style sheet by its hash, frames from here, and nothing else.</summary>
    public static string Policy { get; } =
        "default-src 'none'; style-src 'sha256-"
        + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))
        + "'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    /// <summary>For a number that no message has, or none any more.</summary>
    public static string Nothing { get; } = Page(
        "No such message",
        $"<p>It is not there, or not any more. <a href=\"{SandboxEndpoints.Path}\">The inbox</a></p>");

    /// <summary>A page of the inbox, the newest first.</summary>
    public static string List(SandboxInbox inbox, string? to, long? before)
    {
        var mails = inbox.Query(to, before, SandboxEndpoints.PageSize);
        var body = new StringBuilder();
        body.Append(CultureInfo.InvariantCulture, $"<p class=\"soft\">{inbox.Count} messages have arrived. ")
            .Append("Nothing here has left this machine; the last 2,000 are kept until the process ends.</p>\n")
            .Append("<form method=\"get\"><label>Recipient<br><input type=\"search\" name=\"to\" value=\"")
            .Append(Encoder.Encode(to ?? "")).Append("\"></label><button>Find</button></form>\n");
        if (mails.Count == 0)
        {
            body.Append("<p>No message").Append(string.IsNullOrEmpty(to) ? " yet" : " of that recipient")
                .Append(".</p>");
            return Page("Sandbox", body.ToString());
        }

        body.Append("<div class=\"wide\"><table><thead><tr><th scope=\"col\">Arrived (UTC)</th>")
            .Append("<th scope=\"col\">Recipient</th><th scope=\"col\">Subject</th></tr></thead><tbody>\n");
        foreach (var mail in mails.Select(OpenedMail.Of))
        {
            body.Append(CultureInfo.InvariantCulture, $"<tr><td class=\"time\">{mail.Mail.At:HH:mm:ss.f}</td>")
                .Append("<td class=\"text\">").Append(Encoder.Encode(mail.Mail.Recipient))
                .Append("</td><td class=\"text\"><a href=\"").Append(SandboxEndpoints.Path)
                .Append(CultureInfo.InvariantCulture, $"/{mail.Mail.Number}\">")
                .Append(Encoder.Encode(mail.Subject is { Length: > 0 } subject ? subject : "(no subject)"))
                .Append("</a></td></tr>\n");
        }

        body.Append("</tbody></table></div>\n");
        if (mails.Count == SandboxEndpoints.PageSize)
        {
            var query = string.IsNullOrEmpty(to) ? "" : $"to={Uri.EscapeDataString(to)}&amp;";
            body.Append("<p><a href=\"?").Append(query)
                .Append(CultureInfo.InvariantCulture, $"before={mails[^1].Number}\">Earlier ones</a></p>");
        }

        return Page("Sandbox", body.ToString());
    }

    /// <summary>A message: how it looks, its text, its header.</summary>
    public static string Show(OpenedMail mail)
    {
        var address = $"{SandboxEndpoints.Path}/{mail.Mail.Number.ToString(CultureInfo.InvariantCulture)}";
        var body = new StringBuilder();
        body.Append("<p class=\"soft\">From ").Append(Encoder.Encode(mail.From)).Append(" to ")
            .Append(Encoder.Encode(mail.Mail.Recipient))
            .Append(CultureInfo.InvariantCulture, $", {mail.Mail.At:yyyy-MM-dd HH:mm:ss} UTC, ")
            .Append(CultureInfo.InvariantCulture, $"{mail.Mail.Content.Length:N0} octets. ")
            .Append("<a href=\"").Append(SandboxEndpoints.Path).Append("\">The inbox</a> · <a href=\"")
            .Append(address).Append("/raw\">As it arrived</a></p>\n");
        if (mail.Html is not null)
        {
            body.Append("<h2>HTML</h2>\n<p class=\"soft\">Pictures from elsewhere are not loaded.</p>\n")
                .Append("<iframe title=\"The message's HTML\" sandbox=\"allow-popups allow-popups-to-escape-sandbox\" ")
                .Append("src=\"").Append(address).Append("/html\"></iframe>\n");
        }

        if (mail.Text is { } text)
        {
            body.Append("<h2>Text</h2>\n<pre>").Append(Encoder.Encode(text)).Append("</pre>\n");
        }

        if (mail.Attachments.ToList() is { Count: > 0 } attachments)
        {
            body.Append("<h2>Attachments</h2>\n<ul>");
            foreach (var name in attachments)
            {
                body.Append("<li>").Append(Encoder.Encode(name)).Append("</li>");
            }

            body.Append("</ul>\n");
        }

        body.Append("<h2>Header</h2>\n<div class=\"wide\"><table><tbody>\n");
        foreach (var (name, value) in mail.Header)
        {
            body.Append("<tr><th scope=\"row\">").Append(Encoder.Encode(name)).Append("</th><td class=\"text\">")
                .Append(Encoder.Encode(value)).Append("</td></tr>\n");
        }

        body.Append("</tbody></table></div>");
        return Page(mail.Subject is { Length: > 0 } subject ? subject : "(no subject)", body.ToString());
    }

    private static string Page(string title, string body) =>
        $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{Encoder.Encode(title)}</title>
        <style>{Style}</style>
        </head>
        <body>
        <main>
        <h1>{Encoder.Encode(title)}</h1>
        {body}
        </main>
        </body>
        </html>

        """;
}
