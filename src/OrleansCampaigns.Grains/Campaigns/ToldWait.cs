using OrleansCampaigns.Contracts;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Grains.Delivery;

namespace OrleansCampaigns.Grains.Campaigns;

/// <summary>Tells a campaign what one of its partitions waits for: a silo alone knows its relays.</summary>
/// <remarks>It is for people to read: when it cannot be told, sending goes on all the same.</remarks>
internal sealed class ToldWait(CampaignId campaign, int partition, IGrainFactory grains, TimeProvider clock)
{
    private static readonly TimeSpan RepeatAfter = TimeSpan.FromSeconds(20);

    private string? _told;
    private long _toldAt;

    /// <summary>Whether the campaign was told of something.</summary>
    public bool IsTelling => _told is not null;

    /// <summary>Tells it, unless the campaign knows; <see langword="null"/> when nothing is waited for.</summary>
    public Task Tell(RelayHold? hold) => Tell(hold?.ToString());

    /// <summary>The partition's run is over: whatever it waited for, it no longer does.</summary>
    public Task End() => Tell((string?)null);

    private async Task Tell(string? reason)
    {
        if (reason == _told && (reason is null || clock.GetElapsedTime(_toldAt) < RepeatAfter))
        {
            return;
        }

        (_told, _toldAt) = (reason, clock.GetTimestamp());
        try
        {
            await grains.Campaign(campaign).PartitionWaits(partition, reason);
        }
        catch (Exception away) when (away is OrleansException or TimeoutException)
        {
            _told = null; // It is on its way to another silo, and hears of it the next time.
        }
    }
}
