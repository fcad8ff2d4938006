using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Grains.Delivery;
using OrleansCampaigns.Grains.Throttling;

namespace OrleansCampaigns.Grains.Tests.Delivery;

public sealed class DeliveryMetricsTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly List<(string Instrument, double Value, KeyValuePair<string, object?>[] Tags)> _measured = [];
    private readonly MeterListener _listener = new();
    private readonly DeliveryMetrics _metrics;

    public DeliveryMetricsTests()
    {
        var factory = _services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            // Other tests of this process have meters of the same name.
            if (ReferenceEquals(instrument.Meter.Scope, factory))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            _measured.Add((instrument.Name, value, tags.ToArray())));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) =>
            _measured.Add((instrument.Name, value, tags.ToArray())));
        _listener.Start();
        _metrics = new DeliveryMetrics(factory);
    }

    [Fact]
    public void An_attempt_counts_by_outcome_cause_and_relay_and_tells_nothing_of_its_recipient()
    {
        _metrics.AttemptBegins(lag: null);
        _metrics.AttemptEnds(TimeSpan.FromSeconds(2), "sink", new AttemptReport
        {
            Outcome = Outcome.Deferred,
            Cause = Cause.Greylisted,
            Reply = new SmtpReply(450, "4.2.0", "ann@example.org is greylisted"),
        });

        var attempt = Assert.Single(_measured, one => one.Instrument == "campaigns.attempts");
        Assert.Equal(
            ["outcome=Deferred", "cause=greylisted", "relay=sink"], attempt.Tags.Select(tag =>
                $"{tag.Key}={tag.Value}"));
        Assert.Equal(2, Assert.Single(_measured, one => one.Instrument == "campaigns.attempt.duration").Value);
        Assert.Equal(0, _measured.Where(one => one.Instrument == "campaigns.attempts.in_flight").Sum(one => one.Value));
    }

    [Fact]
    public void Sending_limits_are_measured_by_counts_that_name_nobody()
    {
        _metrics.LeaseAsked(ThrottleKind.Domain);
        _metrics.PushedBack();
        _metrics.HeldBack(3);
        _metrics.HeldBack(-1);
        _metrics.WatchSlowedDomains(() => 7);
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) =>
            _measured.Add((instrument.Name, value, tags.ToArray())));
        _listener.RecordObservableInstruments();

        var lease = Assert.Single(_measured, one => one.Instrument == "campaigns.throttle.leases");
        Assert.Equal(["kind=Domain"], lease.Tags.Select(tag => $"{tag.Key}={tag.Value}"));
        Assert.Empty(Assert.Single(_measured, one => one.Instrument == "campaigns.throttle.push_backs").Tags);
        Assert.Equal(
            2, _measured.Where(one => one.Instrument == "campaigns.throttle.held_back").Sum(one => one.Value));
        Assert.Equal(
            7, Assert.Single(_measured, one => one.Instrument == "campaigns.throttle.slowed_domains").Value);
    }

    [Fact]
    public void A_turn_that_never_began_counts_as_no_attempt()
    {
        _metrics.AttemptBegins(TimeSpan.FromSeconds(-1));
        _metrics.AttemptEnds(TimeSpan.FromSeconds(2), "sink", report: null);

        Assert.DoesNotContain(_measured, one => one.Instrument == "campaigns.attempts");
        Assert.Equal(0, Assert.Single(_measured, one => one.Instrument == "campaigns.retry.lag").Value);
        Assert.Equal(0, _measured.Where(one => one.Instrument == "campaigns.attempts.in_flight").Sum(one => one.Value));
    }

    public void Dispose()
    {
        _listener.Dispose();
        _services.Dispose();
    }
}
