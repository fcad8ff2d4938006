using OrleansCampaigns.Domain.Feedback;

namespace OrleansCampaigns.Domain.Tests.Feedback;

public sealed class MachineSignsTests
{
    private const string Firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

    [Theory]
    [InlineData(Firefox)]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 "
        + "Safari/537.36 Edg/126.0.0.0")]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        + "Mobile/15E148")]
    [InlineData("Mozilla/4.0 (compatible; ms-office; MSOffice rmj)")]
    [InlineData("Microsoft Outlook 16.0.17628")]
    [InlineData("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.1.0")]
    [InlineData("okhttp/4.12.0")]
    [InlineData("Mozilla/5.0 (Linux; Android 11; CUBOT NOTE 20) AppleWebKit/537.36 Chrome/126.0.0.0 Mobile")]
    [InlineData("Mozilla/5.0 (Linux; Android 9; CUBOT_X18_Plus) AppleWebKit/537.36 Chrome/126.0.0.0 Mobile")]
    [InlineData("Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)")]
    [InlineData("YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html")]
    public void People_and_the_proxies_that_fetch_for_them_are_no_machines(string userAgent)
    {
        Assert.False(MachineSigns.AreIn(isHead: false, userAgent));
        Assert.False(MachineSigns.AreIn(userAgent));
    }

    [Theory]
    [InlineData("Mozilla/5.0")]
    [InlineData(" Mozilla/5.0 ")]
    [InlineData("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)")]
    [InlineData("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)")]
    [InlineData("Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)")]
    [InlineData("Mozilla/5.0 (compatible; Yahoo! Slurp; http://help.yahoo.com/help/us/ysearch/slurp)")]
    [InlineData("Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/534+ (KHTML, like Gecko) BingPreview/1.0b")]
    [InlineData("Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com")]
    [InlineData("Microsoft Office Existence Discovery")]
    [InlineData("Mozilla/5.0 (compatible; Barracuda Sentinel (EE))")]
    [InlineData("Mozilla/5.0 (compatible; Mimecast URL Protect)")]
    [InlineData("facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)")]
    [InlineData("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/126.0.0.0")]
    [InlineData("Baiduspider+(+http://www.baidu.com/search/spider.htm)")]
    [InlineData("curl/8.5.0")]
    [InlineData("Wget/1.21.3")]
    [InlineData("python-requests/2.32.3")]
    [InlineData("Go-http-client/2.0")]
    [InlineData("Java/17.0.2")]
    [InlineData("CUBOT bot")]
    public void Machines_that_say_so_are_known(string userAgent)
    {
        Assert.True(MachineSigns.AreIn(isHead: false, userAgent));
        Assert.True(MachineSigns.AreIn(userAgent));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    public void A_request_that_does_not_say_whose_it_is_is_a_machines_but_an_event_is_not(string? userAgent)
    {
        Assert.True(MachineSigns.AreIn(isHead: false, userAgent));
        Assert.False(MachineSigns.AreIn(userAgent));
    }

    [Theory]
    [InlineData("prefetch")]
    [InlineData("prefetch;prerender")]
    [InlineData("PREFETCH")]
    [InlineData("preview")]
    public void What_is_fetched_in_advance_nobody_asked_for(string purpose)
    {
        Assert.True(MachineSigns.AreIn(isHead: false, Firefox, purpose));
        Assert.True(MachineSigns.AreIn(isHead: false, Firefox, null, "", null, purpose));
    }

    [Fact]
    public void Headers_alone_are_of_use_to_machines_only()
    {
        Assert.True(MachineSigns.AreIn(isHead: true, Firefox));
        Assert.False(MachineSigns.AreIn(isHead: false, Firefox, null, null, "navigation", null));
    }

    [Fact]
    public void A_text_without_end_costs_no_more_than_its_beginning()
    {
        Assert.False(MachineSigns.AreIn(new string('x', 1_000) + "curl/8.5.0"));
        Assert.True(MachineSigns.AreIn(new string('x', 900) + "curl/8.5.0" + new string('x', 1_000_000)));
        Assert.True(MachineSigns.AreIn(string.Concat(Enumerable.Repeat("cubot ", 50)) + "bot"));
    }
}
