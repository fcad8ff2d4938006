using FsCheck;
using FsCheck.Fluent;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Domain.Throttling;
using Outcome = OrleansCampaigns.Domain.Delivery.Outcome;

namespace OrleansCampaigns.Domain.Tests.Throttling;

public class BackOffTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly BackOffRules Rules = new(
        StartRatePerSecond: 8,
        Decrease: 0.5,
        RatePerSecondMin: 0.5,
        RatePerSecondMax: 20,
        Step: 2,
        StepPeriod: TimeSpan.FromSeconds(30),
        Pause: TimeSpan.FromSeconds(10),
        PauseMax: TimeSpan.FromMinutes(5),
        Concurrency: 4);

    private static BackOff Take(
        BackOff? known, DateTimeOffset now, TimeSpan? retryAfter = null, double? configured = null) =>
        BackOff.Take(known, now, retryAfter, configured, Rules, now);

    [Fact]
    public void The_first_push_back_pauses_and_slows()
    {
        var slowed = Take(null, Start);

        Assert.Equal((8d, Start.AddSeconds(10)), (slowed.RatePerSecond, slowed.PausedUntil));
        Assert.Equal(3, Take(null, Start, configured: 6).RatePerSecond);
    }

    [Fact]
    public void Further_ones_halve_the_rate_and_double_the_pause_down_to_the_slowest()
    {
        var slowed = Take(null, Start);
        var rates = new List<double>();
        var pauses = new List<double>();
        for (var i = 0; i < 7; i++)
        {
            var now = slowed.PausedUntil.AddSeconds(1);
            slowed = Take(slowed, now);
            rates.Add(slowed.RatePerSecond);
            pauses.Add((slowed.PausedUntil - now).TotalSeconds);
        }

        Assert.Equal([4, 2, 1, 0.5, 0.5, 0.5, 0.5], rates);
        Assert.Equal([20, 40, 80, 160, 300, 300, 300], pauses);
    }

    [Fact]
    public void What_began_before_the_slowing_tells_nothing_new()
    {
        var slowed = Take(null, Start);

        Assert.Same(slowed, Take(slowed, Start.AddSeconds(5)));
        Assert.Same(slowed, BackOff.Take(slowed, Start, null, null, Rules, Start.AddSeconds(60)));
    }

    [Fact]
    public void It_recovers_by_steps_until_it_is_free()
    {
        var slowed = Take(null, Start);
        var resumes = slowed.PausedUntil;

        Assert.Equal(8, slowed.RateAt(resumes.AddSeconds(29), Rules));
        Assert.Equal(10, slowed.RateAt(resumes.AddSeconds(30), Rules));
        Assert.Equal(18, slowed.RateAt(resumes.AddSeconds(179), Rules));
        Assert.Equal(resumes.AddSeconds(180), slowed.FreeAt(null, Rules));
        Assert.Equal(resumes.AddSeconds(30), slowed.FreeAt(10, Rules));

        // As if there had never been one.
        Assert.Equal(8, Take(slowed, resumes.AddSeconds(180)).RatePerSecond);
    }

    [Fact]
    public void After_a_step_of_recovery_the_pause_is_the_first_one_again()
    {
        var slowed = Take(Take(null, Start), Start.AddSeconds(11));
        Assert.Equal((2, 20d), (slowed.Strikes, (slowed.PausedUntil - slowed.At).TotalSeconds));

        var later = Take(slowed, slowed.PausedUntil.AddSeconds(60));

        Assert.Equal((1, 10d), (later.Strikes, (later.PausedUntil - later.At).TotalSeconds));
        Assert.Equal(4, later.RatePerSecond);
    }

    [Fact]
    public void The_wait_that_the_server_asks_for_is_kept_within_reason()
    {
        Assert.Equal(Start.AddMinutes(2), Take(null, Start, TimeSpan.FromMinutes(2)).PausedUntil);
        Assert.Equal(Start.AddSeconds(10), Take(null, Start, TimeSpan.FromSeconds(1)).PausedUntil);
        Assert.Equal(Start.AddMinutes(5), Take(null, Start, TimeSpan.FromDays(1)).PausedUntil);
    }

    [Fact]
    public void However_often_it_is_pushed_back_the_rate_stays_within_bounds_and_comes_back()
    {
        var free = 0;
        Prop.ForAll(Gen.Choose(0, 400).ArrayOf().ToArbitrary(), waits =>
        {
            var now = Start;
            BackOff? known = null;
            foreach (var wait in waits)
            {
                now = now.AddSeconds(wait);
                var before = known;
                known = Take(known, now);
                var rate = known.RateAt(now, Rules);
                Assert.InRange(rate, Rules.RatePerSecondMin, Rules.RatePerSecondMax);
                Assert.True(known.PausedUntil > now, "A push-back pauses.");
                Assert.True(
                    before is null || now >= before.FreeAt(null, Rules) || rate <= before.RateAt(now, Rules),
                    "A push-back never quickens.");
                free += before is not null && now >= before.FreeAt(null, Rules) ? 1 : 0;
            }

            Assert.True(
                known is null || known.RateAt(known.FreeAt(null, Rules), Rules) >= Rules.RatePerSecondMax,
                "Left alone it recovers.");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

        Assert.True(free > 20, $"{free} recovered.");
    }

    [Theory]
    [InlineData(Outcome.Deferred, Cause.Throttled, 450, "4.2.1", true)]
    [InlineData(Outcome.Deferred, Cause.ServerFault, 421, "4.3.2", true)]
    [InlineData(Outcome.Deferred, Cause.Policy, 451, "4.7.500", true)]
    [InlineData(Outcome.Deferred, Cause.Greylisted, 451, "4.7.1", false)]
    [InlineData(Outcome.Deferred, Cause.Greylisted, 421, null, false)]
    [InlineData(Outcome.Deferred, Cause.ServerFault, 451, "4.3.0", false)]
    [InlineData(Outcome.SoftBounced, Cause.MailboxFull, 452, "4.2.2", false)]
    [InlineData(Outcome.Rejected, Cause.Policy, 550, "5.7.1", false)]
    [InlineData(Outcome.Sent, Cause.None, 250, "2.0.0", false)]
    public void A_domain_pushes_back_when_it_asks_for_less(
        Outcome outcome, Cause cause, int code, string? enhanced, bool pushesBack) =>
        Assert.Equal(pushesBack, PushBack.IsIn(new AttemptReport
        {
            Outcome = outcome,
            Cause = cause,
            Reply = new(code, enhanced, "text"),
        }));

    [Fact]
    public void A_connection_that_broke_is_no_push_back() => Assert.False(
        PushBack.IsIn(new AttemptReport { Outcome = Outcome.Deferred, Cause = Cause.Unreachable }));
}
