using System.Buffers;

namespace OrleansCampaigns.Domain.Feedback;

/// <summary>Tells, by what a request says of itself, whether a machine opened or clicked.</summary>
/// <remarks>
/// It only knows machines that say so. Those that pose as a browser give themselves away by their haste, which the
/// contact sees: <c>Tracking:MachineWindow</c> and <c>Tracking:MachineBurst</c>. The image proxies of Gmail and Yahoo
/// are no machines by themselves: they fetch when a person opens, and soon after delivery in advance.
/// </remarks>
public static class MachineSigns
{
    // Nobody needs more to say who they are, and who sends more wants to keep us busy.
    private const int CharactersMax = 1_000;

    // Apple's Mail Privacy Protection fetches everything through its relays, opened or not, and says just this.
    private const string AppleMailPrivacyProtection = "Mozilla/5.0";

    // They put their own name in the place of the mail program's.
    private static readonly SearchValues<string> ImageProxies = SearchValues.Create(
        ["GoogleImageProxy", "YahooMailProxy"], StringComparison.OrdinalIgnoreCase);

    private static readonly SearchValues<string> Advances = SearchValues.Create(
        ["prefetch", "prerender", "preview", "instant"], StringComparison.OrdinalIgnoreCase);

    // As their makers document them; okhttp is not among them, because mail apps on Android load images with it.
    private static readonly SearchValues<string> Names = SearchValues.Create(
    [
        // Security products that look behind every link.
        "barracuda", "proofpoint", "mimecast", "safelinks", "bingpreview", "symantec", "cloudmark", "fireeye",
        "trendmicro", "trend micro", "fortinet", "fortiguard", "fortimail", "sophos", "zscaler", "paloalto",
        "palo alto networks", "forcepoint", "websense", "ironport", "scansafe", "bitdefender", "virustotal",
        "urlscan", "google-safety", "office existence discovery", "office protocol discovery",

        // Gmail, when it fetches in advance for a mailbox that is open; no browser says both.
        "edge/12.246 mozilla/5.0",

        // Previews in chats and social networks.
        "skypeuripreview", "facebookexternalhit", "facebookcatalog", "whatsapp/", "embedly", "iframely",
        "linkpreview", "link preview", "mattermost-", "snap url preview",

        // Crawlers and browsers that nobody sits before.
        "crawl", "spider", "slurp", "mediapartners-google", "headlesschrome", "phantomjs", "puppeteer", "playwright",
        "selenium", "cypress/", "lighthouse", "pingdom", "uptime", "archive.org",

        // Libraries and tools.
        "curl/", "wget/", "httpie/", "python-requests", "python-urllib", "python-httpx", "aiohttp", "scrapy",
        "go-http-client", "apache-httpclient", "apache-httpasyncclient", "java/", "java-http-client", "libwww-perl",
        "lwp::", "lwp-trivial", "node-fetch", "axios/", "undici", "guzzlehttp", "faraday", "winhttp",
        "postmanruntime", "powershell", "httpunit", "mechanize",
    ],
        StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a request shows that no person is waiting for its answer.</summary>
    /// <param name="isHead">Whether it asks for the headers alone.</param>
    /// <param name="userAgent">Its <c>User-Agent</c>; who leaves it out is no browser and no mail program.</param>
    /// <param name="purposes">Its <c>Purpose</c>, <c>Sec-Purpose</c>, <c>X-Purpose</c> and <c>X-Moz</c>.</param>
    public static bool AreIn(bool isHead, string? userAgent, params ReadOnlySpan<string?> purposes)
    {
        if (isHead || string.IsNullOrWhiteSpace(userAgent))
        {
            return true;
        }

        foreach (var purpose in purposes)
        {
            if (Beginning(purpose).ContainsAny(Advances))
            {
                return true;
            }
        }

        return AreIn(userAgent);
    }

    /// <summary>Whether a <c>User-Agent</c> is that of a machine; one that is not known tells nothing.</summary>
    public static bool AreIn(string? userAgent)
    {
        var text = Beginning(userAgent);
        return text.SequenceEqual(AppleMailPrivacyProtection) || text.ContainsAny(Names) || NamesBot(text);
    }

    /// <summary>Whether a <c>User-Agent</c> is that of a webmail's image proxy, which never follows a link.</summary>
    public static bool IsImageProxy(string? userAgent) => Beginning(userAgent).ContainsAny(ImageProxies);

    /// <summary>A word that ends in "bot"; but Cubot makes telephones.</summary>
    private static bool NamesBot(ReadOnlySpan<char> text)
    {
        for (int at; (at = text.IndexOf("bot", StringComparison.OrdinalIgnoreCase)) >= 0; text = text[(at + 3)..])
        {
            var after = at + 3 < text.Length ? text[at + 3] : ' ';
            var isTelephone = text[..at].EndsWith("cu", StringComparison.OrdinalIgnoreCase);
            if (!isTelephone && (!char.IsLetter(after) || after is 's' or 'S'))
            {
                return true;
            }
        }

        return false;
    }

    private static ReadOnlySpan<char> Beginning(string? text) =>
        text.AsSpan(0, Math.Min(text?.Length ?? 0, CharactersMax)).Trim();
}
