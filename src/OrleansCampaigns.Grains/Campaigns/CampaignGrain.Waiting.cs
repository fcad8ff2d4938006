using OrleansCampaigns.Contracts.Campaigns;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Grains.Delivery;

namespace OrleansCampaigns.Grains.Campaigns;

internal sealed partial class CampaignGrain
{
    // A partition repeats what it waits for more often; what it no longer says has passed, or it has died.
    private static readonly TimeSpan WaitAge = TimeSpan.FromSeconds(90);

    private readonly Dictionary<int, (string Reason, DateTimeOffset At)> _waits = [];

    public Task PartitionWaits(int partition, string? reason)
    {
        if (reason is null)
        {
            _waits.Remove(partition);
        }
        else
        {
            _waits[partition] = (reason, clock.GetUtcNow());
        }

        return Task.CompletedTask;
    }

    public async Task PauseBecause(string reason)
    {
        var paused = record.State.Campaign.Pause(reason);
        if (paused.IsRefused)
        {
            return;
        }

        if (!ReferenceEquals(paused.Value, record.State.Campaign))
        {
            await Write(paused.Value);
        }

        await TellPartitions(partition => partition.Pause());
    }

    private string? WaitingFor(Campaign campaign, RelayState relay) => campaign.Status switch
    {
        CampaignStatus.Starting => _importsAwaited,
        CampaignStatus.Paused when campaign.PauseReason is { } reason => $"an operator: {reason}",
        CampaignStatus.Running when !relay.IsUp => $"relay {relay.Name}: {relay.Detail}",
        CampaignStatus.Running => _waits.Values
            .Where(wait => clock.GetUtcNow() - wait.At < WaitAge)
            .OrderBy(wait => wait.At)
            .Select(wait => wait.Reason)
            .LastOrDefault(),
        _ => null,
    };
}
