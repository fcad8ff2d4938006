namespace OrleansCampaigns.Contracts.Campaigns;

/// <summary>One partition of a campaign's audience: the owner of the cursor and of what is in flight.</summary>
[Alias("Campaigns.ICampaignPartitionGrain")]
public interface ICampaignPartitionGrain : IGrainWithStringKey
{
    /// <summary>Begins a pass. Durable when it returns: from then on a reminder brings the partition back.</summary>
    [Alias("Start")]
    Task Start(int pass);

    /// <summary>Begins no new attempt from now on. The campaign's own status is what lasts.</summary>
    [Alias("Pause")]
    Task Pause();

    /// <summary>Looks at the campaign's status and at what is due, and goes on.</summary>
    [Alias("Wake")]
    Task Wake();

    /// <summary>Goes on unless it does: after a silo was lost, or whenever it may have come to a halt.</summary>
    [Alias("Continue")]
    Task Continue();
}
