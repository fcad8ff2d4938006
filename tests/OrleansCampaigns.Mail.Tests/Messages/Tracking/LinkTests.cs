using OrleansCampaigns.Domain.Feedback;
using OrleansCampaigns.Mail.Messages.Tracking;
using OrleansCampaigns.Mail.Templates;

namespace OrleansCampaigns.Mail.Tests.Messages.Tracking;

/// <summary>Which links of a message lead through the tracking, and where to.</summary>
public sealed class LinkTests
{
    private const string X = "https://x.example/";

    [Theory]
    [InlineData("<a href=\"https://x.example/\">x</a>", "<a href=\"[1:https://x.example/]\">x</a>")]
    [InlineData("<a href='http://x.example/'>x</a>", "<a href='[1:http://x.example/]'>x</a>")]
    [InlineData("<A\n CLASS=c HREF \n=\t \"HTTPS://x.example/\" >x</A>",
        "<A\n CLASS=c HREF \n=\t \"[1:HTTPS://x.example/]\" >x</A>")]
    [InlineData("<a href=https://x.example/a>x</a>", "<a href=\"[1:https://x.example/a]\">x</a>")]
    [InlineData("<a href=https://x.example/a/ id=b>x</a>", "<a href=\"[1:https://x.example/a/]\" id=b>x</a>")]
    [InlineData("<a/href='https://x.example/'/>x</a>", "<a/href='[1:https://x.example/]'/>x</a>")]
    [InlineData("<a title='a > b' href=\"https://x.example/?a=1&amp;b='>'\">x</a>",
        "<a title='a > b' href=\"[1:https://x.example/?a=1&b='>']\">x</a>")]
    [InlineData("<map><area shape=rect href=\"https://x.example/\"></map>",
        "<map><area shape=rect href=\"[1:https://x.example/]\"></map>")]
    [InlineData("<a href=\" https://x.exa\nmple/ \">x</a>", "<a href=\"[1:https://x.example/]\">x</a>")]
    [InlineData("<a href=\"https://x.example/?q=&quot;&copy=1&eacute;\">x</a>",
        "<a href=\"[1:https://x.example/?q=\"&copy=1é]\">x</a>")]
    [InlineData("<!----><a href=\"https://x.example/\">", "<!----><a href=\"[1:https://x.example/]\">")]
    [InlineData("<!--><a href=\"https://x.example/\">", "<!--><a href=\"[1:https://x.example/]\">")]
    [InlineData("<!-- a --!><a href=\"https://x.example/\">", "<!-- a --!><a href=\"[1:https://x.example/]\">")]
    [InlineData("<script>'<a>'</SCRIPT ><a href=\"https://x.example/\">",
        "<script>'<a>'</SCRIPT ><a href=\"[1:https://x.example/]\">")]
    [InlineData("<!DOCTYPE html><?x ?><a href=\"https://x.example/\">",
        "<!DOCTYPE html><?x ?><a href=\"[1:https://x.example/]\">")]
    [InlineData("1 < 2 << <a href=\"https://x.example/\">", "1 < 2 << <a href=\"[1:https://x.example/]\">")]
    [InlineData("<a data-no-tracking href=\"https://x.example/\">", "<a data-no-tracking href=\"[1:https://x.example/]\">")]
    [InlineData("<a href=\"https://x.example/\" href=\"https://y.example/\">",
        "<a href=\"[1:https://x.example/]\" href=\"https://y.example/\">")]
    public void A_link_to_a_page_leads_through_the_tracking(string html, string expected) => AssertLinks(html, expected);

    [Theory]
    [InlineData("<a href=\"mailto:us@x.example\">x</a>")]
    [InlineData("<a href=\"tel:+431234\">x</a>")]
    [InlineData("<a href=\"#top\">x</a>")]
    [InlineData("<a href=\"\">x</a> <a href>x</a> <a>x</a> <a href=>x</a>")]
    [InlineData("<a href=\"/page\">x</a> <a href=\"//x.example/\">x</a> <a href=\"page?u=https://x.example/\">x</a>")]
    [InlineData("<a href=\"javascript:location='https://x.example/'\">x</a>")]
    [InlineData("<a href=\"ftp://x.example/\">x</a> <a href=\"https:x.example\">x</a> <a href=\"https://\">x</a>")]
    [InlineData("<a href=\"https://x example/\">x</a>")]
    [InlineData("<a data-no-track href=\"https://x.example/\">x</a>")]
    [InlineData("<a href=\"https://x.example/\" DATA-NO-TRACK>x</a>")]
    [InlineData("<a href=\"https://x.example/\" data-no-track=\"yes\">x</a>")]
    [InlineData("<a href=\"https://x.example/\" {{#if city}}data-no-track{{/if}}>x</a>")]
    [InlineData("<a {{#if nothing}}data-no-track{{/if}} href=\"https://x.example/\">x</a>")]
    [InlineData("<link href=\"https://x.example/\"><base href=\"https://x.example/\"><img src=\"https://x.example/\">")]
    [InlineData("<abbr href=\"https://x.example/\">x</abbr><areas href=\"https://x.example/\"></a href=\"https://x.example/\">")]
    [InlineData("<a xhref=\"https://x.example/\" hrefx=\"https://x.example/\" title='href=\"https://x.example/\"'>x</a>")]
    [InlineData("<!-- <a href=\"https://x.example/\">x</a> -->")]
    [InlineData("<script>\"<a href='https://x.example/'>\"</script><style><a href='https://x.example/'></style>")]
    [InlineData("<textarea><a href='https://x.example/'></textarea><title><a href='https://x.example/'></title>")]
    [InlineData("<!doctype <a href='https://x.example/'>")]
    [InlineData("https://x.example/ &lt;a href=\"https://x.example/\"&gt;")]
    [InlineData("<a href=\"https://x.example/\"")]
    [InlineData("<a href=\"https://x.example/>x</a>")]
    [InlineData("<a {{city}}href=\"https://x.example/\"><{{city}} href=\"https://x.example/\"><a{{city}} href=\"https://x.example/\">")]
    [InlineData("{{#if city}}<!--{{/if}}<a href=\"https://x.example/\">x</a>{{#if city}}-->{{/if}}")]
    [InlineData("<a href=\"{{unsubscribe_url}}\">x</a><a href=\"{{#if city}}{{unsubscribe_url}}{{/if}}\">x</a>")]
    [InlineData("<a href=\"https://x.example/?then={{unsubscribe_url}}\">x</a>")]
    [InlineData("<a {{~city~}} href=\"https://x.example/\">x</a><a {{~city}}href=\"https://x.example/\">x</a>")]
    [InlineData("<b{{city}} = '><a href=\"https://x.example/\">x</a>")]
    [InlineData("<a {{city}}='><a href=\"https://x.example/\">x</a>")]
    [InlineData("<a {{city}} = '><a href=\"https://x.example/\">x</a>")]
    [InlineData("<a title={{city}}= '><a href=\"https://x.example/\">x</a>")]
    [InlineData("<a title={{city}}='><a href=\"https://x.example/\">x</a>")]
    [InlineData("<a title=a{{city}}= '><a href=\"https://x.example/\">x</a>")]
    [InlineData("<!-- {{city}}><p title='--><a href=\"https://x.example/\">x</a>")]
    [InlineData("<!-- {{city}}-><p title='--><a href=\"https://x.example/\">x</a>")]
    [InlineData("<!-- {{city}}!><p title='--><a href=\"https://x.example/\">x</a>")]
    [InlineData("<!{{city}} x='><a href=\"https://x.example/\">x</a>")]
    [InlineData("<t{{city}}><a href=\"https://x.example/\">x</a>")]
    [InlineData("<style></s{{city}}><p title='</style><a href=\"https://x.example/\">x</a>")]
    [InlineData("<{{#if city}}style{{else}}b{{/if}}><a href=\"https://x.example/\">x</a>")]
    [InlineData("{{#each city}}<a title=\"{{/each}}<a href='https://x.example/'>x</a>")]
    [InlineData("{{#each city}}<a href='https://x.example/'>x</a><a title=\"{{/each}}")]
    [InlineData("<a{{#each city}} href='https://x.example/'>x</a><a title=\"{{/each}}")]
    [InlineData("<a href=\"mailto:{{address}}\">x</a><a href=\"#{{city}}\">x</a><a href=\"/{{city}}\">x</a>")]
    [InlineData("")]
    public void Everything_else_stays_as_it_is(string html)
    {
        var plain = Given.Message(
            TrackedMail.Clicks("<p>" + html) with { TrackClicks = false },
            TrackedMail.Anna(("city", "Graz")),
            publicUrl: Given.PublicUrl).Html;
        var (tracked, links) = TrackedMail.Compose("<p>" + html, ("city", "Graz"));

        Assert.Equal(plain, tracked);
        Assert.Empty(links);
    }

    [Theory]
    [InlineData("<a href=\"https://x.example/?q={{city}}\">",
        "<a href=\"[1:https://x.example/?q=Bad%20%26%20%22Ischl%22%3D%3C1%3E%27]\">", "https://x.example/?q={{city}}")]
    [InlineData("<a href='https://x.example/?a=1&amp;q={{{plain}}}'>", "<a href='[1:https://x.example/?a=1&q=a b]'>",
        "https://x.example/?a=1&q={{{plain}}}")]
    [InlineData("<a href=\"{{link}}\">", "<a href=\"[1:https://y.example/?a=1&b=2]\">", "{{link}}")]
    [InlineData("<a href={{link}}>", "<a href=\"[1:https://y.example/?a=1&b=2]\">", "{{link}}")]
    [InlineData("<a id=1 href={{link}}/{{host}} class=c>",
        "<a id=1 href=\"[1:https://y.example/?a=1&b=2/z.example]\" class=c>", "{{link}}/{{host}}")]
    [InlineData("<a href=\"http{{#if city}}s{{/if}}://{{host}}/\">", "<a href=\"[1:https://z.example/]\">",
        "http{{#if city}}s{{/if}}://{{host}}/")]
    [InlineData("<a href=\"{{~link~}} \">", "<a href=\"[1:https://y.example/?a=1&b=2]\">", "{{link}} ")]
    [InlineData("<a href=\"{{#each list}}https://x.example/{{this}}{{/each}}\">",
        "<a href=\"[1:https://x.example/onehttps://x.example/two]\">", "{{#each list}}https://x.example/{{this}}{{/each}}")]
    [InlineData("{{#each list}}<a href=\"https://x.example/{{this}}\">{{/each}}",
        "<a href=\"[1:https://x.example/one]\"><a href=\"[1:https://x.example/two]\">", "https://x.example/{{this}}")]
    [InlineData("<a href=\"https://x.example/{{[first name]}}\">", "<a href=\"[1:https://x.example/Anna]\">",
        "https://x.example/{{[first name]}}")]
    public void A_link_that_differs_by_recipient_is_bound_to_where_it_leads(string html, string expected, string link)
    {
        var (tracked, links) = TrackedMail.Compose(html, Attributes);

        Assert.Equal(expected, TrackedMail.Resolve(tracked, links));
        Assert.Equal([link], links);
        Assert.Contains("?u=", tracked, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<a href=\"{{city}}\">", "<a href=\"Bad &amp; &quot;Ischl&quot;&#x3D;&lt;1&gt;&#x27;\">")]
    [InlineData("<a href=\"{{script}}\">", "<a href=\"#\">")]
    [InlineData("<a href=\"http{{host}}\">", "<a href=\"httpz.example\">")]
    [InlineData("<a href=\"{{#if nothing}}https://x.example/{{else}}mailto:x@x.example{{/if}}\">",
        "<a href=\"mailto:x@x.example\">")]
    [InlineData("<a href=\"https://x.example/{{{raw}}}\">",
        "<a href=\"https://x.example/\"><a href='https://evil.example/'>\">")]
    [InlineData("<a href=https://x.example/{{{plain}}}>", "<a href=https://x.example/a b>")]
    [InlineData("<a href=\"https://x.example/{{long}}\">", null)]
    public void What_turns_out_to_be_no_link_to_a_page_is_left_alone(string html, string? expected)
    {
        var (tracked, links) = TrackedMail.Compose(html, Attributes);

        Assert.Equal(expected ?? $"<a href=\"https://x.example/{new string('y', 5000)}\">", tracked);
        Assert.Single(links);
    }

    [Theory]
    [InlineData("{{#if city}}<a href=\"https://x.example/1\">{{else}}<a href=\"https://x.example/2\">{{/if}}x</a>",
        "<a href=\"[1:https://x.example/1]\">x</a>", 2)]
    [InlineData("<a {{#if city}}href=\"https://x.example/1\">{{else}}href=https://x.example/2>{{/if}}x</a>",
        "<a href=\"[1:https://x.example/1]\">x</a>", 2)]
    [InlineData("<a {{#unless city}}href='https://x.example/1'{{else}}href='https://x.example/2'{{/unless}} id=i>x</a>",
        "<a href='[2:https://x.example/2]' id=i>x</a>", 2)]
    [InlineData("<a{{#if city}} class=c{{/if}} href=\"https://x.example/\">x</a>",
        "<a class=c href=\"[1:https://x.example/]\">x</a>", 1)]
    [InlineData("<td {{#if city}}nowrap{{/if}}><a href=\"https://x.example/\">x</a>",
        "<td nowrap><a href=\"[1:https://x.example/]\">x</a>", 1)]
    [InlineData("<td {{#if city}}title=\"{{city}}\"{{/if}} {{{plain}}}><a href=\"https://x.example/\">x</a>",
        "<td title=\"Bad &amp; &quot;Ischl&quot;&#x3D;&lt;1&gt;&#x27;\" a b><a href=\"[1:https://x.example/]\">x</a>", 1)]
    [InlineData("{{#if nothing}}<a href=\"https://x.example/1\"{{else}}<a href=\"https://x.example/2\"{{/if}} id=i>x</a>",
        "<a href=\"[2:https://x.example/2]\" id=i>x</a>", 2)]
    [InlineData("<div style=\"{{#if city}}color:red{{/if}}\"><!-- {{city}} --><a href=\"https://x.example/\">x</a>",
        "<div style=\"color:red\"><!-- Bad &amp; &quot;Ischl&quot;&#x3D;&lt;1&gt;&#x27; --><a href=\"[1:https://x.example/]\">x</a>", 1)]
    [InlineData("{{{raw}}}<a href=\"https://x.example/\">x</a>",
        "\"><a href='https://evil.example/'><a href=\"[1:https://x.example/]\">x</a>", 1)]
    [InlineData("<p title={{city}}/x.png alt=x><a href=\"https://x.example/\">x</a>",
        "<p title=Bad &amp; &quot;Ischl&quot;&#x3D;&lt;1&gt;&#x27;/x.png alt=x><a href=\"[1:https://x.example/]\">x</a>", 1)]
    [InlineData("<h{{plain}} id=i><!-- {{plain}} --><a {{plain}} href=\"https://x.example/\">x</a>",
        "<ha b id=i><!-- a b --><a a b href=\"[1:https://x.example/]\">x</a>", 1)]
    [InlineData("{{#each list}}<a href='https://x.example/'{{#if ../city}} id={{this}}{{/if}}>x</a>{{/each}}",
        "<a href='[1:https://x.example/]' id=one>x</a><a href='[1:https://x.example/]' id=two>x</a>", 1)]
    [InlineData("<a href='https://x.example/'{{#each list}} class=c{{/each}}>x</a>",
        "<a href='[1:https://x.example/]' class=c class=c>x</a>", 1)]
    [InlineData("<a href=\"https://x.example/{{! c }}1\">x</a>", "<a href=\"[1:https://x.example/1]\">x</a>", 1)]
    [InlineData("<a href=\"https://x.example/\\{{a}}\">x</a>", "<a href=\"[1:https://x.example/{{a}}]\">x</a>", 1)]
    public void Conditions_and_values_around_a_link_do_not_hide_it(string html, string expected, int count)
    {
        var (tracked, links) = TrackedMail.Compose(html, Attributes);

        Assert.Equal(expected, TrackedMail.Resolve(tracked, links));
        Assert.Equal(count, links.Count);
    }

    [Fact]
    public void Equal_links_share_a_number_and_a_URL()
    {
        var (tracked, links) = TrackedMail.Compose(
            "<a href=\"https://x.example/?a&amp;b\">1</a><a href='https://y.example/'>2</a>"
            + "<a href=' https://x.example/?a&b '>3</a><a href='https://x.example/{{city}}'>4</a>"
            + "<a href=\"https://x.example/{{city}}\">5</a>",
            ("city", "Graz"));

        Assert.Equal(["https://x.example/?a&b", "https://y.example/", "https://x.example/{{city}}"], links);
        Assert.Equal(
            "<a href=\"[1:https://x.example/?a&b]\">1</a><a href='[2:https://y.example/]'>2</a>"
            + "<a href='[1:https://x.example/?a&b]'>3</a><a href='[3:https://x.example/Graz]'>4</a>"
            + "<a href=\"[3:https://x.example/Graz]\">5</a>",
            TrackedMail.Resolve(tracked, links));
    }

    [Fact]
    public void A_field_that_looks_like_a_mark_is_no_mark()
    {
        const string Marks = "\uE0F200001\uE0F3 \uE0F2 \uE0F3\uE0F00\uE0F1";

        var (tracked, links) = TrackedMail.Compose($"{{{{{{raw}}}}}}<a href=\"{X}{{{{raw}}}}\">{{{{raw}}}}</a>", ("raw", Marks));

        Assert.Equal(
            $"{Marks}<a href=\"[1:{X}{Uri.EscapeDataString(Marks)}]\">{Marks}</a>", TrackedMail.Resolve(tracked, links));
    }

    [Fact]
    public void The_token_of_one_target_is_void_for_another()
    {
        var (tracked, _) = TrackedMail.Compose("<a href=\"https://x.example/{{city}}\">", ("city", "Graz"));
        var token = tracked.Split("/t/c/")[1].Split('?')[0];

        Assert.NotNull(TrackedMail.Tokens.Read(TokenPurpose.Click, token, "https://x.example/Graz"));
        Assert.Null(TrackedMail.Tokens.Read(TokenPurpose.Click, token, "https://evil.example/"));
        Assert.Null(TrackedMail.Tokens.Read(TokenPurpose.Click, token));
    }

    [Theory]
    [InlineData(true, false, null)]
    [InlineData(false, true, Given.PublicUrl)]
    public void Without_the_switch_or_a_public_address_links_stay_as_they_are(bool clicks, bool opens, string? publicUrl)
    {
        const string Html = "<a href=\"https://x.example/\">x</a>";
        var definition = Given.Definition(Html) with { TrackClicks = clicks, TrackOpens = opens };
        var composer = Given.Composer(definition, publicUrl: publicUrl);

        Assert.StartsWith(
            Html, composer.Compose(TrackedMail.Anna(), Given.Noon).Value!.Html, StringComparison.Ordinal);
        Assert.Empty(composer.Links);
    }

    [Fact]
    public void A_preview_has_the_links_of_its_author()
    {
        const string Html = "<body><a href=\"https://x.example/{{address}}\">x</a></body>";
        var message = Given.Message(Given.Definition(Html), Given.Recipient(), publicUrl: Given.PublicUrl);

        Assert.Equal("<body><a href=\"https://x.example/anna@mail.example\">x</a></body>", message.Html);
    }

    [Theory]
    [InlineData("<p>{{city}}</p><a href=\"https://x.example/?q={{host}}\">Go</a><a href=\"https://x.example/\">x</a>")]
    [InlineData("{{#each list}}<a href=\"https://x.example/?q={{this}}\">Go</a>{{/each}}")]
    [InlineData("<a href=\"https://x.example/\">{{{raw}}}</a>")]
    [InlineData("<a href=\"{{#if city}}https://x.example/{{host}}{{else}}none{{/if}}\">Go</a>")]
    public void The_text_alternative_shows_where_links_lead(string html)
    {
        var anna = TrackedMail.Anna(Attributes);
        var plain = Given.Message(Given.Definition(html), anna);
        var tracked = Given.Message(Given.Definition(html), anna, publicUrl: Given.PublicUrl);

        Assert.Equal(plain.Text, tracked.Text);
        Assert.Contains("https://x.example/", tracked.Text, StringComparison.Ordinal);
        Assert.Contains("https://news.example/t/c/", tracked.Html, StringComparison.Ordinal);
    }

    [Fact]
    public void More_links_than_have_numbers_are_told()
    {
        var nodes = TemplateParser.Parse(string.Concat(
            Enumerable.Range(1, 4).Select(i => $"<a href=\"https://x.example/{i % 3}\"></a>")));

        Assert.False(new TrackedTemplate(nodes, clicks: true, opens: false, linksMax: 3).HasTooManyLinks);
        Assert.True(new TrackedTemplate(nodes, clicks: true, opens: false, linksMax: 2).HasTooManyLinks);
    }

    [Fact]
    public void A_template_full_of_links_is_tracked()
    {
        var html = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"<a href=https://x.example/{i}>{i}</a>"));

        var (tracked, links) = TrackedMail.Compose(html);

        Assert.Equal(20_000, links.Count);
        Assert.EndsWith(
            "<a href=\"[20000:https://x.example/19999]\">19999</a>",
            TrackedMail.Resolve(tracked, links),
            StringComparison.Ordinal);
    }

    private static (string, string)[] Attributes =>
    [
        ("city", "Bad & \"Ischl\"=<1>'"), ("plain", "a b"), ("link", "https://y.example/?a=1&b=2"),
        ("host", "z.example"), ("script", "javascript:alert(1)"), ("raw", "\"><a href='https://evil.example/'>"),
        ("list", "one;two"), ("first name", "Anna"), ("long", new string('y', 5000)),
    ];

    private static void AssertLinks(string html, string expected)
    {
        var (tracked, links) = TrackedMail.Compose(html);

        Assert.Equal(expected, TrackedMail.Resolve(tracked, links));
        Assert.Single(links);
    }
}
