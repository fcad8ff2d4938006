using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using OrleansCampaigns.Domain.Feedback;
using OrleansCampaigns.Mail.Templates;

namespace OrleansCampaigns.Mail.Messages.Tracking;

/// <summary>An HTML template whose links are numbered and marked, so that every message finds them at once.</summary>
/// <remarks>
/// The marks stand before the targets of tracked links, after them and before the end of the body, and come through
/// every rendering. They begin with a character for private use and go on with a secret made for this one template, so
/// that no contact's field can hold one.
/// </remarks>
internal sealed class TrackedTemplate
{
    private const int IndexDigits = 5;
    private const int PixelIndex = 0xFFFFF;

    private readonly string mark;
    private readonly string endMark;
    private readonly string pixelMark;
    private readonly bool hasPixel;
    private readonly bool hasHiddenLink;
    private readonly int linksMax;
    private readonly List<Occurrence> occurrences = [];
    private readonly List<string> links = [];
    private readonly Dictionary<(string Link, bool IsStatic), int> numbers = [];

    /// <param name="nodes">The template.</param>
    /// <param name="clicks">Whether links are tracked.</param>
    /// <param name="opens">Whether there is a pixel.</param>
    /// <param name="hidden">Whether there is a link that no person sees.</param>
    /// <param name="linksMax">How many different links may be tracked.</param>
    public TrackedTemplate(
        IReadOnlyList<TemplateNode> nodes, bool clicks, bool opens, bool hidden = false,
        int linksMax = RecipientTokens.LinkMax)
    {
        var secret = RandomNumberGenerator.GetHexString(16, lowercase: true);
        mark = $"\uE0F2{secret}";
        endMark = $"\uE0F3{secret}";
        pixelMark = Mark(PixelIndex);
        hasPixel = opens;
        hasHiddenLink = hidden;
        this.linksMax = linksMax;

        var found = HtmlScanner.Scan(nodes);
        IsTooComplex = found is null;
        var (hrefs, bodyEnds) = found ?? ([], []);
        var marks = new TemplateMarks();
        foreach (var href in clicks ? hrefs : [])
        {
            Number(href, marks);
        }

        foreach (var place in opens || hidden ? bodyEnds : [])
        {
            marks.Add(place, pixelMark);
        }

        Marked = marks.Insert(nodes);
    }

    /// <summary>The tracked links, the first being number 1; one that differs by recipient is its template.</summary>
    public IReadOnlyList<string> Links => links;

    /// <summary>Whether there are more links than have numbers.</summary>
    public bool HasTooManyLinks { get; private set; }

    /// <summary>Whether its loops are nested such that links cannot be told from text in bounded time.</summary>
    public bool IsTooComplex { get; }

    /// <summary>The template with its marks.</summary>
    public IReadOnlyList<TemplateNode> Marked { get; }

    /// <summary>The rendered HTML without its marks.</summary>
    public string Unmark(string rendered) => Replace(rendered, null);

    /// <summary>
    /// The rendered HTML with its links leading through the tracking of <paramref name="route"/>, and with its pixel.
    /// </summary>
    public string Track(string rendered, RecipientRoute route) => Replace(rendered, route);

    private void Number(HtmlHref href, TemplateMarks marks)
    {
        var region = LinkRegions.Cut(href);
        if (LinkRegions.Uses(region, OwnFields.UnsubscribeUrl))
        {
            return;
        }

        var isStatic = region.TrueForAll(node => node is TextNode or CommentNode);
        var start = AttributeText.Decode(string.Concat(
            region.TakeWhile(node => node is TextNode or CommentNode).OfType<TextNode>().Select(text => text.Text)));
        var link = isStatic
            ? LinkTarget.Read(start)
            : LinkTarget.MayBegin(start) ? TemplateSource.Write(region, text => AttributeText.Decode(text)) : null;
        if (link is null)
        {
            return;
        }

        if (!numbers.TryGetValue((link, isStatic), out var number))
        {
            if (links.Count == linksMax)
            {
                HasTooManyLinks = true;
                return;
            }

            links.Add(link);
            numbers.Add((link, isStatic), number = links.Count);
        }

        marks.Add(href.Start, Mark(occurrences.Count));
        marks.Add(href.End, endMark);
        occurrences.Add(new(number, isStatic, href.Quote));
    }

    private string Replace(string rendered, RecipientRoute? route)
    {
        if (occurrences.Count == 0 && !hasPixel && !hasHiddenLink)
        {
            return rendered;
        }

        var result = new StringBuilder(rendered.Length + (rendered.Length / 2));
        var pixel = route is null ? null : End(route);
        var pixelAt = pixel is null ? -1 : rendered.LastIndexOf(pixelMark, StringComparison.Ordinal);
        var at = 0;
        while (rendered.IndexOf(mark, at, StringComparison.Ordinal) is >= 0 and var found)
        {
            result.Append(rendered, at, found - at);
            var index = int.Parse(
                rendered.AsSpan(found + mark.Length, IndexDigits), NumberStyles.HexNumber,
                    CultureInfo.InvariantCulture);
            at = found + mark.Length + IndexDigits;
            if (index == PixelIndex)
            {
                result.Append(found == pixelAt ? pixel : null);
                continue;
            }

            var end = rendered.IndexOf(endMark, at, StringComparison.Ordinal);
            Append(rendered.AsSpan(at, end - at), occurrences[index], route, result);
            at = end + endMark.Length;
        }

        result.Append(rendered, at, rendered.Length - at);
        return result.Append(pixelAt < 0 ? pixel : null).ToString();
    }

    private static void Append(
        ReadOnlySpan<char> target, Occurrence occurrence, RecipientRoute? route, StringBuilder result)
    {
        var tracked = route is null
            ? null
            : occurrence.IsStatic ? route.Click(occurrence.Link) : Track(target, occurrence, route);
        if (tracked is null)
        {
            result.Append(target);
        }
        else if (occurrence.Quote == '\0')
        {
            // A value without quotes may not hold the signs of a query.
            result.Append('"').Append(tracked).Append('"');
        }
        else
        {
            result.Append(tracked);
        }
    }

    private static string? Track(ReadOnlySpan<char> target, Occurrence occurrence, RecipientRoute route)
    {
        // A raw value may have ended the attribute: then it is not what it seems to be.
        var ends = occurrence.Quote switch { '"' => "\"", '\'' => "'", _ => " \t\r\n\f>" };
        if (target.IndexOfAny(ends) >= 0 || LinkTarget.Read(AttributeText.Decode(target)) is not { } url)
        {
            return null;
        }

        return Encoding.UTF8.GetByteCount(url) <= LinkTarget.OctetsMax ? route.Click(occurrence.Link, url) : null;
    }

    private string Mark(int index) => mark + index.ToString($"x{IndexDigits}", CultureInfo.InvariantCulture);

    // What nobody sees: it stands where the body ends.
    private string? End(RecipientRoute route) => (hasPixel, hasHiddenLink) switch
    {
        (false, false) => null,
        (true, false) => Pixel(route),
        (false, true) => HiddenLink(route),
        (true, true) => HiddenLink(route) + Pixel(route),
    };

    // Neither shown nor read out nor reached by a key, and without a word that could be.
    private static string HiddenLink(RecipientRoute route) =>
        $"<a href=\"{route.Hidden()}\" aria-hidden=\"true\" tabindex=\"-1\" rel=\"nofollow\" "
        + "style=\"display:none;mso-hide:all\"></a>";

    private static string Pixel(RecipientRoute route) =>
        $"<img src=\"{route.Open()}\" width=\"1\" height=\"1\" alt=\"\" "
        + "style=\"display:block;width:1px;height:1px;border:0\">";

    /// <summary>One place where a link stands.</summary>
    /// <param name="Link">The link's number.</param>
    /// <param name="IsStatic">Whether it is the same for all recipients.</param>
    /// <param name="Quote">The quotes around its target; a NUL when there are none.</param>
    private readonly record struct Occurrence(int Link, bool IsStatic, char Quote);
}
