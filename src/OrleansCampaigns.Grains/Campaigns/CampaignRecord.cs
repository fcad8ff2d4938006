using System.Text.Json.Serialization;
using OrleansCampaigns.Domain.Campaigns;

namespace OrleansCampaigns.Grains.Campaigns;

/// <summary>What is stored of a campaign's lifecycle, with what the database projects into its table.</summary>
/// <remarks>The definition is a state of its own: it may hold megabytes of attachments, and changes seldom.</remarks>
internal sealed class CampaignRecord
{
    public Campaign Campaign { get; set; } = new();

    /// <summary>Which pass every partition has been told of.</summary>
    public int PassBegun { get; set; }

    public CampaignProjection? Projection { get; set; }

    /// <summary>The trace of the request that started or scheduled it (W3C trace context).</summary>
    public string? Trace { get; set; }
}

/// <summary>The row of campaigns. Times are Unix milliseconds.</summary>
internal sealed record CampaignProjection(
    string Campaign,
    string Account,
    string Name,
    CampaignStatus Status,
    long CreatedAt,
    long? ScheduledAt,
    long? EndedAt)
{
    public static CampaignProjection Of(Campaign campaign) => new(
        campaign.Id!.Value.Value,
        campaign.Account.Value,
        campaign.Definition.Name,
        campaign.Status,
        campaign.CreatedAt.ToUnixTimeMilliseconds(),
        campaign.ScheduledAt?.ToUnixTimeMilliseconds(),
        campaign.EndedAt?.ToUnixTimeMilliseconds());
}

/// <summary>What is stored of a campaign's definition.</summary>
internal sealed class DefinitionRecord
{
    public CampaignDefinition Definition { get; set; } = new();
}

/// <summary>
/// What is stored of a partition: everything that a crash must not forget, and nothing that a query can tell.
/// </summary>
/// <remarks>The runtime carries it along when a partition moves to another silo, which reads it anew.</remarks>
[GenerateSerializer, Alias("Campaigns.PartitionRecord")]
internal sealed class PartitionRecord
{
    /// <summary>The pass it has been told of; 0 before the first.</summary>
    [Id(0)] public int Pass { get; set; }

    /// <summary>The pass whose failed recipients are all back in the queue.</summary>
    [Id(1)] public int PassRequeued { get; set; } = 1;

    /// <summary>The last sequence number whose first attempt may have begun.</summary>
    [Id(2)] public long Cursor { get; set; }

    /// <summary>Further attempts, beyond the cursor's first ones, that may have begun.</summary>
    [Id(3)] public List<Attempting> Attempting { get; set; } = [];

    /// <summary>Another one for every write: tells an activation whether what is stored is its own.</summary>
    [Id(4)] public Guid Stamp { get; set; }

    /// <summary>Sequence numbers up to the cursor whose attempt certainly has not begun.</summary>
    [Id(5)] public List<long> Unattempted { get; set; } = [];
}

/// <summary>An attempt that may have begun.</summary>
[GenerateSerializer, Immutable, Alias("Campaigns.Attempting")]
internal sealed record Attempting(
    [property: Id(0), JsonPropertyName("s")] long Seq, [property: Id(1), JsonPropertyName("a")] int Attempt);
