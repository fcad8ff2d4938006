namespace OrleansCampaigns.Mail.Tests.Messages.Tracking;

/// <summary>What only Outlook reads is tracked as what all others read.</summary>
public sealed class ConditionalCommentTests
{
    [Theory]
    [InlineData(
        "<!--[if mso]><a href=\"https://x.example/\">x</a><![endif]-->",
        "<!--[if mso]><a href=\"[1:https://x.example/]\">x</a><![endif]-->")]
    [InlineData(
        "<!--[IF (gte mso 9)|(IE)]><table><tr><td><a href='https://x.example/'>x</a><![endif]-->",
        "<!--[IF (gte mso 9)|(IE)]><table><tr><td><a href='[1:https://x.example/]'>x</a><![endif]-->")]
    [InlineData(
        "<!--[if mso]><v:roundrect xmlns:v=\"urn:x\" href=\"https://x.example/\" arcsize=\"8%\"><w:anchorlock/>"
            + "</v:roundrect><![endif]--><!--[if !mso]><!--><a href=\"https://x.example/\">x</a><!--<![endif]-->",
        "<!--[if mso]><v:roundrect xmlns:v=\"urn:x\" href=\"[1:https://x.example/]\" arcsize=\"8%\"><w:anchorlock/>"
            + "</v:roundrect><![endif]--><!--[if !mso]><!--><a href=\"[1:https://x.example/]\">x</a><!--<![endif]-->")]
    [InlineData(
        "<![if !mso]><a href=\"https://x.example/\">x</a><![endif]>",
        "<![if !mso]><a href=\"[1:https://x.example/]\">x</a><![endif]>")]
    [InlineData(
        "<!--[if mso]><style>td{a:b}</style><![endif]--><a href=\"https://x.example/\">x</a>",
        "<!--[if mso]><style>td{a:b}</style><![endif]--><a href=\"[1:https://x.example/]\">x</a>")]
    [InlineData(
        "<!--[if mso]><td title=\"<![endif]--><a href=\"https://x.example/\">x</a>",
        "<!--[if mso]><td title=\"<![endif]--><a href=\"[1:https://x.example/]\">x</a>")]
    [InlineData(
        "<!--[if mso]><style>td{<![endif]--><a href=\"https://x.example/\">x</a>",
        "<!--[if mso]><style>td{<![endif]--><a href=\"[1:https://x.example/]\">x</a>")]
    [InlineData(
        "{{#if city}}<!--[if mso]><a href=\"https://x.example/\">x</a><![endif]-->{{else}}y{{/if}}",
        "<!--[if mso]><a href=\"[1:https://x.example/]\">x</a><![endif]-->")]
    [InlineData(
        "<!--[if mso]>{{#if city}}<a href=\"https://x.example/\">{{/if}}x</a><![endif]-->",
        "<!--[if mso]><a href=\"[1:https://x.example/]\">x</a><![endif]-->")]
    public void A_link_in_a_conditional_comment_is_tracked(string html, string expected)
    {
        var (tracked, links) = TrackedMail.Compose(html, ("city", "Graz"));

        Assert.Equal(expected, TrackedMail.Resolve(tracked, links));
        Assert.Equal(["https://x.example/"], links);
    }

    [Fact]
    public void A_field_in_it_is_filled_in_and_its_twin_has_the_same_number()
    {
        const string Link = "<a href=\"https://s.example/buy?n={{city}}\">Buy</a>";
        var (tracked, links) = TrackedMail.Compose(
            $"<!--[if mso]>{Link} <a href=\"{{{{unsubscribe_url}}}}\">x</a><![endif]-->"
                + $"<!--[if !mso]><!-->{Link}<!--<![endif]-->",
            ("city", "Graz"));

        Assert.Equal(["https://s.example/buy?n={{city}}"], links);
        Assert.Equal(3, TrackedMail.Resolve(tracked, links).Split("[1:https://s.example/buy?n=Graz]").Length);
        Assert.Contains("/t/u/", tracked, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<!-- [if mso]><a href=\"https://x.example/\">x</a><![endif]-->")]
    [InlineData("<!--[iff]><a href=\"https://x.example/\">x</a>-->")]
    [InlineData("<!--[if mso><a href=\"https://x.example/\">x</a>-->")]
    [InlineData("<!--[if {{city}}]><a href=\"https://x.example/\">x</a>-->")]
    [InlineData("<!--[if mso]--><!-- <a href=\"https://x.example/\">x</a> -->")]
    [InlineData("<!--[if mso]><a {{city}}></a><a title={{city}}><a href=\"https://x.example/\">x</a><![endif]-->")]
    [InlineData("<!--[if mso]><a href=\"https://x.example/-->\">x</a>")]
    [InlineData("{{#if city}}<!--[if mso]>{{/if}}<a href=\"https://x.example/\">x</a><![endif]-->")]
    public void What_is_none_or_ends_who_knows_where_is_left_alone(string html)
    {
        var (tracked, links) = TrackedMail.Compose(html, ("city", "Graz"));

        Assert.Empty(links);
        Assert.DoesNotContain("/t/c/", tracked, StringComparison.Ordinal);
    }

    [Fact]
    public void The_pixel_stands_where_all_others_see_the_body_end()
    {
        var message = Given.Message(
            Given.Definition("<body>x<!--[if mso]></body><![endif]-->y</body>"),
            Given.Recipient().Placed(),
            publicUrl: Given.PublicUrl);

        Assert.StartsWith(
            "<body>x<!--[if mso]></body><![endif]-->y<img ", message.Html, StringComparison.Ordinal);
    }
}
