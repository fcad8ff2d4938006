using OrleansCampaigns.Mail.Templates;

namespace OrleansCampaigns.Mail.Messages.Tracking;

/// <summary>
/// Finds the links of an HTML template, once for all messages, by reading it as the HTML standard says (§13.2.5).
/// </summary>
/// <remarks>
/// A value is never blank and is escaped, so that it begins and ends no tag, quotes or comment; a raw one does so only
/// if its author says so. But it may hold blanks and slashes, which matter outside quotes. Both
/// branches of a condition are read from the same state; where they end differently, what follows is told only as far
/// as it does not matter which was taken. So a place that is reported is the target of a link in every message.
/// </remarks>
internal sealed partial class HtmlScanner
{
    // Longer ones are none that matters.
    private const int NameLengthMax = 24;

    // How many loops inside one another are read twice: each doubles the work.
    private const int RereadingMax = 3;

    // All of them together may read the template so often: the ways to nest them are many.
    private const int RoundsMax = 16;
    private const int WorkMin = 100_000;

    private readonly List<HtmlHref> hrefs = [];
    private long workLeft;
    private readonly List<TemplatePlace> bodyEnds = [];
    private HtmlState now;
    private int rereading;
    private TemplatePlace here;
    private TemplatePlace tagStart;

    private HtmlScanner()
    {
    }

    /// <summary>Reads a template.</summary>
    /// <returns>The targets of its links, and where the body ends.</returns>
    /// <remarks>Nested loops are read several times over; <see langword="null"/> when that is too often.</remarks>
    public static (IReadOnlyList<HtmlHref> Hrefs, IReadOnlyList<TemplatePlace> BodyEnds)? Scan(
        IReadOnlyList<TemplateNode> template)
    {
        var scanner = new HtmlScanner { workLeft = WorkMin + (RoundsMax * Length(template)) };
        scanner.Walk(template, default);
        if (scanner.workLeft < 0)
        {
            return null;
        }

        if (scanner.now.Tag is { } unfinished)
        {
            // A tag that never ends is none.
            unfinished.IsUntracked = true;
        }

        return ([.. scanner.hrefs.Where(href => !href.Tag.IsUntracked)], scanner.bodyEnds);
    }

    /// <param name="nodes">A branch.</param>
    /// <param name="edges">The whitespace control of the tags around it: whether blanks go at its beginning and end.
    /// </param>
    private void Walk(IReadOnlyList<TemplateNode> nodes, (bool Start, bool End) edges)
    {
        for (var i = 0; i < nodes.Count && --workLeft >= 0; i++)
        {
            here = new(nodes, i, 0);
            switch (nodes[i])
            {
                case TextNode { Text: var text }:
                    var stripsStart = i == 0 ? edges.Start : Trims(nodes[i - 1]).After;
                    var stripsEnd = i == nodes.Count - 1 ? edges.End : Trims(nodes[i + 1]).Before;
                    var end = stripsEnd ? text.AsSpan().TrimEnd().Length : text.Length;
                    workLeft -= text.Length;
                    for (var at = stripsStart ? text.Length - text.AsSpan().TrimStart().Length : 0; at < end; at++)
                    {
                        here = new(nodes, i, at);
                        Read(text[at]);
                    }

                    break;
                case OutputNode output:
                    ReadValue(output);
                    break;
                case BlockNode block:
                    Walk(block, block.Close.Before);
                    break;
            }
        }
    }

    private void Walk(BlockNode block, bool stripsBeforeClose)
    {
        var before = now;
        var known = (Hrefs: hrefs.Count, BodyEnds: bodyEnds.Count);
        var edges = (block.Open.After, block.Else?.Trim.Before ?? stripsBeforeClose);
        Walk(block.Body.Nodes, edges);
        if (block.Kind == BlockKind.Each && HtmlState.Join(before, now) is var again && again != before)
        {
            // The second round begins where the first one ended: what matters is what holds in both.
            Forget(known);
            WalkAgain(block.Body.Nodes, edges, again);
        }

        var after = now;
        now = before;
        if (block.Else is { Nodes: [BlockNode { IsChained: true } chained] })
        {
            // The tag that closes the first block closes this one.
            here = new(block.Else.Nodes, 0, 0);
            Walk(chained, stripsBeforeClose);
        }
        else if (block.Else is { } otherwise)
        {
            Walk(otherwise.Nodes, (otherwise.Trim.After, stripsBeforeClose));
        }

        now = HtmlState.Join(after, now);
    }

    private void WalkAgain(IReadOnlyList<TemplateNode> body, (bool Start, bool End) edges, HtmlState again)
    {
        var known = (Hrefs: hrefs.Count, BodyEnds: bodyEnds.Count);
        if (++rereading <= RereadingMax)
        {
            now = again;
            Walk(body, edges);
        }

        if (rereading > RereadingMax || HtmlState.Join(again, now) != again)
        {
            Forget(known);
            now = HtmlState.GiveUp(again, now);
        }

        rereading--;
    }

    private void Forget((int Hrefs, int BodyEnds) since)
    {
        hrefs.RemoveRange(since.Hrefs, hrefs.Count - since.Hrefs);
        bodyEnds.RemoveRange(since.BodyEnds, bodyEnds.Count - since.BodyEnds);
    }

    private static long Length(IReadOnlyList<TemplateNode> nodes) => nodes.Sum(node => 1 + node switch
    {
        TextNode text => text.Text.Length,
        BlockNode block => Length(block.Body.Nodes) + (block.Else is { } otherwise ? Length(otherwise.Nodes) : 0),
        _ => 0,
    });

    private static Trim Trims(TemplateNode node) => node switch
    {
        OutputNode output => output.Trim,
        BlockNode block => new(block.Open.Before, block.Close.After),
        _ => default,
    };

    private void ReadValue(OutputNode output)
    {
        now.Outer = now.Outer.AfterValue();
        switch (now.Mode)
        {
            case HtmlMode.TagOpen or HtmlMode.EndTagOpen or HtmlMode.MarkupDeclaration or HtmlMode.Gap:
            case HtmlMode.TagName when !now.IsEndTag && HtmlState.MayBecomeRawText(now.TagName):
            case HtmlMode.RawText when now.Seen.Length > 0:
                // Whether this is a tag or a comment at all, the value decides.
                now = HtmlState.GiveUp(now);
                break;
            case HtmlMode.TagName:
                now.TagName = HtmlState.UnknownName;
                now.Mode = HtmlMode.Gap;
                break;
            case HtmlMode.BetweenAttributes or HtmlMode.AttributeName or HtmlMode.AfterAttributeName
                or HtmlMode.NameGap or HtmlMode.BlankGap:
                EndName();
                now.Mode = HtmlMode.NameGap;
                now.AttributeName = HtmlState.UnknownName;
                break;
            case HtmlMode.BeforeValue:
                // What strips blanks must go on standing beside them.
                BeginValue(HtmlMode.UnquotedValue, '\0', here, isCertain: !output.Trim.Before);
                now.Seen = HtmlState.SeenValue;
                break;
            case HtmlMode.UnquotedValue or HtmlMode.Comment:
                now.Opening = null;
                now.Seen = HtmlState.SeenValue;
                break;
        }
    }

    private void Read(char c)
    {
        if (now.Outer.IsConditional && LeavesConditional(c))
        {
            return;
        }

        switch (now.Mode)
        {
            case HtmlMode.Data or HtmlMode.TagOpen or HtmlMode.EndTagOpen or HtmlMode.TagName:
                ReadTag(c);
                break;
            case HtmlMode.BetweenAttributes or HtmlMode.AttributeName or HtmlMode.AfterAttributeName
                or HtmlMode.Gap or HtmlMode.NameGap or HtmlMode.BlankGap:
                ReadAttribute(c);
                break;
            case HtmlMode.BeforeValue or HtmlMode.QuotedValue or HtmlMode.UnquotedValue:
                ReadAttributeValue(c);
                break;
            case HtmlMode.MarkupDeclaration:
                ReadMarkupDeclaration(c);
                break;
            case HtmlMode.BogusComment when c == '>':
                now = now.Next(HtmlMode.Data);
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
                now = now.Next(HtmlMode.MarkupDeclaration);
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
                now.AttributeName = "";
                break;
            case HtmlMode.Gap or HtmlMode.NameGap when IsBlank(c):
                now.Mode = HtmlMode.BlankGap;
                now.AttributeName = HtmlState.UnknownName;
                break;
            case HtmlMode.AttributeName when IsBlank(c):
                EndName();
                now.Mode = HtmlMode.AfterAttributeName;
                break;
            case var _ when IsBlank(c):
                break;
            case HtmlMode.Gap:
            case HtmlMode.NameGap or HtmlMode.BlankGap when c == '=':
                now = HtmlState.GiveUp(now);
                break;
            case HtmlMode.AttributeName or HtmlMode.AfterAttributeName when c == '=':
                EndName();
                now.Mode = HtmlMode.BeforeValue;
                break;
            case HtmlMode.AttributeName or HtmlMode.NameGap:
                now.Mode = HtmlMode.AttributeName;
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
            case HtmlMode.UnquotedValue:
                ReadUnquotedValue(c);
                break;
        }
    }

    private void ReadUnquotedValue(char c)
    {
        if (now.Seen == HtmlState.SeenValueAndEqual && (IsBlank(c) || c is '"' or '\''))
        {
            // If the value held a blank, this begins the value of another attribute.
            now = HtmlState.GiveUp(now);
        }
        else if (IsBlank(c) || c == '>')
        {
            var mayHaveEnded = now.Seen.Length > 0;

            // A block's last tag may stand alone in its line, and the line must go on disappearing.
            EndValue(
                isCertain: here is { Offset: > 0 } or { Node: 0 } || here.Nodes[here.Node - 1] is not BlockNode);
            now.Mode = mayHaveEnded ? HtmlMode.NameGap : HtmlMode.BetweenAttributes;
            ReadAttribute(c);
        }
        else if (now.Seen.Length > 0)
        {
            now.Seen = c == '=' ? HtmlState.SeenValueAndEqual : HtmlState.SeenValue;
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
        Outer = now.Outer,
        Tag = new HtmlTag(),
        IsEndTag = isEndTag,
        TagName = name,
        AttributeName = "",
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
        if (now is { IsEndTag: true, TagName: "body", Outer.IsConditional: false })
        {
            bodyEnds.Add(tagStart);
        }

        now = now switch
        {
            { IsEndTag: true } => now.Next(HtmlMode.Data),
            { TagName: "plaintext" } => new HtmlState { Mode = HtmlMode.Lost },
            { TagName: var name } when HtmlState.IsRawText(name) => now.Next(HtmlMode.RawText) with { TagName = name },
            _ => now.Next(HtmlMode.Data),
        };
    }

    private void BeginValue(HtmlMode mode, char quote, TemplatePlace start, bool isCertain)
    {
        var isHref = now is { AttributeName: "href", HasHref: false };
        now.Mode = mode;
        now.Quote = quote;
        now.Seen = "";
        now.HasHref |= isHref;
        now.Link = isHref && isCertain && !now.IsEndTag && IsLink(now.TagName)
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
        now.Seen = "";
    }

    // Outlook's buttons are shapes of VML that are links.
    private static bool IsLink(string tag) => tag is "a" or "area" || tag.StartsWith("v:", StringComparison.Ordinal);

    private static string Extend(string name, char c) =>
        name == HtmlState.UnknownName || name.Length >= NameLengthMax
            ? HtmlState.UnknownName
            : name + char.ToLowerInvariant(c);

    private static bool IsBlank(char c) => c is ' ' or '\t' or '\n' or '\r' or '\f';
}
