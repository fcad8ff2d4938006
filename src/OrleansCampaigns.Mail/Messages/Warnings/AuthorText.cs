using System.Text;

namespace OrleansCampaigns.Mail.Messages.Warnings;

/// <summary>A template as a reader sees it: without its own tags, style sheets and scripts.</summary>
internal static class AuthorText
{
    // It keeps what stands before a tag from becoming one with what stands behind it.
    private const char Gap = '\n';

    private static readonly string[] Unread = ["style", "script"];

    /// <summary>What is left of the template. Time and memory go with its length.</summary>
    public static string Of(string template) =>
        Unread.Aggregate(WithoutTags(template), (text, name) => Without(text, $"<{name}", $"</{name}"));

    private static string WithoutTags(string template) => Without(template, "{{", "}}");

    private static string Without(string text, string begin, string end)
    {
        var start = text.IndexOf(begin, StringComparison.OrdinalIgnoreCase);
        if (start < 0)
        {
            return text;
        }

        var rest = new StringBuilder(text.Length);
        var at = 0;
        while (start >= 0)
        {
            rest.Append(text, at, start - at).Append(Gap);
            var stop = text.IndexOf(end, start + begin.Length, StringComparison.OrdinalIgnoreCase);
            at = stop < 0 ? text.Length : stop + end.Length;
            start = text.IndexOf(begin, at, StringComparison.OrdinalIgnoreCase);
        }

        return rest.Append(text, at, text.Length - at).ToString();
    }
}
