using OrleansCampaigns.Mail.Messages;

namespace OrleansCampaigns.Mail.Tests.Messages;

/// <summary>What a page hides does not stand in its text, and its links can be followed there.</summary>
public sealed class HiddenTextTests
{
    [Theory]
    [InlineData("style=\"display:none\"")]
    [InlineData("style=\"DISPLAY : NONE !important; max-height: 0px\"")]
    [InlineData("style=\"mso-hide:all;line-height:1px\"")]
    [InlineData("style=\"opacity:0;max-height:0;max-width:0;overflow:hidden;font-size:1px;color:#fff\"")]
    [InlineData("style=\"opacity: 0.0\"")]
    [InlineData("style=\"max-height:0em\"")]
    [InlineData("style=\"visibility:hidden\"")]
    [InlineData("style=\"height:0;overflow:hidden\"")]
    [InlineData("style=\"width:0px;overflow-x:hidden\"")]
    [InlineData("style=\"font-size:0\"")]
    [InlineData("style=\"font-size:0px;line-height:0\"")]
    [InlineData("style=\"font-size:1px\"")]
    [InlineData("style=\"font:0/0 a\"")]
    [InlineData("style=\"text-indent:-9999px\"")]
    [InlineData("style=\"position:absolute;left:-9999px\"")]
    [InlineData("style=\"transform:scale(0)\"")]
    [InlineData("style=\"clip:rect(0 0 0 0);position:absolute\"")]
    [InlineData("hidden")]
    [InlineData("hidden=\"until-found\"")]
    public void A_teaser_that_is_hidden_is_left_out(string how) => Assert.Equal(
        "Body\n", Text($"<div {how}>Teaser&nbsp;&zwnj;&nbsp;<b>two</b>&zwnj;</div><p>Body</p>"));

    [Theory]
    [InlineData("<td style=\"font-size:0\"><div style=\"font-size:16px\">Body</div></td>")]
    [InlineData("<td style=\"font-size:0\"><img alt=\"Body\" src=x></td>")]
    [InlineData("<div style=\"font-size:0\"><p style=\"font-size:1em\">Body</p></div>")]
    [InlineData("<div style=\"font-size:0\"><table style=\"font-size:medium\"><tr><td>Body</td></tr></table></div>")]
    [InlineData("<p style=\"line-height:0;height:0;opacity:0.9;max-height:10px\">Body</p>")]
    [InlineData("<p style=\"width:0;overflow:visible\">Body</p>")]
    [InlineData("<p style=\"max-width:0px;display:block\">Body</p>")]
    [InlineData("<p style=\"font-size:10pt;visibility:visible\">Body</p>")]
    [InlineData("<a style=\"mso-hide:all\">Body</a>")]
    [InlineData("<p style=\"left:-9999px\">Body</p>")]
    [InlineData("<p style=\";;:;color\">Body</p>")]
    public void What_is_seen_is_there(string html) => Assert.Equal("Body\n", Text(html));

    [Theory]
    [InlineData(".preheader{display:none !important}", "class=\"a preheader\"", false)]
    [InlineData("/* x */ td.x, div.preheader , p{} a{b:c} .y , .preheader { opacity:0 }", "class=preheader", false)]
    [InlineData("#top{visibility:hidden}", "id=top", false)]
    [InlineData("@import url(x); .p{color:red} div.p{max-height:0;overflow:hidden}", "class=p", false)]
    [InlineData("@media (max-width:600px){.p{display:none}.q{a:b}} .r{display:none}", "class=p", true)]
    [InlineData(".p b{display:none} .p:hover{display:none} span.p{display:none} .P{display:none}", "class=p", true)]
    [InlineData(".p{display:none}", "class=p style=\"display:block\"", true)]
    [InlineData(".p{display:none", "class=q", true)]
    public void A_style_sheet_hides_what_it_names(string css, string attributes, bool isSeen) => Assert.Equal(
        isSeen ? "Teaser\nBody\n" : "Body\n",
        Text($"<style type=text/css>{css}</style><div {attributes}>Teaser</div><div>Body</div>"));

    [Theory]
    [InlineData("https://x.example/price list/2026.pdf", "https://x.example/price%20list/2026.pdf")]
    [InlineData(" https://x.example/a\nb ", "https://x.example/ab")]
    [InlineData("https://x.example/?q=<a> &quot;b&quot;", "https://x.example/?q=%3Ca%3E%20%22b%22")]
    [InlineData("https://x.example/a&nbsp;b", "https://x.example/a%C2%A0b")]
    [InlineData("https://x.example/%20?q=ü&amp;r=1", "https://x.example/%20?q=ü&r=1")]
    public void A_link_has_no_blanks(string target, string written) => Assert.Equal(
        $"Price list: {written}\n", Text($"<a href=\"{target}\">Price list</a>"));

    [Fact]
    public void A_number_to_call_keeps_its_blanks() =>
        Assert.Equal("Call: +43 1 234\n", Text("<a href=\"tel:+43 1 234\">Call</a>"));

    [Fact]
    public void A_message_of_a_template_says_the_same()
    {
        var message = Given.Message(
            Given.Definition(
                "<div style=\"opacity:0\">Teaser {{name}}</div><p style=\"font-size:0\">x{{name}}</p>"
                    + "<p>Dear {{name}}, <a href=\"https://x.example/a b/{{name}}\">look</a></p>"),
            Given.Recipient(name: "Anna"));

        Assert.Equal("Dear Anna, look: https://x.example/a%20b/Anna\n", message.Text);
    }

    private static string Text(string html) => TextLayout.Wrap(HtmlToText.Convert(html));
}
