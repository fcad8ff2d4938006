namespace OrleansCampaigns.Mail.Feedback;

/// <summary>What a message that came back is about.</summary>
public enum FeedbackKind
{
    /// <summary>Nothing of effect: a notice of success, a report on authentication, someone's letter.</summary>
    Other = 0,

    /// <summary>An e-mail could not be delivered, for now or for ever.</summary>
    Bounce = 1,

    /// <summary>Somebody else still tries to deliver an e-mail: no bounce, whatever the text says.</summary>
    Delayed = 2,

    /// <summary>A recipient called an e-mail spam (RFC 5965: abuse or fraud).</summary>
    Complaint = 3,

    /// <summary>A recipient wants no more e-mail.</summary>
    Unsubscribe = 4,

    /// <summary>A machine answered in a person's name (RFC 3834): a holiday notice, a challenge.</summary>
    AutoReply = 5,
}
