using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;

namespace OrleansCampaigns.Mail.Messages;

/// <summary>Makes the text alternative of an HTML body: unwrapped lines, for <see cref="TextLayout"/> to lay out.</summary>
internal static partial class HtmlToText
{
    // The parser's time and memory grow with the square of unclosed nesting: beyond this, tags are only stripped.
    private const int NestingMax = 100;
    private const int TagsMax = 10_000;

    /// <summary>The text of <paramref name="html"/>.</summary>
    public static string Convert(string html)
    {
        using var document = Parse(html);
        return document is not null ? new HtmlTextBuilder().Build(document) : Strip(html);
    }

    /// <summary>The document, or <see langword="null"/> when it is too deeply nested to be parsed.</summary>
    public static IDocument? Parse(string html) =>
        IsParseable(html) ? new HtmlParser().ParseDocument(html) : null;

    private static bool IsParseable(string html)
    {
        // Those that begin no tag are slow as well.
        if (html.AsSpan().Count('<') > TagsMax)
        {
            return false;
        }

        // By name, because a closing tag that closes nothing makes nothing shallower.
        var open = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        var openByName = open.GetAlternateLookup<ReadOnlySpan<char>>();
        var nesting = 0;
        foreach (var tag in Tags().EnumerateMatches(html))
        {
            var name = html.AsSpan(tag.Index + 1, tag.Length - 1);
            if (name[0] == '/')
            {
                if (openByName.TryGetValue(name[1..], out var count) && count > 0)
                {
                    openByName[name[1..]] = count - 1;
                    nesting--;
                }
            }
            else if (!ClosesItself(name))
            {
                openByName.TryGetValue(name, out var count);
                openByName[name] = count + 1;
                if (++nesting > NestingMax)
                {
                    return false;
                }
            }
        }

        return true;
    }

    // Elements without content, and those whose end is commonly left out.
    private static bool ClosesItself(ReadOnlySpan<char> name)
    {
        foreach (var known in (ReadOnlySpan<string>)
            ["br", "img", "hr", "meta", "link", "input", "col", "base", "area", "wbr", "source", "embed", "track", "param",
             "p", "li", "td", "th", "tr", "tbody", "thead", "tfoot", "dt", "dd", "option", "colgroup"])
        {
            if (name.Equals(known, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static string Strip(string html)
    {
        var text = new StringBuilder(html.Length);
        var at = 0;
        foreach (var tag in WholeTags().EnumerateMatches(html))
        {
            text.Append(html, at, tag.Index - at).Append('\n');
            at = tag.Index + tag.Length;
        }

        text.Append(html, at, html.Length - at);
        return WebUtility.HtmlDecode(text.ToString());
    }

    [GeneratedRegex("<(?:/?[a-zA-Z][a-zA-Z0-9:-]*)", RegexOptions.NonBacktracking)]
    private static partial Regex Tags();

    [GeneratedRegex("<[/!?]?[a-zA-Z!-][^>]*>", RegexOptions.NonBacktracking)]
    private static partial Regex WholeTags();
}
