using System.Collections.Immutable;
using Orleans.Runtime;
using OrleansCampaigns.Contracts.Throttling;

namespace OrleansCampaigns.Grains.Throttling;

/// <remarks>
/// One small grain that every silo which sends asks every few seconds: so no silo needs to ask about each of the many
/// domains that nothing is wrong with. An entry ends by itself, when the domain has recovered.
/// </remarks>
[GrainType("slowed-domains")]
internal sealed class SlowedDomainsGrain(
    [PersistentState("slowed-domains", StorageNames.Engine)] IPersistentState<SlowedDomainsRecord> record,
    TimeProvider clock) : Grain, ISlowedDomainsGrain
{
    // Beyond it the ones that recover first are left out: silos that meet them learn of them all the same.
    private const int DomainsMax = 10_000;

    private Guid _version = Guid.NewGuid();

    private Stored<SlowedDomainsRecord> Stored => field ??= new(record, DeactivateOnIdle);

    public async Task Note(string domain, DateTimeOffset until)
    {
        if (Stored.Value.Domains.TryGetValue(domain, out var known) && known == until)
        {
            return;
        }

        var now = clock.GetUtcNow();
        await Stored.Write(new SlowedDomainsRecord
        {
            Domains = Stored.Value.Domains
                .Where(pair => pair.Key != domain)
                .Append(new(domain, until))
                .Where(pair => pair.Value > now)
                .OrderByDescending(pair => pair.Value)
                .Take(DomainsMax)
                .ToDictionary(),
        });
        _version = Guid.NewGuid();
    }

    public Task<SlowedDomains?> List(Guid? version)
    {
        var now = clock.GetUtcNow();
        return Task.FromResult(version == _version ? null : new SlowedDomains(_version, Stored.Value.Domains
            .Where(pair => pair.Value > now)
            .ToImmutableDictionary(pair => pair.Key, pair => pair.Value - now)));
    }

    public Task<int> GetState()
    {
        var now = clock.GetUtcNow();
        return Task.FromResult(Stored.Value.Domains.Values.Count(until => until > now));
    }
}
