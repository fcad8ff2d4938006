using System.Globalization;
using System.Text;
using AngleSharp.Dom;

namespace OrleansCampaigns.Mail.Messages;

/// <summary>Walks a document once and writes what a reader would see.</summary>
/// <remarks>The walk keeps its own path instead of recursing: a document's depth must never be the stack's.</remarks>
internal sealed class HtmlTextBuilder
{
    private const int PrefixesMax = 10;

    private readonly StringBuilder text = new();
    private readonly List<string> prefixes = [];
    private readonly Stack<int> counters = new();
    private int pendingLines;
    private bool pendingBlank;
    private int preformatted;
    private string marker = "";

    public string Build(IDocument document)
    {
        INode? node = (INode?)document.Body ?? document.DocumentElement;
        var root = node;
        while (node is not null)
        {
            if (Enter(node) && node.FirstChild is { } child)
            {
                node = child;
                continue;
            }

            while (node is not null)
            {
                Leave(node);
                if (ReferenceEquals(node, root))
                {
                    return text.ToString();
                }

                if (node.NextSibling is { } next)
                {
                    node = next;
                    break;
                }

                node = node.Parent;
            }
        }

        return text.ToString();
    }

    private bool Enter(INode node)
    {
        switch (node)
        {
            case IText words:
                Write(words.Data);
                return false;
            case IComment { Data: var data }
                when data.StartsWith(TextAlternative.MarkerPrefix, StringComparison.Ordinal):
                // It takes the place of a tag of the template: neither breaks nor blanks belong to it.
                text.Append(TextAlternative.MarkerStart)
                    .Append(data.AsSpan(TextAlternative.MarkerPrefix.Length))
                    .Append(TextAlternative.MarkerEnd);
                return false;
            case IElement element:
                return Enter(element);
            default:
                return node is IDocument;
        }
    }

    private bool Enter(IElement element)
    {
        if (IsHidden(element))
        {
            return false;
        }

        Break(LinesAround(element.LocalName));
        switch (element.LocalName)
        {
            case "br":
                Flush();
                pendingLines++;
                break;
            case "hr":
                Write("----------------------------------------");
                break;
            case "img":
                Write(element.GetAttribute("alt") ?? "");
                break;
            case "ul":
                Push("  ");
                counters.Push(0);
                break;
            case "ol":
                Push("   ");
                counters.Push(ReadStart(element));
                break;
            case "li":
                marker = Marker();
                break;
            case "blockquote":
                Push("> ");
                break;
            case "pre":
                preformatted++;
                break;
            case "td" or "th" when element.PreviousElementSibling is { } previous:
                StartCell(HasBlocks(element) || HasBlocks(previous));
                break;
        }

        return true;
    }

    private void Leave(INode node)
    {
        if (node is not IElement element || IsHidden(element))
        {
            return;
        }

        switch (element.LocalName)
        {
            case "a":
                WriteTarget(element);
                break;
            case "ul" or "ol":
                Pop();
                counters.TryPop(out _);
                break;
            case "li":
                marker = "";
                break;
            case "blockquote":
                Pop();
                break;
            case "pre":
                preformatted--;
                break;
        }

        Break(LinesAround(element.LocalName));
    }

    // Cells of data stand in one line; cells that lay a page out stand below one another.
    private void StartCell(bool isLayout)
    {
        if (isLayout)
        {
            Break(1);
        }
        else if (pendingLines == 0)
        {
            Write(" | ");
        }
    }

    private void WriteTarget(IElement link)
    {
        var target = link.GetAttribute("href")?.Trim() ?? "";
        if (target.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase)
            || target.StartsWith("tel:", StringComparison.OrdinalIgnoreCase))
        {
            target = target[(target.IndexOf(':') + 1)..];
        }

        if (target.Length == 0 || target[0] == '#'
            || target.StartsWith("javascript:", StringComparison.OrdinalIgnoreCase))
        {
            return;
        }

        var shown = link.TextContent.Trim();
        if (!shown.Equals(target, StringComparison.OrdinalIgnoreCase))
        {
            Write(shown.Length == 0 && (pendingLines > 0 || text.Length == 0) ? target : $" ({target})");
        }
    }

    private void Write(string words)
    {
        if (preformatted > 0)
        {
            foreach (var c in words.ReplaceLineEndings("\n"))
            {
                if (c == '\n')
                {
                    Flush();
                    pendingLines++;
                }
                else
                {
                    Flush();
                    text.Append(c);
                }
            }

            return;
        }

        foreach (var c in words)
        {
            // The characters that HTML collapses; a no-break space is none of them.
            if (c is ' ' or '\t' or '\n' or '\r' or '\f')
            {
                pendingBlank = true;
                continue;
            }

            Flush();
            text.Append(c == '\u00A0' ? ' ' : c);
        }
    }

    private void Break(int lines) => pendingLines = Math.Max(pendingLines, lines);

    private void Flush()
    {
        var atStart = text.Length == 0;
        if (pendingLines > 0 || atStart)
        {
            text.Append('\n', atStart ? 0 : pendingLines);
            foreach (var prefix in prefixes.Take(PrefixesMax))
            {
                text.Append(prefix);
            }

            if (marker.Length > 0 && prefixes.Count > 0)
            {
                // The item's sign stands where its text is indented to.
                text.Length -= prefixes.Count <= PrefixesMax ? Math.Min(marker.Length, prefixes[^1].Length) : 0;
                text.Append(marker);
            }

            marker = "";
        }
        else if (pendingBlank)
        {
            text.Append(' ');
        }

        pendingLines = 0;
        pendingBlank = false;
    }

    private string Marker()
    {
        if (!counters.TryPop(out var number))
        {
            return "- ";
        }

        counters.Push(number == 0 ? 0 : number + 1);
        return number == 0 ? "- " : number.ToString(CultureInfo.InvariantCulture) + ". ";
    }

    private void Push(string prefix) => prefixes.Add(prefix);

    private void Pop()
    {
        if (prefixes.Count > 0)
        {
            prefixes.RemoveAt(prefixes.Count - 1);
        }
    }

    private static int ReadStart(IElement list) =>
        int.TryParse(list.GetAttribute("start"), NumberStyles.None, CultureInfo.InvariantCulture, out var start)
            ? start
            : 1;

    private static bool HasBlocks(IElement cell)
    {
        for (var child = cell.FirstElementChild; child is not null; child = child.NextElementSibling)
        {
            if (LinesAround(child.LocalName) > 0)
            {
                return true;
            }
        }

        return false;
    }

    // Newsletters hide the line that mailboxes show as a preview.
    private static bool IsHidden(IElement element) =>
        element.LocalName is "script" or "style" or "head" or "title" or "template" or "noscript" or "object" or "svg"
            or "math" or "iframe" or "select" or "textarea" or "audio" or "video" or "canvas"
        || element.HasAttribute("hidden")
        || (element.GetAttribute("style") is { } style
            && style.Replace(" ", "", StringComparison.Ordinal)
                .Contains("display:none", StringComparison.OrdinalIgnoreCase));

    private static int LinesAround(string name) => name switch
    {
        "p" or "h1" or "h2" or "h3" or "h4" or "h5" or "h6" or "blockquote" or "ul" or "ol" or "table" or "pre"
            or "figure" or "dl" or "hr" or "fieldset" => 2,
        "div" or "section" or "article" or "header" or "footer" or "main" or "nav" or "aside" or "li" or "tr"
            or "address" or "center" or "dt" or "dd" or "form" or "figcaption" or "caption" or "tbody" or "thead" => 1,
        _ => 0,
    };
}
