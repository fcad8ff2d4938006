using System.Text.RegularExpressions;

namespace OrleansCampaigns.Host.Logs;

/// <summary>Takes addresses and the keys of contacts out of a text that goes to a log.</summary>
internal static partial class Redaction
{
    /// <summary>The text with every address and contact key replaced by an ellipsis.</summary>
    public static string Apply(string text)
    {
        text = ContactKeys().Replace(text, "${kind}…");
        return text.Contains('@', StringComparison.Ordinal) ? Addresses().Replace(text, "…") : text;
    }

    // Runtime libraries name grains in their messages: ct:main:0f… is a contact, ch:… a page of its history.
    [GeneratedRegex(@"\b(?<kind>(ct|ch):[a-z0-9-]{1,40}:|con_)[0-9a-f]{32}(:\d+)?", RegexOptions.ExplicitCapture)]
    private static partial Regex ContactKeys();

    [GeneratedRegex(@"[^\s<>""'(),;:]{1,64}@[^\s<>""'(),;:]{1,255}", RegexOptions.ExplicitCapture)]
    private static partial Regex Addresses();
}
