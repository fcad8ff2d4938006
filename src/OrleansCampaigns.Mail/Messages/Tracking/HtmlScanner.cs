using OrleansCampaigns.Mail.Templates;

namespace OrleansCampaigns.Mail.Messages.Tracking;

/// <summary>
/// Finds the links of an HTML template, once for all messages, by reading it as the HTML standard says (§13.2.5).
/// </summary>
/// <remarks>
/// A value is opaque: it never begins or ends anything, because it is escaped, or because its author says so. Both
/// branches of a condition are read from the same state; where they end differently, what follows is told only as far
/// as it does not matter which was taken. So a place that is reported is the target of a link in every message.
/// </remarks>
internal sealed class HtmlScanner
{
    // Longer ones are none that matters.
    private const int NameLengthMax = 24;

    private readonly List<HtmlHref> hrefs = [];
    private readonly List<TemplatePlace> bodyEnds = [];
    private HtmlState now;
    private TemplatePlace here;
    private TemplatePlace tagStart;

    private HtmlScanner()
    {
    }

    /// <summary>Reads a template.</summary>
    /// <returns>The targets of its links, and where the body ends.</returns>
    public static (IReadOnlyList<HtmlHref> Hrefs, IReadOnlyList<TemplatePlace> BodyEnds) Scan(
        IReadOnlyList<TemplateNode> template)
    {
        var scanner = new HtmlScanner();
        scanner.Walk(template);
        if (scanner.now.Tag is { } unfinished)
        {
            // A tag that never ends is none.
            unfinished.IsUntracked = true;
        }

        return ([.. scanner.hrefs.Where(href => !href.Tag.IsUntracked)], scanner.bodyEnds);
    }

    private void Walk(IReadOnlyList<TemplateNode> nodes)
    {
        for (var i = 0; i < nodes.Count; i++)
        {
            here = new(nodes, i, 0);
            switch (nodes[i])
            {
                case TextNode { Text: var text }:
                    for (var at = 0; at < text.Length; at++)
                    {
                        here = new(nodes, i, at);
                        Read(text[at]);
                    }

                    break;
                case OutputNode output:
                    ReadValue(output);
                    break;
                case BlockNode block:
                    Walk(block);
                    break;
            }
        }
    }

    private void Walk(BlockNode block)
    {
        var before = now;
        var known = hrefs.Count;
        Walk(block.Body.Nodes);
        var after = now;
        if (block.Kind == BlockKind.Each && HtmlState.Join(before, after).Mode == HtmlMode.Lost)
        {
            // The second round begins where the first one ends: nothing in it is certain.
            hrefs.RemoveRange(known, hrefs.Count - known);
        }

        now = before;
        if (block.Else is not null)
        {
            Walk(block.Else.Nodes);
        }

        now = HtmlState.Join(after, now);
    }

    private void ReadValue(OutputNode output)
    {
        switch (now.Mode)
        {
            case HtmlMode.TagOpen or HtmlMode.EndTagOpen:
                // Whether this is a tag at all, the value decides.
                now = HtmlState.GiveUp();
                break;
            case HtmlMode.TagName:
                now.TagName = HtmlState.UnknownName;
                break;
            case HtmlMode.BetweenAttributes or HtmlMode.AttributeName or HtmlMode.AfterAttributeName:
                EndName();
                now.Mode = HtmlMode.AttributeName;
                now.AttributeName = HtmlState.UnknownName;
                break;
            case HtmlMode.BeforeValue:
                // What strips blanks must go on standing beside them.
                BeginValue(HtmlMode.UnquotedValue, '\0', here, isCertain: !output.Trim.Before);
                break;
            case HtmlMode.MarkupDeclaration:
                now.Mode = HtmlMode.BogusComment;
                break;
            case HtmlMode.Comment or HtmlMode.RawText:
                now.Seen = "";
                break;
        }
    }

    private void Read(char c)
    {
        switch (now.Mode)
        {
            case HtmlMode.Data or HtmlMode.TagOpen or HtmlMode.EndTagOpen or HtmlMode.TagName:
                ReadTag(c);
                break;
            case HtmlMode.BetweenAttributes or HtmlMode.AttributeName or HtmlMode.AfterAttributeName or HtmlMode.Gap:
                ReadAttribute(c);
                break;
            case HtmlMode.BeforeValue or HtmlMode.QuotedValue or HtmlMode.UnquotedValue:
                ReadAttributeValue(c);
                break;
            case HtmlMode.MarkupDeclaration:
                ReadMarkupDeclaration(c);
                break;
            case HtmlMode.BogusComment when c == '>':
                now = default;
                break;
            case HtmlMode.Comment:
                ReadComment(c);
                break;
            case HtmlMode.RawText:
                ReadRawText(c);
                break;
        }
    }

    private void ReadTag(char c)
    {
        switch (now.Mode)
        {
            case HtmlMode.Data when c == '<':
                now.Mode = HtmlMode.TagOpen;
                tagStart = here;
                break;
            case HtmlMode.TagOpen or HtmlMode.EndTagOpen when char.IsAsciiLetter(c):
                BeginTag(char.ToLowerInvariant(c).ToString(), now.Mode == HtmlMode.EndTagOpen);
                break;
            case HtmlMode.TagOpen when c == '/':
                now.Mode = HtmlMode.EndTagOpen;
                break;
            case HtmlMode.TagOpen when c == '!':
                now = new HtmlState { Mode = HtmlMode.MarkupDeclaration, Seen = "" };
                break;
            case HtmlMode.TagOpen when c == '<':
                tagStart = here;
                break;
            case HtmlMode.TagOpen:
                now.Mode = c == '?' ? HtmlMode.BogusComment : HtmlMode.Data;
                break;
            case HtmlMode.EndTagOpen:
                now.Mode = c == '>' ? HtmlMode.Data : HtmlMode.BogusComment;
                break;
            case HtmlMode.TagName when IsBlank(c) || c is '/' or '>':
                now.Mode = HtmlMode.BetweenAttributes;
                ReadAttribute(c);
                break;
            case HtmlMode.TagName:
                now.TagName = Extend(now.TagName, c);
                break;
        }
    }

    private void ReadAttribute(char c)
    {
        switch (now.Mode)
        {
            case var _ when c == '>':
                EndName();
                EndTag();
                break;
            case HtmlMode.Gap when c == '/':
                break;
            case var _ when c == '/':
                EndName();
                now.Mode = HtmlMode.BetweenAttributes;
                break;
            case HtmlMode.AttributeName or HtmlMode.Gap when IsBlank(c):
                EndName();
                now.Mode = HtmlMode.AfterAttributeName;
                break;
            case var _ when IsBlank(c):
                break;
            case HtmlMode.Gap:
                now = HtmlState.GiveUp(now);
                break;
            case HtmlMode.AttributeName or HtmlMode.AfterAttributeName when c == '=':
                EndName();
                now.Mode = HtmlMode.BeforeValue;
                break;
            case HtmlMode.AttributeName:
                now.AttributeName = Extend(now.AttributeName, c);
                break;
            default:
                now.Mode = HtmlMode.AttributeName;
                now.AttributeName = char.ToLowerInvariant(c).ToString();
                break;
        }
    }

    private void ReadAttributeValue(char c)
    {
        switch (now.Mode)
        {
            case HtmlMode.BeforeValue when IsBlank(c):
                break;
            case HtmlMode.BeforeValue when c is '"' or '\'':
                BeginValue(HtmlMode.QuotedValue, c, here with { Offset = here.Offset + 1 }, isCertain: true);
                break;
            case HtmlMode.BeforeValue when c == '>':
                EndTag();
                break;
            case HtmlMode.BeforeValue:
                BeginValue(HtmlMode.UnquotedValue, '\0', here, isCertain: true);
                break;
            case HtmlMode.QuotedValue when c == now.Quote:
                EndValue(isCertain: true);
                break;
            case HtmlMode.UnquotedValue when IsBlank(c) || c == '>':
                EndValue(isCertain: here.Offset > 0 || !StripsAfter());
                ReadAttribute(c);
                break;
        }
    }

    private void ReadMarkupDeclaration(char c)
    {
        if (c == '-')
        {
            now = now.Seen == "-"
                ? new HtmlState { Mode = HtmlMode.Comment, Seen = "<!--" }
                : now with { Seen = "-" };
        }
        else
        {
            now = new HtmlState { Mode = c == '>' ? HtmlMode.Data : HtmlMode.BogusComment };
        }
    }

    private void ReadComment(char c)
    {
        switch (now.Seen, c)
        {
            case ("<!--" or "<!---" or "--" or "--!", '>'):
                now = default;
                break;
            case ("<!--", '-'):
                now.Seen = "<!---";
                break;
            case ("<!---" or "-" or "--", '-'):
                now.Seen = "--";
                break;
            case ("--", '!'):
                now.Seen = "--!";
                break;
            default:
                now.Seen = c == '-' ? "-" : "";
                break;
        }
    }

    // What such an element holds is text until its own end tag.
    private void ReadRawText(char c)
    {
        if (c == '<')
        {
            now.Seen = "<";
        }
        else if (now.Seen == "<" && c == '/')
        {
            now.Seen = "</";
        }
        else if (now.Seen.StartsWith("</", StringComparison.Ordinal))
        {
            if (now.Seen.AsSpan(2).SequenceEqual(now.TagName) && (IsBlank(c) || c is '/' or '>'))
            {
                BeginTag(now.TagName, isEndTag: true);
                now.Mode = HtmlMode.BetweenAttributes;
                ReadAttribute(c);
            }
            else
            {
                now.Seen = char.IsAsciiLetter(c) && now.Seen.Length < NameLengthMax
                    ? now.Seen + char.ToLowerInvariant(c)
                    : "";
            }
        }
        else
        {
            now.Seen = "";
        }
    }

    private void BeginTag(string name, bool isEndTag) => now = new HtmlState
    {
        Mode = HtmlMode.TagName,
        Tag = new HtmlTag(),
        IsEndTag = isEndTag,
        TagName = name,
    };

    private void EndName()
    {
        if (now is { AttributeName: HtmlState.UntrackedAttribute, Tag: { } tag })
        {
            tag.IsUntracked = true;
        }
    }

    private void EndTag()
    {
        if (now is { IsEndTag: true, TagName: "body" })
        {
            bodyEnds.Add(tagStart);
        }

        now = now switch
        {
            { IsEndTag: true } => default,
            { TagName: "script" or "style" or "xmp" or "iframe" or "noembed" or "noframes" or "textarea" or "title" } =>
                new HtmlState { Mode = HtmlMode.RawText, TagName = now.TagName, Seen = "" },
            { TagName: "plaintext" } => new HtmlState { Mode = HtmlMode.Lost },
            _ => default,
        };
    }

    private void BeginValue(HtmlMode mode, char quote, TemplatePlace start, bool isCertain)
    {
        var isHref = now is { AttributeName: "href", HasHref: false };
        now.Mode = mode;
        now.Quote = quote;
        now.HasHref |= isHref;
        now.Link = isHref && isCertain && now is { IsEndTag: false, TagName: "a" or "area" }
            ? new HtmlHref(now.Tag!, start, quote)
            : null;
    }

    private void EndValue(bool isCertain)
    {
        // One that begins in one branch and ends in another is no single stretch of the message.
        if (now.Link is { } link && isCertain && ReferenceEquals(link.Start.Nodes, here.Nodes))
        {
            hrefs.Add(link with { End = here });
        }

        now.Mode = HtmlMode.BetweenAttributes;
        now.AttributeName = "";
        now.Link = null;
        now.Quote = '\0';
    }

    private bool StripsAfter() =>
        here.Node > 0 && here.Nodes[here.Node - 1] is BlockNode or OutputNode { Trim.After: true };

    private static string Extend(string name, char c) =>
        name == HtmlState.UnknownName || name.Length >= NameLengthMax
            ? HtmlState.UnknownName
            : name + char.ToLowerInvariant(c);

    private static bool IsBlank(char c) => c is ' ' or '\t' or '\n' or '\r' or '\f';
}
