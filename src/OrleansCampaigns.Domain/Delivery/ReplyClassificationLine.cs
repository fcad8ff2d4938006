using System.Text.Json.Serialization;
using OrleansCampaigns.Domain.Contacts;

namespace OrleansCampaigns.Domain.Delivery;

/// <summary>One line of the <c>classify</c> command: what a reply comes to, in public names.</summary>
/// <param name="Outcome">The name of the outcome.</param>
/// <param name="Cause">The name of the cause in kebab case, the broader one where there is a finer one.</param>
/// <param name="ContactStatus">
/// What an active contact becomes if this outcome is the last word: DoesNotExist, MailboxFull, Unavailable or
/// unchanged.
/// </param>
public sealed record ReplyClassificationLine(string Outcome, string Cause, string ContactStatus)
{
    private const string Unchanged = "unchanged";

    /// <summary>The finer cause, as statistics and exports name it; only where it differs.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Detail { get; init; }

    /// <summary>Why: the evidence and what the rule makes of it; only where it was asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Why { get; init; }

    /// <summary>Classifies one reply given as text.</summary>
    /// <param name="rawReply">The reply.</param>
    /// <param name="explain">Whether the line says why.</param>
    public static ReplyClassificationLine Describe(string rawReply, bool explain = false)
    {
        var explained = ReplyClassifier.Explain(SmtpReplyParser.Parse(rawReply));
        var classification = explained.Classification;
        const ContactStatus before = Contacts.ContactStatus.Active;
        var trigger = ContactStatusTable.TriggerOf(classification.Outcome, classification.Cause);
        var after = ContactStatusTable.Next(before, trigger, hasReceived: true);
        return new ReplyClassificationLine(
            classification.Outcome.ToString(),
            classification.Cause.Family().Name(),
            after == before ? Unchanged : after.ToString())
        {
            Detail = classification.Cause.Detail(),
            Why = explain ? explained.Why : null,
        };
    }
}
