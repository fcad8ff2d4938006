namespace OrleansCampaigns.Mail.Templates;

/// <summary>How a template writes the name of a field: plain, or in brackets when it is no plain word.</summary>
internal static class FieldNames
{
    private static readonly HashSet<string> Reserved =
        new(StringComparer.Ordinal)
        {
            "true", "false", "null", "undefined", "this", "else", "if", "unless", "each", "with", "lookup", "log", "as",
        };

    /// <exception cref="TemplateSyntaxException">It is not a name.</exception>
    public static string Read(string text, TagPlace place)
    {
        if (text.StartsWith('['))
        {
            return text.IndexOf(']') == text.Length - 1 && text.Length > 2
                ? text[1..^1]
                : throw new TemplateSyntaxException($"'{text}' is not the name of a field.", place);
        }

        if (text.AsSpan().IndexOfAny(" \t\r\n") >= 0)
        {
            throw new TemplateSyntaxException(
                $"There is no helper '{text.Split((char[]?)null, 2)[0]}'. If it is a field, write {{{{[{text}]}}}}.",
                place);
        }

        if (text.Length == 0 || Reserved.Contains(text) || char.IsAsciiDigit(text[0]) || !text.All(IsPlain))
        {
            throw new TemplateSyntaxException(
                $"'{text}' is not the name of a field. If it is, write {{{{[{text}]}}}}.", place);
        }

        return text;
    }

    /// <summary>The name as a template writes it.</summary>
    public static string Write(string name) =>
        Reserved.Contains(name) || char.IsAsciiDigit(name[0]) || !name.All(IsPlain) ? $"[{name}]" : name;

    private static bool IsPlain(char c) => char.IsLetterOrDigit(c) || c is '_' or '-' or ':';
}
