using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrleansCampaigns.Grains.Delivery;

namespace OrleansCampaigns.Mail.Relays;

/// <summary>The configured relays, each with its own pool and breaker.</summary>
internal sealed class MailRelays : IMailRelays, IAsyncDisposable
{
    private readonly Dictionary<string, Relay> relays = new(StringComparer.OrdinalIgnoreCase);
    private readonly Relay? first;

    public MailRelays(IOptions<MailOptions> options, TimeProvider clock, ILogger<MailRelays> logger)
    {
        foreach (var relayOptions in options.Value.Relays)
        {
            var relay = new Relay(relayOptions, clock, logger);
            relays.Add(relayOptions.Name, relay);
            first ??= relay;
        }
    }

    public Task<IReadOnlyList<IMailLane>> Reserve(string? relay, int max, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        return Find(relay).Reserve(max, cancellation);
    }

    public RelayState GetState(string? relay) => Find(relay).GetState();

    public bool Knows(string? relay) => relay is null ? first is not null : relays.ContainsKey(relay);

    public async ValueTask DisposeAsync()
    {
        foreach (var relay in relays.Values)
        {
            await relay.DisposeAsync();
        }
    }

    private Relay Find(string? relay)
    {
        if (relay is null)
        {
            return first ?? throw new InvalidOperationException("No relay is configured (Mail:Relays).");
        }

        return relays.TryGetValue(relay, out var found)
            ? found
            : throw new ArgumentException("No relay of that name is configured (Mail:Relays).", nameof(relay));
    }
}
