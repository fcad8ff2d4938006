using System.Buffers;
using System.Text;
using MimeKit.Text;

namespace OrleansCampaigns.Mail.Messages;

/// <summary>The names by which a page's own style sheets hide elements, such as <c>.preheader</c>.</summary>
/// <remarks>
/// Read are rules for all screens whose selectors are one class or one identifier, with or without the element's name.
/// Anything else would need the document tree, which is not made.
/// </remarks>
internal sealed class HtmlHiding
{
    private const int NamesMax = 500;

    private static readonly SearchValues<char> OfMore = SearchValues.Create(" .#>+~:[*\t\r\n");
    private static readonly char[] Blanks = [' ', '\t', '\r', '\n', '\f'];

    private readonly HashSet<string> names = new(StringComparer.Ordinal);
    private readonly StringBuilder sheet = new();
    private bool isInSheet;

    /// <summary>Reads the next token.</summary>
    public void Read(HtmlToken token)
    {
        switch (token)
        {
            case HtmlTagToken tag when tag.Name.Equals("style", StringComparison.OrdinalIgnoreCase):
                isInSheet = !tag.IsEndTag && !tag.IsEmptyElement;
                if (sheet.Length > 0)
                {
                    ReadSheet(sheet.ToString());
                    sheet.Clear();
                }

                break;
            case HtmlDataToken data when isInSheet:
                sheet.Append(data.Data);
                break;
        }
    }

    /// <summary>Whether a style sheet hides an element.</summary>
    /// <param name="tag">The element's name, in lower case.</param>
    /// <param name="classes">Its class attribute.</param>
    /// <param name="id">Its identifier.</param>
    public bool Hides(string tag, string? classes, string? id)
    {
        if (names.Count == 0)
        {
            return false;
        }

        var isHidden = id is not null && Has(tag, '#', id);
        foreach (var name in (classes ?? "").Split(Blanks, StringSplitOptions.RemoveEmptyEntries))
        {
            isHidden |= Has(tag, '.', name);
        }

        return isHidden;
    }

    private bool Has(string tag, char kind, string name) =>
        names.Contains($"{kind}{name}") || names.Contains($"{tag}{kind}{name}");

    private void ReadSheet(string css)
    {
        css = WithoutComments(css);
        for (var at = 0; at < css.Length && names.Count < NamesMax;)
        {
            var open = css.IndexOfAny(['{', ';'], at);
            if (open < 0)
            {
                return;
            }

            var selectors = css.AsSpan(at, open - at).Trim();
            if (css[open] == ';')
            {
                at = open + 1;
            }
            else if (selectors.StartsWith("@"))
            {
                // What holds for some screens only hides nothing in a text.
                at = EndOfBlock(css, open);
            }
            else
            {
                var close = css.IndexOf('}', open) is >= 0 and var found ? found : css.Length;
                if (HtmlStyle.Read(css[(open + 1)..close], isLink: false).IsHidden)
                {
                    Add(selectors);
                }

                at = close + 1;
            }
        }
    }

    private void Add(ReadOnlySpan<char> selectors)
    {
        foreach (var range in selectors.Split(','))
        {
            var selector = selectors[range].Trim();
            var kind = selector.IndexOfAny('.', '#');
            if (kind >= 0 && kind < selector.Length - 1 && names.Count < NamesMax
                && !selector[(kind + 1)..].ContainsAny(OfMore))
            {
                names.Add($"{selector[..kind].ToString().ToLowerInvariant()}{selector[kind..]}");
            }
        }
    }

    private static int EndOfBlock(string css, int open)
    {
        var depth = 0;
        for (var i = open; i < css.Length; i++)
        {
            depth += css[i] switch { '{' => 1, '}' => -1, _ => 0 };
            if (depth == 0)
            {
                return i + 1;
            }
        }

        return css.Length;
    }

    private static string WithoutComments(string css)
    {
        var start = css.IndexOf("/*", StringComparison.Ordinal);
        if (start < 0)
        {
            return css;
        }

        var rest = new StringBuilder(css.Length);
        var at = 0;
        while (start >= 0)
        {
            rest.Append(css, at, start - at).Append(' ');
            var end = css.IndexOf("*/", start + 2, StringComparison.Ordinal);
            at = end < 0 ? css.Length : end + 2;
            start = css.IndexOf("/*", at, StringComparison.Ordinal);
        }

        return rest.Append(css, at, css.Length - at).ToString();
    }
}
