namespace OrleansCampaigns.Mail.Templates;

/// <summary>What a stretch of a template is.</summary>
internal enum SegmentKind
{
    /// <summary>Text of the author's.</summary>
    Text,

    /// <summary>A comment's tag.</summary>
    Comment,

    /// <summary>The tag of a value.</summary>
    Value,

    /// <summary>The tag that begins an <c>if</c>, <c>unless</c> or <c>with</c>.</summary>
    If,

    /// <summary>The tag that begins an <c>each</c>.</summary>
    Each,

    /// <summary>The tag before the branch for when it does not hold.</summary>
    Else,

    /// <summary>The tag that ends it.</summary>
    End,

    /// <summary>No tag: here a target begins whose scheme values decide (<see cref="UrlStarts"/>).</summary>
    UrlStart,
}

/// <summary>A stretch of a template; those of a template follow one another as in its text.</summary>
/// <param name="Kind">What it is.</param>
internal sealed record Segment(SegmentKind Kind)
{
    /// <summary>The text.</summary>
    public string Text { get; init; } = "";

    /// <summary>What a value or a block is about.</summary>
    public TemplateValue? Value { get; init; }

    /// <summary>Of a value: whether it is written as it is. Of a block: whether it holds when the value is missing.
    /// </summary>
    public bool IsFlagged { get; init; }

    /// <summary>Of a value: the part of a URL that it stands in.</summary>
    public UrlPart Url { get; init; }

    /// <summary>Of a value: whether it stands in an attribute of HTML.</summary>
    public bool IsOfAttribute { get; init; }

    /// <summary>The whitespace control of the tag.</summary>
    public Trim Trim { get; init; }

    /// <summary>Whether no tag of its own stands in the text: <c>else if</c> is one tag and makes two.</summary>
    public bool IsImplied { get; init; }

    /// <summary>Whether a loop belongs to it, so that it may be run more than once or not at all.</summary>
    public bool IsOfLoop { get; init; }

    /// <summary>Whether it is a tag of a block.</summary>
    public bool IsOfBlock => Kind is SegmentKind.If or SegmentKind.Each or SegmentKind.Else or SegmentKind.End;
}

/// <summary>Lays the tree of a template out in one line, without the blanks that its tags take away.</summary>
internal static class TemplateSegments
{
    /// <summary>The stretches, in order. Time and memory go with the length of the template.</summary>
    public static List<Segment> Of(IReadOnlyList<TemplateNode> nodes)
    {
        var segments = new List<Segment>();
        Add(nodes, segments);
        Strip(segments);
        segments.RemoveAll(segment => segment is { Kind: SegmentKind.Text, Text: "" } or { Kind: SegmentKind.Comment });
        return segments;
    }

    private static void Add(IReadOnlyList<TemplateNode> nodes, List<Segment> segments)
    {
        foreach (var node in nodes)
        {
            switch (node)
            {
                case TextNode plain:
                    segments.Add(new(SegmentKind.Text) { Text = plain.Text });
                    break;
                case CommentNode:
                    segments.Add(new(SegmentKind.Comment));
                    break;
                case OutputNode output:
                    segments.Add(new(SegmentKind.Value)
                    {
                        Value = output.Value,
                        IsFlagged = output.IsRaw,
                        Trim = output.Trim,
                    });
                    break;
                case BlockNode block:
                    Add(block, segments, chainedTo: null);
                    break;
            }
        }
    }

    private static void Add(BlockNode block, List<Segment> segments, BlockNode? chainedTo)
    {
        var isLoop = block.Kind == BlockKind.Each;
        var isChained = chainedTo is not null;
        if (chainedTo is not null)
        {
            // The one tag ends the branch of the block before it and begins this one.
            segments.Add(new(SegmentKind.Else)
            {
                Trim = block.Open,
                IsOfLoop = chainedTo.Kind == BlockKind.Each,
            });
        }

        segments.Add(new(isLoop ? SegmentKind.Each : SegmentKind.If)
        {
            Value = block.Subject,
            IsFlagged = block.Kind == BlockKind.Unless,
            Trim = block.Open,
            IsImplied = isChained,
            IsOfLoop = isLoop,
        });
        Add(block.Body.Nodes, segments);
        if (block.Else is { Nodes: [BlockNode { IsChained: true } chained] })
        {
            Add(chained, segments, chainedTo: block);
        }
        else if (block.Else is { } otherwise)
        {
            segments.Add(new(SegmentKind.Else) { Trim = otherwise.Trim, IsOfLoop = isLoop });
            Add(otherwise.Nodes, segments);
        }

        // The tag that closes the first block of a chain closes all of them.
        segments.Add(new(SegmentKind.End) { Trim = block.Close, IsImplied = isChained, IsOfLoop = isLoop });
    }

    /// <summary>
    /// Takes away what <c>~</c> takes away, and the line of a tag that stands alone in it (a comment's or a block's).
    /// </summary>
    private static void Strip(List<Segment> segments)
    {
        var texts = segments.ConvertAll(segment => segment.Text);
        var tags = Enumerable.Range(0, segments.Count).Where(i => !segments[i].IsImplied).ToArray();
        for (var n = 0; n < tags.Length; n++)
        {
            var segment = segments[tags[n]];
            if (segment.Kind == SegmentKind.Text)
            {
                continue;
            }

            var before = n > 0 ? tags[n - 1] : -1;
            var after = n + 1 < tags.Length ? tags[n + 1] : -1;
            var standsAlone = segment.Kind != SegmentKind.Value
                && (before < 0 || (segments[before].Kind == SegmentKind.Text
                    && EndsLine(segments[before].Text, isFirst: n == 1)))
                && (after < 0 || (segments[after].Kind == SegmentKind.Text
                    && BeginsLine(segments[after].Text, isLast: n == tags.Length - 2)));
            if (before >= 0 && segments[before].Kind == SegmentKind.Text)
            {
                texts[before] = segment.Trim.Before
                    ? texts[before].TrimEnd()
                    : standsAlone ? texts[before].TrimEnd(' ', '\t') : texts[before];
            }

            if (after >= 0 && segments[after].Kind == SegmentKind.Text)
            {
                texts[after] = segment.Trim.After
                    ? texts[after].TrimStart()
                    : standsAlone ? WithoutLine(texts[after]) : texts[after];
            }
        }

        for (var i = 0; i < segments.Count; i++)
        {
            if (!ReferenceEquals(texts[i], segments[i].Text))
            {
                segments[i] = segments[i] with { Text = texts[i] };
            }
        }
    }

    private static bool EndsLine(string text, bool isFirst) =>
        text.AsSpan().TrimEnd(" \t") is var rest && (rest.IsEmpty ? isFirst : rest[^1] == '\n');

    private static bool BeginsLine(string text, bool isLast) =>
        text.AsSpan().TrimStart(" \t") is var rest && (rest.IsEmpty ? isLast : rest[0] is '\n' or '\r');

    private static string WithoutLine(string text)
    {
        var rest = text.AsSpan().TrimStart(" \t");
        rest = rest.StartsWith("\r") ? rest[1..] : rest;
        return (rest.StartsWith("\n") ? rest[1..] : rest).ToString();
    }
}
