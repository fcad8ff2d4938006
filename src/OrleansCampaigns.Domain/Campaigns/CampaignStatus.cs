namespace OrleansCampaigns.Domain.Campaigns;

/// <summary>Where a campaign is in its life.</summary>
/// <remarks>Numbers are stored and sent over the wire: never renumber, only append.</remarks>
public enum CampaignStatus
{
    /// <summary>Being written; the only status in which it can be changed.</summary>
    Draft = 1,

    /// <summary>Starts by itself at its time.</summary>
    Scheduled = 2,

    /// <summary>Started; its audience is being taken and its licences are being reserved.</summary>
    Starting = 3,

    /// <summary>Sending, or waiting for retries.</summary>
    Running = 4,

    /// <summary>No new attempt begins.</summary>
    Paused = 5,

    /// <summary>Every recipient has a permanent outcome or is excluded, and none failed.</summary>
    Finished = 6,

    /// <summary>Every recipient has a permanent outcome or is excluded; some were Rejected, Spam or Bounced.</summary>
    FinishedWithFailures = 7,

    /// <summary>Ended by an operator; nothing comes back.</summary>
    Cancelled = 8,
}

/// <summary>Facts about statuses.</summary>
public static class CampaignStatusRules
{
    /// <summary>Whether nothing more happens by itself.</summary>
    public static bool IsOver(this CampaignStatus status) =>
        status is CampaignStatus.Finished or CampaignStatus.FinishedWithFailures or CampaignStatus.Cancelled;

    /// <summary>Whether an audience has been or is being taken.</summary>
    public static bool HasStarted(this CampaignStatus status) =>
        status is not (CampaignStatus.Draft or CampaignStatus.Scheduled);
}
