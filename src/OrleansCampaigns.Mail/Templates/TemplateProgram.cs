namespace OrleansCampaigns.Mail.Templates;

/// <summary>A template, ready to be written for one recipient after the other. Safe for concurrent use.</summary>
/// <remarks>
/// The steps of a template follow one another, and a block knows where it goes on. So making one costs a step per tag,
/// and writing a message costs the steps that are run: nothing recurses, and nothing is compiled.
/// </remarks>
internal sealed class TemplateProgram
{
    private readonly Segment[] steps;

    /// <summary>Of the step that begins a block or its other branch: the step that ends what it begins.</summary>
    private readonly int[] ends;

    /// <summary>Of the step that writes a value: how; <see langword="null"/> when as it is.</summary>
    private readonly ValueEncoder?[] encoders;

    /// <param name="segments">The template; its blocks are complete.</param>
    /// <param name="encoding">How values are written where nothing else is said.</param>
    public TemplateProgram(IReadOnlyList<Segment> segments, ValueEncoding encoding)
    {
        var usual = ValueEncoder.Of(encoding);
        var isHtml = encoding == ValueEncoding.Html;
        steps = [.. segments];
        encoders = Array.ConvertAll(
            steps, step => step.IsFlagged ? null : ValueEncoder.Of(step, isHtml) ?? usual);
        ends = new int[steps.Length];
        var open = new Stack<int>();
        for (var i = 0; i < steps.Length; i++)
        {
            switch (steps[i].Kind)
            {
                case SegmentKind.If or SegmentKind.Each:
                    open.Push(i);
                    break;
                case SegmentKind.Else:
                    ends[open.Pop()] = i;
                    open.Push(i);
                    break;
                case SegmentKind.End:
                    ends[open.Pop()] = i;
                    break;
            }
        }
    }

    /// <summary>Writes the template for one recipient.</summary>
    /// <param name="values">The recipient's fields.</param>
    /// <param name="writer">Takes the text; it throws when it is full.</param>
    /// <param name="urlStarts">Takes the places where targets begin whose scheme a value decides.</param>
    public void Run(RecipientFields values, BoundedWriter writer, List<int>? urlStarts = null)
    {
        var evaluator = new TemplateEvaluator(values);
        var loops = evaluator.Loops;
        for (var at = 0; at < steps.Length; at++)
        {
            var step = steps[at];
            switch (step.Kind)
            {
                case SegmentKind.Text:
                    writer.Write(step.Text);
                    break;
                case SegmentKind.Value when encoders[at] is { } encoder:
                    encoder.Encode(evaluator.Write(step.Value!), writer);
                    break;
                case SegmentKind.Value:
                    writer.Write(evaluator.Write(step.Value!));
                    break;
                case SegmentKind.If:
                    at = evaluator.Holds(step.Value!) != step.IsFlagged ? at : ends[at];
                    break;
                case SegmentKind.Each:
                    var items = values.Items(step.Value!.Field!);
                    if (items.Length == 0)
                    {
                        at = ends[at];
                    }
                    else
                    {
                        loops.Push(new TemplateLoop(at, items, 0));
                    }

                    break;

                // Coming here from above, the branch before it was run: it may go round once more, or is over.
                case SegmentKind.Else or SegmentKind.End:
                    at = GoRound(at, step, loops);
                    break;
                case SegmentKind.UrlStart:
                    urlStarts?.Add(writer.Length);
                    break;
            }
        }
    }

    private int GoRound(int at, Segment step, Stack<TemplateLoop> loops)
    {
        // An `else` that was jumped to is not come upon: the step after it is.
        if (step.IsOfLoop && loops.TryPeek(out var loop) && Belongs(at, loop))
        {
            loops.Pop();
            if (!loop.IsLast)
            {
                loops.Push(loop with { Index = loop.Index + 1 });
                return loop.Start;
            }
        }

        return step.Kind == SegmentKind.Else ? ends[at] : at;
    }

    private bool Belongs(int at, TemplateLoop loop) => ends[loop.Start] == at;
}
