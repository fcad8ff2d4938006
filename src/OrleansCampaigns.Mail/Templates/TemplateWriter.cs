using System.Globalization;
using System.Text;

namespace OrleansCampaigns.Mail.Templates;

/// <summary>What a stretch of a written template is.</summary>
internal enum SegmentKind
{
    /// <summary>Text of the author's; not yet made safe against being taken for a tag.</summary>
    Text,

    /// <summary>A comment's tag.</summary>
    Comment,

    /// <summary>An escaped value's tag.</summary>
    Value,

    /// <summary>A raw value's tag.</summary>
    RawValue,

    /// <summary>A tag of <c>if</c> or <c>unless</c>.</summary>
    Condition,

    /// <summary>A tag of <c>each</c>.</summary>
    Loop,
}

/// <summary>A stretch of a written template.</summary>
internal readonly record struct Segment(SegmentKind Kind, string Text);

/// <summary>Writes a parsed template for Handlebars.Net, in names of our own.</summary>
/// <remarks>
/// Field 3 is <c>f3</c>, its list <c>l3</c>, and every one is reached from the root. So no field's name, whatever it
/// is, can be taken for a helper, a literal or a path, and what we checked is what is run.
/// </remarks>
internal static class TemplateWriter
{
    private const string Braces = "braces";
    private const string Brace = "brace";
    private const string Backslash = "backslash";

    /// <summary>What stands for characters that cannot stand beside a tag, or would be one.</summary>
    public static IReadOnlyDictionary<string, string> Constants { get; } = new Dictionary<string, string>
    {
        [Braces] = "{{",
        [Brace] = "}",
        [Backslash] = "\\",
    };

    public static string FieldKey(int number) => "f" + number.ToString(CultureInfo.InvariantCulture);

    public static string ListKey(int number) => "l" + number.ToString(CultureInfo.InvariantCulture);

    public static string Write(IEnumerable<Segment> segments)
    {
        var text = new StringBuilder();
        foreach (var segment in segments)
        {
            text.Append(segment.Kind == SegmentKind.Text ? Protect(segment.Text) : segment.Text);
        }

        return text.ToString();
    }

    /// <summary>Text that holds no tag, escapes none and ends none.</summary>
    public static string Protect(string text)
    {
        var closing = text.Length - text.AsSpan().TrimStart('}').Length;
        var middle = text[closing..].Replace("{{", Constant(Braces), StringComparison.Ordinal);
        var escapes = middle.Length - middle.AsSpan().TrimEnd('\\').Length;
        return Repeat(Constant(Brace), closing) + middle[..^escapes] + Repeat(Constant(Backslash), escapes);

        static string Constant(string name) => $"{{{{{{@root.{name}}}}}}}";

        static string Repeat(string part, int count) =>
            count == 0 ? "" : string.Concat(Enumerable.Repeat(part, count));
    }

    public static List<Segment> Flatten(IReadOnlyList<TemplateNode> nodes, FieldTable fields)
    {
        var segments = new List<Segment>();
        Flatten(nodes, fields, segments);
        return segments;
    }

    private static void Flatten(IReadOnlyList<TemplateNode> nodes, FieldTable fields, List<Segment> segments)
    {
        foreach (var node in nodes)
        {
            switch (node)
            {
                case TextNode plain:
                    segments.Add(new(SegmentKind.Text, plain.Text));
                    break;
                case CommentNode:
                    segments.Add(new(SegmentKind.Comment, "{{! }}"));
                    break;
                case OutputNode { IsRaw: true } output:
                    segments.Add(new(SegmentKind.RawValue, $"{{{{{{{Path(output.Reference, fields)}}}}}}}"));
                    break;
                case OutputNode output:
                    segments.Add(new(SegmentKind.Value, Tag(Path(output.Reference, fields), output.Trim)));
                    break;
                case BlockNode block:
                    Flatten(block, block.Close, fields, segments);
                    break;
            }
        }
    }

    private static void Flatten(BlockNode block, Trim close, FieldTable fields, List<Segment> segments)
    {
        var (name, path) = block.Kind switch
        {
            BlockKind.Each => ("each", $"@root.{ListKey(fields.Numbers[block.Subject.Name])}"),
            BlockKind.Unless => ("unless", Path(block.Subject, fields)),
            _ => ("if", Path(block.Subject, fields)),
        };
        var kind = block.Kind == BlockKind.Each ? SegmentKind.Loop : SegmentKind.Condition;

        // Handlebars.Net knows no other chain than `else if`.
        var isChained = block.IsChained && name == "if";
        if (block.IsChained && !isChained)
        {
            segments.Add(new(kind, Tag("else", block.Open)));
        }

        segments.Add(new(kind, Tag(isChained ? $"else if {path}" : $"#{name} {path}", block.Open)));
        Flatten(block.Body.Nodes, fields, segments);
        if (block.Else is { } otherwise)
        {
            if (otherwise.Nodes is [BlockNode { IsChained: true } chained])
            {
                // The tag that closes the first block closes this one.
                Flatten(chained, close with { After = false }, fields, segments);
            }
            else
            {
                segments.Add(new(kind, Tag("else", otherwise.Trim)));
                Flatten(otherwise.Nodes, fields, segments);
            }
        }

        if (!isChained)
        {
            segments.Add(new(kind, Tag($"/{name}", close)));
        }
    }

    private static string Tag(string content, Trim trim) => $"{{{{{trim.Left}{content}{trim.Right}}}}}";

    private static string Path(Reference reference, FieldTable fields) => reference.Kind switch
    {
        ReferenceKind.Field => $"@root.{FieldKey(fields.Numbers[reference.Name])}",
        ReferenceKind.Item => "this",
        _ => reference.Name,
    };
}
