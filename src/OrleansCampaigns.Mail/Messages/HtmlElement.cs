namespace OrleansCampaigns.Mail.Messages;

/// <summary>What the elements of HTML mean to a reader of text.</summary>
internal static class HtmlElement
{
    /// <summary>Whether it has no content, and so no end.</summary>
    public static bool IsVoid(string name) => name is "area" or "base" or "br" or "col" or "embed" or "hr" or "img"
        or "input" or "link" or "meta" or "param" or "source" or "track" or "wbr" or "basefont" or "bgsound" or "frame"
        or "keygen";

    /// <summary>Whether its end closes nothing but itself: what stands in it goes on (formatting).</summary>
    public static bool IsInline(string name) => name is "a" or "b" or "i" or "em" or "strong" or "font" or "span"
        or "u" or "s" or "small" or "big" or "code" or "tt" or "strike" or "nobr" or "sub" or "sup" or "abbr" or "cite"
        or "label" or "mark" or "del" or "ins" or "q" or "kbd" or "samp" or "var" or "time" or "acronym";

    /// <summary>Whether its content is not shown.</summary>
    public static bool IsUnseen(string name) => name is "script" or "style" or "head" or "title" or "template"
        or "noscript" or "object" or "svg" or "math" or "iframe" or "select" or "textarea" or "audio" or "video"
        or "canvas" or "noembed" or "noframes";

    /// <summary>Whether it may stand in a head, so that it does not end one whose end was left out.</summary>
    public static bool IsOfHead(string name) => name is "title" or "meta" or "link" or "style" or "script" or "base"
        or "noscript" or "template" or "head";

    /// <summary>The line ends before and after it.</summary>
    public static int LinesAround(string name) => name switch
    {
        "p" or "h1" or "h2" or "h3" or "h4" or "h5" or "h6" or "blockquote" or "ul" or "ol" or "table" or "pre"
            or "figure" or "dl" or "hr" or "fieldset" => 2,
        "div" or "section" or "article" or "header" or "footer" or "main" or "nav" or "aside" or "li" or "tr"
            or "address" or "center" or "dt" or "dd" or "form" or "figcaption" or "caption" or "tbody" or "thead" => 1,
        _ => 0,
    };

    /// <summary>Whether the beginning of <paramref name="name"/> ends an open <paramref name="open"/> whose end tag was
    /// left out.</summary>
    public static bool Closes(string name, string open) => open switch
    {
        "p" => LinesAround(name) > 0 && name is not ("tr" or "tbody" or "thead" or "caption") || IsCell(name),
        "li" => name == "li",
        "a" => name == "a",
        "dt" or "dd" => name is "dt" or "dd",
        "td" or "th" => IsCell(name) || name is "tr" or "tbody" or "thead" or "tfoot",
        "tr" => name is "tr" or "tbody" or "thead" or "tfoot",
        "tbody" or "thead" or "tfoot" => name is "tbody" or "thead" or "tfoot",
        "option" => name is "option",
        "head" => !IsOfHead(name),
        _ => false,
    };

    /// <summary>Whether an end tag that was left out is not looked for beyond it.</summary>
    public static bool Bounds(string open) => open is "table" or "ul" or "ol" or "dl" or "blockquote" or "div"
        or "section" or "article" or "body" or "html" or "center" or "form";

    /// <summary>Whether it is a cell of a table.</summary>
    public static bool IsCell(string name) => name is "td" or "th";
}
