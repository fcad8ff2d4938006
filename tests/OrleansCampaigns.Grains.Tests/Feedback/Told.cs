using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Domain.Feedback;

namespace OrleansCampaigns.Grains.Tests.Feedback;

/// <summary>What the world says, and what a history tells of it.</summary>
internal static class Told
{
    /// <summary>The mailbox is full.</summary>
    public static FeedbackEvent Full(CampaignId campaign, int? attempt, string? key = null) =>
        Bounce(campaign, attempt, Outcome.SoftBounced, Cause.MailboxFull, key);

    /// <summary>There is no such mailbox.</summary>
    public static FeedbackEvent Missing(CampaignId campaign, int? attempt, string? key = null) =>
        Bounce(campaign, attempt, Outcome.Bounced, Cause.NoSuchMailbox, key);

    public static FeedbackEvent Bounce(
        CampaignId campaign, int? attempt, Outcome outcome, Cause cause, string? key = null) => new()
        {
            Signal = FeedbackSignal.Bounce,
            Campaign = campaign,
            Key = key ?? $"attempt-{attempt}",
            At = TimeProvider.System.GetUtcNow(),
            Source = "message",
            Attempt = attempt,
            Outcome = outcome,
            Cause = cause,
            Reply = new SmtpReply(550, "5.0.0", "It came back"),
        };

    /// <summary>A history in short.</summary>
    public static IEnumerable<(HistoryKind Kind, Outcome? Outcome, int Attempt)> InShort(
        this IEnumerable<HistoryEntry> history) =>
        history.Select(entry => (entry.Kind, entry.Outcome, entry.Attempt));
}
