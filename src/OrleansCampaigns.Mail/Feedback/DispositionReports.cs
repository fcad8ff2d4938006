using System.Text.RegularExpressions;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Mail.Feedback;

/// <summary>
/// Reads disposition notifications (RFC 8098): read receipts mostly, refusals of a mailbox's filter at times.
/// </summary>
/// <remarks>
/// Delivery agents refuse this way what they took first (RFC 5429 §2.1.1). Where a mailbox answers there is one, so
/// such a refusal calls nobody non-existent, whatever reason its owner wrote.
/// </remarks>
internal static partial class DispositionReports
{
    private const int LinesMax = 60;

    // Types of a disposition that say that the message was not taken (RFC 8098 §3.2.6.2 and its forerunners).
    private static readonly string[] Refusals = ["denied", "failed", "rejected", "refused"];

    /// <summary>What the notification says, or <see langword="null"/> when the message is none.</summary>
    public static FeedbackReading? Read(MessageContents message)
    {
        if (message.Dispositions.Count == 0
            && !message.ContentType.Contains("disposition-notification", StringComparison.Ordinal))
        {
            return null;
        }

        var fields = message.Dispositions
            .Select(text => HeaderFields.Groups(text.Split('\n'))[0]).FirstOrDefault() ?? HeaderFields.Empty;
        var lines = message.Texts.SelectMany(text => BounceNotice.Of(text).Lines).Take(LinesMax).ToArray();
        var refusal = Array.FindIndex(lines, line => Refusal().IsMatch(line));
        if (refusal < 0 && !IsRefused(fields["Disposition"]))
        {
            return FeedbackReading.Of(FeedbackKind.Other);
        }

        var recipient = ReportAddress.OfField(fields["Final-Recipient"])
            ?? ReturnedMail.SoleRecipient(ReturnedMail.Header(message));
        return new FeedbackReading(
            FeedbackKind.Bounce,
            [Refused(ReportAddress.OfField(fields["Original-Recipient"]), recipient, lines[Math.Max(refusal, 0)..])],
            ReturnedMail.Identify(message));
    }

    private static RecipientFeedback Refused(string? original, string? final, string[] lines)
    {
        var reply = BounceDiagnosis.Choose(QuotedReplies.Coded(lines).Concat(QuotedReplies.Prose(lines)));
        var explained = BounceDiagnosis.Explain(reply, null);
        var (outcome, cause) = (explained.Classification.Outcome, explained.Classification.Cause);
        var isReason = explained.IsReason && cause is not (Cause.NoSuchMailbox or Cause.NoSuchDomain);
        return new RecipientFeedback(
            FeedbackKind.Bounce,
            original,
            final,
            isReason ? outcome : Outcome.Rejected,
            isReason ? cause : Cause.Policy,
            reply,
            explained.Classification.RetryAfter)
        {
            Why = isReason ? explained.Why : "a filter of the mailbox refuses the message, and there is a mailbox",
        };
    }

    private static bool IsRefused(string? disposition)
    {
        if (disposition is null)
        {
            return false;
        }

        var type = disposition[(disposition.LastIndexOf(';') + 1)..].Trim();
        return Array.Exists(Refusals, refusal => type.StartsWith(refusal, StringComparison.OrdinalIgnoreCase));
    }

    [GeneratedRegex(
        @"\b(?:message|mail|e-?mail)\b.{0,200}\b(?:was|has been|is|were) (?:automatically )?(?:rejected|refused"
        + @"|declined"
        + @"|bounced|not accepted|not delivered)|automatically (?:rejected|refused)|\brefused by\b|\brejected by\b"
        + @"|could not be delivered|wurde .{0,40}(?:abgelehnt|zurückgewiesen)|a été (?:automatiquement )?(?:rejeté"
        + @"|refusé)"
        + @"|fue (?:automáticamente )?rechazado|foi (?:automaticamente )?rejeitad"
        + @"|è stat[oa] (?:automaticamente )?rifiutat",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Refusal();
}
