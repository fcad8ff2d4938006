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

    public async Task Note(string domain, DateTimeOffset until)
    {
        if (record.State.Domains.TryGetValue(domain, out var known) && known == until)
        {
            return;
        }

        var now = clock.GetUtcNow();
        record.State.Domains[domain] = until;
        record.State.Domains = record.State.Domains
            .Where(pair => pair.Value > now)
            .OrderByDescending(pair => pair.Value)
            .Take(DomainsMax)
            .ToDictionary();
        try
        {
            await record.WriteStateAsync();
        }
        catch
        {
            DeactivateOnIdle(); // The write may have landed; reload rather than trust memory.
            throw;
        }

        _version = Guid.NewGuid();
    }

    public Task<SlowedDomains?> List(Guid? version)
    {
        var now = clock.GetUtcNow();
        return Task.FromResult(version == _version ? null : new SlowedDomains(_version, record.State.Domains
            .Where(pair => pair.Value > now)
            .ToImmutableDictionary(pair => pair.Key, pair => pair.Value - now)));
    }

    public Task<int> GetState()
    {
        var now = clock.GetUtcNow();
        return Task.FromResult(record.State.Domains.Values.Count(until => until > now));
    }
}
