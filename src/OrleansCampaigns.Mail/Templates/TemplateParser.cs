namespace OrleansCampaigns.Mail.Templates;

/// <summary>Reads the part of Handlebars that a message may use, and refuses the rest with the reason.</summary>
/// <remarks>
/// Allowed are values, <c>if</c>, <c>unless</c>, <c>with</c>, <c>each</c>, <c>else</c>, comments and the helpers of
/// <see cref="HelperRule"/>. Partials, inline
/// partials and decorators are refused outright: they are what lets a template call itself.
/// </remarks>
internal sealed class TemplateParser
{
    private readonly List<TemplateToken> tokens;
    private readonly Stack<Scope> scopes = new();
    private int at;
    private int depth;

    private TemplateParser(List<TemplateToken> tokens) => this.tokens = tokens;

    private enum Scope
    {
        Item,
        Field,
    }

    /// <exception cref="TemplateSyntaxException">It is not a template that we take.</exception>
    public static IReadOnlyList<TemplateNode> Parse(string template)
    {
        if (template.Length > TemplateLimits.LengthMax)
        {
            throw new TemplateSyntaxException($"It is longer than {TemplateLimits.LengthMax} characters.", new(1, 1));
        }

        var parser = new TemplateParser(TemplateLexer.Read(template));
        var nodes = parser.ReadNodes();
        if (parser.at < parser.tokens.Count)
        {
            var token = parser.tokens[parser.at];
            throw new TemplateSyntaxException($"{{{{{token.Content}}}}} has no block that it belongs to.", token.Place);
        }

        return nodes;
    }

    // The name of the field that `with` is about, innermost last.
    private readonly Stack<string> withFields = new();

    private List<TemplateNode> ReadNodes()
    {
        var nodes = new List<TemplateNode>();
        while (at < tokens.Count)
        {
            var token = tokens[at];
            switch (token.Kind)
            {
                case TemplateTokenKind.Text:
                    nodes.Add(new TextNode(token.Content));
                    break;
                case TemplateTokenKind.Comment:
                    nodes.Add(new CommentNode());
                    break;
                case TemplateTokenKind.Tag when IsElse(token) || token.Content.StartsWith('/'):
                    return nodes;
                case TemplateTokenKind.Tag when token.Content.StartsWith('#'):
                    nodes.Add(ReadBlock(token));
                    continue;
                default:
                    nodes.Add(ReadOutput(token));
                    break;
            }

            at++;
        }

        return nodes;
    }

    private OutputNode ReadOutput(TemplateToken token)
    {
        var content = token.Content;
        var refusal = content switch
        {
            "" => "The tag is empty.",
            ['>', ..] => "Partials are not supported.",
            ['*', ..] => "Decorators are not supported.",
            ['^', ..] => "Write {{#unless x}} instead of {{^x}}.",
            ['(', ..] => "Sub-expressions stand in a helper or a block, such as {{#if (eq a b)}}.",
            _ when token.Kind == TemplateTokenKind.RawTag && token.Trim != default => "Write raw values without ~.",
            _ => null,
        };
        if (refusal is not null)
        {
            throw new TemplateSyntaxException(refusal, token.Place);
        }

        var value = new ExpressionReader(content, token.Place, ReadReference).ReadOutput();
        return new OutputNode(value, token.Kind == TemplateTokenKind.RawTag, token.Trim);
    }

    private BlockNode ReadBlock(TemplateToken open)
    {
        var content = open.Content[1..].TrimStart();
        if (content.StartsWith('>') || content.StartsWith('*'))
        {
            throw new TemplateSyntaxException("Partials and decorators are not supported.", open.Place);
        }

        at++;
        return ReadBlock(content, open.Trim, open.Place, closes: true);
    }

    /// <param name="content">What stands in the tag: <c>if x</c>.</param>
    /// <param name="openTrim">The tag's whitespace control.</param>
    /// <param name="place">Where the tag begins.</param>
    /// <param name="closes">Whether it has a closing tag; an <c>else if</c> shares that of its <c>if</c>.</param>
    private BlockNode ReadBlock(string content, Trim openTrim, TagPlace place, bool closes)
    {
        if (++depth > TemplateLimits.DepthMax)
        {
            throw new TemplateSyntaxException($"Blocks are nested deeper than {TemplateLimits.DepthMax}.", place);
        }

        var (name, argument) = SplitWord(content);
        var kind = name switch
        {
            "if" => BlockKind.If,
            "unless" => BlockKind.Unless,
            "with" => BlockKind.With,
            "each" => BlockKind.Each,
            _ => throw new TemplateSyntaxException(
                $"There is no block '{name}', only if, unless, with and each. Write {{{{#if x}}}} to test a field.",
                place),
        };
        if (argument.Length == 0)
        {
            throw new TemplateSyntaxException($"'{name}' needs a field.", place);
        }

        var subject = new ExpressionReader(argument, place, ReadReference).ReadCondition();
        if (kind is BlockKind.Each or BlockKind.With && subject.Field is null)
        {
            throw new TemplateSyntaxException($"'{name}' needs a field.", place);
        }

        Enter(kind, subject);
        var body = new Branch(ReadNodes());
        Leave(kind);

        var otherwise = ReadElse(place);
        var closeTrim = default(Trim);
        if (closes)
        {
            closeTrim = ReadClose(name, place);
        }

        depth--;
        return new BlockNode(kind, subject, body, otherwise, openTrim, closeTrim) { IsChained = !closes };
    }

    private Branch? ReadElse(TagPlace place)
    {
        if (at >= tokens.Count || !IsElse(tokens[at]))
        {
            return null;
        }

        var token = tokens[at++];
        var (_, rest) = token.Content == "^" ? ("", "") : SplitWord(token.Content);
        if (rest.Length > 0)
        {
            return new Branch([ReadBlock(rest, token.Trim, token.Place, closes: false)], token.Trim);
        }

        var nodes = ReadNodes();
        return at < tokens.Count && IsElse(tokens[at])
            ? throw new TemplateSyntaxException("There is an {{else}} too many.", tokens[at].Place)
            : new Branch(nodes, token.Trim);
    }

    private Trim ReadClose(string name, TagPlace place)
    {
        if (at >= tokens.Count)
        {
            throw new TemplateSyntaxException($"The block '{name}' is not closed.", place);
        }

        var token = tokens[at++];
        return token.Content[1..].Trim() == name
            ? token.Trim
            : throw new TemplateSyntaxException(
                $"{{{{{token.Content}}}}} does not close the block '{name}' of line {place.Line}.", token.Place);
    }

    private void Enter(BlockKind kind, TemplateValue subject)
    {
        if (kind == BlockKind.Each)
        {
            scopes.Push(Scope.Item);
        }
        else if (kind == BlockKind.With)
        {
            scopes.Push(Scope.Field);
            withFields.Push(subject.Field!);
        }
    }

    private void Leave(BlockKind kind)
    {
        if (kind is BlockKind.Each or BlockKind.With && scopes.Pop() == Scope.Field)
        {
            withFields.Pop();
        }
    }

    private Reference ReadReference(string text, TagPlace place)
    {
        if (text is "this" or ".")
        {
            return scopes.TryPeek(out var scope)
                ? scope == Scope.Item ? new(ReferenceKind.Item, "this") : new(ReferenceKind.Field, withFields.Peek())
                : throw new TemplateSyntaxException($"{{{{{text}}}}} means nothing outside each and with.", place);
        }

        if (text is "@index" or "@first" or "@last")
        {
            return scopes.Contains(Scope.Item)
                ? new(ReferenceKind.Data, text)
                : throw new TemplateSyntaxException($"{{{{{text}}}}} means nothing outside each.", place);
        }

        var isFromRoot = scopes.Count == 0;
        var rest = text;
        foreach (var prefix in new[] { "@root.", "this.", "this/", "./" })
        {
            if (rest.StartsWith(prefix, StringComparison.Ordinal) && (prefix == "@root." || scopes.Count == 0))
            {
                (rest, isFromRoot) = (rest[prefix.Length..], true);
                break;
            }
        }

        while (rest.StartsWith("../", StringComparison.Ordinal))
        {
            (rest, isFromRoot) = (rest[3..], true);
        }

        var name = FieldNames.Read(rest, place);
        return isFromRoot
            ? new(ReferenceKind.Field, name)
            : throw new TemplateSyntaxException(
                $"Inside each and with, write {{{{../{text}}}}} for a field of the contact.", place);
    }

    private static bool IsElse(TemplateToken token) =>
        token is { Kind: TemplateTokenKind.Tag, Content: "^" or "else" }
        || (token.Kind == TemplateTokenKind.Tag && token.Content.StartsWith("else ", StringComparison.Ordinal));

    private static (string Word, string After) SplitWord(string text)
    {
        var end = text.AsSpan().IndexOfAny(" \t\r\n(");
        return end < 0 ? (text, "") : (text[..end], text[end..].Trim());
    }
}
