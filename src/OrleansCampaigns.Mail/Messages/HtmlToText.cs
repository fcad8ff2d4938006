using MimeKit.Text;

namespace OrleansCampaigns.Mail.Messages;

/// <summary>
/// Makes the text alternative of an HTML body: unwrapped lines, for <see cref="TextLayout"/> to lay out.
/// </summary>
/// <remarks>
/// Both an author's HTML and that of strangers come here. A document tree can be made to grow with the square of the
/// text (unclosed formatting elements are made anew in every paragraph), so the tags are read one after the other and
/// no tree is made: time and memory go with the length.
/// </remarks>
internal static class HtmlToText
{
    /// <summary>The text of <paramref name="html"/>.</summary>
    /// <param name="html">The HTML.</param>
    /// <param name="look">Sees every token as well, in order.</param>
    public static string Convert(string html, Action<HtmlToken>? look = null)
    {
        var cells = new HtmlCells();
        var hiding = new HtmlHiding();
        Walk(html, token =>
        {
            cells.Read(token);
            hiding.Read(token);
        });
        var text = new HtmlTextBuilder(cells, hiding);
        Walk(html, token =>
        {
            look?.Invoke(token);
            text.Read(token);
        });
        return text.Build();
    }

    private static void Walk(string html, Action<HtmlToken> read)
    {
        using var reader = new StringReader(html);
        var tokenizer = new HtmlTokenizer(reader) { DecodeCharacterReferences = true, IgnoreTruncatedTags = true };
        while (tokenizer.ReadNextToken(out var token))
        {
            read(token);
        }
    }
}
