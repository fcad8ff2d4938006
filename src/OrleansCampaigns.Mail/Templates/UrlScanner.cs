using System.Buffers;

namespace OrleansCampaigns.Mail.Templates;

/// <summary>Finds out of every value of a template in which part of which URL it stands.</summary>
/// <remarks>
/// URLs are targets in attributes and style sheets, those of Outlook's conditional comments as well, and those that are
/// written out in text. The template is read once from its beginning to its end, with one look at each character, so
/// work goes with the length. Reading is lenient: a mistake costs a wrong encoding and no more, since values cannot
/// leave their attribute in any case.
/// </remarks>
internal sealed partial class UrlScanner
{
    // A mark of a tracked link is its sign and so many characters.
    private const int StartMarkLength = 22;
    private const int EndMarkLength = 17;
    private const char StartMark = '\uE0F2';
    private const char EndMark = '\uE0F3';
    private const int LookAheadMax = 200;

    private static readonly string[] UrlAttributes =
    [
        "href", "src", "action", "formaction", "background", "poster", "cite", "longdesc", "data", "xlink:href",
        "dynsrc", "lowsrc", "codebase",
    ];

    private static readonly string[] RawElements =
        ["script", "textarea", "xmp", "iframe", "noembed", "noframes", "title"];

    private static readonly string[] Schemes = ["https", "http", "mailto"];

    private static readonly SearchValues<char> WordEnds = SearchValues.Create(" \t\r\n<>\"");
    private static readonly SearchValues<char> NameBounds = SearchValues.Create(" \t\r\n\f/\"'<>");

    private readonly bool isHtml;
    private readonly Dictionary<int, (UrlPart Part, bool IsOfAttribute)> places = [];
    private readonly HashSet<(int Segment, int Offset)> starts = [];
    private readonly Stack<(UrlScanState Before, UrlScanState? AfterBody)> blocks = new();
    private UrlScanState now;
    private int segment;
    private string text = "";

    private UrlScanner(bool isHtml) => this.isHtml = isHtml;

    /// <summary>The template with the part of every value.</summary>
    /// <param name="segments">The template.</param>
    /// <param name="isHtml">Whether it is HTML; else text.</param>
    /// <param name="withStarts">Whether the places are added where a URL begins whose scheme values decide.</param>
    public static List<Segment> Mark(List<Segment> segments, bool isHtml, bool withStarts)
    {
        var scanner = new UrlScanner(isHtml);
        for (var i = 0; i < segments.Count; i++)
        {
            scanner.Read(i, segments[i], i > 0 ? segments[i - 1].Kind : null);
        }

        return scanner.Write(segments, withStarts && isHtml);
    }

    private List<Segment> Write(List<Segment> segments, bool withStarts)
    {
        var result = new List<Segment>(segments.Count + starts.Count);
        var at = starts.ToLookup(start => start.Segment, start => start.Offset);
        for (var i = 0; i < segments.Count; i++)
        {
            var from = 0;
            foreach (var offset in at[i].Where(_ => withStarts).Order())
            {
                if (offset > from)
                {
                    result.Add(segments[i] with { Text = segments[i].Text[from..offset] });
                }

                result.Add(new Segment(SegmentKind.UrlStart));
                from = offset;
            }

            if (places.TryGetValue(i, out var place))
            {
                result.Add(segments[i] with { Url = place.Part, IsOfAttribute = place.IsOfAttribute });
            }
            else if (from == 0)
            {
                result.Add(segments[i]);
            }
            else if (from < segments[i].Text.Length)
            {
                result.Add(segments[i] with { Text = segments[i].Text[from..] });
            }
        }

        return result;
    }

    private void Read(int index, Segment read, SegmentKind? before)
    {
        segment = index;
        switch (read.Kind)
        {
            case SegmentKind.Text:
                text = read.Text;
                if (before == SegmentKind.Value && now is { Mode: UrlScanMode.Text, Part: UrlPart.None })
                {
                    BeginBehindValue();
                }

                for (var at = 0; at < text.Length; at++)
                {
                    at = Read(at);
                }

                break;
            case SegmentKind.Value:
                ReadValue(read.Value is { IsReadyForUrl: true });
                break;
            case SegmentKind.If or SegmentKind.Each:
                blocks.Push((now, null));
                break;
            case SegmentKind.Else:
                var (beginning, _) = blocks.Pop();
                blocks.Push((beginning, now));
                now = beginning;
                break;
            case SegmentKind.End:
                var (untouched, afterBody) = blocks.Pop();
                now = UrlScanState.Join(afterBody ?? now, afterBody is null ? untouched : now);
                break;
        }
    }

    private void ReadValue(bool isReady)
    {
        switch (now.Mode)
        {
            case UrlScanMode.BeforeValue:
                BeginValue('\0', 0);
                break;
            case UrlScanMode.Tag or UrlScanMode.AfterAttributeName:
                now.Mode = UrlScanMode.AttributeName;
                now.Attribute = UrlAttribute.None;
                break;
        }

        var isStart = now.Part is UrlPart.Start or UrlPart.CssStart;
        places[segment] = (isReady && !isStart ? UrlPart.None : now.Part, now.Mode == UrlScanMode.Value);
        switch (now.Part)
        {
            case UrlPart.Start or UrlPart.CssStart:
                starts.Add(now.Start);
                now.IsAfterValue = true;
                break;
            case UrlPart.Scheme or UrlPart.AfterScheme or UrlPart.Slash:
                now.Part = UrlPart.Path;
                break;
        }
    }

    /// <returns>The last character that was read.</returns>
    private int Read(int at)
    {
        var c = text[at];
        if (c is StartMark or EndMark)
        {
            return Math.Min(text.Length, at + (c == StartMark ? StartMarkLength : EndMarkLength)) - 1;
        }

        if (isHtml && now.IsInComment && c == '>' && at > 1 && text[at - 1] == '-' && text[at - 2] == '-')
        {
            now = default;
            return at;
        }

        switch (now.Mode)
        {
            case UrlScanMode.Text:
                ReadText(at);
                break;
            case UrlScanMode.Tag or UrlScanMode.AttributeName or UrlScanMode.AfterAttributeName:
                ReadTag(at);
                break;
            case UrlScanMode.BeforeValue:
                ReadBeforeValue(at);
                break;
            case UrlScanMode.Value when now.Quote == '\0' ? IsBlank(c) || c == '>' : c == now.Quote:
                EndValue();
                if (c == '>')
                {
                    EndTag();
                }

                break;
            case UrlScanMode.Value:
                return ReadAttributeValue(at);
            case UrlScanMode.Style or UrlScanMode.RawText when c == '<' && text.AsSpan(at).StartsWith("</"):
                now = new UrlScanState { Mode = UrlScanMode.Tag, IsInComment = now.IsInComment };
                break;
            case UrlScanMode.Style:
                return ReadCss(at);
        }

        return at;
    }

    private void ReadText(int at)
    {
        var c = text[at];
        if (isHtml && c == '<')
        {
            now.Part = UrlPart.None;
            BeginTag(text.AsSpan(at + 1));
        }
        else if (now.Part != UrlPart.None)
        {
            if (char.IsWhiteSpace(c) || c is '<' or '>' or '"' || c == now.Closer)
            {
                now.Part = UrlPart.None;
            }
            else
            {
                now.Part = UrlParts.Next(now.Part, text, at);
            }
        }
        else if (c == ':' && SchemeBefore(at) is { } scheme)
        {
            BeginInText(UrlParts.AfterScheme(text.AsSpan(0, at)), at - scheme.Length);
        }
        else if (c == '.' && EndsWithWord(at, "www"))
        {
            BeginInText(UrlPart.Authority, at - 3);
        }
    }

    private string? SchemeBefore(int at)
    {
        foreach (var scheme in Schemes)
        {
            if (EndsWithWord(at, scheme))
            {
                return scheme;
            }
        }

        return null;
    }

    private void BeginInText(UrlPart part, int start)
    {
        now.Part = part;
        now.IsAfterValue = false;
        now.Closer = start == 0 ? '\0' : text[start - 1] switch
        {
            '(' => ')',
            '[' => ']',
            '{' => '}',
            '\'' => '\'',
            _ => '\0',
        };
    }

    // A value that a query follows is a URL: {{shop}}?id={{id}}.
    private void BeginBehindValue()
    {
        var word = text.AsSpan(0, Math.Min(LookAheadMax, text.Length));
        word = word.IndexOfAny(WordEnds) is >= 0 and var end ? word[..end] : word;
        if (word.IndexOf('?') is >= 0 and var mark && word[(mark + 1)..].IndexOf('=') > 0)
        {
            now.Part = UrlPart.Open;
            now.Closer = '\0';
        }
    }

    private void BeginTag(ReadOnlySpan<char> rest)
    {
        if (rest.StartsWith("!--"))
        {
            now = new UrlScanState { IsInComment = true };
            return;
        }

        if (rest.IsEmpty || !(char.IsAsciiLetter(rest[0]) || rest[0] is '/' or '!' or '?'))
        {
            return;
        }

        now.Mode = UrlScanMode.AttributeName;
        now.Attribute = UrlAttribute.None;
        now.Content = IsElement(rest, "style") ? UrlScanMode.Style
            : IsRawElement(rest) ? UrlScanMode.RawText
            : UrlScanMode.Text;
    }

    private static bool IsRawElement(ReadOnlySpan<char> rest)
    {
        foreach (var name in RawElements)
        {
            if (IsElement(rest, name))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsElement(ReadOnlySpan<char> rest, string name) =>
        rest.StartsWith(name, StringComparison.OrdinalIgnoreCase)
        && (rest.Length == name.Length || IsBlank(rest[name.Length]) || rest[name.Length] is '>' or '/');

    private void EndTag() => now = new UrlScanState { Mode = now.Content, IsInComment = now.IsInComment };

    private void ReadTag(int at)
    {
        var c = text[at];
        if (c == '>')
        {
            EndTag();
        }
        else if (c == '=' && now.Mode != UrlScanMode.Tag)
        {
            now.Attribute = now.Mode == UrlScanMode.AttributeName ? AttributeBefore(at) : now.Attribute;
            now.Mode = UrlScanMode.BeforeValue;
        }
        else if (IsBlank(c) && now.Mode == UrlScanMode.AttributeName)
        {
            now.Attribute = AttributeBefore(at);
            now.Mode = UrlScanMode.AfterAttributeName;
        }
        else if (c == '/')
        {
            now.Mode = UrlScanMode.Tag;
        }
        else if (!IsBlank(c))
        {
            now.Mode = UrlScanMode.AttributeName;
        }
    }

    /// <summary>What the attribute holds whose name ends before a character.</summary>
    private UrlAttribute AttributeBefore(int at)
    {
        const int longest = 12;
        var name = text.AsSpan(Math.Max(0, at - longest), Math.Min(at, longest));
        name = name[(name.LastIndexOfAny(NameBounds) + 1)..];
        if (name.Equals("style", StringComparison.OrdinalIgnoreCase))
        {
            return UrlAttribute.Css;
        }

        if (name.Equals("srcset", StringComparison.OrdinalIgnoreCase)
            || name.Equals("imagesrcset", StringComparison.OrdinalIgnoreCase))
        {
            return UrlAttribute.Candidates;
        }

        if (name.Equals("ping", StringComparison.OrdinalIgnoreCase))
        {
            return UrlAttribute.List;
        }

        foreach (var known in UrlAttributes)
        {
            if (name.Equals(known, StringComparison.OrdinalIgnoreCase))
            {
                return UrlAttribute.Url;
            }
        }

        return UrlAttribute.None;
    }

    private void ReadBeforeValue(int at)
    {
        switch (text[at])
        {
            case var blank when IsBlank(blank):
                break;
            case '>':
                EndTag();
                break;
            case '"' or '\'':
                BeginValue(text[at], at + 1);
                break;
            default:
                BeginValue('\0', at);
                ReadAttributeValue(at);
                break;
        }
    }

    private void BeginValue(char quote, int offset)
    {
        now.Mode = UrlScanMode.Value;
        now.Quote = quote;
        now.Closer = '\0';
        BeginUrl(now.Attribute is UrlAttribute.None or UrlAttribute.Css ? UrlPart.None : UrlPart.Start, offset);
    }

    private void BeginUrl(UrlPart part, int offset)
    {
        now.Part = part;
        now.IsAfterValue = false;
        now.Start = (segment, offset);
    }

    private void EndValue()
    {
        now.Mode = UrlScanMode.Tag;
        now.Attribute = UrlAttribute.None;
        now.Part = UrlPart.None;
    }

    /// <returns>The last character that was read.</returns>
    private int ReadAttributeValue(int at)
    {
        var c = text[at];
        switch (now.Attribute)
        {
            case UrlAttribute.Css:
                return ReadCss(at);
            case UrlAttribute.Candidates when now.Part == UrlPart.None:
                if (c == ',')
                {
                    BeginUrl(UrlPart.Start, at + 1);
                }

                break;
            case UrlAttribute.Candidates or UrlAttribute.List when IsBlank(c):
                if (now is { Part: UrlPart.Start, IsAfterValue: false })
                {
                    now.Start = (segment, at + 1);
                    break;
                }

                var goesOn = now.Attribute == UrlAttribute.List || (at > 0 && text[at - 1] == ',');
                BeginUrl(goesOn ? UrlPart.Start : UrlPart.None, at + 1);
                break;
            case not UrlAttribute.None:
                ReadUrl(at);
                break;
        }

        return at;
    }

    private void ReadUrl(int at)
    {
        if (now is { IsAfterValue: true, Part: UrlPart.Start or UrlPart.CssStart } && !IsBlank(text[at]))
        {
            now.Part = UrlPart.Open;
        }

        now.Part = UrlParts.Next(now.Part, text, at);
    }

    private bool EndsWithWord(int at, string word) =>
        at >= word.Length
        && text.AsSpan(at - word.Length, word.Length).Equals(word, StringComparison.OrdinalIgnoreCase)
        && (at == word.Length || !char.IsLetterOrDigit(text[at - word.Length - 1]));

    private static bool IsBlank(char c) => c is ' ' or '\t' or '\n' or '\r' or '\f';
}
