using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Grains;
using OrleansCampaigns.Grains.Delivery;

namespace OrleansCampaigns.Mail.Relays;

/// <summary>The configured relays, each with its own pool and breaker.</summary>
internal sealed class MailRelays : IMailRelays, IAsyncDisposable
{
    private static readonly TimeSpan PatienceMin = TimeSpan.FromHours(1);

    private readonly Dictionary<string, Relay> relays = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, RelayPool> pools = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, int> lanes = new(StringComparer.OrdinalIgnoreCase);
    private readonly RelayPool? shared;
    private readonly int sharedLanes;

    public MailRelays(
        IOptions<MailOptions> options,
        TimeProvider clock,
        ILogger<MailRelays> logger,
        IRelayWindows? windows = null,
        IMeterFactory? meters = null,
        IOptions<EngineOptions>? engine = null)
    {
        var sharing = new List<Relay>();
        foreach (var (i, relayOptions) in options.Value.Relays.Index())
        {
            var relay = new Relay(
                relayOptions, relayOptions.Weight ?? (i == 0 ? 1 : 0), clock, logger, PatienceOf(engine?.Value.Retry));
            relays.Add(relayOptions.Name, relay);
            pools.Add(relayOptions.Name, new([relay], windows));
            lanes.Add(relayOptions.Name, relayOptions.MaxConnections);
            if (relay.Weight > 0)
            {
                sharing.Add(relay);
                sharedLanes += relayOptions.MaxConnections;
            }
        }

        shared = sharing.Count > 0 ? new(sharing, windows) : null;
        meters?.Create(DeliveryMetrics.Name).CreateObservableGauge<int>(
            "campaigns.relay.up",
            () => relays.Values.Select(relay => new Measurement<int>(
                relay.GetState().IsUp ? 1 : 0, new KeyValuePair<string, object?>("relay", relay.Name))),
            "{relay}",
            "Whether a relay takes messages, as this silo knows: 1 or 0.");
    }

    public Task<IReadOnlyList<IMailLane>> Reserve(string? relay, int max, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        return Find(relay).Reserve(max, cancellation);
    }

    public Task<IReadOnlyList<IMailLane>> ReserveFor(LaneRequest wanted, int max, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        return Find(wanted.Relay).Reserve(wanted, max, cancellation);
    }

    public RelayHold? GetHold(LaneRequest wanted) => Find(wanted.Relay).GetHold(
        relay => relay.Holds.Find(wanted.Campaign));

    public RelayHold? GetHold(LaneRequest wanted, string domain) => Find(wanted.Relay).GetHold(
        relay => relay.Holds.Find(wanted.Campaign, domain));

    public bool MayTry(LaneRequest wanted, string relay, string domain) =>
        relays[relay].Holds.Ask(wanted.Campaign, domain) != RelayHolds.Leave.None;

    public void TryAgain(CampaignId campaign)
    {
        foreach (var relay in relays.Values)
        {
            relay.Holds.TryAgain(campaign);
        }
    }

    public int CountLanes(string? relay) => relay is null ? sharedLanes : lanes.GetValueOrDefault(relay);

    public RelayState GetState(string? relay) => Find(relay).GetState();

    public bool Knows(string? relay) => relay is null ? shared is not null : pools.ContainsKey(relay);

    // One address that a relay never serves must not hold a campaign for ever; who mends a relay is given time.
    private static TimeSpan PatienceOf(RetryPolicy? retry) =>
        (retry ?? new()).MaxAge is var age && age > PatienceMin ? age : PatienceMin;

    public async ValueTask DisposeAsync()
    {
        foreach (var relay in relays.Values)
        {
            await relay.DisposeAsync();
        }
    }

    private RelayPool Find(string? relay)
    {
        if (relay is null)
        {
            return shared ?? throw new InvalidOperationException("No relay is configured (Mail:Relays).");
        }

        return pools.TryGetValue(relay, out var found)
            ? found
            : throw new ArgumentException("No relay of that name is configured (Mail:Relays).", nameof(relay));
    }
}
