namespace OrleansCampaigns.Mail.Templates;

/// <content>URLs of style sheets, in attributes and in <c>style</c>.</content>
internal sealed partial class UrlScanner
{
    private static readonly string[] QuoteReferences = ["&quot;", "&#34;", "&#39;", "&#x27;", "&#x22;", "&apos;"];

    /// <returns>The last character that was read.</returns>
    private int ReadCss(int at)
    {
        var c = text[at];
        if (now.Part == UrlPart.None)
        {
            if (c == '(' && EndsWithWord(at, "url"))
            {
                now.Closer = ')';
                BeginUrl(UrlPart.CssStart, at + 1);
            }

            return at;
        }

        if (c == now.Closer || c == ')' || (c == '&' && now.Closer == '&' && QuoteReferenceAt(at) > 0))
        {
            now.Part = UrlPart.None;
        }
        else if (now is { Part: UrlPart.CssStart, IsAfterValue: false } && c is '"' or '\'')
        {
            now.Closer = c;
            now.Start = (segment, at + 1);
        }
        else if (now is { Part: UrlPart.CssStart, IsAfterValue: false } && QuoteReferenceAt(at) is > 0 and var length)
        {
            now.Closer = '&';
            now.Start = (segment, at + length);
            return at + length - 1;
        }
        else
        {
            ReadUrl(at);
        }

        return at;
    }

    private int QuoteReferenceAt(int at)
    {
        foreach (var reference in QuoteReferences)
        {
            if (text[at] == '&' && text.AsSpan(at).StartsWith(reference, StringComparison.OrdinalIgnoreCase))
            {
                return reference.Length;
            }
        }

        return 0;
    }
}
