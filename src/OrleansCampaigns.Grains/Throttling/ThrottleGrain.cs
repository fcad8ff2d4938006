using Microsoft.Extensions.Options;
using Orleans.Runtime;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Throttling;
using OrleansCampaigns.Domain.Throttling;

namespace OrleansCampaigns.Grains.Throttling;

/// <remarks>
/// Leases live in memory; only push-backs are stored, and that leases are granted at all. After a crash nothing is
/// granted until every lease that may have been held is over: so a limit holds while its grain moves.
/// </remarks>
[GrainType("domain-throttle")]
internal sealed class ThrottleGrain(
    [PersistentState("throttle", StorageNames.Engine)] IPersistentState<ThrottleRecord> record,
    IOptions<ThrottlingOptions> options,
    TimeProvider clock) : Grain, IThrottleGrain
{
    private Throttle _throttle = new();
    private DateTimeOffset _silentUntil;
    private bool _isNoted;

    private Stored<ThrottleRecord> Stored => field ??= new(record, DeactivateOnIdle);

    private ThrottleName Name => ThrottleName.Parse(GrainKeys.ReadThrottle(this.GetPrimaryKeyString()));

    private SendingLimit Configured => options.Value.LimitOf(Name);

    private double? ConfiguredRate =>
        Configured.Interval > TimeSpan.Zero ? 1 / Configured.Interval.TotalSeconds : null;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        _silentUntil = Stored.Value.IsGranting ? now + Reach(LimitAt(now)) : Stored.Value.HeldUntil ?? now;
        if (Stored.Value.BackOff is { } slowed)
        {
            _throttle = _throttle.PauseUntil(slowed.PausedUntil);
        }

        return Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (Stored.Value.IsGranting && !Stored.IsOutdated)
        {
            // Should it fail, the next activation waits a little longer than it must.
            var ended = Stored.Value with
            {
                IsGranting = false,
                HeldUntil = _throttle.Shares.Values.Select(share => share.LostAt)
                    .Append(_throttle.GrantedUpTo).Append(_silentUntil).Max(),
            };
            await Stored.Write(ended, cancellationToken);
        }
    }

    public async Task<Lease> Lease(LeaseRequest request)
    {
        var now = clock.GetUtcNow();
        var limit = LimitAt(now);
        if (limit.IsNone)
        {
            return new() { IsFree = true, ValidFor = options.Value.LeaseTime };
        }

        if (!Stored.Value.IsGranting)
        {
            await Stored.Write(Stored.Value with { IsGranting = true });
            now = clock.GetUtcNow();
        }

        if (now < _silentUntil)
        {
            return new() { ValidFor = options.Value.LeaseTime, Concurrency = 0, RetryAfter = _silentUntil - now };
        }

        (_throttle, var lease) = _throttle.Grant(request, limit, options.Value.Terms, now);
        return lease;
    }

    public async Task Slow(DomainPushBack happened)
    {
        var now = clock.GetUtcNow();
        var rules = options.Value.BackOff.ToRules();
        var slowed = BackOff.Take(
            Stored.Value.BackOff, now - happened.BegunAgo, happened.RetryAfter, ConfiguredRate, rules, now);
        if (!ReferenceEquals(slowed, Stored.Value.BackOff))
        {
            await Stored.Write(Stored.Value with { BackOff = slowed });
            _throttle = _throttle.PauseUntil(slowed.PausedUntil);
            _isNoted = false;
        }

        if (!_isNoted)
        {
            await GrainFactory.SlowedDomains().Note(Name.Subject, slowed.FreeAt(ConfiguredRate, rules));
            _isNoted = true;
        }
    }

    public Task<ThrottleState> GetState()
    {
        var now = clock.GetUtcNow();
        var limit = LimitAt(now);
        var isSlowed = IsSlowed(now);
        return Task.FromResult(new ThrottleState(
            limit.Interval.TotalSeconds,
            limit.Concurrency,
            _throttle.Shares.Values.Count(share => share.LostAt > now),
            isSlowed ? Stored.Value.BackOff!.PausedUntil : null,
            isSlowed ? Stored.Value.BackOff!.FreeAt(ConfiguredRate, options.Value.BackOff.ToRules()) : null));
    }

    private bool IsSlowed(DateTimeOffset now) =>
        Stored.Value.BackOff is { } slowed && now < slowed.FreeAt(ConfiguredRate, options.Value.BackOff.ToRules());

    private SendingLimit LimitAt(DateTimeOffset now)
    {
        if (!IsSlowed(now))
        {
            return Configured;
        }

        var rules = options.Value.BackOff.ToRules();
        var rate = Stored.Value.BackOff!.RateAt(now, rules);
        return Configured
            .And(SendingLimit.Rate(rate, TimeSpan.FromSeconds(1), options.Value.Slack))
            .And(new() { Concurrency = rules.Concurrency });
    }

    // How far into the future a lease may reach at most.
    private TimeSpan Reach(SendingLimit limit)
    {
        var terms = options.Value.Terms;
        return (terms.LeaseTime * 1.5) + limit.Interval + Throttle.RoomOf(limit.Interval, terms);
    }
}
