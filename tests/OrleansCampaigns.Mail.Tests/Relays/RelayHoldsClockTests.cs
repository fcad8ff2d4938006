using OrleansCampaigns.Domain;
using OrleansCampaigns.Mail.Relays;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Mail.Tests.Relays;

/// <summary>What waits for a relay waits by the time that passes, whatever is done to the clock.</summary>
public sealed class RelayHoldsClockTests
{
    private static readonly CampaignId Campaign = new("cmp_0000000000000000000000000000000a");

    private readonly ManualClock _clock = new();

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public void A_clock_that_is_set_changes_no_wait(int hours)
    {
        var holds = new RelayHolds("main", TimeSpan.FromMinutes(5), _clock);
        holds.Hold(Campaign, "550 sender refused");
        _clock.Set(TimeSpan.FromHours(hours));

        Assert.Equal(RelayHolds.Leave.None, holds.Ask(Campaign));
        Assert.Equal(_clock.GetUtcNow() + TimeSpan.FromSeconds(1), holds.Find(Campaign)!.NextTryAt);

        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(RelayHolds.Leave.Probe, holds.Ask(Campaign));
    }
}
