namespace OrleansCampaigns.Mail.Templates;

/// <summary>What a template is read as when its URLs are looked for.</summary>
internal enum UrlScanMode
{
    /// <summary>Text, in which a URL may be written out.</summary>
    Text,

    /// <summary>The inside of a tag, between its attributes.</summary>
    Tag,
    AttributeName,
    AfterAttributeName,
    BeforeValue,
    Value,

    /// <summary>The content of <c>style</c>.</summary>
    Style,

    /// <summary>The content of an element that holds neither tags nor URLs, such as <c>script</c>.</summary>
    RawText,
}

/// <summary>What an attribute holds.</summary>
internal enum UrlAttribute
{
    /// <summary>No URL.</summary>
    None,
    Url,

    /// <summary>URLs with descriptors, between commas: <c>srcset</c>.</summary>
    Candidates,

    /// <summary>URLs between blanks: <c>ping</c>.</summary>
    List,

    /// <summary>A style sheet: <c>style</c>.</summary>
    Css,
}

/// <summary>All that the search for URLs has to remember from one character to the next.</summary>
internal record struct UrlScanState
{
    public UrlScanMode Mode { get; set; }

    public UrlAttribute Attribute { get; set; }

    /// <summary>The quotes around the attribute's value; a NUL when there are none.</summary>
    public char Quote { get; set; }

    /// <summary>Where in a URL it is; <see cref="UrlPart.None"/> outside of one.</summary>
    public UrlPart Part { get; set; }

    /// <summary>Whether a value was the last that was seen of the URL's beginning.</summary>
    public bool IsAfterValue { get; set; }

    /// <summary>Where the URL begins: the stretch, and the character of its text.</summary>
    public (int Segment, int Offset) Start { get; set; }

    /// <summary>What ends a URL of a style sheet, or one that is written out in brackets or quotes.</summary>
    public char Closer { get; set; }

    public bool IsInComment { get; set; }

    /// <summary>What the element holds whose tag is being read, once the tag ends.</summary>
    public UrlScanMode Content { get; set; }

    /// <summary>What holds after a condition, whichever branch it took.</summary>
    /// <remarks>Branches of well-formed HTML end in the same place; of others, the first one counts.</remarks>
    public static UrlScanState Join(UrlScanState first, UrlScanState other) =>
        first.Mode == other.Mode && first.Attribute == other.Attribute && first.Part != UrlPart.None
            && other.Part > first.Part
            ? first with { Part = other.Part, IsAfterValue = other.IsAfterValue }
            : first;
}
