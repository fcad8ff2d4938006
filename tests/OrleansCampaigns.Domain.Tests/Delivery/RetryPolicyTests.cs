using FsCheck;
using FsCheck.Fluent;
using OrleansCampaigns.Domain.Delivery;
using Outcome = OrleansCampaigns.Domain.Delivery.Outcome;

namespace OrleansCampaigns.Domain.Tests.Delivery;

public class RetryPolicyTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly RetryPolicy Punctual = new() { Jitter = 0 };

    [Theory]
    [InlineData(Outcome.Deferred, 1, 5)]
    [InlineData(Outcome.Deferred, 2, 10)]
    [InlineData(Outcome.Deferred, 3, 20)]
    [InlineData(Outcome.Deferred, 6, 160)]
    [InlineData(Outcome.Deferred, 7, 240)]
    [InlineData(Outcome.Deferred, 1_000_000, 240)]
    [InlineData(Outcome.SoftBounced, 1, 240)]
    [InlineData(Outcome.SoftBounced, 2, 480)]
    [InlineData(Outcome.SoftBounced, 4, 1440)]
    public void The_wait_grows_up_to_its_cap(Outcome outcome, int failures, int minutes) =>
        Assert.Equal(
            TimeSpan.FromMinutes(minutes), Punctual.NextAttemptAt(outcome, failures, retryAfter: null, 7, Now) - Now);

    [Fact]
    public void The_defaults_are_those_of_the_design()
    {
        Assert.Equal(TimeSpan.FromHours(72), new RetryPolicy().MaxAge);
        Assert.Equal(3, new RetryPolicy().SoftBouncesMax);
        Assert.Equal(new RestPolicy(TimeSpan.FromDays(3), TimeSpan.FromDays(7)), RestPolicy.Default);
    }

    [Fact]
    public void The_jitter_stays_within_its_share_of_the_schedule() =>
        Prop.ForAll<int, byte>((seed, failures) =>
        {
            var planned = Punctual.NextAttemptAt(Outcome.Deferred, failures + 1, null, seed, Now) - Now;
            var strayed = new RetryPolicy { Jitter = 0.2 };
            var actual = strayed.NextAttemptAt(Outcome.Deferred, failures + 1, null, seed, Now) - Now;
            return actual >= planned * 0.8 - Tolerance && actual <= planned * 1.2 + Tolerance;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Neighbouring_seeds_spread_over_the_whole_range()
    {
        var waits = Enumerable.Range(1, 1000)
            .Select(seed => (new RetryPolicy().NextAttemptAt(Outcome.Deferred, 1, null, seed, Now) - Now).TotalMinutes)
            .ToList();

        // Ten equal slices of 4 to 6 minutes: none may be nearly empty, or retries come in waves.
        var slices = waits.CountBy(wait => Math.Min(9, (int)((wait - 4) / 0.2))).ToList();
        Assert.Equal(10, slices.Count);
        Assert.All(slices, slice => Assert.InRange(slice.Value, 50, 150));
    }

    [Fact]
    public void The_same_seed_gives_the_same_time() =>
        Prop.ForAll<int>(seed =>
            new RetryPolicy().NextAttemptAt(Outcome.SoftBounced, 2, null, seed, Now)
            == new RetryPolicy().NextAttemptAt(Outcome.SoftBounced, 2, null, seed, Now)).QuickCheckThrowOnFailure();

    [Fact]
    public void Different_seeds_give_different_times() =>
        Assert.NotEqual(
            new RetryPolicy().NextAttemptAt(Outcome.Deferred, 1, null, 1, Now),
            new RetryPolicy().NextAttemptAt(Outcome.Deferred, 1, null, 2, Now));

    [Fact]
    public void The_wait_that_a_server_names_is_never_shortened_and_hardly_lengthened() =>
        Prop.ForAll<int, ushort>((seed, seconds) =>
        {
            var asked = TimeSpan.FromSeconds(seconds);
            var wait = new RetryPolicy().NextAttemptAt(Outcome.Deferred, 1, asked, seed, Now) - Now;
            return wait >= asked && wait <= asked * 1.2 + Tolerance;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_server_that_names_a_week_is_obeyed_for_a_day() =>
        Assert.Equal(
            Now.AddDays(1), Punctual.NextAttemptAt(Outcome.Deferred, 1, retryAfter: TimeSpan.FromDays(7), 7, Now));

    [Theory]
    [InlineData(Outcome.Sent)]
    [InlineData(Outcome.Bounced)]
    [InlineData(Outcome.Rejected)]
    [InlineData(Outcome.Unsubscribed)]
    public void A_permanent_outcome_has_no_next_attempt(Outcome outcome) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new RetryPolicy().NextAttemptAt(outcome, 1, null, 1, Now));

    // Times are computed in seconds as floating point numbers.
    private static TimeSpan Tolerance => TimeSpan.FromMilliseconds(1);
}
