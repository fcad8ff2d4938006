using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Mail.Templates;

/// <summary>One template of a campaign, compiled. Safe for concurrent use.</summary>
internal sealed class CompiledTemplate
{
    private readonly TemplateProgram program;
    private readonly IReadOnlyList<TemplateNode> nodes;
    private readonly TemplateUse use;
    private readonly string field;
    private readonly bool checksUrls;
    private readonly int lengthMax;
    private int lengthExpected;

    private CompiledTemplate(
        string field,
        IReadOnlyList<TemplateNode> nodes,
        TemplateUse use,
        List<Segment> segments,
        ValueEncoding encoding,
        int lengthMax)
    {
        this.field = field;
        this.nodes = nodes;
        this.use = use;
        this.lengthMax = lengthMax;
        checksUrls = segments.Exists(segment => segment.Kind == SegmentKind.UrlStart);
        program = new TemplateProgram(segments, encoding);
    }

    /// <summary>The fields that it writes out unguarded.</summary>
    public IReadOnlySet<string> Required => use.Required;

    /// <summary>Whether it asks for the page where the recipient unsubscribes.</summary>
    public bool HasUnsubscribeUrl => use.HasUnsubscribeUrl;

    /// <summary>The parts of a template of HTML, in order.</summary>
    public List<Segment> Flatten() =>
        UrlScanner.Mark(TemplateSegments.Of(nodes), isHtml: true, withStarts: false);

    /// <summary>Compiles; refused <c>template.syntax</c> or <c>template.too_large</c> with the line.</summary>
    /// <param name="field">The request's field that holds the template, such as <c>content.html</c>.</param>
    /// <param name="text">The template.</param>
    /// <param name="encoding">How values are written.</param>
    /// <param name="lengthMax">The longest rendering, in characters.</param>
    /// <param name="fields">Takes the fields that it uses.</param>
    /// <param name="mark">Adds marks to what is rendered, and to nothing else.</param>
    public static Result<CompiledTemplate> Compile(
        string field,
        string text,
        ValueEncoding encoding,
        int lengthMax,
        FieldTable fields,
        Func<IReadOnlyList<TemplateNode>, IReadOnlyList<TemplateNode>>? mark = null)
    {
        if (text.Length > TemplateLimits.LengthMax)
        {
            return Refusal.Invalid(
                "template.too_large", $"{field} is longer than {TemplateLimits.LengthMax} characters.", field);
        }

        try
        {
            var nodes = TemplateParser.Parse(text);
            var use = new TemplateUse(nodes, fields);
            var segments = TemplateSegments.Of(mark?.Invoke(nodes) ?? nodes);
            if (encoding is ValueEncoding.Html or ValueEncoding.Text)
            {
                segments = UrlScanner.Mark(segments, encoding == ValueEncoding.Html, withStarts: true);
            }

            return new CompiledTemplate(field, nodes, use, segments, encoding, lengthMax);
        }
        catch (TemplateSyntaxException wrong)
        {
            return Refusal.Invalid("template.syntax", $"{field}, {wrong.Place}: {wrong.Message}", field);
        }
    }

    /// <summary>The same with other text between the same values and blocks.</summary>
    public CompiledTemplate With(List<Segment> segments, ValueEncoding encoding) =>
        new(field, nodes, use, segments, encoding, lengthMax);

    /// <summary>
    /// Renders; refused <c>template.missing_field</c>, <c>template.unreadable_value</c> or <c>template.too_large</c>.
    /// </summary>
    public Result<string> Render(RecipientFields values)
    {
        foreach (var name in use.Required)
        {
            if (!values.Has(name))
            {
                return Refusal.Invalid(
                    "template.missing_field",
                    $"The contact has no '{name}', which {field} needs, and there is no fallback.", field);
            }
        }

        if (use.HasLoops && CountIterations(nodes, values) > TemplateLimits.IterationsMax)
        {
            return Refusal.Invalid(
                "template.too_large", $"The loops of {field} run more than {TemplateLimits.IterationsMax} times.",
                field);
        }

        using var writer = new BoundedWriter(lengthMax, lengthExpected);
        try
        {
            var urlStarts = checksUrls ? new List<int>() : null;
            program.Run(values, writer, urlStarts);
            var text = urlStarts is null ? writer.ToString() : UrlStarts.Check(writer.ToString(), urlStarts);
            if (text.Length > lengthExpected)
            {
                lengthExpected = text.Length; // The next one is about as long, and then needs no growing.
            }

            return text;
        }
        catch (TemplateRenderException wrong)
        {
            return Refusal.Invalid(wrong.Code, $"{field}, {wrong.Message}", field);
        }
        catch (Exception) when (writer.IsFull)
        {
            return Refusal.Invalid("template.too_large", $"{field} comes to more than {lengthMax} characters.", field);
        }
    }

    // Known before anything runs, because loops run over fields only.
    private static long CountIterations(IReadOnlyList<TemplateNode> nodes, RecipientFields values)
    {
        var count = 0L;
        foreach (var node in nodes)
        {
            if (node is not BlockNode block)
            {
                continue;
            }

            var body = CountIterations(block.Body.Nodes, values);
            count += block.Kind == BlockKind.Each ? values.Items(block.Subject.Field!).LongLength * (1 + body) : body;
            if (block.Else is not null)
            {
                count += CountIterations(block.Else.Nodes, values);
            }

            // Nested loops multiply beyond any number; too many is too many.
            count = Math.Min(count, TemplateLimits.IterationsMax + 1);
        }

        return count;
    }
}
