using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Grains.Delivery;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Grains.Tests.Delivery;

/// <summary>A campaign stands still when somebody's turn has come and nobody was attempted.</summary>
public sealed class SiloWatchTests : IDisposable
{
    private static readonly CampaignId Campaign = CampaignId.Create(DateTimeOffset.UnixEpoch);

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly ManualClock _clock = new();
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, double> _gauges = [];
    private readonly ScriptedRelays _relays = new();
    private readonly SiloWatch _watch;

    public SiloWatchTests()
    {
        var factory = _services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, factory) && instrument.Name != "campaigns.silos")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) =>
            _gauges[$"{instrument.Name} {(tags.IsEmpty ? "" : tags[0].Value)}".Trim()] = value);
        _listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => _gauges[instrument.Name] = value);
        _listener.Start();
        _watch = new SiloWatch(factory, silos: null!, _clock, _relays);
    }

    [Fact]
    public void A_campaign_that_goes_on_does_not_stand_still()
    {
        Note(attempts: 0, queued: 10);
        _clock.Advance(TimeSpan.FromMinutes(5));
        Note(attempts: 1, queued: 9);
        _clock.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal(120, Gauge("campaigns.standstill"));
        Assert.Equal(1, Gauge("campaigns.running sending"));
    }

    [Fact]
    public void One_whose_recipients_wait_and_are_not_attempted_does()
    {
        Note(attempts: 5, queued: 10);
        _clock.Advance(TimeSpan.FromMinutes(15));
        Note(attempts: 5, queued: 10);

        Assert.Equal(900, Gauge("campaigns.standstill"));
    }

    [Fact]
    public void One_that_waits_for_retries_which_are_not_due_is_idle()
    {
        Note(attempts: 5, queued: 0, nextRetryIn: TimeSpan.FromHours(4));
        _clock.Advance(TimeSpan.FromHours(1));
        Note(attempts: 5, queued: 0, nextRetryIn: TimeSpan.FromHours(3));

        Assert.Equal(0, Gauge("campaigns.standstill"));
        Assert.Equal(1, Gauge("campaigns.running idle"));

        // Its time counts from when the retry was due, not from when it began to wait.
        _clock.Advance(TimeSpan.FromHours(3));
        Note(attempts: 5, queued: 0, nextRetryIn: TimeSpan.Zero);
        Assert.Equal(0, Gauge("campaigns.standstill"));
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(60, Gauge("campaigns.standstill"));
    }

    [Fact]
    public void One_whose_relay_is_down_waits_and_one_that_is_forgotten_counts_no_more()
    {
        Note(attempts: 0, queued: 10, isRelayUp: false);
        Assert.Equal(1, Gauge("campaigns.running waiting"));

        _watch.Forget(Campaign);
        Assert.Equal(0, Gauge("campaigns.running waiting"));
        Assert.Equal(0, Gauge("campaigns.standstill"));
    }

    public void Dispose()
    {
        _relays.Dispose();
        _listener.Dispose();
        _services.Dispose();
    }

    private void Note(long attempts, long queued, TimeSpan? nextRetryIn = null, bool isRelayUp = true) => _watch.Note(
        Campaign,
        new CampaignTotals
        {
            Attempts = attempts,
            Outcomes = ImmutableDictionary<Outcome, long>.Empty.Add(Outcome.Queued, queued),
        },
        _clock.GetUtcNow() + nextRetryIn,
        isRelayUp);

    private double Gauge(string name)
    {
        _listener.RecordObservableInstruments();
        return _gauges[name];
    }
}
