using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Domain.Contacts;

/// <summary>The statuses of a contact with the names people and exports see, and how events move them.</summary>
public static class ContactStatusTable
{
    /// <summary>One row of the table of statuses.</summary>
    /// <param name="Status">The status.</param>
    /// <param name="DisplayName">What people see.</param>
    /// <param name="SystemValue">What exports hold.</param>
    /// <param name="AvailableForSending">Whether the contact may be sent to.</param>
    /// <param name="Rests">Whether the unavailability ends by itself after a rest period.</param>
    public sealed record Row(
        ContactStatus Status, string DisplayName, string SystemValue, bool AvailableForSending, bool Rests);

    /// <summary>Every status, in the order of its number.</summary>
    public static IReadOnlyList<Row> Rows { get; } =
    [
        new(ContactStatus.New, "New", "New", AvailableForSending: true, Rests: false),
        new(ContactStatus.Active, "Active", "Active", AvailableForSending: true, Rests: false),
        new(ContactStatus.DoesNotExist, "Does not exist", "Hard bounced", AvailableForSending: false, Rests: false),
        new(ContactStatus.MailboxFull, "Mailbox full", "Soft bounced", AvailableForSending: false, Rests: true),
        new(ContactStatus.Unavailable, "Unavailable", "Error", AvailableForSending: false, Rests: true),
        new(ContactStatus.Unsubscribed, "Unsubscribed", "Unsubscribed", AvailableForSending: false, Rests: false),
        new(ContactStatus.UnsubscribedByUs, "Unsubscribed by us",
            "Unsubscribed by us", AvailableForSending: false, Rests: false),
        new(ContactStatus.Complained, "Complained", "Complaint", AvailableForSending: false, Rests: false),
    ];

    /// <summary>The row of <paramref name="status"/>.</summary>
    public static Row Of(ContactStatus status) => Rows[(int)status];

    /// <summary>
    /// Whether the contact's own will, or ours, forbids sending; no mail server's word ever lifts it.
    /// </summary>
    public static bool IsOptedOut(this ContactStatus status) =>
        status is ContactStatus.Unsubscribed or ContactStatus.UnsubscribedByUs or ContactStatus.Complained;

    /// <summary>
    /// The status after <paramref name="trigger"/>; <paramref name="status"/> itself where nothing changes.
    /// </summary>
    /// <param name="status">The status before.</param>
    /// <param name="trigger">What happened.</param>
    /// <param name="hasReceived">Whether an e-mail was ever accepted for the contact: decides between New and
    /// Active.</param>
    public static ContactStatus Next(ContactStatus status, ContactTrigger trigger, bool hasReceived)
    {
        var available = hasReceived ? ContactStatus.Active : ContactStatus.New;
        return trigger switch
        {
            ContactTrigger.None => status,

            // A mail server's word never lifts an opt-out, and a server that knows no mailbox is believed until an
            // operator reinstates.
            ContactTrigger.Sent => SaysSomethingNew(status) ? ContactStatus.Active : status,
            ContactTrigger.NoSuchRecipient => SaysSomethingNew(status) ? ContactStatus.DoesNotExist : status,
            ContactTrigger.MailboxFull => SaysSomethingNew(status) ? ContactStatus.MailboxFull : status,
            ContactTrigger.Refused => SaysSomethingNew(status) ? ContactStatus.Unavailable : status,

            ContactTrigger.Unsubscribed => status is ContactStatus.Complained ? status : ContactStatus.Unsubscribed,
            ContactTrigger.UnsubscribedByUs =>
                status is ContactStatus.Complained or ContactStatus.Unsubscribed
                    ? status : ContactStatus.UnsubscribedByUs,
            ContactTrigger.Complained => ContactStatus.Complained,
            ContactTrigger.Resubscribed =>
                status is ContactStatus.Unsubscribed or ContactStatus.UnsubscribedByUs ? available : status,
            ContactTrigger.Reinstated =>
                status is ContactStatus.DoesNotExist or ContactStatus.MailboxFull
                    or ContactStatus.Unavailable or ContactStatus.Complained
                    ? available
                    : status,
            _ => throw new ArgumentOutOfRangeException(nameof(trigger), trigger, "Unknown trigger."),
        };

        static bool SaysSomethingNew(ContactStatus status) => status
            is ContactStatus.New or ContactStatus.Active or ContactStatus.MailboxFull or ContactStatus.Unavailable;
    }

    /// <summary>
    /// What an outcome means for the contact when it is the last word: a temporary one counts as given up on.
    /// </summary>
    /// <remarks>What is our fault says nothing about the mailbox: the next campaign tries it again.</remarks>
    public static ContactTrigger TriggerOf(Outcome outcome, Cause cause) => (outcome, cause) switch
    {
        (Outcome.Sent, _) => ContactTrigger.Sent,
        _ when cause.IsOurs() => ContactTrigger.None,
        (Outcome.Bounced, Cause.NoSuchMailbox or Cause.NoSuchDomain) => ContactTrigger.NoSuchRecipient,
        (Outcome.Bounced or Outcome.SoftBounced, Cause.MailboxFull or Cause.MailboxInactive) =>
            ContactTrigger.MailboxFull,
        (Outcome.Bounced or Outcome.SoftBounced or Outcome.Deferred or Outcome.Rejected, _) => ContactTrigger.Refused,
        _ => ContactTrigger.None,
    };
}
