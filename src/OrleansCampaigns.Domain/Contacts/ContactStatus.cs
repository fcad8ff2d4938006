namespace OrleansCampaigns.Domain.Contacts;

/// <summary>Whether and why a contact can be sent to.</summary>
/// <remarks>Numbers are stored and sent over the wire: never renumber, only append.</remarks>
public enum ContactStatus
{
    /// <summary>Uploaded, has not received any campaign yet.</summary>
    New = 0,

    /// <summary>Has received at least one campaign.</summary>
    Active = 1,

    /// <summary>The mailbox or its domain does not exist.</summary>
    DoesNotExist = 2,

    /// <summary>The mailbox is full or inactive; rests for a while.</summary>
    MailboxFull = 3,

    /// <summary>Unavailable for another reason; rests for a while.</summary>
    Unavailable = 4,

    /// <summary>Unsubscribed by a link in an e-mail.</summary>
    Unsubscribed = 5,

    /// <summary>Unsubscribed by an operator.</summary>
    UnsubscribedByUs = 6,

    /// <summary>Complained about spam.</summary>
    Complained = 7,
}
