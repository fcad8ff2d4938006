namespace OrleansCampaigns.Domain.Delivery;

/// <summary>What happened to one recipient in one campaign. Shown to people as the contact's Last Status.</summary>
/// <remarks>Numbers are stored and sent over the wire: never renumber, only append.</remarks>
public enum Outcome
{
    /// <summary>The address is not properly formatted; it was never handed to a server.</summary>
    Invalid = 1,

    /// <summary>Waiting in our queue to be delivered.</summary>
    Queued = 2,

    /// <summary>Accepted by the recipient's server, or by the relay for it.</summary>
    Sent = 3,

    /// <summary>The address is already in this campaign's audience; no second e-mail.</summary>
    Duplicated = 4,

    /// <summary>
    /// Refused by the recipient server for policy, authentication, relaying or content, not for spam.
    /// </summary>
    Rejected = 5,

    /// <summary>Refused as spam by the recipient server.</summary>
    Spam = 6,

    /// <summary>
    /// The contact was unsubscribed, by itself or by us, or had complained, at the moment of sending.
    /// </summary>
    Unsubscribed = 7,

    /// <summary>Hard bounce, third soft bounce, or Deferred past its maximum age.</summary>
    Bounced = 8,

    /// <summary>
    /// The server knows the address but sends the mail back for now: mailbox full, server full, too big.
    /// </summary>
    SoftBounced = 9,

    /// <summary>The server limits us for now, is at fault itself, or cannot be reached.</summary>
    Deferred = 10,
}
