using System.Globalization;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Campaigns;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Grains.Delivery;

namespace OrleansCampaigns.Grains.Campaigns;

internal sealed partial class CampaignGrain
{
    // Progress is told to the ledger about this often while a campaign runs, and less and less often while nothing
    // changes: a count reads every row of the audience.
    private static readonly TimeSpan ReportPeriod = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ReportPeriodMax = TimeSpan.FromMinutes(5);

    // A partition repeats what it waits for more often; what it no longer says has passed, or it has died.
    private static readonly TimeSpan WaitAge = TimeSpan.FromSeconds(90);

    private readonly SortedDictionary<int, (string Text, long At)> _troubles = [];
    private readonly Dictionary<int, (string Reason, long At)> _waits = [];
    private TimeSpan _reportAfter;
    private long? _reportedAt;
    private (long Attempts, long Deducted, long Waiting) _reported;

    public Task Tell(int partition, string? trouble)
    {
        if (trouble is null)
        {
            _troubles.Remove(partition);
        }
        else
        {
            _troubles[partition] = (trouble, clock.GetTimestamp());
        }

        return Task.CompletedTask;
    }

    public Task PartitionWaits(int partition, string? reason)
    {
        if (reason is null)
        {
            _waits.Remove(partition);
        }
        else
        {
            _waits[partition] = (reason, clock.GetTimestamp());
        }

        return Task.CompletedTask;
    }

    public async Task PauseBecause(string reason)
    {
        var campaign = Stored.Value.Campaign;
        var paused = campaign.Pause(reason);
        if (paused.IsRefused)
        {
            return;
        }

        if (!ReferenceEquals(paused.Value, campaign))
        {
            await Write(paused.Value);
        }

        await TellPartitions(partition => partition.Pause());
    }

    private string? WaitingFor(
        Campaign campaign, RelayState relay, CampaignTotals totals, DateTimeOffset? nextRetryAt) =>
        campaign.Status switch
        {
            CampaignStatus.Paused when campaign.PauseReason is { } reason => $"an operator: {reason}",
            CampaignStatus.Starting when _importsAwaited is not null => _importsAwaited,
            not CampaignStatus.Running => DescribeTrouble(),
            _ when !relay.IsUp => $"relay {relay.Name}: {relay.Detail}",
            _ => DescribeWait() ?? DescribeTrouble() ?? DescribeRetries(totals, nextRetryAt),
        };

    private string? DescribeWait() => _waits.Values
        .Where(wait => clock.GetElapsedTime(wait.At) < WaitAge)
        .OrderBy(wait => wait.At)
        .Select(wait => wait.Reason)
        .LastOrDefault();

    // A partition that is still in trouble tells so with every round, at the latest when its reminder ticks.
    private string? DescribeTrouble()
    {
        var known = _troubles.Values
            .Where(trouble => clock.GetElapsedTime(trouble.At) < 2 * options.Value.ReminderPeriod)
            .Select(trouble => trouble.Text).ToList();
        return known.Count switch
        {
            0 => null,
            1 => known[0],
            _ => $"{known[0]}, and {known.Count - 1} other partitions",
        };
    }

    // All were tried and none is in flight, as far as the table knows: only the clock goes on.
    private static string? DescribeRetries(CampaignTotals totals, DateTimeOffset? nextRetryAt) =>
        nextRetryAt is { } at && totals.RetriesWaiting > 0
            && totals.RetriesWaiting >= totals.Outcomes.Where(pair => pair.Key.IsTemporary()).Sum(pair => pair.Value)
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"all recipients were tried; {totals.RetriesWaiting} wait for a retry, the next at {at:u}")
            : null;

    private async Task ReportProgress(Campaign campaign)
    {
        if (_reportedAt is { } last && clock.GetElapsedTime(last) < _reportAfter)
        {
            return;
        }

        var (totals, nextRetryAt) = await Count();
        watch.Note(Id, totals, nextRetryAt, Relay.IsUp);
        var progress = (totals.Attempts, totals.Deducted, totals.RetriesWaiting);
        var hasChanged = _reportedAt is null || progress != _reported;
        if (hasChanged)
        {
            await GrainFactory.Account(campaign.Account).Report(Id, totals.Deducted);
        }

        _reportAfter = hasChanged ? ReportPeriod
            : _reportAfter * 2 < ReportPeriodMax ? _reportAfter * 2
            : ReportPeriodMax;
        if (nextRetryAt - clock.GetUtcNow() is { } wait && wait > TimeSpan.Zero && wait < _reportAfter)
        {
            _reportAfter = wait < ReportPeriod ? ReportPeriod : wait; // Then it changes, or stands still.
        }

        (_reportedAt, _reported) = (clock.GetTimestamp(), progress);
    }
}
