using AngleSharp.Html.Parser;
using OrleansCampaigns.Mail.Tests.Messages.Tracking;

namespace OrleansCampaigns.Mail.Tests.Templates;

/// <summary>What a field holds arrives whole where a URL leads, in every part of it (RFC 3986).</summary>
public sealed class UrlFieldTests
{
    public static TheoryData<string> Values =>
    [
        "ann+news@mail.example", "a&b", "a#b", "100%", "100%25", "a=b", "a b", "Zoë Müller", "😀 ok", "a?b", "\"quoted\"",
        "it's", "<b>", "a;b,c", "a\\b", "(a)[b]", "$1!*", "%2B", "日本",
    ];

    [Theory]
    [MemberData(nameof(Values))]
    public void A_value_arrives_in_the_path_the_query_and_the_fragment(string value)
    {
        const string Template = "https://x.example/p/{{v}}/q?a={{v}}&amp;b={{v}}#f={{v}}";
        foreach (var html in new[] { $"<a href=\"{Template}\">x</a>", $"<a href='{Template}'>x</a>", $"<a href={Template}>x</a>" })
        {
            AssertArrives(value, Target(html, value));
            AssertArrives(value, TrackedTarget(html, value));
        }
    }

    [Theory]
    [MemberData(nameof(Values))]
    public void A_value_arrives_in_a_URL_of_the_text(string value)
    {
        const string Url = "https://x.example/p/{{v}}/q?a={{v}}&b={{v}}#f={{v}}";
        var message = Given.Message(Given.Definition("", $"See {Url} or ({Url}), {{{{v}}}}."), Recipient(value));

        var parts = message.Text.Split(" or (");
        AssertArrives(value, parts[0]["See ".Length..]);
        AssertArrives(value, parts[1][..parts[1].IndexOf(')', StringComparison.Ordinal)]);
        Assert.EndsWith($"), {value}.", message.Text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Values))]
    public void The_text_made_of_the_HTML_leads_to_the_same_place(string value)
    {
        const string Html = "<p>Dear {{v}}, <a href=\"https://x.example/p/{{v}}/q?a={{v}}&amp;b={{v}}#f={{v}}\">go</a></p>";
        var message = Given.Message(Given.Definition(Html), Recipient(value));

        var url = message.Text.Replace("\n", " ", StringComparison.Ordinal);
        AssertArrives(value, url[url.IndexOf("https:", StringComparison.Ordinal)..].TrimEnd());
        Assert.StartsWith($"Dear {value},", message.Text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Values))]
    public void A_value_arrives_in_the_subject_and_the_text_of_a_mail(string value)
    {
        const string Html = "<a href=\"mailto:us+{{v}}@x.example?subject=Re: {{v}}&amp;body=Dear {{v}},\">x</a>";

        var target = Target(Html, value);

        Assert.StartsWith("mailto:", target, StringComparison.Ordinal);
        var (to, query) = (target["mailto:".Length..target.IndexOf('?', StringComparison.Ordinal)], target.Split('?', 2)[1]);
        Assert.Equal($"us+{value}@x.example", Uri.UnescapeDataString(to));
        var fields = query.Split('&');
        Assert.Equal($"subject=Re: {value}", Uri.UnescapeDataString(fields[0]));
        Assert.Equal($"body=Dear {value},", Uri.UnescapeDataString(fields[1]));
    }

    [Theory]
    [InlineData("<a href=\"https://s.example/u?email={{v}}&amp;x=1\">x</a>",
        "<a href=\"https://s.example/u?email=ann%2Bnews%40a&amp;x=1\">x</a>")]
    [InlineData("<img srcset=\"https://s.example/{{v}}.png 1x, https://s.example/?v={{v}} 2x\" src=\"/?{{v}}\">",
        "<img srcset=\"https://s.example/ann%2Bnews@a.png 1x, https://s.example/?v=ann%2Bnews%40a 2x\" src=\"/?ann%2Bnews%40a\">")]
    [InlineData("<td style=\"background:url('https://s.example/?v={{v}}') no-repeat\" background='https://s.example/?{{v}}'>",
        "<td style=\"background:url('https://s.example/?v=ann%2Bnews%40a') no-repeat\" background='https://s.example/?ann%2Bnews%40a'>")]
    [InlineData("<td style=\"background:url(&quot;https://s.example/?v={{v}}&quot;); color:{{v}}\">",
        "<td style=\"background:url(&quot;https://s.example/?v=ann%2Bnews%40a&quot;); color:ann+news@a\">")]
    [InlineData("<style>p{background:URL( https://s.example/?v={{v}} )} /* {{v}} */</style>{{v}}",
        "<style>p{background:URL( https://s.example/?v=ann%2Bnews%40a )} /* ann+news@a */</style>ann+news@a")]
    [InlineData("<form ACTION = https://s.example/?v={{v}} title={{v}}>",
        "<form ACTION = https://s.example/?v=ann%2Bnews%40a title=ann+news@a>")]
    [InlineData("<!--[if mso]><v:fill src=\"https://s.example/?v={{v}}\"/><![endif]--><!-- {{v}} -->",
        "<!--[if mso]><v:fill src=\"https://s.example/?v=ann%2Bnews%40a\"/><![endif]--><!-- ann+news@a -->")]
    [InlineData("<a title=\"https: {{v}}\" href=\"#{{v}}\">{{v}}</a><a href=\"/{{v}}?{{v}}\">x</a>",
        "<a title=\"https: ann+news@a\" href=\"#ann%2Bnews%40a\">ann+news@a</a><a href=\"/ann%2Bnews@a?ann%2Bnews%40a\">x</a>")]
    [InlineData("<a href=\"tel:{{v}}\">x</a><a href=\"sms:{{v}}?body={{v}}\">x</a>",
        "<a href=\"tel:ann+news%40a\">x</a><a href=\"sms:ann+news%40a?body=ann%2Bnews%40a\">x</a>")]
    [InlineData("<p>https://s.example/?v={{v}} {{v}} <b>www.s.example/?{{v}}</b></p>",
        "<p>https://s.example/?v=ann%2Bnews%40a ann+news@a <b>www.s.example/?ann%2Bnews%40a</b></p>")]
    public void Where_a_URL_stands_does_not_matter(string html, string expected) =>
        Assert.Equal(expected, Html(html, ("v", "ann+news@a")));

    [Theory]
    [InlineData("<a href=\"{{#if v}}https://s.example/?a={{v}}{{else}}{{u}}{{/if}}&amp;b={{v}}\">x</a>",
        "<a href=\"https://s.example/?a=a%20b&amp;b=a%20b\">x</a>")]
    [InlineData("<a href=\"{{#unless v}}https://s.example/{{else}}{{u}}{{/unless}}&amp;b={{v}}\">x</a>",
        "<a href=\"https://u.example/?a&#x3D;1&amp;b=a%20b\">x</a>")]
    [InlineData("<a href=\"{{u}}&amp;b={{v}}\">x</a>", "<a href=\"https://u.example/?a&#x3D;1&amp;b=a%20b\">x</a>")]
    [InlineData("<a href=\"https://{{h}}/{{v}}\">x</a>", "<a href=\"https://h.example/a%20b\">x</a>")]
    [InlineData("<a href=\"https://s.example/?{{#each l}}t={{this}}&amp;{{/each}}\">x</a>",
        "<a href=\"https://s.example/?t=c%26d&amp;t=e&amp;\">x</a>")]
    [InlineData("<a href=\"https://s.example/?a={{{v}}}\">x</a>", "<a href=\"https://s.example/?a=a b\">x</a>")]
    [InlineData("<td style=\"background:url({{u}})\">", "<td style=\"background:url(https://u.example/?a=1)\">")]
    [InlineData("<style>p{background:url('{{u}}')}</style>", "<style>p{background:url('https://u.example/?a=1')}</style>")]
    [InlineData("<style>p{background:url({{bad}})}</style>", "<style>p{background:url(x%29;y%28%3C)}</style>")]
    [InlineData("<style>p{background:url({{script}})}</style>", "<style>p{background:url(#)}</style>")]
    [InlineData("<img srcset=\"{{u}} 1x, {{script}} 2x\">", "<img srcset=\"https://u.example/?a&#x3D;1 1x, # 2x\">")]
    [InlineData("<a href=\"https://s.example/{{p}}\">x</a>", "<a href=\"https://s.example/shoes/red%3F\">x</a>")]
    public void The_rest_of_the_template_is_read_with_it(string html, string expected) => Assert.Equal(
        expected,
        Html(html, ("v", "a b"), ("u", "https://u.example/?a=1"), ("h", "h.example"), ("l", "c&d;e"), ("p", "shoes/red?"),
            ("bad", "x);y(<"), ("script", "javascript:alert(1)")));

    [Fact]
    public void A_value_that_begins_a_URL_of_the_text_stays_as_it_is()
    {
        var message = Given.Message(
            Given.Definition("", "{{u}} {{u}}&e={{v}} {{u}}/{{v}} {{v}}? {{v}}"),
            Recipient("a b", ("u", "https://u.example/?a=1")));

        Assert.Equal(
            "https://u.example/?a=1 https://u.example/?a=1&e=a b https://u.example/?a=1/a b a b? a b", message.Text);
    }

    [Fact]
    public void A_query_behind_a_value_makes_it_a_URL() =>
        Assert.Equal(
            "https://u.example?e=a%20b",
            Given.Message(Given.Definition("", "{{u}}?e={{v}}"), Recipient("a b", ("u", "https://u.example"))).Text);

    [Fact]
    public void Line_breaks_arrive_in_a_mail() =>
        Assert.Equal(
            "<a href=\"mailto:us@x.example?body=a%0D%0Ab%0D%0A%0D%0Ac\">x</a>",
            Html("<a href=\"mailto:us@x.example?body={{v}}\">x</a>", ("v", "a\nb\r\n\nc")));

    private static void AssertArrives(string value, string target)
    {
        var url = new Uri(target);
        Assert.Equal("x.example", url.Host);
        Assert.Equal(["", "p", value, "q"], url.AbsolutePath.Split('/').Select(Uri.UnescapeDataString));
        var query = url.Query[1..].Split('&').Select(pair => pair.Split('=')).ToList();
        Assert.Equal([["a", value], ["b", value]], query.Select(pair => pair.Select(Form).ToArray()));
        Assert.Equal($"f={value}", Uri.UnescapeDataString(url.Fragment[1..]));
    }

    // As a server reads a form: a plus sign is a blank.
    private static string Form(string text) =>
        Uri.UnescapeDataString(text.Replace("+", " ", StringComparison.Ordinal));

    private static string Target(string html, string value)
    {
        using var document = new HtmlParser().ParseDocument(Html(html, ("v", value)));
        return document.QuerySelector("a")!.GetAttribute("href")!;
    }

    private static string TrackedTarget(string html, string value)
    {
        var (tracked, links) = TrackedMail.Compose(html, ("v", value));
        using var document = new HtmlParser().ParseDocument(tracked);
        return TrackedMail.Follow(document.QuerySelector("a")!.GetAttribute("href"), links)!;
    }

    private static string Html(string html, params (string, string)[] attributes) =>
        Given.Message(Given.Definition(html), Given.Recipient(attributes: attributes)).Html;

    private static Grains.Delivery.RecipientProfile Recipient(string value, params (string, string)[] more) =>
        Given.Recipient(attributes: [("v", value), .. more]);
}
