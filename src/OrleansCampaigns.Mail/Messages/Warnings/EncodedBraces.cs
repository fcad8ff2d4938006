using System.Buffers;
using System.Text;
using OrleansCampaigns.Mail.Messages.Tracking;

namespace OrleansCampaigns.Mail.Messages.Warnings;

/// <summary>Braces of tags that an editor or an inliner has encoded, as they do in the targets of links.</summary>
internal static class EncodedBraces
{
    private const string Begin = "%7B%7B";
    private const string End = "%7D%7D";
    private const int TagLengthMax = 300;

    private static readonly SearchValues<char> OfNoTag = SearchValues.Create("{}\"<>\r\n");

    /// <summary>The template with the tags in it that were percent-encoded.</summary>
    /// <remarks>
    /// No URL holds two braces of its own. Braces that are written as character references stay: that is how an author
    /// shows them.
    /// </remarks>
    public static string Mend(string template)
    {
        var start = template.IndexOf(Begin, StringComparison.OrdinalIgnoreCase);
        if (start < 0)
        {
            return template;
        }

        var mended = new StringBuilder(template.Length);
        var at = 0;
        while (start >= 0)
        {
            var inside = start + Begin.Length;
            var window = Math.Min(TagLengthMax, template.Length - inside);
            var end = template.IndexOf(End, inside, window, StringComparison.OrdinalIgnoreCase);
            if (end >= 0 && ReadTag(template.AsSpan(inside, end - inside)) is { } tag)
            {
                mended.Append(template, at, start - at).Append("{{").Append(tag).Append("}}");
                at = end + End.Length;
            }

            start = template.IndexOf(Begin, Math.Max(inside, at), StringComparison.OrdinalIgnoreCase);
        }

        return mended.Append(template, at, template.Length - at).ToString();
    }

    /// <summary>Whether there are braces that only a reader of the message would see as such.</summary>
    /// <param name="text">Without the tags that are tags.</param>
    public static bool AreIn(string text)
    {
        var decoded = AttributeText.Decode(text);
        for (var round = 0; round < 2; round++)
        {
            if (decoded.Contains("{{", StringComparison.Ordinal))
            {
                return true;
            }

            // Twice, where one tool encoded what another had encoded before it.
            decoded = Uri.UnescapeDataString(decoded);
        }

        return decoded.Contains("{{", StringComparison.Ordinal);
    }

    private static string? ReadTag(ReadOnlySpan<char> written)
    {
        var tag = Uri.UnescapeDataString(written.ToString());
        return tag.AsSpan().ContainsAny(OfNoTag) || string.IsNullOrWhiteSpace(tag) ? null : tag;
    }
}
