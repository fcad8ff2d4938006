namespace OrleansCampaigns.Mail.Templates;

/// <summary>The part of a URL in which a value stands, as far as the template tells (RFC 3986 §3).</summary>
/// <remarks>The order matters: where branches end in different parts, the later one has more to be encoded.</remarks>
internal enum UrlPart
{
    /// <summary>In no URL.</summary>
    None,

    /// <summary>At the beginning: the value is the whole URL, or begins it.</summary>
    Start,

    /// <summary>At the beginning of a URL of a style sheet, which brackets and quotes end.</summary>
    CssStart,

    /// <summary>Behind <c>://</c>: a host, with all that a field may hold behind it.</summary>
    Authority,

    /// <summary>Behind the first letters, which may become a scheme.</summary>
    Scheme,

    /// <summary>Behind the colon of a scheme.</summary>
    AfterScheme,

    /// <summary>Behind a slash that may be the first of two.</summary>
    Slash,

    /// <summary>Behind a value that the URL began with, of which only messages tell whether it holds a query.</summary>
    Open,

    Path,

    /// <summary>The number of <c>tel:</c> (RFC 3966) and <c>sms:</c> (RFC 5724).</summary>
    Phone,

    /// <summary>The addresses of <c>mailto:</c> (RFC 6068).</summary>
    Mail,

    /// <summary>Behind the question mark of <c>mailto:</c> or <c>sms:</c>.</summary>
    MailQuery,

    Query,

    Fragment,
}

/// <summary>Follows a URL from one character of the author's to the next.</summary>
internal static class UrlParts
{
    private const int SchemeLengthMax = 12;

    /// <summary>The part behind <paramref name="text"/>[<paramref name="at"/>].</summary>
    /// <param name="part">The part before it.</param>
    /// <param name="text">Text of the author's.</param>
    /// <param name="at">The character.</param>
    public static UrlPart Next(UrlPart part, string text, int at)
    {
        var c = text[at];
        switch (part)
        {
            case UrlPart.Query or UrlPart.Fragment or UrlPart.MailQuery or UrlPart.None:
                // An HTML reference is written with the sign of a fragment.
                return part == UrlPart.Query && c == '#' && !IsReference(text, at) ? UrlPart.Fragment : part;
            case UrlPart.Mail or UrlPart.Phone:
                return c == '?' ? UrlPart.MailQuery : part;
            case UrlPart.Start or UrlPart.CssStart when char.IsWhiteSpace(c):
                return part;
            case UrlPart.Open when c is '&' or '=':
                return UrlPart.Query;
            case var _ when c == '?':
                return UrlPart.Query;
            case var _ when c == '#' && !IsReference(text, at):
                return UrlPart.Fragment;
            case UrlPart.Start or UrlPart.CssStart when c == '/':
            case UrlPart.AfterScheme when c == '/':
                return UrlPart.Slash;
            case UrlPart.Start or UrlPart.CssStart when char.IsAsciiLetter(c):
            case UrlPart.Scheme when char.IsAsciiLetterOrDigit(c) || c is '+' or '.' or '-':
                return UrlPart.Scheme;
            case UrlPart.Scheme when c == ':':
                return AfterScheme(text.AsSpan(0, at));
            case UrlPart.Slash when c == '/':
            case UrlPart.Authority when c is not ('/' or '\\'):
                return UrlPart.Authority;
            default:
                return part == UrlPart.Open ? part : UrlPart.Path;
        }
    }

    /// <summary>The part behind the colon of the scheme that <paramref name="before"/> ends with.</summary>
    public static UrlPart AfterScheme(ReadOnlySpan<char> before)
    {
        var name = before[Math.Max(0, before.Length - SchemeLengthMax)..];
        name = name[(name.LastIndexOfAnyExcept(Letters) + 1)..];
        return name.Equals("mailto", StringComparison.OrdinalIgnoreCase) ? UrlPart.Mail
            : name.Equals("tel", StringComparison.OrdinalIgnoreCase)
                || name.Equals("sms", StringComparison.OrdinalIgnoreCase) ? UrlPart.Phone
            : UrlPart.AfterScheme;
    }

    private static readonly System.Buffers.SearchValues<char> Letters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    private static bool IsReference(string text, int at) => at > 0 && text[at - 1] == '&';
}
