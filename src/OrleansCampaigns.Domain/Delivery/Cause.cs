namespace OrleansCampaigns.Domain.Delivery;

/// <summary>Why an outcome came about. A fact that rides on an outcome, never an outcome of its own.</summary>
/// <remarks>Numbers are stored and sent over the wire: never renumber, only append.</remarks>
public enum Cause
{
    /// <summary>Nothing to explain.</summary>
    None = 0,

    /// <summary>The address does not follow RFC 5321, RFC 5322 or RFC 6531.</summary>
    MalformedAddress = 1,

    /// <summary>The address occurs earlier in the same audience.</summary>
    DuplicateAddress = 2,

    /// <summary>The contact unsubscribed by a link in an e-mail.</summary>
    Unsubscribed = 3,

    /// <summary>An operator unsubscribed the contact.</summary>
    UnsubscribedByUs = 4,

    /// <summary>The contact complained about spam.</summary>
    Complained = 5,

    /// <summary>The mailbox is over its quota.</summary>
    MailboxFull = 6,

    /// <summary>The mailbox exists but is disabled, suspended or inactive.</summary>
    MailboxInactive = 7,

    /// <summary>The receiving system has no room, whatever the mailbox holds.</summary>
    ServerFull = 8,

    /// <summary>The message is larger than the mailbox or the server takes.</summary>
    TooBig = 9,

    /// <summary>There is no such mailbox.</summary>
    NoSuchMailbox = 10,

    /// <summary>There is no such domain, or it takes no mail.</summary>
    NoSuchDomain = 11,

    /// <summary>The server blocks our address, domain or network.</summary>
    Blocked = 12,

    /// <summary>Temporary refusals went on past the maximum age.</summary>
    Expired = 13,

    /// <summary>Greylisted: the server wants to see us again later.</summary>
    Greylisted = 14,

    /// <summary>The server limits our rate, connections or volume.</summary>
    Throttled = 15,

    /// <summary>The receiving system has a fault of its own.</summary>
    ServerFault = 16,

    /// <summary>
    /// The recipient's server could not be reached, or the connection broke before the message was handed over.
    /// </summary>
    Unreachable = 17,

    /// <summary>A time limit passed while we waited for the server.</summary>
    TimedOut = 18,

    /// <summary>Refused by a policy of the recipient's server about this recipient.</summary>
    Policy = 19,

    /// <summary>Refused for missing or failed SPF, DKIM, DMARC, reverse DNS or SMTP authentication.</summary>
    Authentication = 20,

    /// <summary>The server does not relay for this recipient.</summary>
    Relaying = 21,

    /// <summary>Refused for what the message holds or how it is formed: attachment, virus, headers, syntax.</summary>
    Content = 22,

    /// <summary>Refused as spam.</summary>
    Spam = 23,

    /// <summary>The reply does not say why.</summary>
    Other = 24,

    /// <summary>The sender's address or domain is refused, or may not be used by us.</summary>
    SenderRefused = 25,

    /// <summary>Our account at the relay is suspended, disabled or may not send.</summary>
    AccountSuspended = 26,

    /// <summary>Our account at the relay has used up its own allowance.</summary>
    OwnQuota = 27,

    /// <summary>The message became too large for its recipient when it was written, or for the relay's SIZE.</summary>
    TooLarge = 28,

    /// <summary>The recipient lacks a field that the message needs and that has no fallback.</summary>
    MissingField = 29,

    /// <summary>The templates fail for this recipient.</summary>
    Unrenderable = 30,

    /// <summary>The address needs SMTPUTF8 (RFC 6531), which the relay does not offer.</summary>
    NeedsSmtputf8 = 31,

    /// <summary>The contact left the campaign's list, or was taken off it, after the audience was taken.</summary>
    LeftList = 40,
}
