namespace OrleansCampaigns.Domain.Contacts;

/// <summary>What can move a contact's status: the events of the transition table.</summary>
public enum ContactTrigger
{
    /// <summary>Nothing that concerns the mailbox: the fault is ours.</summary>
    None = 0,

    /// <summary>An e-mail was accepted.</summary>
    Sent = 1,

    /// <summary>Bounced: no such mailbox or domain.</summary>
    NoSuchRecipient = 2,

    /// <summary>Bounced: third soft bounce, mailbox full or inactive.</summary>
    MailboxFull = 3,

    /// <summary>Bounced for another reason (expired, …) or Rejected, by its server's fault.</summary>
    Refused = 4,

    /// <summary>The contact unsubscribed by link or one-click.</summary>
    Unsubscribed = 5,

    /// <summary>An operator unsubscribed the contact.</summary>
    UnsubscribedByUs = 6,

    /// <summary>A complaint (feedback report).</summary>
    Complained = 7,

    /// <summary>Subscribed again, with recorded consent.</summary>
    Resubscribed = 8,

    /// <summary>Reinstated by an operator.</summary>
    Reinstated = 9,
}
