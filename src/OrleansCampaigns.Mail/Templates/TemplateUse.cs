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
                case OutputNode { Reference: { Kind: ReferenceKind.Field, Name: var name } }:
                    Add(name);
                    if (name != OwnFields.UnsubscribeUrl && !guarded.Contains(name))
                    {
                        required.Add(name);
                    }

                    break;

                case BlockNode block:
                    Walk(block, guarded);
                    break;
            }
        }
    }

    private void Walk(BlockNode block, HashSet<string> guarded)
    {
        var inside = guarded;
        if (block.Subject.Kind == ReferenceKind.Field)
        {
            Add(block.Subject.Name);
            inside = [.. guarded, block.Subject.Name];
            if (block.Kind == BlockKind.Each)
            {
                fields.AddList(block.Subject.Name);
                HasLoops = true;
            }
        }

        // What `unless x` holds back is shown when x is there: its else branch is the guarded one.
        Walk(block.Body.Nodes, block.Kind == BlockKind.Unless ? guarded : inside);
        if (block.Else is not null)
        {
            Walk(block.Else.Nodes, block.Kind == BlockKind.Unless ? inside : guarded);
        }
    }

    private void Add(string name)
    {
        fields.Add(name);
        HasUnsubscribeUrl |= name == OwnFields.UnsubscribeUrl;
    }
}
