namespace OrleansCampaigns.Api.Tracking;

/// <summary>Everything that the public pages say, in one language.</summary>
/// <remarks>
/// <c>{sender}</c> stands for who writes, <c>{address}</c> for the contact's own address. Sentences are worded so that
/// any name fits into them as it is. A further language is one more entry of <see cref="PageLanguages"/>.
/// </remarks>
internal sealed record PageTexts
{
    /// <summary>The language as HTML names it (BCP 47).</summary>
    public required string Language { get; init; }

    /// <summary>The heading of the page before anything was done.</summary>
    public required string Title { get; init; }

    public required string Subscribed { get; init; }

    public required string UnsubscribeButton { get; init; }

    public required string ChooseHeading { get; init; }

    public required string ChooseLegend { get; init; }

    public required string SaveButton { get; init; }

    public required string SavedTitle { get; init; }

    /// <summary>The heading once nothing is sent to the contact any more.</summary>
    public required string UnsubscribedTitle { get; init; }

    public required string Unsubscribed { get; init; }

    public required string MistakeHeading { get; init; }

    /// <summary>To what the button agrees that subscribes again.</summary>
    public required string Agreement { get; init; }

    public required string ReturnButton { get; init; }

    public required string ReturnedTitle { get; init; }

    /// <summary>The heading when the link has been used for that too often.</summary>
    public required string TooOftenTitle { get; init; }

    /// <summary>What to do when the page offers no way back.</summary>
    public required string WriteToSender { get; init; }

    /// <summary>Who writes, where neither the account nor the campaign says so.</summary>
    public required string UnnamedSender { get; init; }

    public required string NotFoundTitle { get; init; }

    public required string NotFound { get; init; }

    public required string UnavailableTitle { get; init; }

    public required string Unavailable { get; init; }

    public required string UnreadableTitle { get; init; }

    public required string Unreadable { get; init; }
}
