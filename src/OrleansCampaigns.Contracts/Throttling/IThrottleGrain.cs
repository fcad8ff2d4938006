using System.Collections.Immutable;
using OrleansCampaigns.Domain.Throttling;

namespace OrleansCampaigns.Contracts.Throttling;

/// <summary>One limit that holds across silos: of a receiving domain, a relay, a sender or an account.</summary>
[Alias("Throttling.IThrottleGrain")]
public interface IThrottleGrain : IGrainWithStringKey
{
    /// <summary>Grants a silo a segment of time and a share of the transactions at once.</summary>
    [Alias("Lease")]
    Task<Lease> Lease(LeaseRequest request);

    /// <summary>Learns that the domain wants us slower; stored when it answers. Repeating it changes nothing.</summary>
    [Alias("Slow")]
    Task Slow(DomainPushBack happened);

    /// <summary>How it stands, for whoever looks at the cluster.</summary>
    [Alias("GetState")]
    Task<ThrottleState> GetState();
}

/// <summary>The domains that push back, for silos that have not met it themselves.</summary>
[Alias("Throttling.ISlowedDomainsGrain")]
public interface ISlowedDomainsGrain : IGrainWithStringKey
{
    /// <summary>A domain is slowed until then, if it does not push back again.</summary>
    [Alias("Note")]
    Task Note(string domain, DateTimeOffset until);

    /// <summary>The slowed domains; <see langword="null"/> when they are what that version said.</summary>
    [Alias("List")]
    Task<SlowedDomains?> List(Guid? version);

    /// <summary>How many there are, for whoever looks at the cluster.</summary>
    [Alias("GetState")]
    Task<int> GetState();
}

/// <summary>A domain's server asked for less.</summary>
/// <param name="BegunAgo">How long ago the transaction began that it answered.</param>
/// <param name="RetryAfter">The wait that it asked for.</param>
[GenerateSerializer, Immutable, Alias("Throttling.DomainPushBack")]
public sealed record DomainPushBack([property: Id(0)] TimeSpan BegunAgo, [property: Id(1)] TimeSpan? RetryAfter);

/// <summary>How a throttle stands.</summary>
/// <param name="IntervalSeconds">The least time between two starts; 0 when there is no rate.</param>
/// <param name="Concurrency">How many transactions at once; <see langword="null"/> when not limited.</param>
/// <param name="Silos">How many silos hold a part of it.</param>
/// <param name="PausedUntil">Until when nothing is sent.</param>
/// <param name="SlowedUntil">When it will have recovered, if it is slowed.</param>
[GenerateSerializer, Immutable, Alias("Throttling.ThrottleState")]
public sealed record ThrottleState(
    [property: Id(0)] double IntervalSeconds,
    [property: Id(1)] int? Concurrency,
    [property: Id(2)] int Silos,
    [property: Id(3)] DateTimeOffset? PausedUntil,
    [property: Id(4)] DateTimeOffset? SlowedUntil);

/// <summary>The slowed domains, each with how long it will be.</summary>
[GenerateSerializer, Immutable, Alias("Throttling.SlowedDomains")]
public sealed record SlowedDomains(
    [property: Id(0)] Guid Version, [property: Id(1)] ImmutableDictionary<string, TimeSpan> Domains);
