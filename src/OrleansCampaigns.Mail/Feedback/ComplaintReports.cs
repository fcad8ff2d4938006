using MimeKit;

namespace OrleansCampaigns.Mail.Feedback;

/// <summary>Reads complaints: feedback reports (RFC 5965) and Hotmail's own form.</summary>
internal static class ComplaintReports
{
    private const int RecipientsMax = 100;

    /// <summary>What the message reports, or <see langword="null"/> when it is no feedback report.</summary>
    public static FeedbackReading? Read(MessageContents message)
    {
        if (Fields(message) is { } fields)
        {
            var kind = KindOf(fields["Feedback-Type"]!);
            return new FeedbackReading(
                kind,
                [.. Recipients(fields, message).Select(recipient => new RecipientFeedback(kind, recipient, null))],
                ReturnedMail.Identify(message));
        }

        if (ForwardedByHotmail(message) is { } forwarded)
        {
            return new FeedbackReading(
                FeedbackKind.Complaint,
                [new RecipientFeedback(FeedbackKind.Complaint, ReturnedMail.SoleRecipient(forwarded), null)],
                ReturnedMail.Identify(message));
        }

        // A feedback report that lost its fields says nothing certain; least of all is it a bounce.
        return message.ContentType.Contains("feedback-report", StringComparison.Ordinal)
            ? FeedbackReading.Of(FeedbackKind.Other)
            : null;
    }

    /// <summary>What a type of feedback is about (RFC 5965 §7.3, and what is in use beside it).</summary>
    public static FeedbackKind KindOf(string feedbackType) =>
        feedbackType.Trim().Split(' ', ';', '(')[0].ToLowerInvariant() switch
        {
            "abuse" or "fraud" => FeedbackKind.Complaint,
            "opt-out" or "opt-out-list" or "unsubscribe" => FeedbackKind.Unsubscribe,
            _ => FeedbackKind.Other, // Authentication failures, viruses, and those who took it back: not-spam.
        };

    private static HeaderFields? Fields(MessageContents message)
    {
        var reports = message.FeedbackReports.Concat(message.Texts.Where(IsReport));
        return reports.Select(Merge).FirstOrDefault(fields => fields.Has("Feedback-Type"));
    }

    /// <summary>Gateways turn the report into plain text.</summary>
    private static bool IsReport(string text) =>
        text.StartsWith("Feedback-Type:", StringComparison.OrdinalIgnoreCase)
        || (text.Contains("\nFeedback-Type:", StringComparison.OrdinalIgnoreCase)
            && text.Contains("\nUser-Agent:", StringComparison.OrdinalIgnoreCase));

    private static HeaderFields Merge(string text)
    {
        // An empty line inside is not allowed, and happens: only fields before and after it make the report.
        var groups = HeaderFields.Groups(text.Split('\n'));
        return groups.FirstOrDefault(group => group.Has("Feedback-Type")) ?? groups[0];
    }

    private static List<string?> Recipients(HeaderFields fields, MessageContents message)
    {
        var named = fields.All("Original-Rcpt-To").Concat(fields.All("Removal-Recipient"))
            .Select(ReportAddress.OfField)
            .Where(address => address is not null)
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .Take(RecipientsMax)
            .ToList();
        return named.Count > 0 ? named : [ReturnedMail.SoleRecipient(ReturnedMail.Header(message))];
    }

    private static HeaderFields? ForwardedByHotmail(MessageContents message)
    {
        var complains = message.Header.Has("Subject", "complaint about message");
        return message.Nested.Select(nested => HeaderFields.Of(nested.Headers)).FirstOrDefault(header =>
            header.Has("X-HmXmrOriginalRecipient") || (complains && header.Has("X-Reporter-IP")));
    }
}
