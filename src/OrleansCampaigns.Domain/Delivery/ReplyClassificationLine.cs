using OrleansCampaigns.Domain.Contacts;

namespace OrleansCampaigns.Domain.Delivery;

/// <summary>One line of the <c>classify</c> command: what a reply comes to, in public names.</summary>
/// <param name="Outcome">The name of the outcome.</param>
/// <param name="Cause">The name of the cause, in kebab case.</param>
/// <param name="ContactStatus">
/// What an active contact becomes if this outcome is the last word: DoesNotExist, MailboxFull, Unavailable or
/// unchanged.
/// </param>
public sealed record ReplyClassificationLine(string Outcome, string Cause, string ContactStatus)
{
    private const string Unchanged = "unchanged";

    /// <summary>Classifies one reply given as text.</summary>
    public static ReplyClassificationLine Describe(string rawReply)
    {
        var classification = ReplyClassifier.Classify(SmtpReplyParser.Parse(rawReply));
        const ContactStatus before = Contacts.ContactStatus.Active;
        var trigger = ContactStatusTable.TriggerOf(classification.Outcome, classification.Cause);
        var after = ContactStatusTable.Next(before, trigger, hasReceived: true);
        return new ReplyClassificationLine(
            classification.Outcome.ToString(),
            classification.Cause.Name(),
            after == before ? Unchanged : after.ToString());
    }
}
