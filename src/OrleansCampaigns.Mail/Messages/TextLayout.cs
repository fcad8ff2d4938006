using System.Text;

namespace OrleansCampaigns.Mail.Messages;

/// <summary>
/// Lays plain text out: no trailing blanks, at most one empty line in a row, lines of a readable width.
/// </summary>
internal static class TextLayout
{
    /// <summary>The width that lines are wrapped to, in characters (RFC 5322 §2.1.1 recommends 78 at most).</summary>
    public const int Width = 76;

    // What would leave no room for words is no prefix.
    private const int PrefixMax = Width / 2;

    public static string Wrap(string text)
    {
        var result = new StringBuilder(text.Length + (text.Length / 40));
        var emptyLines = 0;
        foreach (var range in text.AsSpan().Split('\n'))
        {
            var line = text.AsSpan(range).TrimEnd();
            if (line.IsEmpty || line.Trim("> ").IsEmpty)
            {
                emptyLines++;
                continue;
            }

            if (result.Length > 0)
            {
                result.Append('\n', Math.Min(emptyLines, 1) + 1);
            }

            emptyLines = 0;
            WrapLine(line, result);
        }

        return result.Length > 0 ? result.Append('\n').ToString() : "";
    }

    private static void WrapLine(ReadOnlySpan<char> line, StringBuilder result)
    {
        if (line.Length <= Width)
        {
            result.Append(line);
            return;
        }

        // The lines that follow keep the quote's mark, and stand under the words of a list's item.
        var prefix = PrefixOf(line);
        var first = true;
        while (!line.IsEmpty)
        {
            var room = Width - (first ? 0 : prefix.Length);
            var end = line.Length <= room ? line.Length : FindBreak(line, room, first ? prefix.Length : 0);
            if (!first)
            {
                result.Append('\n').Append(prefix);
            }

            result.Append(line[..end].TrimEnd());
            line = line[end..].TrimStart();
            first = false;
        }
    }

    private static string PrefixOf(ReadOnlySpan<char> line)
    {
        var length = line.Length - line.TrimStart("> ").Length;
        var quote = line[..length].ToString();
        var rest = line[length..];
        var marker = rest.StartsWith("- ") ? 2 : 0;
        if (marker == 0 && rest.IndexOf(". ") is > 0 and < 5 and var dot
            && rest[..dot].IndexOfAnyExceptInRange('0', '9') < 0)
        {
            marker = dot + 2;
        }

        var prefix = quote + new string(' ', marker);
        return prefix.Length <= PrefixMax ? prefix : "";
    }

    // A word longer than the line, such as an address of a page, stays whole: broken, it would not work.
    private static int FindBreak(ReadOnlySpan<char> line, int room, int from)
    {
        var blank = line[from..Math.Min(line.Length, room + 1)].LastIndexOf(' ');
        if (blank > 0)
        {
            return from + blank;
        }

        var next = line[from..].IndexOf(' ');
        return next < 0 ? line.Length : from + next;
    }
}
