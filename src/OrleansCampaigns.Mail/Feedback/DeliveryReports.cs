using System.Text.RegularExpressions;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Mail.Feedback;

/// <summary>Reads bounces: delivery-status reports first, then what people are told.</summary>
internal static partial class DeliveryReports
{
    private const int RecipientsMax = 100;

    // Whom the report comes from or goes to is no recipient that failed.
    private static readonly string[] OwnFields =
    [
        "To", "From", "Delivered-To", "X-Original-To", "Reply-To", "Sender", "Envelope-To", "List-Help",
        "List-Subscribe", "List-Unsubscribe", "List-Owner",
    ];

    /// <summary>A recipient that headers or text name, with what the text says of it.</summary>
    private sealed record NamedRecipient(string? OriginalRecipient, string? FinalRecipient, string[] Lines);

    /// <summary>What the delivery-status parts say; <see langword="null"/> without any.</summary>
    public static FeedbackReading? ReadReport(MessageContents message)
    {
        var reports = message.StatusReports.SelectMany(text => StatusReport.Parse(text)).Take(RecipientsMax).ToList();
        return reports.Count > 0 ? Reading(message, reports) : null;
    }

    /// <summary>The same for a report that lies in a text.</summary>
    public static FeedbackReading? ReadReportInText(MessageContents message)
    {
        var reports = message.Texts
            .SelectMany(text => StatusReport.Parse(text, strict: true)).Take(RecipientsMax).ToList();
        return reports.Count > 0 ? Reading(message, reports) : null;
    }

    /// <summary>What the text says, where no report says it.</summary>
    public static FeedbackReading? ReadText(MessageContents message)
    {
        var notice = Notice(message);
        if (!BounceSigns.Suffice(message, notice))
        {
            return null;
        }

        var success = BounceSigns.IsSuccess(message.Header, notice) && !QuotedReplies.Coded(notice).Any();
        var delayed = !success && BounceSigns.IsDelay(message.Header, notice);
        var written = ReturnedMail.SoleRecipient(ReturnedMail.Header(message));
        var all = Named(message, notice);

        // What is said of one recipient says nothing of another; what is said before the first is said of all.
        var shared = all.Count == 1 ? notice : [.. notice.TakeWhile(line => !ReportAddress.Find(line).Any(address =>
            all.Exists(named => IsSame(named.FinalRecipient, address))))];
        var ofAll = new Lazy<List<SmtpReply>>(
            () => [.. QuotedReplies.Coded(shared), .. QuotedReplies.Prose(shared)]);
        var recipients = all.Select(named =>
        {
            var replies = QuotedReplies.Coded(named.Lines)
                .Concat(all.Count == 1 ? QuotedReplies.Coded(shared) : [])
                .Concat(QuotedReplies.Prose(named.Lines))
                .Concat(ofAll.Value);
            var action = success ? StatusAction.Delivered : delayed ? StatusAction.Delayed : StatusAction.Failed;
            return WrittenTo(written, Feedback(
                named.OriginalRecipient, named.FinalRecipient, BounceDiagnosis.Choose(replies), null, action));
        }).ToList();
        return Reading(message, recipients);
    }

    /// <summary>A diagnostic without the name of its kind: <c>smtp; 550 …</c>.</summary>
    public static string WithoutType(string diagnostic) => Type().Replace(diagnostic, "", 1);

    private static FeedbackReading Reading(MessageContents message, List<StatusReport> reports)
    {
        var notice = Notice(message);
        var named = Named(message, notice);
        var written = ReturnedMail.SoleRecipient(ReturnedMail.Header(message));
        return Reading(message, [.. reports.Select(report =>
            WrittenTo(written, Feedback(report, notice, named, reports.Count == 1)))]);
    }

    /// <summary>
    /// Servers on the way rewrite addresses, and some call the result the original: the header that came back knows.
    /// </summary>
    private static RecipientFeedback WrittenTo(string? written, RecipientFeedback feedback) =>
        IsSame(written, feedback.FinalRecipient) ? feedback with { OriginalRecipient = null } : feedback;

    private static RecipientFeedback Feedback(
        StatusReport report, string[] notice, List<NamedRecipient> named, bool alone)
    {
        var said = named.Find(recipient =>
            IsSame(recipient.FinalRecipient, report.FinalRecipient)
            || IsSame(recipient.FinalRecipient, report.OriginalRecipient));
        var lines = alone ? notice : said?.Lines ?? [];
        var diagnostic = WithoutType(report.Diagnostic ?? "");
        IEnumerable<SmtpReply> replies =
            diagnostic.Length > 0 ? [BounceDiagnosis.Reply(diagnostic, report.Status)] : [];
        if (report.Action is StatusAction.Failed or StatusAction.Delayed)
        {
            replies = replies
                .Concat(QuotedReplies.Coded(lines))
                .Concat(diagnostic.Length > 0 && string.IsNullOrEmpty(report.StatusComment)
                    ? []
                    : [BounceDiagnosis.Reply(report.StatusComment ?? "", report.Status)])
                .Concat(QuotedReplies.Prose(lines));
        }

        var final = report.FinalRecipient ?? report.OriginalRecipient
            ?? (alone && named.Count == 1 ? named[0].FinalRecipient : null);
        var reply = BounceDiagnosis.Choose(replies);

        // Where the report knows no such user and the notice a full disk, the contact gets the benefit of the doubt.
        if (report.Action == StatusAction.Failed
            && BounceDiagnosis.Classify(reply, report.Status).Cause is Cause.NoSuchMailbox)
        {
            reply = QuotedReplies.Full(lines) ?? reply;
        }

        return Feedback(
            report.OriginalRecipient ?? said?.OriginalRecipient, final, reply, report.Status, report.Action);
    }

    private static RecipientFeedback Feedback(
        string? original, string? final, SmtpReply reply, string? status, StatusAction action)
    {
        var explained = BounceDiagnosis.Explain(reply, status);
        var result = explained.Classification;
        return action switch
        {
            StatusAction.Delivered => new RecipientFeedback(FeedbackKind.Other, original, final, Outcome.Sent),
            StatusAction.Delayed => new RecipientFeedback(
                FeedbackKind.Delayed, original, final, Outcome.Deferred, result.Cause, reply, result.RetryAfter)
            { Why = explained.Why },
            _ => new RecipientFeedback(
                FeedbackKind.Bounce, original, final, result.Outcome, result.Cause, reply, result.RetryAfter)
            { Why = explained.Why },
        };
    }

    private static FeedbackReading Reading(MessageContents message, List<RecipientFeedback> recipients)
    {
        var kind = recipients.Exists(recipient => recipient.Kind == FeedbackKind.Bounce) ? FeedbackKind.Bounce
            : recipients.Exists(recipient => recipient.Kind == FeedbackKind.Delayed) ? FeedbackKind.Delayed
            : FeedbackKind.Other;
        return new FeedbackReading(kind, recipients, ReturnedMail.Identify(message));
    }

    /// <summary>The recipients that headers or text name; one without an address if nothing does.</summary>
    private static List<NamedRecipient> Named(MessageContents message, string[] notice)
    {
        var failed = message.Header.All("X-Failed-Recipients").SelectMany(ReportAddress.Find)
            .Distinct(StringComparer.OrdinalIgnoreCase).Take(RecipientsMax).ToList();
        var inText = NoticeRecipients.Find(notice, Own(message.Header));
        if (failed.Count > 0)
        {
            return [.. failed.Select(address =>
            {
                var said = inText.Find(recipient => IsSame(recipient.FinalRecipient, address));
                return new NamedRecipient(
                    said?.OriginalRecipient, address, said?.Lines ?? (failed.Count == 1 ? notice : []));
            })];
        }

        return inText.Count > 0
            ? [.. inText.Select(said => new NamedRecipient(said.OriginalRecipient, said.FinalRecipient, said.Lines))]
            : [new NamedRecipient(null, ReturnedMail.SoleRecipient(ReturnedMail.Header(message)), notice)];
    }

    /// <summary>What people read; where that is nothing, the subject.</summary>
    private static string[] Notice(MessageContents message)
    {
        string[] notice = [.. message.Texts
            .SelectMany(text => BounceNotice.Of(text).Lines)
            .Where(line => !StatusReport.IsField(line))];

        // A subject mostly repeats ours: it counts only where nothing else is said.
        return !Array.Exists(notice, line => !string.IsNullOrWhiteSpace(line))
            && message.Header["Subject"] is { } subject
                ? [subject]
                : notice;
    }

    private static HashSet<string> Own(HeaderFields header) =>
        OwnFields
            .SelectMany(header.All)
            .SelectMany(ReportAddress.Find)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);

    private static bool IsSame(string? one, string? other) =>
        one is not null && one.Equals(other, StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"^\s*[A-Za-z][A-Za-z0-9_\-]{1,30}\s*;\s*",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Type();
}
