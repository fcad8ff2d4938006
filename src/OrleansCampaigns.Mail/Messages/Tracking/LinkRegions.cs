using OrleansCampaigns.Mail.Templates;

namespace OrleansCampaigns.Mail.Messages.Tracking;

/// <summary>What stands in a template between two places of one branch.</summary>
internal static class LinkRegions
{
    /// <summary>The parts between the beginning and the end of a link's target.</summary>
    public static List<TemplateNode> Cut(HtmlHref href)
    {
        var (nodes, first, from) = href.Start;
        var (_, last, to) = href.End;
        var region = new List<TemplateNode>();
        for (var i = first; i <= last; i++)
        {
            if (nodes[i] is not TextNode { Text: var text })
            {
                // The end always stands in text.
                region.Add(nodes[i]);
                continue;
            }

            var start = i == first ? from : 0;
            var end = i == last ? to : text.Length;
            if (end > start)
            {
                region.Add(new TextNode(text[start..end]));
            }
        }

        return region;
    }

    /// <summary>Whether a field is written anywhere in it.</summary>
    public static bool Uses(IEnumerable<TemplateNode> nodes, string field) => nodes.Any(node => node switch
    {
        OutputNode output => output.Value.Uses(field),
        BlockNode block => Uses(block.Body.Nodes, field) || (block.Else is not null && Uses(block.Else.Nodes, field)),
        _ => false,
    });
}
