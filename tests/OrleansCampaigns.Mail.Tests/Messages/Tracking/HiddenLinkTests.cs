using System.Text.RegularExpressions;
using AngleSharp.Html.Parser;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Feedback;
using OrleansCampaigns.Grains.Delivery;

namespace OrleansCampaigns.Mail.Tests.Messages.Tracking;

/// <summary>Tracked HTML holds one link that no person sees, hears or reaches; nothing else changes by it.</summary>
public sealed partial class HiddenLinkTests
{
    [Theory]
    [InlineData("<body><p>x</p></body></html>", "<body><p>x</p>[hidden][pixel]</body></html>")]
    [InlineData("<p>x", "<p>x[hidden][pixel]")]
    [InlineData("<body>{{#if name}}</body>{{else}}</body>{{/if}}", "<body>[hidden][pixel]</body>")]
    public void It_stands_once_at_the_end_of_the_body(string html, string expected)
    {
        var composed = Compose(Given.Definition(html, "x"), hasHiddenLink: true);

        var hidden = Assert.Single(HiddenLinks().Matches(composed.Html));
        Assert.Equal(expected, Pixels().Replace(HiddenLinks().Replace(composed.Html, "[hidden]"), "[pixel]"));
        Assert.Equal(
            new RecipientToken(Given.Campaign, Given.Recipient().Contact, 0),
            TrackedMail.Tokens.Read(TokenPurpose.HiddenLink, hidden.Groups["token"].Value));
    }

    [Fact]
    public void Nobody_sees_hears_or_reaches_it()
    {
        var composed = Compose(Given.Definition("<p>x</p>", "x"), hasHiddenLink: true);

        using var document = new HtmlParser().ParseDocument(composed.Html);
        var link = Assert.Single(document.QuerySelectorAll("a"));
        Assert.Equal(("true", "-1", ""), (
            link.GetAttribute("aria-hidden"), link.GetAttribute("tabindex"), link.TextContent));
        Assert.Contains("display:none", link.GetAttribute("style"), StringComparison.Ordinal);
        Assert.Equal("x", document.Body!.TextContent);
    }

    [Fact]
    public void The_text_that_is_made_of_the_HTML_knows_nothing_of_it() => Assert.DoesNotContain(
        TrackingPaths.Hidden, Compose(Given.Definition("<p>x</p>", null), hasHiddenLink: true).Text,
        StringComparison.Ordinal);

    [Theory]
    [InlineData(true, false, true)]
    [InlineData(true, true, false)]
    [InlineData(false, true, true)]
    public void There_is_none_without_click_tracking_in_a_preview_or_when_it_is_switched_off(
        bool tracksClicks, bool isPlaced, bool hasHiddenLink)
    {
        var definition = Given.Definition("<p>x</p>", "x") with { TrackClicks = tracksClicks };

        Assert.DoesNotContain(
            TrackingPaths.Hidden, Compose(definition, hasHiddenLink, isPlaced).Html, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_else_in_the_HTML_changes_by_it()
    {
        const string html = "<body><a href=\"https://a.example/\">a</a><!-- b --><p title='</body>'>c</body><i>d";
        var definition = Given.Definition(html, "x");

        var with = Compose(definition, hasHiddenLink: true).Html;

        Assert.Equal(Compose(definition, hasHiddenLink: false).Html, HiddenLinks().Replace(with, ""));
        Assert.Equal(
            ["https://a.example/"],
            Given.Compiled(definition, publicUrl: Given.PublicUrl, hasHiddenLink: true).Composer!.Links);
    }

    private static IOutgoingMessage Compose(CampaignDefinition definition, bool hasHiddenLink, bool isPlaced = true)
    {
        var compiled = Given.Compiled(definition, publicUrl: Given.PublicUrl, hasHiddenLink: hasHiddenLink);
        var recipient = isPlaced ? Given.Recipient().Placed() : Given.Recipient();
        var composed = compiled.Composer!.Compose(recipient, Given.Noon);
        Assert.Null(composed.Refusal);
        return composed.Value!;
    }

    [GeneratedRegex("<a href=\"https://news\\.example/t/l/(?<token>[A-Za-z0-9_-]+)\"[^>]*></a>")]
    private static partial Regex HiddenLinks();

    [GeneratedRegex("<img src=\"https://news\\.example/t/o/[^>]*>")]
    private static partial Regex Pixels();
}
