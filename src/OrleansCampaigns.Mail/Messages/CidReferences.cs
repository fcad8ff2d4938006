using System.Buffers;
using OrleansCampaigns.Mail.Messages.Tracking;

namespace OrleansCampaigns.Mail.Messages;

/// <summary>Finds what the HTML calls by <c>cid:</c>: parts of the message itself (RFC 2392 §2).</summary>
/// <remarks>
/// It looks for the scheme where a URL can begin, in attributes and style sheets alike, and knows nothing of tags: what
/// it finds too much is at worst a warning too many.
/// </remarks>
public static class CidReferences
{
    private const string Scheme = "cid:";
    private static readonly SearchValues<char> Ends = SearchValues.Create(" \t\r\n\f\"'<>()");
    private const string TagStart = "{{";

    /// <summary>The identifiers, without those that hold a field.</summary>
    /// <param name="html">The HTML, or a template of it.</param>
    public static IReadOnlySet<string> Find(string? html)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (start, length) in Places(html ?? ""))
        {
            var written = html.AsSpan(start, length);
            if (!written.IsEmpty && written.IndexOf(TagStart) < 0)
            {
                found.Add(Decode(written));
            }
        }

        found.Remove("");
        return found;
    }

    /// <summary>The HTML with other URLs in the place of those that <paramref name="answer"/> knows.</summary>
    /// <param name="html">The HTML.</param>
    /// <param name="answer">The URL for an identifier; <see langword="null"/> leaves the identifier as it is.</param>
    public static string Replace(string html, Func<string, string?> answer)
    {
        ArgumentNullException.ThrowIfNull(html);
        ArgumentNullException.ThrowIfNull(answer);

        var result = new System.Text.StringBuilder(html.Length);
        var at = 0;
        foreach (var (start, length) in Places(html))
        {
            if (answer(Decode(html.AsSpan(start, length))) is { } url)
            {
                result.Append(html, at, start - Scheme.Length - at).Append(url);
                at = start + length;
            }
        }

        return result.Append(html, at, html.Length - at).ToString();
    }

    private static IEnumerable<(int Start, int Length)> Places(string html)
    {
        for (var at = html.IndexOf(Scheme, StringComparison.OrdinalIgnoreCase); at >= 0;)
        {
            var start = at + Scheme.Length;
            var length = 0;
            if (CanBegin(html.AsSpan(0, at)))
            {
                var rest = html.AsSpan(start);
                length = rest.IndexOfAny(Ends) is >= 0 and var end ? end : rest.Length;
                length = WithoutQuote(rest[..length]);
                yield return (start, length);
            }

            at = html.IndexOf(Scheme, start + length, StringComparison.OrdinalIgnoreCase);
        }
    }

    // In an attribute the quotes of a style sheet's URL may be written as references.
    private static int WithoutQuote(ReadOnlySpan<char> url)
    {
        foreach (var quote in (ReadOnlySpan<string>)["&quot;", "&#34;", "&#39;", "&apos;", "&#x22;", "&#x27;"])
        {
            if (url.IndexOf(quote, StringComparison.OrdinalIgnoreCase) is >= 0 and var end)
            {
                url = url[..end];
            }
        }

        return url.TrimEnd(",").Length;
    }

    private static bool CanBegin(ReadOnlySpan<char> before)
    {
        before = before.TrimEnd();
        return before is [.., '"' or '\'' or '=' or '(' or ',' or ';'];
    }

    private static string Decode(ReadOnlySpan<char> written) =>
        Uri.UnescapeDataString(AttributeText.Decode(written)).Trim();
}
