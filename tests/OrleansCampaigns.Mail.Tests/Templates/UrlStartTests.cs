namespace OrleansCampaigns.Mail.Tests.Templates;

/// <summary>What a contact's field brings makes no link run anything.</summary>
public sealed class UrlStartTests
{
    [Theory]
    [InlineData("javascript:alert(1)")]
    [InlineData("JavaScript:alert(1)")]
    [InlineData(" javascript:alert(1)")]
    [InlineData("java\tscript:alert(1)")]
    [InlineData("vbscript:x")]
    [InlineData("data:text/html,x")]
    [InlineData("file:///etc/passwd")]
    public void A_target_of_another_scheme_does_not_go_out(string link)
    {
        Assert.Equal("<a href=\"#\">x</a>", Html("<a href=\"{{link}}\">x</a>", link));
        Assert.Equal("<a href='#'>x</a>", Html("<a href='{{{link}}}'>x</a>", link));
        Assert.Equal("<a href=\"#\">x</a>", Html("<a href=\"{{#if link}}{{link}}{{/if}}\">x</a>", link));
        Assert.Equal("<img src=\"#\">", Html("<img src=\"{{link}}\">", link));
        Assert.Equal("<a href=\"#\">x</a>", Html("<a href=\"{{raw link}}\">x</a>", link));
        Assert.Equal("<a href=\"#\">x</a>", Html("<a href=\"{{default none link}}\">x</a>", link));
        Assert.Equal("<a href=\"#\">", Html("<a {{#if none}}title=\"{{else}}href=\"{{/if}}{{link}}\">", link));
        Assert.Equal("<a href=\"#\">", Html("<a {{#if link}}href=\"{{else}}title=\"{{/if}}{{link}}\">", link));
        Assert.Equal("<!--[if mso]><a href='#'>-->", Html("<!--[if mso]><a href='{{link}}'>-->", link));
        Assert.Equal("<form action = \"#\">x</form>", Html("<form action = \"{{link}}\">x</form>", link));
    }

    [Theory]
    [InlineData("<p>Go <a href=\"{{link}}\">there</a> now</p>")]
    [InlineData("<p>Go <a href=\"{{default none link}}\">there</a> now</p>")]
    [InlineData("<p>Go <a href=\"{{#if link}}{{link}}{{/if}}\">there</a> now</p>")]
    public void It_does_not_go_out_in_the_text_that_is_made_of_the_HTML(string html)
    {
        var recipient = Given.Recipient(attributes: ("link", "javascript:alert(1)"));

        Assert.Equal("Go there now\n", Given.Message(Given.Definition(html), recipient).Text);
    }

    [Theory]
    [InlineData("https://x.example/?a=b:c")]
    [InlineData("HTTP://x.example/")]
    [InlineData("mailto:us@x.example")]
    [InlineData("tel:+431234")]
    [InlineData("/path:x")]
    [InlineData("path")]
    [InlineData("?q=javascript:x")]
    public void Other_targets_go_out_as_they_are(string link)
    {
        var escaped = link.Replace("=", "&#x3D;", StringComparison.Ordinal);

        Assert.Equal($"<a href=\"{escaped}\">x</a>", Html("<a href=\"{{link}}\">x</a>", link));
    }

    [Fact]
    public void Two_values_make_no_scheme_together() =>
        Assert.Equal(
            "<a href=\"#\">x</a>",
            Given.Message(
                Given.Definition("<a href=\"{{a}}{{b}}\">x</a>"),
                Given.Recipient(attributes: [("a", "java"), ("b", "script:x")])).Html);

    [Theory]
    [InlineData("<a href=\"https://x.example/{{link}}\">x</a>", "<a href=\"https://x.example/javascript:x\">x</a>")]
    [InlineData("<a href=\"app:{{link}}\">x</a>", "<a href=\"app:javascript:x\">x</a>")]
    [InlineData("<p>href: {{link}}</p>", "<p>href: javascript:x</p>")]
    [InlineData("<a title=\"{{link}}\">x</a>", "<a title=\"javascript:x\">x</a>")]
    public void What_an_author_begins_is_the_authors_own(string html, string expected) =>
        Assert.Equal(expected, Html(html, "javascript:x"));

    private static string Html(string template, string link) =>
        Given.Message(Given.Definition(template), Given.Recipient(attributes: ("link", link))).Html;
}
