using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using MimeKit.Text;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Mail.Templates;

namespace OrleansCampaigns.Mail.Messages;

/// <summary>
/// The text alternative made from the HTML: as a template of its own if that comes to the same, else message by
/// message.
/// </summary>
/// <remarks>
/// Reading HTML costs far more than rendering a template. So the HTML template itself is turned into text once, with a
/// sign in the place of every tag, and the tags are put back. That is sound only where every sign comes through once
/// and in its order; loops and raw values, whose HTML is not known before, are left to the slow way.
/// </remarks>
internal sealed partial class TextAlternative
{
    /// <summary>What the comment begins with that stands for a condition's tag.</summary>
    public const string MarkerPrefix = "oc-tag:";

    // Private use: no text of people's has a meaning for them, and a template that holds them goes the slow way.
    public const char MarkerStart = '\uE0F0';
    public const char MarkerEnd = '\uE0F1';

    private readonly CompiledTemplate? template;

    private TextAlternative(CompiledTemplate? template) => this.template = template;

    /// <summary>Whether it is a template of its own.</summary>
    public bool IsTemplate => template is not null;

    public static TextAlternative Of(CompiledTemplate html)
    {
        var segments = html.Flatten();
        return new TextAlternative(Write(segments) is { } written ? html.With(written, ValueEncoding.OneLine) : null);
    }

    /// <summary>The text for one recipient.</summary>
    /// <param name="values">The recipient's fields.</param>
    /// <param name="renderHtml">The HTML that it stands beside, without any tracking; asked for when needed.</param>
    public Result<string> Render(RecipientFields values, Func<string> renderHtml)
    {
        if (template is null)
        {
            return TextLayout.Wrap(HtmlToText.Convert(renderHtml()));
        }

        var text = template.Render(values);
        return text.IsRefused ? text.Refusal : TextLayout.Wrap(text.Value);
    }

    private static List<Segment>? Write(List<Segment> segments)
    {
        var html = new StringBuilder();
        var first = new Dictionary<(string Value, UrlPart Url), int>();
        for (var i = 0; i < segments.Count; i++)
        {
            var segment = segments[i];
            switch (segment.Kind)
            {
                case SegmentKind.Value when segment.IsFlagged || EndsWithTagStart(html):
                case SegmentKind.Text when segment.Text.AsSpan().IndexOfAny(MarkerStart, MarkerEnd) >= 0:
                case var _ when segment.IsOfLoop:
                    return null;
                case SegmentKind.Text:
                    html.Append(segment.Text);
                    break;
                case SegmentKind.Value:
                    // The same value has the same sign, so that a link whose text is its target is seen as one.
                    var url = PercentEncoder.Of(segment.Url) is null || IsShownWithoutScheme(segment.Url)
                        ? UrlPart.None
                        : segment.Url;
                    segments[i] = segment with { Url = url };
                    var key = (TemplateSource.Write(segment.Value!), url);
                    first.TryAdd(key, i);
                    html.Append(MarkerStart).Append(first[key]).Append(MarkerEnd);
                    break;
                case var _ when segment.IsOfBlock:
                    // A comment may stand anywhere without moving anything, even between the rows of a table.
                    html.Append("<!--").Append(MarkerPrefix).Append(i).Append("-->");
                    break;
            }
        }

        var hasConditions = segments.Exists(segment => segment.IsOfBlock);
        var dependsOnValues = false;
        var plain = HtmlToText.Convert(
            html.ToString(), token => dependsOnValues |= DependsOnValues(token, hasConditions));
        return dependsOnValues ? null : PutBack(plain, segments);
    }

    private static List<Segment>? PutBack(string text, List<Segment> segments)
    {
        var conditions = Enumerable.Range(0, segments.Count).Where(i => segments[i].IsOfBlock);
        var found = Markers().Matches(text)
            .Select(match => int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture))
            .Where(index => segments[index].IsOfBlock);
        if (text.Contains(MarkerPrefix, StringComparison.Ordinal) || !conditions.SequenceEqual(found))
        {
            return null;
        }

        var written = new List<Segment>();
        var at = 0;
        foreach (Match match in Markers().Matches(text))
        {
            written.Add(new(SegmentKind.Text) { Text = text[at..match.Index] });
            written.Add(segments[int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)]);
            at = match.Index + match.Length;
        }

        written.Add(new(SegmentKind.Text) { Text = text[at..] });
        return written;
    }

    // The text names an address of mail or a number of a telephone, and not the URL.
    private static bool IsShownWithoutScheme(UrlPart part) => part is UrlPart.Mail or UrlPart.Phone;

    // A value there decides whether there is a tag at all.
    private static bool EndsWithTagStart(StringBuilder html) =>
        html is [.., '<'] or [.., '<', '/'];

    // A value in a tag's or an attribute's name decides what the HTML is, and a condition how a list is numbered.
    private static bool DependsOnValues(HtmlToken token, bool hasConditions) =>
        token is HtmlTagToken tag
        && (tag.Name.Contains(MarkerStart)
            || (hasConditions && tag.Name.Equals("ol", StringComparison.OrdinalIgnoreCase))
            || tag.Attributes.Any(attribute => attribute.Name.Contains(MarkerStart)
                || (attribute.Name.ToLowerInvariant() is "style" or "hidden" or "start" or "class" or "id"
                    && attribute.Value?.Contains(MarkerStart) == true)));

    [GeneratedRegex($"\uE0F0([0-9]{{1,6}})\uE0F1", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Markers();
}
