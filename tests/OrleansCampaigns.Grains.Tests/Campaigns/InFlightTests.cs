using OrleansCampaigns.Domain;
using OrleansCampaigns.Grains.Campaigns;

namespace OrleansCampaigns.Grains.Tests.Campaigns;

public sealed class InFlightTests
{
    private const int ShareMin = 64;

    private static readonly AccountId Large = new("large");
    private static readonly AccountId Small = new("small");

    private readonly InFlight _inFlight = new(ShareMin);
    private int _accounts = 1;
    private int _owed;
    private bool _isOwed;

    private FairQueue.Standing Standing => new(_accounts, _owed, _isOwed);

    [Fact]
    public async Task Alone_an_account_has_no_limit()
    {
        for (var i = 0; i < 8; i++)
        {
            Assert.Equal(64, await Take(Large, 64));
        }
    }

    [Fact]
    public async Task Beside_another_an_account_has_its_share_and_more_as_soon_as_it_is_alone()
    {
        Assert.Equal(64, await Take(Large, 64));
        Assert.Equal(64, await Take(Large, 64));
        _accounts = 2;

        var waiting = Take(Large, 64);
        Assert.Equal(64, await Take(Small, 64));
        _inFlight.GiveBack(Large, 64);
        Assert.False(waiting.IsCompleted); // It still has a whole share.
        _inFlight.GiveBack(Large, 10);
        Assert.False(waiting.IsCompleted); // It would not be worth a write.
        _inFlight.GiveBack(Large, 6);
        Assert.Equal(16, await waiting);

        waiting = Take(Large, 64);
        Assert.False(waiting.IsCompleted);
        _accounts = 1;
        _inFlight.Look();
        Assert.Equal(64, await waiting);
    }

    [Fact]
    public async Task A_few_are_taken_where_no_more_are_wanted_and_many_lanes_make_large_shares()
    {
        _accounts = 2;
        Assert.Equal(62, await Take(Large, 62));
        Assert.Equal(2, await Take(Large, 2));
        Assert.False(Take(Large, 1).IsCompleted);
        Assert.Equal(86, await Take(Large, 200, lanes: 200));
    }

    [Fact]
    public async Task Who_is_told_to_stop_waits_no_more_and_takes_nothing()
    {
        _accounts = 2;
        Assert.Equal(64, await Take(Large, 64));
        using var stop = new CancellationTokenSource();
        var waiting = _inFlight.Take(Large, 64, 0, () => Standing, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        _inFlight.GiveBack(Large, 64);
        Assert.Equal(64, await Take(Large, 64));
    }

    [Fact]
    public async Task An_account_that_is_owed_something_has_three_quarters_and_the_others_have_the_rest()
    {
        (_accounts, _owed, _isOwed) = (3, 1, true);
        Assert.Equal(144, await Take(Small, 200)); // Three quarters of three shares.
        _isOwed = false;
        Assert.Equal(24, await Take(Large, 64)); // Half of the last quarter.
        Assert.False(Take(Large, 64).IsCompleted);
    }

    private Task<int> Take(AccountId account, int max, int lanes = 0) =>
        _inFlight.Take(account, max, lanes, () => Standing, CancellationToken.None);
}
