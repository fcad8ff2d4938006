using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Mail.Messages;
using OrleansCampaigns.Mail.Relays;

namespace OrleansCampaigns.Mail.Tests.Messages;

/// <summary>What validation warns of in a content: likely mistakes, which forbid nothing.</summary>
public sealed class WarningTests
{
    [Theory]
    [InlineData("Dear *|FNAME|*, hello", "*|FNAME|*")]
    [InlineData("<a href=\"*|UNSUB|*\">x</a>", "*|UNSUB|*")]
    [InlineData("<a href=\"https://x.example/?e=*%7CEMAIL%7C*\">x</a>", "*|EMAIL|*")]
    [InlineData("*|IF:FNAME|*", "*|IF:FNAME|*")]
    [InlineData("Dear %%first_name%%", "%%first_name%%")]
    [InlineData("Dear [[first name]]", "[[first name]]")]
    [InlineData("Dear {$name}", "{$name}")]
    [InlineData("Dear ${contact.name}", "${contact.name}")]
    [InlineData("<a href=\"$%7Burl%7D\">x</a>", "${url}")]
    [InlineData("Dear %recipient.name%", "%recipient.name%")]
    [InlineData("Dear -name-,", "-name-")]
    [InlineData("<b>-first_name-</b>", "-first_name-")]
    [InlineData("Dear %FIRSTNAME%", "%FIRSTNAME%")]
    [InlineData("Dear [First name]", "[First name]")]
    [InlineData("<a href=\"[unsubscribe]\">x</a>", "[unsubscribe]")]
    [InlineData("Dear {name}", "{name}")]
    [InlineData("Dear {FNAME}", "{FNAME}")]
    [InlineData("Dear {contactfield=firstname}", "{contactfield=firstname}")]
    [InlineData("{% if city %}", "{% if city %}")]
    [InlineData("Dear <%= name %>", "<%= name %>")]
    [InlineData("Dear ##FirstName##", "##FirstName##")]
    [InlineData("Dear #FIRSTNAME#", "#FIRSTNAME#")]
    [InlineData("Dear ~Contact.FirstName~", "~Contact.FirstName~")]
    [InlineData("Dear $$name$$", "$$name$$")]
    [InlineData("Dear &lt;&lt;First&gt;&gt;", "<<First>>")]
    [InlineData("Dear {!Contact.FirstName}", "{!Contact.FirstName}")]
    [InlineData("Liebe [Vorname]", "[Vorname]")]
    public void A_tag_of_another_tool_is_told(string html, string tag)
    {
        var warning = Assert.Single(
            Given.Compiled(Given.Definition(html)).Warnings, warning => warning.Code == "content.foreign_tag");

        Assert.Equal("content.html", warning.Field);
        Assert.Contains(tag, warning.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<p>Up to 50%-70% off, 100% [new] {really} #1 - and - more -</p>")]
    [InlineData("<p>{{first_name}}, {{#if city}}{{city}}{{/if}}</p>")]
    [InlineData("<style>a[name]{color:red} [email]{x:y} .a{b:c}</style>")]
    [InlineData("<!--[if mso]><table><tr><td><![endif]--><!--[if !mso]><!-->x<!--<![endif]-->")]
    [InlineData("<a href=\"https://x.example/%20name%20/?a=1&name=2#name\">x</a>")]
    [InlineData("<p class=\"col-name-x --name--wide\">## A heading ## and $$ 5 $$</p>")]
    [InlineData("<p>1 << 2 >> 1, a|b|c, name@x.example, e-mail-address</p>")]
    [InlineData("<script>var a = `${name}`;</script>")]
    public void What_is_no_tag_is_none(string html) => Assert.DoesNotContain(
        "content.foreign_tag", Codes(Given.Definition(html, fallbacks: [("first_name", "x"), ("city", "y")])));

    [Fact]
    public void Every_template_is_looked_at()
    {
        var definition = Given.Definition("<p>x</p>", "*|A|*", "*|B|*");
        definition = definition with
        {
            Content = definition.Content with { Headers = [new HeaderField("X-A", "*|C|*")] },
        };

        Assert.Equal(
            ["content.subject", "content.text", "headers.X-A"],
            Given.Compiled(definition).Warnings.Where(warning => warning.Code == "content.foreign_tag")
                .Select(warning => warning.Field));
    }

    [Theory]
    [InlineData("<a href=\"https://s.example/?n=%7B%7Bfirst_name%7D%7D\">a</a>")]
    [InlineData("<a href=\"https://s.example/?n=%7b%7b%20first_name%20%7d%7d\">a</a>")]
    [InlineData("<p>Dear &#123;&#123;first_name&#125;&#125;</p>")]
    [InlineData("<p>Dear &#x7B;&#x7b;first_name&#x7D;&#x7d;</p>")]
    [InlineData("<p>Dear &lbrace;&lcub;first_name&rcub;&rbrace;</p>")]
    [InlineData("<a href=\"https://s.example/?n=%257B%257Bfirst_name%257D%257D\">a</a>")]
    [InlineData("<a href=\"https://s.example/?n={%7Bfirst_name}%7D\">a</a>")]
    public void Braces_that_an_editor_encoded_are_told(string html) => Assert.Contains(
        "content.encoded_braces", Codes(Given.Definition(html, fallbacks: ("first_name", "x"))));

    [Theory]
    [InlineData("<a href=\"https://s.example/?n={{first_name}}&m=%7Bx%7D\">{a}</a>")]
    [InlineData("<style>@media x{a{b:c}}</style>")]
    public void Other_braces_are_not(string html) => Assert.DoesNotContain(
        "content.encoded_braces", Codes(Given.Definition(html, fallbacks: ("first_name", "x"))));

    [Theory]
    [InlineData("https://s.example/?n=%7B%7Bfirst_name%7D%7D&m=1", "https://s.example/?n=Zoe&m=1")]
    [InlineData("https://s.example/?n=%7b%7b%20first_name%20%7d%7d", "https://s.example/?n=Zoe")]
    [InlineData("https://s.example/%7B%7B", "https://s.example/%7B%7B")]
    [InlineData("https://s.example/%7B%7B%7Bx%7D%7D%7D", "https://s.example/%7B%7B%7Bx%7D%7D%7D")]
    public void A_tag_that_was_percent_encoded_as_a_whole_is_a_tag(string target, string link)
    {
        var message = Given.Message(
            Given.Definition($"<a href=\"{target}\">a</a>"), Given.Recipient(attributes: ("first_name", "Zoe")));

        Assert.Equal($"<a href=\"{link}\">a</a>", message.Html);
    }

    [Fact]
    public void A_part_without_a_link_to_unsubscribe_by_is_told()
    {
        const string Link = "<a href=\"{{unsubscribe_url}}\">x</a>";

        Assert.Equal(["content.html"], Endless("<p>x</p>", null));
        Assert.Equal(["content.html", "content.text"], Endless("<p>x</p>", "x"));
        Assert.Equal(["content.text"], Endless("", "x"));
        Assert.Empty(Endless(Link, null));
        Assert.Empty(Endless(Link, "{{unsubscribe_url}}"));

        static IEnumerable<string?> Endless(string html, string? text) =>
            Given.Compiled(Given.Definition(html, text), publicUrl: Given.PublicUrl).Warnings
                .Where(warning => warning.Code == "content.no_unsubscribe_link").Select(warning => warning.Field);
    }

    [Fact]
    public void A_sender_without_a_key_is_told_unless_the_service_signs()
    {
        var signing = Given.Options(Given.RelayAt(25));
        signing.Relays[0].Provider = RelayProvider.Postmark;

        Assert.Contains("sender.no_dkim", Codes(Given.Definition()));
        Assert.DoesNotContain(
            "sender.no_dkim", Given.Compiled(Given.Definition(), signing).Warnings.Select(warning => warning.Code));
    }

    [Fact]
    public void A_content_that_cannot_be_compiled_is_warned_of_all_the_same()
    {
        var compiled = Given.Compiled(Given.Definition("{{#if}} *|FNAME|*"));

        Assert.Null(compiled.Composer);
        Assert.Contains("content.foreign_tag", compiled.Warnings.Select(warning => warning.Code));
    }

    [Fact]
    public void Looking_takes_time_with_the_length_and_no_more()
    {
        string[] signs = ["*|", "%%", "[[", "{", "-", "<%", "%7B%7B", "{{", "cid:", "\"cid:", "<style", "&"];
        foreach (var sign in signs)
        {
            var html = string.Concat(Enumerable.Repeat(sign, 200_000 / sign.Length));

            Assert.NotNull(Mail.Messages.Warnings.ContentWarnings.Of(
                new Content { Html = html }, CidReferences.Find(html), null).ToList());
        }
    }

    private static IEnumerable<string> Codes(CampaignDefinition definition) =>
        Given.Compiled(definition).Warnings.Select(warning => warning.Code);
}
