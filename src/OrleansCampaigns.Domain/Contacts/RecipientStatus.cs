namespace OrleansCampaigns.Domain.Contacts;

/// <summary>How far a contact went with one campaign. It only moves forward.</summary>
public enum RecipientStatus
{
    /// <summary>Nothing received yet.</summary>
    None = 0,

    /// <summary>The e-mail has been received.</summary>
    Delivered = 1,

    /// <summary>Opened, without a click on any link.</summary>
    Opened = 2,

    /// <summary>Opened, and at least one link clicked.</summary>
    Clicked = 3,
}

/// <summary>The rules of <see cref="RecipientStatus"/>.</summary>
public static class RecipientStatusRules
{
    /// <summary>The further of two: a late or repeated signal never moves a recipient back.</summary>
    public static RecipientStatus Advance(RecipientStatus current, RecipientStatus signal) =>
        signal > current ? signal : current;

    /// <summary>
    /// What exports of a campaign hold for a recipient: how far it went, or else what its contact is.
    /// </summary>
    public static string SystemValue(RecipientStatus recipient, ContactStatus contact) =>
        recipient == RecipientStatus.None || !ContactStatusTable.Of(contact).AvailableForSending
            ? ContactStatusTable.Of(contact).SystemValue
            : recipient.ToString();
}
