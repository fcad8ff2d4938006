using OrleansCampaigns.Mail.Messages;
using OrleansCampaigns.Mail.Templates;

namespace OrleansCampaigns.Mail.Tests.Messages;

/// <summary>The text that a reader without HTML gets.</summary>
public sealed class HtmlToTextTests
{
    [Theory]
    [InlineData("<p>One</p><p>Two</p>", "One\n\nTwo\n")]
    [InlineData("<div>One</div><div>Two</div>", "One\nTwo\n")]
    [InlineData("One<br>Two<br/><br/>Three", "One\nTwo\n\nThree\n")]
    [InlineData("  One \n\t two&nbsp;three  ", "One two three\n")]
    [InlineData("<b>bo</b>ld <i>and</i> plain", "bold and plain\n")]
    [InlineData("<h1>Title</h1>Text", "Title\n\nText\n")]
    [InlineData("<a href=\"https://x.example/a?b=1&amp;c=2\">Read</a> on", "Read: https://x.example/a?b=1&c=2 on\n")]
    [InlineData("<a href=\"https://x.example/\">https://x.example/</a>", "https://x.example/\n")]
    [InlineData("<a href=\"mailto:us@x.example\">us@x.example</a>", "us@x.example\n")]
    [InlineData("<a href=\"#top\">Up</a> <a>None</a> <a href=\"javascript:x()\">Run</a>", "Up None Run\n")]
    [InlineData(
        "<a href=\"https://x.example/\"><img src=y.png alt=\"Our logo\"></a>", "Our logo: https://x.example/\n")]
    [InlineData("(<a href=\"https://x.example/\">Read </a>).", "(Read: https://x.example/ ).\n")]
    [InlineData("<a href=\"https://x.example/\">Read:</a>, now", "Read: https://x.example/ , now\n")]
    [InlineData("See <a href=\"https://x.example/\">https://x.example/</a>.", "See https://x.example/ .\n")]
    [InlineData("Write <a href=\"mailto:us@x.example\">us@x.example</a>.", "Write us@x.example.\n")]
    [InlineData("Look <a href=\"https://x.example/\"><img src=y></a>!", "Look https://x.example/ !\n")]
    [InlineData("<a href=\"https://x.example/\"><img src=y.png></a>", "https://x.example/\n")]
    [InlineData("<ul><li>One</li><li>Two<ul><li>Deep</li></ul></li></ul>After", "- One\n- Two\n\n  - Deep\n\nAfter\n")]
    [InlineData("<ol><li>One</li><li>Two</li></ol>", "1. One\n2. Two\n")]
    [InlineData("<ol start=9><li>Nine<li>Ten</ol>", "9. Nine\n10. Ten\n")]
    [InlineData("<blockquote><p>Said</p><p>More</p></blockquote>Done", "> Said\n\n> More\n\nDone\n")]
    [InlineData("<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table>", "A | B\n1 | 2\n")]
    [InlineData("<table><tr><td><p>Left</p></td><td><p>Right</p></td></tr></table>", "Left\n\nRight\n")]
    [InlineData("<pre>a  b\n  c</pre>", "a  b\n  c\n")]
    [InlineData("Above<hr>Below", "Above\n\n----------------------------------------\n\nBelow\n")]
    [InlineData(
        "<html><head><title>T</title><style>p{}</style></head><body><script>x()</script>Seen</body></html>", "Seen\n")]
    [InlineData("<div style=\"display: none\">Preview</div><span hidden>x</span>Seen<!-- note -->", "Seen\n")]
    [InlineData("&lt;b&gt; &amp; &eacute; &#128512;", "<b> & é 😀\n")]
    [InlineData("", "")]
    [InlineData("<p> </p><br><br>", "")]
    public void HTML_reads_as_text(string html, string text) =>
        Assert.Equal(text, TextLayout.Wrap(HtmlToText.Convert(html)));

    [Fact]
    public void Long_lines_are_wrapped_under_their_beginning_and_long_words_stay_whole()
    {
        var words = string.Join(' ', Enumerable.Repeat("lorem ipsum", 20));
        var link = $"https://x.example/{new string('y', 120)}";
        var html = $"<p>{words}</p><ul><li>{words}</li></ul><blockquote>{words}</blockquote><p>See {link} now</p>";

        var lines = TextLayout.Wrap(HtmlToText.Convert(html)).Split('\n');

        Assert.All(lines.Where(line => !line.Contains(link, StringComparison.Ordinal)), line =>
            Assert.True(line.Length <= 76));
        Assert.Contains(link, lines);
        Assert.Contains(lines, line => line.StartsWith("- lorem", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("  lorem", StringComparison.Ordinal)
            || line.StartsWith("  ipsum", StringComparison.Ordinal));
        Assert.All(
            lines.SkipWhile(line => !line.StartsWith("> ", StringComparison.Ordinal)).TakeWhile(
                line => line.Length > 0),
            line => Assert.StartsWith("> ", line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("<p>Dear {{name}},</p><p>your city {{city}}</p>")]
    [InlineData("<p>Dear <b>{{name}}</b></p><a href=\"https://x.example/?who={{name}}\">{{city}}</a>")]
    [InlineData("<a href=\"{{link}}\">{{link}}</a>")]
    [InlineData("<p>A{{#if city}} in {{city}}{{/if}}.</p>")]
    [InlineData("<p>A</p>{{#if city}}<p>B {{city}}</p>{{/if}}<p>C</p>")]
    [InlineData("<p>A</p>{{#if nothing}}<p>B</p>{{else}}<p>D</p>{{/if}}<p>C</p>")]
    [InlineData("{{#if nothing}}<p>A</p>{{/if}}<p>B</p>")]
    [InlineData("<table>{{#if city}}<tr><td>City</td><td>{{city}}</td></tr>{{/if}}<tr><td>{{name}}</td></tr></table>")]
    [InlineData("<table>{{#if nothing}}<tr><td>City</td></tr>{{/if}}<tr><td>Name</td><td>{{name}}</td></tr></table>")]
    [InlineData("<ul>{{#if city}}<li>{{city}}</li>{{/if}}<li>Last</li></ul>")]
    [InlineData("<p>{{name}} &#123;&#123;name}} \\{{name}}</p>")]
    [InlineData("<img alt=\"{{name}}\" src=\"x\"> <p title=\"{{city}}\">x</p>")]
    public void The_text_template_says_what_the_rendered_HTML_says(string html) =>
        AssertSame(html, isTemplate: true);

    [Theory]
    [InlineData("<p>{{{raw}}}</p>")]
    [InlineData("<ul>{{#each list}}<li>{{this}}</li>{{/each}}</ul>")]
    [InlineData("<ol>{{#if city}}<li>{{city}}</li>{{/if}}<li>Last</li></ol>")]
    [InlineData("<{{tag}}>x</{{tag}}>")]
    [InlineData("<p {{tag}}=1>x</p>")]
    [InlineData("<a href=\"{{#if city}}https://x.example/{{city}}{{else}}none{{/if}}\">Go</a>")]
    [InlineData("<style>{{#if city}}p{}{{/if}}</style><p>x</p>")]
    [InlineData("<p style=\"{{style}}\">hidden</p><p>seen</p>")]
    public void What_depends_on_the_values_is_read_message_by_message(string html) =>
        AssertSame(html, isTemplate: false);

    private static void AssertSame(string html, bool isTemplate)
    {
        var fields = new FieldTable();
        var compiled = CompiledTemplate.Compile("content.html", html, ValueEncoding.Html, 100_000, fields).Value!;
        var alternative = TextAlternative.Of(compiled);
        var recipient = Given.Recipient(
            name: "Tom & <Jerry>\nJr.",
            attributes:
            [
                ("city", "São Paulo {{x}}"), ("raw", "<b>A</b><p>B</p>"), ("list", "one;two"), ("tag", "div"),
                ("link", "https://x.example/?a=1&b=2"), ("style", "display:none"),
            ]);
        var values = new RecipientFields(
            recipient, fields, System.Collections.Immutable.ImmutableDictionary<string, string>.Empty);
        var rendered = compiled.Render(values).Value!;

        Assert.Equal(isTemplate, alternative.IsTemplate);
        Assert.Equal(TextLayout.Wrap(HtmlToText.Convert(rendered)), alternative.Render(values, () => rendered).Value);
    }
}
