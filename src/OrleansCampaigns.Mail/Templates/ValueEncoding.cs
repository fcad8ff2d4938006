using System.Buffers;

namespace OrleansCampaigns.Mail.Templates;

/// <summary>How a template writes values.</summary>
internal enum ValueEncoding
{
    /// <summary>As they are.</summary>
    None,

    /// <summary>Escaped for HTML text and attributes.</summary>
    Html,

    /// <summary>With line breaks as blanks, as HTML shows them.</summary>
    OneLine,

    /// <summary>As they are, and percent-encoded inside of a URL that the text holds.</summary>
    Text,
}

/// <summary>Writes values.</summary>
internal abstract class ValueEncoder
{
    /// <summary>The encoder; <see langword="null"/> where values are written as they are.</summary>
    public static ValueEncoder? Of(ValueEncoding encoding) => encoding switch
    {
        ValueEncoding.Html => new HtmlEscape(),
        ValueEncoding.OneLine => new OneLine(),
        _ => null,
    };

    /// <summary>The encoder of a place in a URL; <see langword="null"/> where there is none of its own.</summary>
    /// <param name="value">The value, with its place.</param>
    /// <param name="isHtml">Whether HTML is written.</param>
    public static ValueEncoder? Of(Segment value, bool isHtml) => value.Url switch
    {
        UrlPart.CssStart => isHtml ? new CssUrlEncoder(value.IsOfAttribute) : null,
        var part => PercentEncoder.Of(part),
    };

    /// <summary>Writes a value.</summary>
    public abstract void Encode(ReadOnlySpan<char> text, TextWriter target);
}

/// <summary>Writes values by replacing single characters.</summary>
internal abstract class CharacterEncoder(string special) : ValueEncoder
{
    private readonly SearchValues<char> special = SearchValues.Create(special);

    public override void Encode(ReadOnlySpan<char> text, TextWriter target)
    {
        while (text.IndexOfAny(special) is >= 0 and var at)
        {
            target.Write(text[..at]);
            target.Write(Replace(text[at]));
            text = text[(at + 1)..];
        }

        target.Write(text);
    }

    protected abstract string Replace(char character);
}

/// <summary>Escapes for HTML text and attributes, as Handlebars does.</summary>
internal sealed class HtmlEscape() : CharacterEncoder("&<>\"'`=")
{
    protected override string Replace(char character) => character switch
    {
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '"' => "&quot;",
        '\'' => "&#x27;",
        '`' => "&#x60;",
        _ => "&#x3D;",
    };
}

/// <summary>Writes line breaks as blanks.</summary>
internal sealed class OneLine() : CharacterEncoder("\r\n\t")
{
    protected override string Replace(char character) => " ";
}
