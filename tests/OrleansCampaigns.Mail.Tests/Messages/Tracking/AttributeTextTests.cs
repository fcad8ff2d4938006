using AngleSharp.Html.Parser;
using OrleansCampaigns.Mail.Messages.Tracking;

namespace OrleansCampaigns.Mail.Tests.Messages.Tracking;

/// <summary>What we read in an attribute is what a browser reads there.</summary>
public sealed class AttributeTextTests
{
    private static readonly string[] Parts =
    [
        "&", "&amp;", "&amp", "&AMP", "&copy", "&copy;", "&para", "&not", "&notin;", "&notit;", "&lt", "&quot;",
        "&apos;", "&period;", "&nbsp;", "&NotEqualTilde;", "&CounterClockwiseContourIntegral;", "&nothing;", "&#",
        "&#x", "&#65", "&#65;", "&#x41", "&#X41;", "&#128;", "&#150", "&#0;", "&#xD800;", "&#x110000;",
        "&#99999999999;", "&#x1F600;", ";", "=", "a", "Z", "1", " ", "x=1", "#", "é", "?", "&&",
    ];

    [Theory]
    [InlineData("https://x.example/", "https://x.example/")]
    [InlineData("?a=1&amp;b=2&c=3", "?a=1&b=2&c=3")]
    [InlineData("?a=1&copy=2&copy2;&copy", "?a=1&copy=2&copy2;©")]
    [InlineData("&#x3D;&#39;&#x27;&#128;&#0;", "=''€\uFFFD")]
    [InlineData("&", "&")]
    [InlineData("", "")]
    public void A_value_is_decoded(string written, string expected) =>
        Assert.Equal(expected, AttributeText.Decode(written));

    [Fact]
    public void Any_value_is_decoded_as_a_parser_of_HTML_does()
    {
        var random = new Random(1);
        var parser = new HtmlParser();
        for (var i = 0; i < 20_000; i++)
        {
            var written = string.Concat(random.GetItems(Parts, random.Next(1, 7)));
            if (written.Contains("&;", StringComparison.Ordinal))
            {
                // The parser loses the semicolon of an ampersand without a name, which the standard keeps.
                continue;
            }

            var expected = parser.ParseDocument($"<a href=\"{written}\">x</a>").QuerySelector("a")!.GetAttribute("href");

            Assert.True(
                expected == AttributeText.Decode(written),
                $"'{written}' is '{expected}' and not '{AttributeText.Decode(written)}'.");
        }
    }
}
