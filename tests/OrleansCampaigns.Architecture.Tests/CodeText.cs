namespace OrleansCampaigns.Architecture.Tests;

/// <summary>Blanks whatever is not code, so that simple searches cannot stumble over it.</summary>
internal static class CodeText
{
    /// <summary>The same text, length and lines with comments, strings and characters replaced by blanks.</summary>
    public static string Blank(string text)
    {
        var code = text.ToCharArray();
        for (var i = 0; i < text.Length;)
        {
            var end = EndOfText(text, i);
            for (var at = i; at < end; at++)
            {
                code[at] = text[at] == '\n' ? '\n' : ' ';
            }

            i = Math.Max(end, i + 1);
        }

        return new(code);
    }

    // Where the comment, string or character that begins at this place ends; the place itself when none does.
    private static int EndOfText(string text, int i) => text[i] switch
    {
        '/' when Has(text, i, "//") => Find(text, "\n", i, 0),
        '/' when Has(text, i, "/*") => Find(text, "*/", i + 2, 2),
        '\'' => EndOfCharacter(text, i),
        '"' or '$' or '@' => EndOfString(text, i),
        _ => i,
    };

    private static int EndOfString(string text, int i)
    {
        var start = i;
        while (i < text.Length && text[i] is '$' or '@')
        {
            i++;
        }

        if (i >= text.Length || text[i] != '"')
        {
            return start;
        }

        var prefix = text[start..i];
        var quotes = 0;
        while (i + quotes < text.Length && text[i + quotes] == '"')
        {
            quotes++;
        }

        return quotes >= 3
            ? Find(text, new string('"', quotes), i + quotes, quotes)
            : EndOfContent(text, i + 1, isInterpolated: prefix.Contains('$'), isVerbatim: prefix.Contains('@'));
    }

    private static int EndOfContent(string text, int i, bool isInterpolated, bool isVerbatim)
    {
        while (i < text.Length)
        {
            if (isVerbatim && Has(text, i, "\"\""))
            {
                i += 2;
            }
            else if (text[i] == '"')
            {
                return i + 1;
            }
            else if (!isVerbatim && text[i] == '\\')
            {
                i += 2;
            }
            else if (isInterpolated && text[i] == '{')
            {
                i = Has(text, i, "{{") ? i + 2 : EndOfHole(text, i + 1);
            }
            else
            {
                i++;
            }
        }

        return text.Length;
    }

    // A hole of an interpolated string is code again, with strings of its own.
    private static int EndOfHole(string text, int i)
    {
        for (var depth = 1; i < text.Length && depth > 0;)
        {
            var end = EndOfText(text, i);
            if (end > i)
            {
                i = end;
                continue;
            }

            depth += text[i] == '{' ? 1 : text[i] == '}' ? -1 : 0;
            i++;
        }

        return i;
    }

    private static int EndOfCharacter(string text, int i)
    {
        var end = Has(text, i + 1, "\\") ? i + 3 : i + 2;
        return Find(text, "'", end, 1);
    }

    private static bool Has(string text, int i, string part) =>
        string.CompareOrdinal(text, i, part, 0, part.Length) == 0;

    private static int Find(string text, string part, int from, int after)
    {
        var at = from >= text.Length ? -1 : text.IndexOf(part, from, StringComparison.Ordinal);
        return at < 0 ? text.Length : at + after;
    }
}
