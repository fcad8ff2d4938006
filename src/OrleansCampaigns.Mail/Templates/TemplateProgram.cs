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

    /// <summary>Where a loop is.</summary>
    /// <param name="Start">Its first step.</param>
    /// <param name="Items">What it walks through.</param>
    /// <param name="Index">Which of them it is at.</param>
    private readonly record struct Loop(int Start, string[] Items, int Index)
    {
        public string Item => Items[Index];

        public bool IsLast => Index == Items.Length - 1;
    }

    /// <summary>Writes the template for one recipient.</summary>
    /// <param name="values">The recipient's fields.</param>
    /// <param name="writer">Takes the text; it throws when it is full.</param>
    /// <param name="urlStarts">Takes the places where targets begin whose scheme a value decides.</param>
    public void Run(RecipientFields values, BoundedWriter writer, List<int>? urlStarts = null)
    {
        var loops = new Stack<Loop>();
        for (var at = 0; at < steps.Length; at++)
        {
            var step = steps[at];
            switch (step.Kind)
            {
                case SegmentKind.Text:
                    writer.Write(step.Text);
                    break;
                case SegmentKind.Value when encoders[at] is { } encoder:
                    encoder.Encode(Find(step.Reference, values, loops), writer);
                    break;
                case SegmentKind.Value:
                    writer.Write(Find(step.Reference, values, loops));
                    break;
                case SegmentKind.If:
                    at = Holds(step.Reference, values, loops) != step.IsFlagged ? at : ends[at];
                    break;
                case SegmentKind.Each:
                    var items = values.Items(step.Reference.Name);
                    if (items.Length == 0)
                    {
                        at = ends[at];
                    }
                    else
                    {
                        loops.Push(new Loop(at, items, 0));
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

    private int GoRound(int at, Segment step, Stack<Loop> loops)
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

    private bool Belongs(int at, Loop loop) => ends[loop.Start] == at;

    private static string Find(Reference reference, RecipientFields values, Stack<Loop> loops) => reference.Kind switch
    {
        ReferenceKind.Field => values.Find(reference.Name) ?? "",
        ReferenceKind.Item => loops.Peek().Item,
        _ => reference.Name switch
        {
            "@index" => loops.Peek().Index.ToString(System.Globalization.CultureInfo.InvariantCulture),
            "@first" => loops.Peek().Index == 0 ? "true" : "false",
            _ => loops.Peek().IsLast ? "true" : "false",
        },
    };

    private static bool Holds(Reference reference, RecipientFields values, Stack<Loop> loops) => reference.Kind switch
    {
        ReferenceKind.Field => values.Has(reference.Name),
        ReferenceKind.Item => true, // The items of a list are never blank.
        _ => reference.Name switch
        {
            "@index" => loops.Peek().Index > 0,
            "@first" => loops.Peek().Index == 0,
            _ => loops.Peek().IsLast,
        },
    };
}
