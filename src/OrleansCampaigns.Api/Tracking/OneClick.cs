using System.Text;

namespace OrleansCampaigns.Api.Tracking;

/// <summary>Finds <c>List-Unsubscribe=One-Click</c> (RFC 8058 §3.1) in a body, whatever the body is called.</summary>
/// <remarks>
/// The RFC asks for a form, and mail programs send one under other names: a script's <c>fetch()</c> labels it
/// <c>text/plain</c>, others leave the type out, name a character set that nothing can decode, or leave a multipart
/// form without its end. The token of the address is all the right that the request needs, so the words alone decide.
/// They must be a field of their own: a text that only mentions them says nothing.
/// </remarks>
internal static class OneClick
{
    private const string Field = "List-Unsubscribe";
    private const string Value = "One-Click";

    // Blanks, quotes of a JSON text, and the octets of a byte order mark read as Latin-1.
    private static readonly char[] Around =
        [' ', '\t', '\v', '\f', '"', '\'', '\u00EF', '\u00BB', '\u00BF', '\u00FE', '\u00FF'];

    /// <summary>Whether <paramref name="body"/> says it, as a form, a line or a part, in any letter case.</summary>
    public static bool IsSaidIn(ReadOnlySpan<byte> body)
    {
        // In UTF-16 and UTF-32 every letter of it comes with octets of zero.
        var text = Encoding.Latin1.GetString(body).Replace("\0", "", StringComparison.Ordinal);
        if (text.Split('&', '\r', '\n').Any(IsField))
        {
            return true;
        }

        var lines = text.Split('\n');
        return Enumerable.Range(0, lines.Length).Any(i => IsHeaderOfField(lines[i]) && ValueAfter(lines, i));
    }

    private static bool IsField(string pair)
    {
        var at = pair.IndexOf('=', StringComparison.Ordinal);
        return at > 0 && Says(pair[..at], Field) && Says(pair[(at + 1)..], Value);
    }

    private static bool Says(string written, string word)
    {
        // Three octets a letter at most, and some blanks around them.
        if (written.Length > 8 * word.Length)
        {
            return false;
        }

        var read = Uri.UnescapeDataString(written.Replace('+', ' ')).AsSpan().Trim(Around);
        return read.Equals(word, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Whether a line is that of a part (RFC 7578) whose name is that of the field.</summary>
    private static bool IsHeaderOfField(string line) =>
        line.StartsWith("Content-Disposition:", StringComparison.OrdinalIgnoreCase)
        && line.Split(';').Any(parameter =>
            parameter.Split('=', 2) is [var name, var value]
            && name.AsSpan().Trim().Equals("name", StringComparison.OrdinalIgnoreCase)
            && Says(value.Trim(), Field));

    private static bool ValueAfter(string[] lines, int header)
    {
        var blank = Array.FindIndex(lines, header, line => line.AsSpan().Trim().IsEmpty);
        return blank >= 0 && blank + 1 < lines.Length && Says(lines[blank + 1].Trim(), Value);
    }
}
