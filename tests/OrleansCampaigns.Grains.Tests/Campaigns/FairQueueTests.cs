using OrleansCampaigns.Domain;
using OrleansCampaigns.Grains.Campaigns;

namespace OrleansCampaigns.Grains.Tests.Campaigns;

/// <summary>Who comes next where many wait: told by the order of turns, never by a clock.</summary>
public sealed class FairQueueTests
{
    private static readonly AccountId One = new("one");
    private static readonly AccountId Two = new("two");
    private static readonly CampaignId Large = new("cmp_0000000000000000000000000000000a");
    private static readonly CampaignId Small = new("cmp_0000000000000000000000000000000b");
    private static readonly CampaignId Third = new("cmp_0000000000000000000000000000000c");

    /// <summary>Partitions that each want a number of turns, one after the other.</summary>
    private sealed record Party(AccountId Account, CampaignId Campaign, int Partitions, int Turns, int Worth = 500);

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public void A_small_campaign_of_another_account_gets_every_other_turn(int places)
    {
        var order = Play(places, new(One, Large, Partitions: 80, Turns: 10), new(Two, Small, Partitions: 1, Turns: 10));

        // It waits for no more than one turn to end: where there are several places, its own turn under way is one.
        var turns = order.Index().Where(turn => turn.Item == Small).Select(turn => turn.Index).ToList();
        Assert.Equal(10, turns.Count);
        Assert.InRange(turns[0], 0, places);
        Assert.All(
            turns.Zip(turns.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, 1, places + 1));
    }

    [Fact]
    public void Campaigns_of_one_account_share_what_it_is_given()
    {
        var order = Play(
            places: 1,
            new(One, Large, Partitions: 40, Turns: 10),
            new(One, Third, Partitions: 40, Turns: 10),
            new(Two, Small, Partitions: 1, Turns: 30));

        var begun = order.Take(60).ToList();
        Assert.InRange(begun.Count(turn => turn == Small), 28, 32);
        Assert.InRange(begun.Count(turn => turn == Large), 13, 17);
        Assert.InRange(begun.Count(turn => turn == Third), 13, 17);
    }

    [Fact]
    public void Turns_are_charged_by_what_they_were_good_for()
    {
        // Small turns are cheap: whoever takes them comes more often, and gets as many recipients.
        var order = Play(
            places: 1,
            new(One, Large, Partitions: 4, Turns: 100),
            new(Two, Small, Partitions: 4, Turns: 400, Worth: 50));

        var begun = order.Take(220).ToList();
        Assert.InRange(begun.Count(turn => turn == Small), 190, 210);
    }

    [Fact]
    public async Task Who_asked_for_nothing_for_a_long_time_is_owed_little()
    {
        var queue = new FairQueue(1);
        await Use(queue, Two, Small, worth: 1);
        for (var i = 0; i < 1_000; i++)
        {
            await Use(queue, One, Large, worth: 500);
        }

        var order = Play(
            queue, 1, new(One, Large, Partitions: 4, Turns: 20), new(Two, Small, Partitions: 4, Turns: 20));

        // First what is owed, and then every other turn.
        var owed = (int)(FairQueue.CreditMax / 500);
        Assert.InRange(order.Take(3 * owed).Count(turn => turn == Small), (2 * owed) - 2, (2 * owed) + 2);
    }

    [Fact]
    public async Task Who_no_longer_waits_keeps_no_place()
    {
        var queue = new FairQueue(1);
        var held = await queue.Take(One, Large, 1, CancellationToken.None);
        using var gone = new CancellationTokenSource();
        var waiting = queue.Take(One, Large, 1, gone.Token);
        var next = queue.Take(Two, Small, 1, CancellationToken.None);

        await gone.CancelAsync();
        held.End(1);
        held.End(1); // Twice is once.

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        using var given = await next.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.False(queue.Take(One, Large, 1, CancellationToken.None).IsCompleted);
    }

    private static List<CampaignId> Play(int places, params Party[] parties) =>
        Play(new FairQueue(places), places, parties);

    // Turns end in the order in which they began, as those do whose recipients share the same lanes.
    private static List<CampaignId> Play(FairQueue queue, int places, params Party[] parties)
    {
        var order = new List<CampaignId>();
        var waiting = new List<(Party Party, int Left, Task<FairQueue.Turn> Turn)>();
        foreach (var party in parties)
        {
            for (var i = 0; i < party.Partitions; i++)
            {
                waiting.Add((party, party.Turns, Ask(queue, party)));
            }
        }

        var under = new Queue<(Party Party, int Left, FairQueue.Turn Turn)>();
        while (waiting.Count > 0 || under.Count > 0)
        {
            foreach (var begun in waiting.Where(known => known.Turn.IsCompletedSuccessfully).ToList())
            {
                waiting.Remove(begun);
                order.Add(begun.Party.Campaign);
                under.Enqueue((begun.Party, begun.Left, begun.Turn.GetAwaiter().GetResult()));
            }

            Assert.InRange(under.Count, 1, places);
            var (party, left, turn) = under.Dequeue();
            turn.End(party.Worth);
            if (left > 1)
            {
                waiting.Add((party, left - 1, Ask(queue, party)));
            }
        }

        return order;
    }

    private static Task<FairQueue.Turn> Ask(FairQueue queue, Party party) =>
        queue.Take(party.Account, party.Campaign, party.Worth, CancellationToken.None);

    private static async Task Use(FairQueue queue, AccountId account, CampaignId campaign, int worth)
    {
        var turn = await queue.Take(account, campaign, worth, CancellationToken.None);
        turn.End(worth);
    }
}
