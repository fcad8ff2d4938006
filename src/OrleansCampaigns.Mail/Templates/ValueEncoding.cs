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
}

/// <summary>Writes values by replacing single characters.</summary>
internal abstract class ValueEncoder(string special)
{
    private readonly SearchValues<char> special = SearchValues.Create(special);

    /// <summary>The encoder; <see langword="null"/> where values are written as they are.</summary>
    public static ValueEncoder? Of(ValueEncoding encoding) => encoding switch
    {
        ValueEncoding.Html => new HtmlEscape(),
        ValueEncoding.OneLine => new OneLine(),
        _ => null,
    };

    public void Encode(ReadOnlySpan<char> text, TextWriter target)
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
internal sealed class HtmlEscape() : ValueEncoder("&<>\"'`=")
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
internal sealed class OneLine() : ValueEncoder("\r\n\t")
{
    protected override string Replace(char character) => " ";
}
