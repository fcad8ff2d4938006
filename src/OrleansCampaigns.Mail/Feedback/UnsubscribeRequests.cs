using System.Text.RegularExpressions;

namespace OrleansCampaigns.Mail.Feedback;

/// <summary>Reads what mail programs send to the mailto address of List-Unsubscribe (RFC 2369).</summary>
internal static partial class UnsubscribeRequests
{
    /// <summary>The request, or <see langword="null"/> when the message is none.</summary>
    public static FeedbackReading? Read(MessageContents message)
    {
        var header = message.Header;

        // Apple's program calls its request an automatic reply; nobody else's automatic reply is a request.
        var asked = header.Has("X-Apple-Unsubscribe")
            || (Subject().IsMatch(header["Subject"] ?? "")
                && !AutoReplySigns.AreClear(header)
                && !AutoReplySigns.AreLikely(header));
        if (!asked || message.StatusReports.Count > 0 || BounceSigns.IsFromDaemon(header))
        {
            return null;
        }

        var sender = ReportAddress.OfField(header["From"]);
        return new FeedbackReading(
            FeedbackKind.Unsubscribe,
            [new RecipientFeedback(FeedbackKind.Unsubscribe, sender, null)],
            ReturnedMail.Identify(message));
    }

    // The whole subject: a letter about unsubscribing is no request.
    [GeneratedRegex(@"^\s*(?:(?:re|fwd?|aw"
        + @"|sv)\s*:\s*)*[""'\[(]?(?:list-)?unsubscribe(?:\s+me)?[""'\])!.]?(?:[\s:]+\S{1,200})?\s*$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Subject();
}
