namespace OrleansCampaigns.Mail.Templates;

/// <summary>The fields that we fill in ourselves: no attribute of a contact and no fallback takes their place.</summary>
internal static class OwnFields
{
    /// <summary>The page where the recipient unsubscribes; the same as in the List-Unsubscribe header.</summary>
    public const string UnsubscribeUrl = "unsubscribe_url";
}
