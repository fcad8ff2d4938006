using OrleansCampaigns.Mail.Templates;

namespace OrleansCampaigns.Mail.Messages.Tracking;

/// <summary>Text to be inserted into a template.</summary>
internal sealed class TemplateMarks
{
    private readonly Dictionary<IReadOnlyList<TemplateNode>, List<(TemplatePlace Place, string Mark)>> marks =
        new(ReferenceEqualityComparer.Instance);

    public void Add(TemplatePlace place, string mark)
    {
        if (!marks.TryGetValue(place.Nodes, out var there))
        {
            marks.Add(place.Nodes, there = []);
        }

        there.Add((place, mark));
    }

    /// <summary>The template with the marks in it.</summary>
    public IReadOnlyList<TemplateNode> Insert(IReadOnlyList<TemplateNode> nodes)
    {
        if (marks.Count == 0)
        {
            return nodes;
        }

        var result = new List<TemplateNode>(nodes.Count);
        var here = new Queue<(TemplatePlace Place, string Mark)>((marks.GetValueOrDefault(nodes) ?? [])
            .OrderBy(mark => mark.Place.Node)
            .ThenBy(mark => mark.Place.Offset));
        for (var i = 0; i < nodes.Count; i++)
        {
            var text = new System.Text.StringBuilder();
            var at = 0;
            var whole = (nodes[i] as TextNode)?.Text ?? "";
            for (; here.TryPeek(out var mark) && mark.Place.Node == i; here.Dequeue())
            {
                text.Append(whole, at, mark.Place.Offset - at).Append(mark.Mark);
                at = mark.Place.Offset;
            }

            text.Append(whole, at, whole.Length - at);
            if (text.Length > 0)
            {
                result.Add(new TextNode(text.ToString()));
            }

            if (nodes[i] is BlockNode block)
            {
                result.Add(block with
                {
                    Body = block.Body with { Nodes = Insert(block.Body.Nodes) },
                    Else = block.Else is { } otherwise ? otherwise with { Nodes = Insert(otherwise.Nodes) } : null,
                });
            }
            else if (nodes[i] is not TextNode)
            {
                result.Add(nodes[i]);
            }
        }

        return result;
    }
}
