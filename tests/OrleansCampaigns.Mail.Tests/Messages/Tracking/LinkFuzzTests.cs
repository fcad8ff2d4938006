using System.Text;
using System.Text.RegularExpressions;
using AngleSharp;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using OrleansCampaigns.Mail.Messages.Tracking;

namespace OrleansCampaigns.Mail.Tests.Messages.Tracking;

/// <summary>Over HTML of any kind, judged by a real parser: links lead where they led, and nothing else changes.</summary>
public sealed partial class LinkFuzzTests
{
    private static readonly string[] Links =
    [
        "<a href=\"https://x.example/1\">one</a>", "<a class=c href='http://x.example/?a=1&amp;b=2' >two</a>",
        "<a href=https://x.example/3>three</a>", "<A HREF\n=\n\"HTTPS://x.example/4\"\nid=i>four</A>",
        "<area href=\"https://x.example/5\"/>", "<a data-no-track href=\"https://x.example/6\">six</a>",
        "<a href=\"mailto:a@x.example\">seven</a>", "<a href='#a'>eight</a>", "<a title=\"a>b\" href=' https://x.example/9 '>",
        "<a/href='https://x.example/10'/id=x>ten</a>", "<a href=\"/page\">eleven</a>",
    ];

    private static readonly string[] Soup =
    [
        "<a href=\"", "<a href='", "<a href=", "<a ", "<area href=\"", "<a", "href=\"", " HREF = '", "href",
        "https://x.example/20", "http://y.example/?a=1&amp;b=2&copy=3", "mailto:x@x.example", "#a", "\"", "'", ">", "/>",
        " ", "\n", "=", "<", "</a>", "</a ", "</", "/", "<!--", "-->", "--", "!", "-", "<!", "<?", "<script>", "</script>",
        "</script ", "<style>", "</style>", "<title>", "</title>", "<textarea>", "</textarea", "<xmp>", "</xmp>",
        " data-no-track", " title=\"", " title='>'", " id=i", "&amp;", "&quot;", "text", "<p>", "<div ", "<b", "<img src=\"",
        "<table><tr><td>", "<!-->", "--!>", "\t", "?",
    ];

    private static readonly string[] Conditions =
        ["<!--[if mso]>", "<!--[IF !mso]><!-->", "<![endif]-->", "<!--<![endif]-->", "<v:rect href=\"", "<!--[if "];

    private static readonly string[] Values =
    [
        "{{@root.city}}", "{{@root.link}}", "{{~@root.city~}}", "{{{@root.raw}}}", "{{! c }}",
        "<a href=\"{{@root.link}}\">l</a>", "<a href={{@root.link}}>m</a>",
        "<a href='https://x.example/?q={{@root.city}}'>n</a>", "<a href=\"{{@root.unsubscribe_url}}\">o</a>",
        "<a {{@root.city}} href=\"", "<a {{~#if @root.city~}} id=i {{~else~}} id=j {{~/if~}} href=\"",
        "<a href=\"https://x.example/{{#if @root.city}}{{@root.city}}{{else}}none{{/if}}\">p</a>",
        "{{upper @root.city}}", "<a href=\"https://x.example/{{default @root.none @root.city}}\">r</a>", "{{raw @root.link}}",
        "<a href=\"{{#if (contains @root.link 'y')}}{{urlencode @root.link}}{{else}}{{@root.link}}{{/if}}&amp;a={{@root.city}}\">",
        "<a{{#if @root.city}} id=i{{/if}} href='", "<a href=\"{{{@root.link}}}/{{@root.city}}\">q</a>",
    ];

    private static readonly string[] Blocks =
        ["each @root.list", "if @root.nothing", "unless @root.nothing", "if @root.city", "with @root.city"];

    private static readonly (string, string)[] Attributes =
    [
        ("city", "\"'><a/href=https://evil.example/>&amp;=x"), ("link", "https://y.example/?a=1&b=<2"),
        ("raw", "bold&amp;x"), ("list", "one;two"),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_link_of_any_HTML_leads_where_it_led(int seed)
    {
        var random = new Random(seed);
        var tracked = 0;
        for (var i = 0; i < 500; i++)
        {
            var html = Write(random, random.Next(1, 25), withValues: false);
            tracked += AssertSame(html, isComplete: true);
        }

        Assert.True(tracked > 150, $"Only {tracked} links were tracked.");
    }

    [Theory]
    [InlineData(793)]
    [InlineData(5)]
    [InlineData(6)]
    public void Every_link_of_any_template_leads_where_it_led(int seed)
    {
        var random = new Random(seed);
        var tracked = 0;
        for (var i = 0; i < 500; i++)
        {
            tracked += AssertSame(Write(random, random.Next(1, 25), withValues: true), isComplete: false);
        }

        Assert.True(tracked > 150, $"Only {tracked} links were tracked.");
    }

    [Theory]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    public void Every_link_around_conditional_comments_leads_where_it_led(int seed)
    {
        var random = new Random(seed);
        var tracked = 0;
        for (var i = 0; i < 500; i++)
        {
            var html = string.Concat(Enumerable.Range(0, random.Next(1, 6)).Select(
                _ => Write(random, random.Next(1, 6), withValues: false) + random.GetItems(Conditions, 1)[0]));
            tracked += AssertSame(html, isComplete: true);
        }

        Assert.True(tracked > 150, $"Only {tracked} links were tracked.");
    }

    private static string Write(Random random, int parts, bool withValues)
    {
        var html = new StringBuilder();
        for (var i = 0; i < parts; i++)
        {
            var kind = random.Next(10);
            if (withValues && kind < 2)
            {
                html.Append(random.GetItems(Values, 1)[0]);
            }
            else if (withValues && kind == 2 && parts > 2)
            {
                var inside = Write(random, random.Next(1, parts / 2), withValues);
                html.Append(WriteBlock(random, inside, Write(random, random.Next(1, 3), withValues)));
            }
            else
            {
                html.Append(random.GetItems(kind < 6 ? Soup : Links, 1)[0]);
            }
        }

        return html.ToString();
    }

    private static string WriteBlock(Random random, string inside, string otherwise)
    {
        var block = random.GetItems(Blocks, 1)[0];
        var name = block.Split(' ')[0];
        return random.Next(4) switch
        {
            0 => Tag($"#{block}") + inside + Tag("else") + otherwise + Tag($"/{name}"),
            1 => Tag($"#{block}") + inside + Tag("else " + random.GetItems(Blocks, 1)[0]) + otherwise + Tag($"/{name}"),
            _ => Tag($"#{block}") + inside + Tag($"/{name}"),
        };

        string Tag(string content) => random.Next(6) switch
        {
            0 => $"{{{{~{content}}}}}",
            1 => $"{{{{{content}~}}}}",
            2 => $"{{{{~{content}~}}}}",
            _ => $"{{{{{content}}}}}",
        };
    }

    /// <returns>How many links were tracked.</returns>
    private static int AssertSame(string template, bool isComplete)
    {
        var anna = TrackedMail.Anna(Attributes);
        var definition = TrackedMail.Clicks("<p>" + template, text: "x");
        var plain = Given.Message(definition with { TrackClicks = false }, anna, publicUrl: Given.PublicUrl).Html;
        var composer = Given.Composer(definition, publicUrl: Given.PublicUrl);
        var html = composer.Compose(anna, Given.Noon).Value!.Html;

        AssertSameBytes(plain, html, composer.Links, template);
        using var before = new HtmlParser().ParseDocument(plain);
        using var after = new HtmlParser().ParseDocument(html);
        var tracked = 0;
        var links = before.QuerySelectorAll("a[href],area[href]").ToList();
        var followed = after.QuerySelectorAll("a[href],area[href]").ToList();
        Assert.True(links.Count == followed.Count, template);
        foreach (var (link, other) in links.Zip(followed))
        {
            var target = LinkTarget.Read(link.GetAttribute("href")!);
            if (TrackedMail.Follow(other.GetAttribute("href"), composer.Links) is { } led)
            {
                Assert.True(led == target, $"{template}\n'{led}' instead of '{target}'");
                other.SetAttribute("href", link.GetAttribute("href")!);
                tracked++;
            }
            else
            {
                Assert.True(!isComplete || target is null || link.HasAttribute("data-no-track"), $"{template}\n{target}");
            }
        }

        ForgetConditions(before);
        ForgetConditions(after);
        Assert.True(before.ToHtml() == after.ToHtml(), $"{template}\n{before.ToHtml()}\n{after.ToHtml()}");
        return tracked;
    }

    // What stands in them is a comment to all but one program, and its links are tracked for that one.
    private static void ForgetConditions(IDocument document)
    {
        foreach (var comment in document.Descendants<IComment>().ToList())
        {
            comment.Data = comment.Data.StartsWith("[if", StringComparison.OrdinalIgnoreCase) ? "[if" : comment.Data;
        }

        foreach (var shape in document.QuerySelectorAll("v\\:rect"))
        {
            shape.SetAttribute("href", "");
        }
    }

    private static void AssertSameBytes(string plain, string html, IReadOnlyList<string> links, string template)
    {
        var at = 0;
        var from = 0;
        string? led = null;
        foreach (var match in ClickUrls().Matches(html).Append(null))
        {
            var piece = html[from..(match?.Index ?? html.Length)];
            var next = at;
            do
            {
                next = plain.IndexOf(piece, next, StringComparison.Ordinal);
                Assert.True(next >= 0 && (led is not null || next == at), $"{template}\n{plain}\n{html}\n'{piece}'");
            }
            while (led is not null && LinkTarget.Read(AttributeText.Decode(plain[at..next++].Trim('"'))) != led);

            at = (led is null ? next : next - 1) + piece.Length;
            from = match is null ? html.Length : match.Index + match.Length;
            led = match is null ? null : TrackedMail.Follow(match.Value.Trim('"'), links);
        }

        Assert.True(at == plain.Length, $"{template}\n{plain}\n{html}");
    }

    // With the quotes around it, which a target without quotes gets.
    [GeneratedRegex("\"?https://news\\.example/t/c/[A-Za-z0-9_?=-]+\"?")]
    private static partial Regex ClickUrls();
}
