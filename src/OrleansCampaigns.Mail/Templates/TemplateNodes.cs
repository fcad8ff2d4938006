namespace OrleansCampaigns.Mail.Templates;

/// <summary>A part of a parsed template.</summary>
internal abstract record TemplateNode;

/// <summary>Text as it stands.</summary>
internal sealed record TextNode(string Text) : TemplateNode;

/// <summary>A comment; kept because a line that holds nothing else disappears.</summary>
internal sealed record CommentNode : TemplateNode;

/// <summary>A value.</summary>
/// <param name="Value">Which.</param>
/// <param name="IsRaw">Whether it is written without escaping.</param>
/// <param name="Trim">The whitespace control of its tag.</param>
internal sealed record OutputNode(TemplateValue Value, bool IsRaw, Trim Trim) : TemplateNode;

/// <summary>A block, with the branch for when it does not hold.</summary>
internal sealed record BlockNode(
    BlockKind Kind, TemplateValue Subject, Branch Body, Branch? Else, Trim Open, Trim Close) : TemplateNode
{
    /// <summary>Whether it began with <c>else if</c>, so that the block around it closes it.</summary>
    public bool IsChained { get; init; }
}

/// <summary>One branch of a block.</summary>
/// <param name="Nodes">What it holds.</param>
/// <param name="Trim">The whitespace control of the <c>else</c> tag before it.</param>
internal sealed record Branch(IReadOnlyList<TemplateNode> Nodes, Trim Trim = default);

/// <summary>What a tag strips: the whitespace before it, after it.</summary>
internal readonly record struct Trim(bool Before, bool After)
{
    public string Left => Before ? "~" : "";

    public string Right => After ? "~" : "";
}

/// <summary>The blocks that templates may use.</summary>
internal enum BlockKind
{
    If,
    Unless,
    With,
    Each,
}

/// <summary>What a tag refers to.</summary>
internal enum ReferenceKind
{
    /// <summary>A field of the contact.</summary>
    Field,

    /// <summary>The item of the innermost <c>each</c>.</summary>
    Item,

    /// <summary><c>@index</c>, <c>@first</c> or <c>@last</c> of the innermost <c>each</c>.</summary>
    Data,
}

/// <summary>What a tag refers to.</summary>
/// <param name="Kind">Which sort of thing.</param>
/// <param name="Name">The field's name, or <c>@index</c> and the like.</param>
internal readonly record struct Reference(ReferenceKind Kind, string Name);
