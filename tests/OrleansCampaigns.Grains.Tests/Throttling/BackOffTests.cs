using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Throttling;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Grains.Throttling;
using OrleansCampaigns.TestKit;
using OrleansCampaigns.TestKit.Sink;

namespace OrleansCampaigns.Grains.Tests.Throttling;

/// <summary>A domain that pushes back is slowed, alone, on every silo, and recovers by steps.</summary>
public sealed class BackOffTests
{
    private static readonly TimeSpan Patience = Eventually.Patience;

    private static readonly AttemptReport Busy = new()
    {
        Outcome = Outcome.Deferred,
        Cause = Cause.Throttled,
        Reply = new(421, "4.7.28", "Our system has detected an unusual rate of mail"),
    };

    [Fact]
    public async Task A_domain_that_answers_421_is_slowed_alone_on_both_silos()
    {
        await using var silos = await TwoSilos.Start(options =>
        {
            options.NewsPeriod = TimeSpan.FromMilliseconds(200);
            options.LeaseTime = TimeSpan.FromSeconds(1);
            options.BackOff = Quick();
        });
        silos.Answer = (domain, count) => domain == "busy.example" && count == 1 ? Busy : null;
        silos.Takes = TimeSpan.FromMilliseconds(10);
        var others = Enumerable.Range(0, 200).Select(i => $"user{i}@other.example");

        var campaign = await silos.Send(
            [.. Enumerable.Range(0, 150).Select(i => $"user{i}@busy.example"), .. others]);
        await Eventually.Holds("the other domain is through", () =>
            silos.Records.Count(record => record.Domain == "other.example") == 200, Patience);
        var whileOthersWent = silos.Records.Count(record => record.Domain == "busy.example");
        var statistics = await Engine.Ended(campaign, Patience);

        Engine.AssertSound(statistics);
        Assert.Equal((350, 351), (statistics.Totals[Outcome.Sent], statistics.Totals.Attempts));
        Assert.InRange(whileOthersWent, 1, 149);

        // Once both silos know of it (one asks every 200 ms, and may come to it late), the rate that was granted is
        // kept by both together.
        var busy = silos.Records.Where(record => record.Domain == "busy.example").ToList();
        var known = busy[0].BegunAt + TimeSpan.FromSeconds(2);
        var after = busy.Where(record => record.BegunAt > known).ToList();
        Assert.NotEmpty(after);
        Assert.InRange(after.MostWithin(TimeSpan.FromSeconds(1)), 1, 20);
    }

    [Fact]
    public async Task It_recovers_by_steps_and_is_free_again()
    {
        await using var silos = await TwoSilos.Start(options => options.BackOff = new()
        {
            StartRatePerSecond = 4,
            RatePerSecondMax = 10,
            Step = 2,
            StepPeriod = TimeSpan.FromSeconds(30),
            Pause = TimeSpan.FromSeconds(10),
        });
        var throttle = silos.Grains.Throttle("busy.example");

        await throttle.Slow(new(TimeSpan.Zero, RetryAfter: null));
        Assert.Equal(4, await RateOf(throttle));
        var lease = await throttle.Lease(new("silo", 10, 0, 0));
        Assert.Equal((lease.Opens, false), (lease.Closes, lease.IsFree));

        silos.Clock.Advance(TimeSpan.FromSeconds(10));
        lease = await throttle.Lease(new("silo", 10, 0, 0));
        Assert.True(lease.Closes > lease.Opens, "The pause is over.");
        var rates = new List<double>();
        for (var step = 0; step < 3; step++)
        {
            rates.Add(await RateOf(throttle));
            silos.Clock.Advance(TimeSpan.FromSeconds(30));
        }

        Assert.Equal([4, 6, 8], rates);
        Assert.Equal(0, await RateOf(throttle));
        Assert.True((await throttle.Lease(new("silo", 10, 0, 0))).IsFree, "It has recovered.");
    }

    [Fact]
    public async Task A_back_off_survives_its_grain_and_is_made_known_to_every_silo()
    {
        await using var silos = await TwoSilos.Start();
        var throttle = silos.Grains.Throttle("busy.example");
        await throttle.Slow(new(TimeSpan.Zero, RetryAfter: TimeSpan.FromMinutes(2)));
        var before = await throttle.GetState();

        await silos.Cluster.DeactivateAsync(throttle);
        await silos.Cluster.DeactivateAsync(silos.Grains.SlowedDomains());

        Assert.Equal(before, await throttle.GetState());
        Assert.NotNull(before.SlowedUntil);
        var slowed = await silos.Grains.SlowedDomains().List(null);
        Assert.Equal(["busy.example"], slowed!.Domains.Keys);
        Assert.Null(await silos.Grains.SlowedDomains().List(slowed.Version));
        Assert.Equal(1, await silos.Grains.SlowedDomains().GetState());
    }

    [Fact]
    public async Task A_push_back_that_is_told_twice_slows_once()
    {
        await using var silos = await TwoSilos.Start();
        var throttle = silos.Grains.Throttle("busy.example");

        await throttle.Slow(new(TimeSpan.Zero, RetryAfter: null));
        var once = await throttle.GetState();
        await throttle.Slow(new(TimeSpan.Zero, RetryAfter: null));
        silos.Clock.Advance(TimeSpan.FromSeconds(15));
        await throttle.Slow(new(TimeSpan.FromSeconds(60), RetryAfter: null));

        Assert.Equal(once, await throttle.GetState());
    }

    [Fact]
    public async Task What_may_still_be_held_is_not_granted_anew_when_the_grain_moves()
    {
        await using var silos = await TwoSilos.Start(options =>
        {
            options.Domains["slow.example"] = new() { RatePerSecond = 10, Concurrency = 2 };
            options.LeaseTime = TimeSpan.FromMinutes(1);
        });
        var throttle = silos.Grains.Throttle("slow.example");
        var since = TimeProvider.System.GetTimestamp();
        var held = await throttle.Lease(new("one", 1_000, 0, 0));
        Assert.Equal(2, held.Concurrency);

        await silos.Cluster.DeactivateAsync(throttle);
        var other = await throttle.Lease(new("two", 1_000, 0, 0));

        Assert.Equal((other.Opens, 0), (other.Closes, other.Concurrency));
        var passed = TimeProvider.System.GetElapsedTime(since);
        Assert.InRange(other.RetryAfter, held.ValidFor - passed, held.Closes);
        silos.Clock.Advance(other.RetryAfter);
        other = await throttle.Lease(new("two", 1_000, 0, 0));
        Assert.True(other is { Concurrency: 2 } && other.Closes > other.Opens, "By then everything is over.");
    }

    [Fact]
    public async Task What_may_still_be_held_is_not_granted_anew_when_the_grains_silo_is_killed()
    {
        await using var silos = await TwoSilos.Start(
            options => options.Domains["slow.example"] = new() { RatePerSecond = 10 });
        var throttle = silos.Grains.Throttle("slow.example");
        await throttle.Lease(new("one", 1_000, 0, 0));
        var home = silos.Cluster.Silos.Single(silo => silos.IsOn(silo, throttle));

        await silos.Cluster.KillSiloAsync(home);
        var other = await Eventually.Get("the grain is on another silo", async () =>
        {
            try
            {
                return await throttle.Lease(new("two", 1_000, 0, 0));
            }
            catch (Exception gone) when (gone is OrleansException or TimeoutException)
            {
                return null;
            }
        }, Patience);

        Assert.Equal(other.Opens, other.Closes);
        Assert.InRange(other.RetryAfter, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(9));
    }

    private static BackOffOptions Quick() => new()
    {
        StartRatePerSecond = 20,
        RatePerSecondMax = 40,
        Step = 1,
        StepPeriod = TimeSpan.FromSeconds(60),
        Pause = TimeSpan.FromMilliseconds(500),
    };

    private static async Task<double> RateOf(IThrottleGrain throttle)
    {
        var seconds = (await throttle.GetState()).IntervalSeconds;
        return seconds > 0 ? Math.Round((1 + TwoSilos.Slack.TotalSeconds) / seconds, 2) : 0;
    }
}
