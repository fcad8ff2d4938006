namespace OrleansCampaigns.Mail.Messages.Tracking;

/// <summary>What is being read: the states of the HTML standard's tokenizer (§13.2.5), as far as links need them.
/// </summary>
internal enum HtmlMode
{
    Data,
    TagOpen,
    EndTagOpen,
    TagName,
    BetweenAttributes,
    AttributeName,
    AfterAttributeName,
    BeforeValue,
    QuotedValue,
    UnquotedValue,

    /// <summary>Inside a tag and outside quotes, where it depends on values what came before.</summary>
    Gap,

    /// <summary>
    /// Behind a value among the names of attributes: it may have ended with a part of a name, a blank or a slash.
    /// </summary>
    NameGap,

    /// <summary>
    /// Behind a blank among the names of attributes, where it depends on values whether there was a name before it.
    /// </summary>
    BlankGap,

    MarkupDeclaration,
    BogusComment,
    Comment,
    RawText,

    /// <summary>It depends on values what is being read: no link from here on can be told from text.</summary>
    Lost,
}

/// <summary>Where something stands in a template.</summary>
/// <param name="Nodes">The branch.</param>
/// <param name="Node">The node's index in it.</param>
/// <param name="Offset">The character in the node's text; 0 means before the node when it is no text.</param>
internal readonly record struct TemplatePlace(IReadOnlyList<Templates.TemplateNode> Nodes, int Node, int Offset);

/// <summary>One tag, or several that are one because a condition chooses between their beginnings.</summary>
internal sealed class HtmlTag
{
    private HtmlTag? same;
    private bool isUntracked;

    /// <summary>Whether its links are to be left alone.</summary>
    public bool IsUntracked
    {
        get => Root.isUntracked;
        set => Root.isUntracked = value;
    }

    private HtmlTag Root => same is null ? this : same.Root;

    public void Unite(HtmlTag other)
    {
        if (!ReferenceEquals(Root, other.Root))
        {
            Root.isUntracked |= other.Root.isUntracked;
            other.Root.same = Root;
        }
    }
}

/// <summary>The target of a link.</summary>
/// <param name="Tag">Whose.</param>
/// <param name="Start">Where its value begins.</param>
/// <param name="Quote">The quotes around it; a NUL when there are none.</param>
internal sealed record HtmlHref(HtmlTag Tag, TemplatePlace Start, char Quote)
{
    /// <summary>Where its value ends.</summary>
    public TemplatePlace End { get; init; }
}

/// <summary>The conditional comment around what is being read.</summary>
/// <param name="IsConditional">Whether there is one.</param>
/// <param name="Dashes">How much of the sign that ends it was seen.</param>
internal readonly record struct HtmlOuter(bool IsConditional, int Dashes)
{
    /// <summary>A value was seen last, which may have ended with dashes.</summary>
    public const int Unknown = -1;

    /// <summary>So many dashes and an angle bracket end it.</summary>
    public const int Ending = 2;

    public static HtmlOuter Conditional => new(IsConditional: true, 0);

    public HtmlOuter After(char c) => (Dashes, c) switch
    {
        (Unknown, '-' or '!') => this,
        (_, '-') => this with { Dashes = Math.Min(Dashes + 1, Ending) },
        (Ending, '!') => this,
        _ => this with { Dashes = 0 },
    };

    public HtmlOuter AfterValue() => IsConditional ? this with { Dashes = Unknown } : this;
}

/// <summary>All that the reading of HTML has to remember from one character to the next.</summary>
internal record struct HtmlState
{
    /// <summary>Stands for a name that is not known, because a value is part of it.</summary>
    public const string UnknownName = "?";

    /// <summary>A value was seen last, which may have had any end.</summary>
    public const string SeenValue = "?";

    /// <summary>A value was seen, and an equals sign last.</summary>
    public const string SeenValueAndEqual = "?=";

    // "plaintext" never ends.
    private static readonly string[] RawTextNames =
        ["script", "style", "xmp", "iframe", "noembed", "noframes", "textarea", "title", "plaintext"];

    /// <summary>The attribute that keeps a link as it is.</summary>
    public const string UntrackedAttribute = "data-no-track";

    public HtmlMode Mode { get; set; }

    public HtmlTag? Tag { get; set; }

    public bool IsEndTag { get; set; }

    /// <summary>The tag's name, or that of the element whose raw text is being read.</summary>
    public string TagName { get; set; }

    public string AttributeName { get; set; }

    public bool HasHref { get; set; }

    public char Quote { get; set; }

    /// <summary>The link whose target is being read.</summary>
    public HtmlHref? Link { get; set; }

    /// <summary>
    /// How much of what ends a comment or raw text was seen; in an unquoted value, whether a field's is part of it.
    /// </summary>
    public string Seen { get; set; }

    /// <summary>What a comment began with, as long as it may be a conditional one.</summary>
    public string? Opening { get; set; }

    /// <summary>The conditional comment around it.</summary>
    public HtmlOuter Outer { get; set; }

    /// <summary>What follows, in the same conditional comment.</summary>
    public readonly HtmlState Next(HtmlMode mode) => mode == HtmlMode.Data
        ? new HtmlState { Outer = Outer }
        : new HtmlState { Mode = mode, Seen = "", Outer = Outer };

    private readonly bool IsOpenInTag => Mode is HtmlMode.TagName or HtmlMode.BetweenAttributes
        or HtmlMode.AttributeName or HtmlMode.AfterAttributeName or HtmlMode.UnquotedValue or HtmlMode.Gap
        or HtmlMode.NameGap or HtmlMode.BlankGap;

    /// <summary>Whether an element of that name holds text and no tags.</summary>
    public static bool IsRawText(string name) => RawTextNames.Contains(name);

    /// <summary>Whether a name that begins so may become the name of such an element.</summary>
    public static bool MayBecomeRawText(string start) =>
        Array.Exists(RawTextNames, name => name.StartsWith(start, StringComparison.Ordinal));

    /// <summary>What holds after a condition, whichever branch it took.</summary>
    public static HtmlState Join(HtmlState a, HtmlState b)
    {
        if (a == b)
        {
            return a;
        }

        if (a.Outer.IsConditional != b.Outer.IsConditional)
        {
            return GiveUp(a, b);
        }

        var outer = a.Outer == b.Outer ? a.Outer : a.Outer.AfterValue();
        switch (a.Mode, b.Mode)
        {
            case (HtmlMode.Data, HtmlMode.Data):
                return new HtmlState { Outer = outer };
            case (HtmlMode.BogusComment, HtmlMode.BogusComment):
                return a.Next(a.Mode) with { Outer = outer };
            case (HtmlMode.Comment, HtmlMode.Comment):
                return a.Next(a.Mode) with { Seen = SeenValue, Outer = outer };
            case (HtmlMode.QuotedValue, HtmlMode.QuotedValue) when a.Quote == b.Quote:
            case (HtmlMode.BeforeValue, HtmlMode.BeforeValue):
                return JoinTags(a, b, a.Mode);
            default:
                return a.IsOpenInTag && b.IsOpenInTag
                    ? JoinTags(a, b, a.Mode == b.Mode ? a.Mode : HtmlMode.Gap)
                    : GiveUp(a, b);
        }
    }

    /// <summary>Nothing is certain any more, not even what else belongs to a tag that was begun.</summary>
    public static HtmlState GiveUp(params ReadOnlySpan<HtmlState> states)
    {
        foreach (var state in states)
        {
            if (state.Tag is not null)
            {
                state.Tag.IsUntracked = true;
            }
        }

        return new HtmlState { Mode = HtmlMode.Lost };
    }

    private static HtmlState JoinTags(HtmlState a, HtmlState b, HtmlMode mode)
    {
        if (a.Tag is null || b.Tag is null || a.IsEndTag != b.IsEndTag
            || (a.TagName != b.TagName && !a.IsEndTag && (IsRawText(a.TagName) || IsRawText(b.TagName))))
        {
            return GiveUp(a, b);
        }

        a.Tag.Unite(b.Tag);
        a.Tag.IsUntracked |= a.AttributeName == UntrackedAttribute || b.AttributeName == UntrackedAttribute;
        return new HtmlState
        {
            Outer = a.Outer == b.Outer ? a.Outer : a.Outer.AfterValue(),
            Mode = mode == HtmlMode.TagName && a.TagName != b.TagName ? HtmlMode.Gap : mode,
            Tag = a.Tag,
            IsEndTag = a.IsEndTag,
            TagName = a.TagName == b.TagName ? a.TagName : UnknownName,
            AttributeName = a.AttributeName == b.AttributeName && mode != HtmlMode.Gap ? a.AttributeName : UnknownName,
            HasHref = a.HasHref && b.HasHref,
            Quote = a.Quote,
            Seen = JoinSeen(a.Seen ?? "", b.Seen ?? ""),
            Link = ReferenceEquals(a.Link, b.Link) ? a.Link : null,
        };
    }

    // The longer one leaves more open.
    private static string JoinSeen(string a, string b) => a.Length > b.Length ? a : b;
}
