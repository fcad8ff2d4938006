using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Mail.Templates;

/// <summary>A tag or the text between tags.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Content">The text, or what stands inside the braces, without whitespace control.</param>
/// <param name="Trim">The whitespace control.</param>
/// <param name="Place">Where it begins.</param>
internal readonly record struct TemplateToken(TemplateTokenKind Kind, string Content, Trim Trim, TagPlace Place);

internal enum TemplateTokenKind
{
    Text,
    Comment,

    /// <summary><c>{{…}}</c></summary>
    Tag,

    /// <summary><c>{{{…}}}</c> or <c>{{&amp;…}}</c></summary>
    RawTag,
}

/// <summary>A template is not one; the message is for its author.</summary>
internal sealed class TemplateSyntaxException(string message, TagPlace place)
    : Exception(PlainText.Cut(message, TemplateSyntaxException.MessageMax))
{
    // A message quotes a tag, and a tag may be as long as the template.
    private const int MessageMax = 300;

    public TagPlace Place { get; } = place;
}

/// <summary>Counts the lines of a template that is read from its beginning to its end.</summary>
internal struct LineCounter(string template)
{
    private int line = 1;
    private int start;

    /// <summary>The place of a character in the line that was reached.</summary>
    public readonly TagPlace At(int index) => new(line, index - start + 1);

    /// <summary>Counts the lines that end between two characters.</summary>
    public void Pass(int from, int to)
    {
        var passed = template.AsSpan(from, to - from);
        line += passed.Count('\n');
        start = passed.LastIndexOf('\n') is >= 0 and var last ? from + last + 1 : start;
    }
}

/// <summary>Cuts a template into tags and text, as Handlebars does.</summary>
internal static class TemplateLexer
{
    public static List<TemplateToken> Read(string template)
    {
        var tokens = new List<TemplateToken>();
        var text = new System.Text.StringBuilder();
        var lines = new LineCounter(template);
        var tags = 0;
        var at = 0;
        while (at < template.Length)
        {
            var open = template.IndexOf("{{", at, StringComparison.Ordinal);
            if (open < 0)
            {
                text.Append(template, at, template.Length - at);
                break;
            }

            var backslashes = CountBackslashesBefore(template, at, open);
            text.Append(template, at, open - at - backslashes);
            lines.Pass(at, open);
            if (backslashes == 1)
            {
                // An escaped tag is text.
                text.Append("{{");
                at = open + 2;
                continue;
            }

            // Two backslashes are one, before a tag that is one.
            text.Append('\\', Math.Max(0, backslashes - 1));
            Flush();
            if (++tags > TemplateLimits.TagsMax)
            {
                throw new TemplateSyntaxException(
                    $"There are more than {TemplateLimits.TagsMax} tags.", lines.At(open));
            }

            var (token, end) = ReadTag(template, open, lines.At(open));
            tokens.Add(token);
            lines.Pass(open, end);
            at = end;
        }

        Flush();
        return tokens;

        void Flush()
        {
            if (text.Length > 0)
            {
                tokens.Add(new TemplateToken(TemplateTokenKind.Text, text.ToString(), default, default));
                text.Clear();
            }
        }
    }

    private static (TemplateToken Token, int End) ReadTag(string template, int open, TagPlace place)
    {
        var rest = template.AsSpan(open);
        if (rest.StartsWith("{{{{"))
        {
            throw new TemplateSyntaxException("Raw blocks ({{{{…}}}}) are not supported.", place);
        }

        if (rest.StartsWith("{{!") || rest.StartsWith("{{~!"))
        {
            return ReadComment(template, open, place);
        }

        var isRaw = rest.StartsWith("{{{");
        var start = open + (isRaw ? 3 : 2);
        var close = isRaw ? "}}}" : "}}";
        var end = FindEnd(template, start, place, close);
        var content = template.AsSpan(start, end - start);
        var before = content.StartsWith("~");
        content = before ? content[1..] : content;
        var after = content.EndsWith("~");
        content = (after ? content[..^1] : content).Trim();

        // {{~{x}~}} is the raw tag with whitespace control: its third brace stands inside.
        if (!isRaw && content.StartsWith("{"))
        {
            throw new TemplateSyntaxException("Write raw values without ~.", place);
        }

        if (!isRaw && content.StartsWith("&"))
        {
            isRaw = true;
            content = content[1..].Trim();
        }

        var kind = isRaw ? TemplateTokenKind.RawTag : TemplateTokenKind.Tag;
        var token = new TemplateToken(kind, content.ToString(), new Trim(before, after), place);
        return (token, end + close.Length);
    }

    private static (TemplateToken Token, int End) ReadComment(string template, int open, TagPlace place)
    {
        var rest = template.AsSpan(open);
        var isLong = rest.StartsWith("{{!--") || rest.StartsWith("{{~!--");
        var close = template.IndexOf(isLong ? "--" : "}}", open + (isLong ? 5 : 3), StringComparison.Ordinal);
        while (isLong && close >= 0 && !template.AsSpan(close).StartsWith("--}}")
            && !template.AsSpan(close).StartsWith("--~}}"))
        {
            close = template.IndexOf("--", close + 1, StringComparison.Ordinal);
        }

        if (close < 0)
        {
            throw new TemplateSyntaxException("The comment does not end.", place);
        }

        var end = template.IndexOf("}}", close, StringComparison.Ordinal) + 2;
        var trim = new Trim(rest.StartsWith("{{~"), template[end - 3] == '~');
        return (new TemplateToken(TemplateTokenKind.Comment, "", trim, place), end);
    }

    // Braces may stand inside a bracketed name, {{[a }} b]}}, and inside quotes: {{default a "}}"}}.
    private static int FindEnd(string template, int start, TagPlace place, string close)
    {
        var inBrackets = false;
        for (var i = start; i < template.Length; i++)
        {
            switch (template[i])
            {
                case '"' or '\'' when !inBrackets && i > start && template[i - 1] is ' ' or '(' or '=' or '\n' or '\t'
                    && template.IndexOf(template[i], i + 1) is > 0 and var closing:
                    i = closing;
                    break;
                case '[':
                    inBrackets = true;
                    break;
                case ']':
                    inBrackets = false;
                    break;
                case '}' when !inBrackets && string.CompareOrdinal(template, i, close, 0, close.Length) == 0:
                    return i;
                case '{' when !inBrackets && i + 1 < template.Length && template[i + 1] == '{' && i > start + 1:
                    throw new TemplateSyntaxException($"The tag does not end with {close}.", place);
            }
        }

        throw new TemplateSyntaxException($"The tag does not end with {close}.", place);
    }

    private static int CountBackslashesBefore(string template, int from, int open)
    {
        var count = 0;
        while (open - count > from && template[open - count - 1] == '\\')
        {
            count++;
        }

        return count;
    }
}
