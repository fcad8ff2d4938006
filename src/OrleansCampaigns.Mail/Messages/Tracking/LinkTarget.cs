using System.Text;

namespace OrleansCampaigns.Mail.Messages.Tracking;

/// <summary>Tells which targets of links are tracked: pages of the web, by their full address.</summary>
internal static class LinkTarget
{
    /// <summary>
    /// The longest target that travels in a tracking URL, in octets: servers take 8,192 in a request's first line.
    /// </summary>
    public const int OctetsMax = 4096;

    private static readonly string[] Schemes = ["https://", "http://"];

    /// <summary>
    /// The URL that a browser would go to, or <see langword="null"/> when it is no full address of a page.
    /// </summary>
    /// <param name="text">The attribute's value.</param>
    public static string? Read(string text)
    {
        var url = Clean(text);
        return Array.Exists(Schemes, scheme => url.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            && Uri.TryCreate(url, UriKind.Absolute, out var parsed)
            && parsed.Host.Length > 0
            ? url
            : null;
    }

    /// <summary>Whether what begins so may still become one.</summary>
    public static bool MayBegin(string text)
    {
        var start = Clean(text);
        return Array.Exists(Schemes, scheme => start.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
            || scheme.StartsWith(start, StringComparison.OrdinalIgnoreCase));
    }

    // The URL standard (§4.4): blanks and controls around it do not count, and line breaks nowhere.
    private static string Clean(string text)
    {
        var url = text.AsSpan().Trim(Surroundings);
        return url.IndexOfAny('\t', '\n', '\r') < 0
            ? url.Length == text.Length ? text : url.ToString()
            : new StringBuilder().Append(url).Replace("\t", "").Replace("\n", "").Replace("\r", "").ToString();
    }

    private static readonly string Surroundings = string.Concat(Enumerable.Range(0, ' ' + 1).Select(c => (char)c));
}
