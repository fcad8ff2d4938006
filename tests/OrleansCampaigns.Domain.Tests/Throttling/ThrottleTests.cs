using FsCheck;
using FsCheck.Fluent;
using OrleansCampaigns.Domain.Throttling;

namespace OrleansCampaigns.Domain.Tests.Throttling;

public class ThrottleTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly LeaseTerms Terms = new(TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(100));

    private static SendingLimit PerSecond(double rate) =>
        SendingLimit.Rate(rate, TimeSpan.FromSeconds(1), TimeSpan.Zero);

    private static LeaseRequest Ask(string holder, int wanted, int inUse = 0, int share = 0) =>
        new(holder, wanted, inUse, share);

    [Fact]
    public void No_window_of_time_holds_more_starts_than_the_rate_whoever_asks_dies_or_is_slow()
    {
        var (starts, deaths, sharing) = (0, 0, 0);
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var rate = (double[])[0.5, 1, 3, 10, 50, 400];
            var perWindow = rate[random.Next(rate.Length)];
            var window = TimeSpan.FromSeconds(perWindow < 1 ? 1 / perWindow : 1);
            var model = new ThrottleModel(PerSecond(perWindow), Terms, random);
            model.Run(steps: 600, processes: 1 + random.Next(4));

            var most = (int)Math.Max(1, perWindow);
            var times = model.Starts.Order().ToList();
            Assert.All(times.Zip(times.Skip(1)), pair => Assert.True(
                pair.Second - pair.First >= PerSecond(perWindow).Interval,
                $"Two starts within {pair.Second - pair.First} at {perWindow}/s."));
            for (var i = most; i < times.Count; i++)
            {
                Assert.True(
                    times[i] - times[i - most] >= window,
                    $"{most + 1} starts within {times[i] - times[i - most]} at {perWindow}/s.");
            }

            starts += times.Count;
            deaths += model.Deaths;
            sharing += model.Holders.Count > 1 ? 1 : 0;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

        Assert.True(starts > 10_000 && deaths > 1_000 && sharing > 50, $"{starts}, {deaths}, {sharing}");
    }

    [Fact]
    public void No_more_transactions_are_under_way_at_once_than_may_be_whoever_asks_dies_or_is_slow()
    {
        var (full, starts) = (0, 0);
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var most = 1 + random.Next(8);
            var model = new ThrottleModel(new() { Concurrency = most }, Terms, random);
            model.Run(steps: 600, processes: 1 + random.Next(4));

            Assert.InRange(model.AtOnceMax, 0, most);
            full += model.AtOnceMax == most ? 1 : 0;
            starts += model.Starts.Count;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

        Assert.True(full > 50 && starts > 10_000, $"{full}, {starts}");
    }

    [Fact]
    public void A_single_holder_that_renews_in_time_loses_nothing_of_the_rate()
    {
        var (throttle, held, now) = (new Throttle(), new HeldLease(), Start);
        var starts = 0;
        while (now < Start.AddSeconds(60))
        {
            if (held.Openings(now, now.AddSeconds(1), 0) < 5)
            {
                (throttle, var lease) = throttle.Grant(Ask("one", 100), PerSecond(10), Terms, now);
                held = held.With(lease, now, now.AddMilliseconds(2));
            }

            if (held.EarliestFrom(now) == now)
            {
                held = held.Start(now);
                starts++;
            }

            now = now.AddMilliseconds(5);
        }

        Assert.InRange(starts, 590, 600);
    }

    [Fact]
    public void What_a_dead_holder_was_given_passes_by()
    {
        var (throttle, lost) = new Throttle().Grant(Ask("dead", 1_000), PerSecond(10), Terms, Start);
        Assert.Equal(TimeSpan.FromSeconds(5.1), lost.Closes);

        (throttle, var refused) = throttle.Grant(Ask("other", 10), PerSecond(10), Terms, Start.AddSeconds(1));
        Assert.Equal(refused.Opens, refused.Closes);

        (_, var granted) = throttle.Grant(
            Ask("other", 10), PerSecond(10), Terms, Start.AddSeconds(1) + refused.RetryAfter);
        Assert.Equal(Start + TimeSpan.FromSeconds(5.1), Start.AddSeconds(1) + refused.RetryAfter + granted.Opens);
    }

    [Fact]
    public void A_share_that_is_not_renewed_returns()
    {
        var limit = new SendingLimit { Concurrency = 4 };
        var (throttle, all) = new Throttle().Grant(Ask("dead", 10), limit, Terms, Start);
        Assert.Equal(4, all.Concurrency);

        (throttle, var nothing) = throttle.Grant(Ask("other", 10), limit, Terms, Start.AddSeconds(1));
        Assert.Equal(0, nothing.Concurrency);
        Assert.True(nothing.RetryAfter > TimeSpan.Zero);

        (_, var returned) = throttle.Grant(Ask("other", 10), limit, Terms, Start + Terms.LeaseTime);
        Assert.Equal(4, returned.Concurrency);
    }

    [Fact]
    public void Whoever_holds_more_than_its_share_gives_back_what_it_does_not_use_once_it_knows()
    {
        var limit = new SendingLimit { Concurrency = 4 };
        var (throttle, _) = new Throttle().Grant(Ask("one", 10), limit, Terms, Start);
        (throttle, var none) = throttle.Grant(Ask("two", 10), limit, Terms, Start);

        (throttle, var busy) = throttle.Grant(Ask("one", 10, inUse: 3, share: 4), limit, Terms, Start);
        (throttle, var notYet) = throttle.Grant(Ask("two", 10), limit, Terms, Start);
        (throttle, var half) = throttle.Grant(Ask("one", 10, inUse: 2, share: 3), limit, Terms, Start);
        (throttle, var one) = throttle.Grant(Ask("two", 10), limit, Terms, Start);
        (throttle, _) = throttle.Grant(Ask("one", 10, inUse: 2, share: 2), limit, Terms, Start);
        (_, var otherHalf) = throttle.Grant(Ask("two", 10, inUse: 1, share: 1), limit, Terms, Start);

        Assert.Equal(
            (0, 3, 0, 2, 1, 2),
            (none.Concurrency, busy.Concurrency, notYet.Concurrency, half.Concurrency, one.Concurrency,
                otherHalf.Concurrency));
    }

    [Fact]
    public void Two_who_want_much_share_the_time()
    {
        var (throttle, _) = new Throttle().Grant(Ask("one", 1), PerSecond(10), Terms, Start);
        (throttle, var two) = throttle.Grant(Ask("two", 1_000), PerSecond(10), Terms, Start);
        (_, var one) = throttle.Grant(Ask("one", 1_000), PerSecond(10), Terms, Start.AddSeconds(1));

        Assert.Equal(TimeSpan.FromSeconds(2.6), two.Closes - two.Opens);
        Assert.Equal(TimeSpan.FromSeconds(2.6), one.Closes - one.Opens);
    }

    [Fact]
    public void A_pause_grants_no_time_before_its_end()
    {
        var (throttle, _) = new Throttle().Grant(Ask("one", 1), PerSecond(10), Terms, Start);
        throttle = throttle.PauseUntil(Start.AddSeconds(30));

        (throttle, var refused) = throttle.Grant(Ask("one", 1), PerSecond(10), Terms, Start);
        Assert.Equal((refused.Opens, TimeSpan.FromSeconds(27.5)), (refused.Closes, refused.RetryAfter));

        (_, var granted) = throttle.Grant(Ask("one", 1), PerSecond(10), Terms, Start.AddSeconds(28));
        Assert.Equal((TimeSpan.FromSeconds(2), false), (granted.Opens, granted.Extends));
    }

    [Fact]
    public void What_is_not_limited_is_free()
    {
        var (_, lease) = new Throttle().Grant(Ask("one", 1), SendingLimit.None, Terms, Start);
        var held = new HeldLease().With(lease, Start, Start);

        Assert.Equal(int.MaxValue, held.Openings(Start, Start, inUse: 1_000));
        Assert.Equal(Start, held.EarliestFrom(Start));
        Assert.Equal(0, held.Openings(Start + Terms.LeaseTime, Start + Terms.LeaseTime, 0));
    }

    [Theory]
    [InlineData(10, 1, 0.1, 110)]
    [InlineData(0.5, 1, 0.1, 2_100)]
    [InlineData(60, 60, 0.6, 1_010)]
    public void A_rate_is_an_interval_that_leaves_room_for_the_way(
        double count, double window, double slack, double milliseconds) =>
        Assert.Equal(
            TimeSpan.FromMilliseconds(milliseconds),
            SendingLimit.Rate(count, TimeSpan.FromSeconds(window), TimeSpan.FromSeconds(slack)).Interval);

    [Fact]
    public void The_tighter_of_two_limits_holds()
    {
        var both = PerSecond(10).And(PerSecond(5)).And(new() { Concurrency = 3 }).And(new() { Concurrency = 4 });

        Assert.Equal((TimeSpan.FromMilliseconds(200), 3), (both.Interval, both.Concurrency));
        Assert.True(SendingLimit.None.And(SendingLimit.None).IsNone);
    }
}
