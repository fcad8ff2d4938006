using System.Globalization;
using System.Text;
using MimeKit.Text;

namespace OrleansCampaigns.Mail.Messages;

/// <summary>Reads HTML tag by tag and writes what a reader would see.</summary>
/// <remarks>
/// It remembers the open elements and nothing else. There may be <see cref="OpenMax"/> of them; those beyond are read
/// as if they had no content, so that no tag costs more than a look at so many.
/// </remarks>
internal sealed class HtmlTextBuilder(HtmlCells cells, HtmlHiding hiding)
{
    private const int OpenMax = 200;
    private const int PrefixesMax = 10;
    private const int LinkTextMax = 4096;

    private readonly StringBuilder text = new();
    private readonly List<OpenElement> open = [];
    private readonly List<string> prefixes = [];
    private readonly Stack<int> counters = new();
    private readonly StringBuilder linkText = new();
    private int cell;
    private int unseen;
    private int pendingLines;
    private bool pendingBlank;
    private int preformatted;
    private bool isAtStartOfPre;
    private string marker = "";

    /// <summary>An element that has begun.</summary>
    /// <param name="Name">Its name, in lower case.</param>
    /// <param name="IsUnseen">Whether it hides its content.</param>
    /// <param name="IsWritten">Whether it stands where it can be seen.</param>
    /// <param name="IsTiny">Whether text right in it is too small to be read.</param>
    /// <param name="Target">Where a link leads.</param>
    private sealed record OpenElement(string Name, bool IsUnseen, bool IsWritten, bool IsTiny, string Target);

    /// <summary>Reads the next token.</summary>
    public void Read(HtmlToken token)
    {
        switch (token)
        {
            case HtmlScriptDataToken:
                break;
            case HtmlDataToken { Data: var words }:
                Read(words);
                break;
            case HtmlCommentToken { Comment: { } comment }
                when unseen == 0 && comment.StartsWith(TextAlternative.MarkerPrefix, StringComparison.Ordinal):
                // It takes the place of a tag of the template: neither breaks nor blanks belong to it.
                text.Append(TextAlternative.MarkerStart)
                    .Append(comment.AsSpan(TextAlternative.MarkerPrefix.Length))
                    .Append(TextAlternative.MarkerEnd);
                break;
            case HtmlTagToken { IsEndTag: false } tag:
                Begin(tag.Name.ToLowerInvariant(), tag);
                break;
            case HtmlTagToken tag:
                End(tag.Name.ToLowerInvariant());
                break;
        }
    }

    /// <summary>The text, once everything was read.</summary>
    public string Build()
    {
        CloseDownTo(0);
        return text.ToString();
    }

    private void Read(string words)
    {
        if (open is [.., { Name: "head" }] && !string.IsNullOrWhiteSpace(words))
        {
            CloseDownTo(open.Count - 1);
        }

        if (unseen > 0 || open is [.., { IsTiny: true }])
        {
            return;
        }

        WriteShown(words);
    }

    // What a link shows may be a picture.
    private void WriteShown(string words)
    {
        if (linkText.Length < LinkTextMax)
        {
            linkText.Append(words);
        }

        Write(words);
    }

    private void Begin(string name, HtmlTagToken tag)
    {
        if (HtmlElement.IsCell(name))
        {
            cell++;
        }

        CloseImplied(name);
        var style = HtmlStyle.Read(Attribute(tag, "style"), isLink: name == "a");
        var isUnseen = HtmlElement.IsUnseen(name) || style.IsHidden || Attribute(tag, "hidden") is not null
            || (!style.IsShown && hiding.Hides(name, Attribute(tag, "class"), Attribute(tag, "id")));
        var isWritten = unseen == 0 && !isUnseen;
        if (HtmlElement.IsVoid(name))
        {
            if (isWritten)
            {
                WriteVoid(name, tag);
            }
        }
        else if (name is not ("html" or "body")
            && !(tag.IsEmptyElement && (unseen > 0 || isUnseen))
            && open.Count < OpenMax)
        {
            if (isWritten)
            {
                Enter(name, tag);
            }

            unseen += isUnseen ? 1 : 0;
            var target = name == "a" && isWritten ? Attribute(tag, "href")?.Trim() ?? "" : "";
            var isTiny = style.IsTiny ?? open is [.., { IsTiny: true }];
            open.Add(new OpenElement(name, isUnseen, isWritten, isTiny, target));
        }
        else if (isWritten)
        {
            Break(HtmlElement.LinesAround(name));
        }
    }

    private void WriteVoid(string name, HtmlTagToken tag)
    {
        Break(HtmlElement.LinesAround(name));
        switch (name)
        {
            case "br":
                Flush();
                pendingLines++;
                break;
            case "hr":
                Write("----------------------------------------");
                break;
            case "img":
                WriteShown(Attribute(tag, "alt") ?? "");
                break;
        }

        Break(HtmlElement.LinesAround(name));
    }

    private void End(string name)
    {
        for (var i = open.Count - 1; i >= 0; i--)
        {
            if (open[i].Name == name)
            {
                if (HtmlElement.IsInline(name))
                {
                    Leave(open[i]);
                    open.RemoveAt(i);
                }
                else
                {
                    CloseDownTo(i);
                }

                return;
            }

            if (open[i].Name == "table" || (HtmlElement.IsCell(open[i].Name) && name is not ("table" or "tr")))
            {
                break;
            }
        }

        // An end without a beginning is one of an empty paragraph, or of a line.
        if (unseen == 0 && name == "p")
        {
            Break(HtmlElement.LinesAround(name));
        }
        else if (unseen == 0 && name == "br")
        {
            Flush();
            pendingLines++;
        }
    }

    /// <summary>Ends what the beginning of <paramref name="name"/> ends although its end tag was left out.</summary>
    private void CloseImplied(string name)
    {
        for (var i = open.Count - 1; i >= 0; i--)
        {
            if (HtmlElement.Closes(name, open[i].Name))
            {
                CloseDownTo(i);
                i = open.Count;
            }
            else if (HtmlElement.Bounds(open[i].Name))
            {
                return;
            }
        }
    }

    private void CloseDownTo(int index)
    {
        while (open.Count > index)
        {
            var last = open[^1];
            open.RemoveAt(open.Count - 1);
            Leave(last);
        }
    }

    private void Enter(string name, HtmlTagToken tag)
    {
        Break(HtmlElement.LinesAround(name));
        switch (name)
        {
            case "a":
                linkText.Clear();
                break;
            case "ul":
                Push("  ");
                counters.Push(0);
                break;
            case "ol":
                Push("   ");
                counters.Push(ReadStart(tag));
                break;
            case "li":
                marker = Marker();
                break;
            case "blockquote":
                Push("> ");
                break;
            case "pre":
                preformatted++;
                isAtStartOfPre = true;
                break;
            case "td" or "th" when cells.SeparatorBefore(cell) is { } separator:
                StartCell(separator == HtmlCellSeparator.Line);
                break;
        }
    }

    private void Leave(OpenElement element)
    {
        unseen -= element.IsUnseen ? 1 : 0;
        if (!element.IsWritten)
        {
            return;
        }

        switch (element.Name)
        {
            case "a":
                WriteTarget(element.Target);
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

        Break(HtmlElement.LinesAround(element.Name));
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

    private void WriteTarget(string target)
    {
        if (target.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase)
            || target.StartsWith("tel:", StringComparison.OrdinalIgnoreCase))
        {
            target = Unescape(target[(target.IndexOf(':') + 1)..]);
        }
        else
        {
            target = UrlText.Write(target);
        }

        var shown = linkText.ToString().Trim();
        linkText.Clear();
        if (target.Length == 0 || target[0] == '#'
            || target.StartsWith("javascript:", StringComparison.OrdinalIgnoreCase))
        {
            return;
        }

        // One that is shown with its blanks breaks at the first of them: what can be followed stands behind it.
        if (!shown.Equals(target, StringComparison.OrdinalIgnoreCase))
        {
            WriteAfter(shown, target);
        }

        // Mail programs take what follows a URL without a blank for a part of it: a full stop, a bracket, a quote.
        pendingBlank |= target.StartsWith("http", StringComparison.OrdinalIgnoreCase);
    }

    // A reader writes to the address, and not to the spelling that it has in a URL.
    private static string Unescape(string target)
    {
        var end = target.IndexOf('?') is >= 0 and var query ? query : target.Length;
        return Uri.UnescapeDataString(target[..end]) + target[end..];
    }

    private void WriteAfter(string shown, string target)
    {
        if (shown.Length == 0)
        {
            Write(pendingLines > 0 || text.Length == 0 ? target : $" {target}");
            return;
        }

        pendingBlank = false; // One at the end of the link's text would stand before the colon.
        Write(shown[^1] == ':' ? $" {target}" : $": {target}");
    }

    private void Write(string words)
    {
        if (preformatted > 0)
        {
            // The line end after the tag is no part of the text.
            words = words.ReplaceLineEndings("\n");
            words = isAtStartOfPre && words.StartsWith('\n') ? words[1..] : words;
            isAtStartOfPre = false;
            foreach (var c in words)
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

    private static int ReadStart(HtmlTagToken list) =>
        int.TryParse(Attribute(list, "start"), NumberStyles.None, CultureInfo.InvariantCulture, out var start)
            ? start
            : 1;

    private static string? Attribute(HtmlTagToken tag, string name)
    {
        foreach (var attribute in tag.Attributes)
        {
            if (attribute.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return attribute.Value ?? "";
            }
        }

        return null;
    }
}
