using System.Globalization;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Grains.Campaigns;

internal sealed partial class CampaignGrain
{
    // Progress is told to the ledger about this often while a campaign runs, and less and less often while nothing
    // changes: a count reads every row of the audience.
    private static readonly TimeSpan ReportPeriod = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ReportPeriodMax = TimeSpan.FromMinutes(5);

    private readonly SortedDictionary<int, (string Text, long At)> _troubles = [];
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
        (_reportedAt, _reported) = (clock.GetTimestamp(), progress);
    }
}
