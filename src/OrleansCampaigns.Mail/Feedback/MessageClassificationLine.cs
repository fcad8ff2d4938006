using System.Text.Json.Serialization;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Mail.Feedback;

/// <summary>One line of <c>classify --messages</c>: what a message says of one recipient, in public names.</summary>
/// <param name="File">The name of the file, without its folder.</param>
/// <param name="Recipient">The address we wrote to; <see langword="null"/> if the message names none.</param>
/// <param name="Kind">bounce, delayed, complaint, unsubscribe, autoreply or other.</param>
/// <param name="Outcome">The name of the outcome; <c>none</c> where the message says nothing of delivery.</param>
/// <param name="Cause">The name of the cause in kebab case, the broader one where there is a finer one.</param>
/// <param name="ContactStatus">What an active contact becomes if this is the last word, or <c>unchanged</c>.</param>
public sealed record MessageClassificationLine(
    string File, string? Recipient, string Kind, string Outcome, string Cause, string ContactStatus)
{
    private const string Unchanged = "unchanged";

    /// <summary>The finer cause, as statistics and exports name it; only where it differs.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Detail { get; init; }

    /// <summary>Why: the evidence and what the rule makes of it; only where asked for and a reply decides.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Why { get; init; }

    /// <summary>The lines of one message: one for each recipient, or one without any.</summary>
    /// <param name="file">The name of its file.</param>
    /// <param name="reading">The message.</param>
    /// <param name="explain">Whether the lines say why.</param>
    public static IEnumerable<MessageClassificationLine> Describe(
        string file, FeedbackReading reading, bool explain = false)
    {
        ArgumentNullException.ThrowIfNull(reading);
        return reading.Recipients.Count > 0
            ? reading.Recipients.Select(recipient => Line(file, recipient, explain))
            : [Line(file, new RecipientFeedback(reading.Kind, null, null), explain)];
    }

    private static MessageClassificationLine Line(string file, RecipientFeedback feedback, bool explain)
    {
        const ContactStatus before = Domain.Contacts.ContactStatus.Active;
        var after = ContactStatusTable.Next(before, TriggerOf(feedback), hasReceived: true);
        return new MessageClassificationLine(
            file,
            feedback.Recipient,
            feedback.Kind.ToString().ToLowerInvariant(),
            feedback.Outcome?.ToString() ?? "none",
            feedback.Cause.Family().Name(),
            after == before ? Unchanged : after.ToString())
        {
            Detail = feedback.Cause.Detail(),
            Why = explain ? feedback.Why : null,
        };
    }

    private static ContactTrigger TriggerOf(RecipientFeedback feedback) => feedback.Kind switch
    {
        FeedbackKind.Complaint => ContactTrigger.Complained,
        FeedbackKind.Unsubscribe => ContactTrigger.Unsubscribed,
        FeedbackKind.Bounce when feedback.Outcome is { } outcome =>
            ContactStatusTable.TriggerOf(outcome, feedback.Cause),
        _ => ContactTrigger.None,
    };
}
