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

    /// <summary>What the dashboard shows of it: how far it is and what is in flight.</summary>
    [Alias("GetState")]
    Task<PartitionSummary> GetState();
}

/// <summary>A partition as the dashboard shows it.</summary>
/// <param name="Cursor">The last sequence number whose first attempt may have begun.</param>
/// <param name="InFlight">How many recipients are in flight.</param>
/// <param name="Attempting">How many further attempts, beyond first ones, may have begun.</param>
/// <param name="Unattempted">How many recipients up to the cursor have certainly not been tried.</param>
/// <param name="PassRequeued">The pass whose failed recipients are all back in the queue.</param>
/// <param name="IsPumping">Whether it is at work.</param>
/// <param name="HasRecovered">Whether what an earlier activation may have begun is settled.</param>
[GenerateSerializer, Immutable, Alias("Campaigns.PartitionSummary")]
public sealed record PartitionSummary(
    [property: Id(0)] long Cursor,
    [property: Id(1)] int InFlight,
    [property: Id(2)] int Attempting,
    [property: Id(3)] int Unattempted,
    [property: Id(4)] int PassRequeued,
    [property: Id(5)] bool IsPumping,
    [property: Id(6)] bool HasRecovered);
