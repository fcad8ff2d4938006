using System.Diagnostics;
using System.Diagnostics.Metrics;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Grains.Throttling;

namespace OrleansCampaigns.Grains.Delivery;

/// <summary>What a silo measures of its sending, as OpenTelemetry takes it.</summary>
/// <remarks>Tags name outcomes, causes and relays: few values, and never an address, a contact or a campaign.</remarks>
public sealed class DeliveryMetrics
{
    /// <summary>The name of the meter and of the source of traces.</summary>
    public const string Name = "OrleansCampaigns";

    private readonly Counter<long> _attempts;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _retryLag;
    private readonly UpDownCounter<long> _inFlight;
    private readonly Histogram<long> _window;
    private readonly Counter<long> _leases;
    private readonly Counter<long> _pushBacks;
    private readonly UpDownCounter<long> _heldBack;
    private readonly Meter _meter;

    /// <summary>Creates the instruments.</summary>
    public DeliveryMetrics(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        var meter = meters.Create(Name);
        _meter = meter;
        _attempts = meter.CreateCounter<long>(
            "campaigns.attempts", "{attempt}", "Attempts that were made, by outcome, cause and relay.");
        _duration = meter.CreateHistogram<double>(
            "campaigns.attempt.duration",
            "s",
            "How long an attempt took, until the server's answer.",
            advice: Within<double>([0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]));
        _retryLag = meter.CreateHistogram<double>(
            "campaigns.retry.lag",
            "s",
            "How long after its due time a retry began.",
            advice: Within<double>([1, 5, 15, 30, 60, 120, 300, 900, 3_600, 14_400]));
        _inFlight = meter.CreateUpDownCounter<long>(
            "campaigns.attempts.in_flight", "{attempt}", "Attempts that are being made now.");
        _window = meter.CreateHistogram<long>(
            "campaigns.window.size",
            "{recipient}",
            "How many recipients a partition stored as begun at once.",
            advice: Within<long>([1, 2, 4, 8, 16, 32, 64, 128]));
        _leases = meter.CreateCounter<long>(
            "campaigns.throttle.leases", "{lease}", "Leases of sending limits that were asked for, by kind of limit.");
        _pushBacks = meter.CreateCounter<long>(
            "campaigns.throttle.push_backs", "{reply}", "Replies by which a domain asked for less.");
        _heldBack = meter.CreateUpDownCounter<long>(
            "campaigns.throttle.held_back", "{recipient}", "Recipients that wait because of a sending limit.");
    }

    /// <summary>Where spans of sending begin.</summary>
    public static ActivitySource Traces { get; } = new(Name);

    internal void AttemptBegins(TimeSpan? lag)
    {
        _inFlight.Add(1);
        if (lag is { } late)
        {
            _retryLag.Record(Math.Max(0, late.TotalSeconds));
        }
    }

    internal void AttemptEnds(TimeSpan took, string relay, AttemptReport? report)
    {
        _inFlight.Add(-1);
        if (report is null)
        {
            return;
        }

        _attempts.Add(
            1,
            new("outcome", report.Outcome.ToString()),
            new("cause", report.Cause.Name()),
            new("relay", relay));
        _duration.Record(took.TotalSeconds, new KeyValuePair<string, object?>("relay", relay));
    }

    internal void WindowStored(int recipients) => _window.Record(recipients);

    internal void LeaseAsked(ThrottleKind kind) =>
        _leases.Add(1, new KeyValuePair<string, object?>("kind", kind.ToString()));

    internal void PushedBack() => _pushBacks.Add(1);

    internal void HeldBack(int change)
    {
        if (change != 0)
        {
            _heldBack.Add(change);
        }
    }

    internal void WatchSlowedDomains(Func<int> count) => _meter.CreateObservableGauge(
        "campaigns.throttle.slowed_domains", count, "{domain}", "Domains that are slowed, as this silo knows.");

    private static InstrumentAdvice<T> Within<T>(T[] boundaries)
        where T : struct =>
        new() { HistogramBucketBoundaries = boundaries };
}
