namespace OrleansCampaigns.Mail.Templates;

/// <summary>The fields that a campaign's templates use.</summary>
internal sealed class FieldTable
{
    private readonly HashSet<string> names = new(StringComparer.Ordinal);
    private readonly HashSet<string> lists = new(StringComparer.Ordinal);

    public IReadOnlySet<string> Names => names;

    /// <summary>Those that some <c>each</c> walks through.</summary>
    public IReadOnlySet<string> Lists => lists;

    public void Add(string name) => names.Add(name);

    public void AddList(string name) => lists.Add(name);
}

/// <summary>Which fields a template uses, and which it cannot do without.</summary>
internal sealed class TemplateUse
{
    private readonly HashSet<string> required = new(StringComparer.Ordinal);
    private readonly FieldTable fields;

    public TemplateUse(IReadOnlyList<TemplateNode> nodes, FieldTable fields)
    {
        this.fields = fields;
        Walk(nodes, []);
    }

    /// <summary>Those that are written out where nothing guards against their being missing.</summary>
    public IReadOnlySet<string> Required => required;

    /// <summary>Whether it asks for the page where the recipient unsubscribes.</summary>
    public bool HasUnsubscribeUrl { get; private set; }

    /// <summary>Whether it holds an <c>each</c>.</summary>
    public bool HasLoops { get; private set; }

    private void Walk(IReadOnlyList<TemplateNode> nodes, HashSet<string> guarded)
    {
        foreach (var node in nodes)
        {
            switch (node)
            {
                case OutputNode output:
                    Add(output.Value);
                    Require(output.Value, guarded);
                    break;

                case BlockNode block:
                    Walk(block, guarded);
                    break;
            }
        }
    }

    private void Walk(BlockNode block, HashSet<string> guarded)
    {
        Add(block.Subject);
        if (block.Kind == BlockKind.Each)
        {
            fields.AddList(block.Subject.Field!);
            HasLoops = true;
        }

        // What `unless x` holds back is shown when x is there: its else branch is the guarded one.
        var isNegated = block.Kind == BlockKind.Unless;
        Walk(block.Body.Nodes, [.. guarded, .. Present(block.Subject, holds: !isNegated)]);
        if (block.Else is not null)
        {
            Walk(block.Else.Nodes, [.. guarded, .. Present(block.Subject, holds: isNegated)]);
        }
    }

    /// <summary>The fields that are there when a condition holds, or when it does not.</summary>
    private static IEnumerable<string> Present(TemplateValue condition, bool holds) => condition switch
    {
        { Field: { } field } => holds ? [field] : [],
        CallValue { Rule.Helper: TemplateHelper.Not } not => Present(not.Arguments[0], !holds),
        CallValue { Rule.Helper: TemplateHelper.And } all =>
            holds ? all.Arguments.SelectMany(a => Present(a, true)) : [],
        CallValue { Rule.Helper: TemplateHelper.Or } any =>
            holds ? [] : any.Arguments.SelectMany(a => Present(a, false)),
        CallValue { Rule.Helper: TemplateHelper.Default } => [],
        CallValue { Rule.Helper: TemplateHelper.Ne } unequal =>
            holds || !unequal.Arguments.Any(a => a is LiteralValue) ? [] : unequal.Arguments.SelectMany(NeededBy),
        CallValue call => holds ? call.Arguments.SelectMany(NeededBy) : [],
        _ => [],
    };

    /// <summary>The fields without which there is no value.</summary>
    private static IEnumerable<string> NeededBy(TemplateValue value) => value switch
    {
        { Field: { } field } => [field],
        CallValue { Rule.Helper: TemplateHelper.Default } => [],
        CallValue call => call.Arguments.SelectMany(NeededBy),
        _ => [],
    };

    private void Require(TemplateValue value, HashSet<string> guarded)
    {
        foreach (var field in NeededBy(value))
        {
            if (field != OwnFields.UnsubscribeUrl && !guarded.Contains(field))
            {
                required.Add(field);
            }
        }
    }

    private void Add(TemplateValue value)
    {
        if (value.Field is { } name)
        {
            fields.Add(name);
            HasUnsubscribeUrl |= name == OwnFields.UnsubscribeUrl;
        }

        foreach (var argument in value is CallValue call ? call.Arguments : [])
        {
            Add(argument);
        }
    }
}
