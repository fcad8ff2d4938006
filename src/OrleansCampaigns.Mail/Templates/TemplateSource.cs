using System.Text;

namespace OrleansCampaigns.Mail.Templates;

/// <summary>Writes a parsed template as its author may have written it, for people to read.</summary>
internal static class TemplateSource
{
    /// <summary>The template.</summary>
    /// <param name="nodes">Its parts.</param>
    /// <param name="showText">How text is shown.</param>
    public static string Write(IEnumerable<TemplateNode> nodes, Func<string, string> showText)
    {
        var source = new StringBuilder();
        Write(nodes, showText, source);
        return source.ToString();
    }

    private static void Write(IEnumerable<TemplateNode> nodes, Func<string, string> showText, StringBuilder source)
    {
        foreach (var node in nodes)
        {
            switch (node)
            {
                case TextNode text:
                    source.Append(showText(text.Text));
                    break;
                case OutputNode { IsRaw: true } output:
                    source.Append("{{{").Append(Write(output.Value)).Append("}}}");
                    break;
                case OutputNode output:
                    source.Append("{{").Append(Write(output.Value)).Append("}}");
                    break;
                case BlockNode block:
                    var kind = block.Kind.ToString().ToLowerInvariant();
                    source.Append("{{#").Append(kind).Append(' ').Append(WriteSubject(block.Subject)).Append("}}");
                    Write(block.Body.Nodes, showText, source);
                    if (block.Else is { } otherwise)
                    {
                        source.Append("{{else}}");
                        Write(otherwise.Nodes, showText, source);
                    }

                    source.Append("{{/").Append(kind).Append("}}");
                    break;
            }
        }
    }

    /// <summary>A value as it stands in a tag.</summary>
    public static string Write(TemplateValue value) => value switch
    {
        CallValue call => call.Rule.Name + string.Concat(call.Arguments.Select(argument =>
            $" {WriteSubject(argument)}")) + call.Settings.Source,
        LiteralValue { Text: var text } => text.Contains('"') ? $"'{text}'" : $"\"{text}\"",
        ReferenceValue { Reference: { Kind: ReferenceKind.Field, Name: var name } } => FieldNames.Write(name),
        ReferenceValue { Reference.Name: var name } => name,
        _ => "",
    };

    private static string WriteSubject(TemplateValue value) =>
        value is CallValue ? $"({Write(value)})" : Write(value);
}
