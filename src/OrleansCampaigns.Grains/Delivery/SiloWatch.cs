using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Orleans.Runtime;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Grains.Delivery;

/// <summary>What a silo can say of itself whenever metrics are taken: the silos it sees, and its campaigns.</summary>
internal sealed class SiloWatch : ILifecycleParticipant<ISiloLifecycle>
{
    private readonly ConcurrentDictionary<CampaignId, Progress> _campaigns = new();
    private readonly TimeProvider _clock;

    /// <param name="meters">Makes the meter.</param>
    /// <param name="silos">The membership as this silo knows it.</param>
    /// <param name="clock">The time.</param>
    /// <param name="relays">Made with the silo, because relays tell themselves whether they take messages.</param>
    public SiloWatch(IMeterFactory meters, ISiloStatusOracle silos, TimeProvider clock, IMailRelays relays)
    {
        ArgumentNullException.ThrowIfNull(relays);
        _clock = clock;
        var meter = meters.Create(DeliveryMetrics.Name);
        meter.CreateObservableGauge<int>(
            "campaigns.silos",
            () => silos.GetApproximateSiloStatuses(onlyActive: true).Count,
            "{silo}",
            "Silos that are active, as this one knows.");
        meter.CreateObservableGauge<int>(
            "campaigns.running", CountRunning, "{campaign}", "Campaigns of this silo that run, by what they do.");
        meter.CreateObservableGauge<double>(
            "campaigns.standstill",
            () => _campaigns.Values.Select(StandsStillFor).DefaultIfEmpty(TimeSpan.Zero).Max().TotalSeconds,
            "s",
            "How long the campaign that stands still longest has not gone on, though somebody's turn has come.");
    }

    /// <summary>Nothing has to be started: it is enough that it is there.</summary>
    public void Participate(ISiloLifecycle lifecycle)
    {
    }

    /// <summary>Notes how far a running campaign is.</summary>
    public void Note(CampaignId campaign, CampaignTotals totals, DateTimeOffset? nextRetryAt, bool isRelayUp)
    {
        var now = _clock.GetUtcNow();
        var isDue = totals[Outcome.Queued] > 0 || nextRetryAt <= now;
        var done = totals.Attempts - totals[Outcome.Queued]; // Grows with every attempt and every decision.
        _campaigns.AddOrUpdate(
            campaign,
            _ => new(done, now, isDue, isRelayUp),
            (_, known) => new(
                done, isDue && known.IsDue && known.Done == done ? known.Since : now, isDue, isRelayUp));
    }

    /// <summary>The campaign does not run, or not on this silo.</summary>
    public void Forget(CampaignId campaign) => _campaigns.TryRemove(campaign, out _);

    private IEnumerable<Measurement<int>> CountRunning()
    {
        var states = _campaigns.Values.CountBy(campaign => campaign switch
        {
            { IsRelayUp: false } => "waiting",
            { IsDue: true } => "sending",
            _ => "idle",
        }).ToDictionary();
        foreach (var state in new[] { "sending", "waiting", "idle" })
        {
            yield return new(states.GetValueOrDefault(state), new KeyValuePair<string, object?>("state", state));
        }
    }

    private TimeSpan StandsStillFor(Progress campaign) =>
        campaign.IsDue ? _clock.GetUtcNow() - campaign.Since : TimeSpan.Zero;

    private readonly record struct Progress(long Done, DateTimeOffset Since, bool IsDue, bool IsRelayUp);
}
