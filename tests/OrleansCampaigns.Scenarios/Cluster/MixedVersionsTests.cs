using System.Text.Json.Nodes;

namespace OrleansCampaigns.Scenarios.Cluster;

/// <summary>The baseline's cluster is upgraded during a campaign: this build joins it.</summary>
[Trait("Needs", "PostgreSQL")]
[Trait("Speed", "slow")]
public sealed class BaselineFirstTests
{
    [Fact]
    public Task This_build_joins_the_baseline_and_both_take_over_without_a_loss() =>
        MixedVersions.TakeTurns(baselineIsFirst: true);
}

/// <summary>An upgrade is taken back during a campaign: the baseline joins what this build has begun.</summary>
[Trait("Needs", "PostgreSQL")]
[Trait("Speed", "slow")]
public sealed class BaselineJoinsTests
{
    [Fact]
    public Task The_baseline_joins_this_build_and_both_take_over_without_a_loss() =>
        MixedVersions.TakeTurns(baselineIsFirst: false);
}

/// <summary>What happens in both directions.</summary>
internal static class MixedVersions
{
    private const int Recipients = 5_000;

    // A campaign that has got as far waits for the process that joins, so that something is left to take over.
    private const int FirstJoinMax = 1_500;
    private const int SecondJoinMax = 3_500;

    public static async Task TakeTurns(bool baselineIsFirst)
    {
        var begun = TimeProvider.System.GetTimestamp();
        await using var mixed = await MixedCluster.Start(baselineIsFirst);
        var ready = TimeProvider.System.GetElapsedTime(begun);
        await mixed.Run(async () =>
        {
            var (first, second) = (mixed.First, mixed.Second);
            var list = await first.Api.Import(Counts.Csv(Recounts.Addresses(Recipients)));
            var campaign = await first.Api.Draft(list, Recipients, new() { ["inDoubt"] = "Resend" });
            await first.Api.Post($"campaigns/{campaign}/start");
            await mixed.Sent(200);

            await mixed.Join(second, second.Api, campaign, FirstJoinMax);
            await mixed.Join(second, second.Silo, campaign, FirstJoinMax);
            await mixed.Sent(mixed.Accepted + 300);
            var killed = await mixed.TakeOver(first, campaign, isKilled: true);

            await mixed.Join(first, first.Silo, campaign, SecondJoinMax);
            await mixed.Sent(mixed.Accepted + 300);
            var stopped = await mixed.TakeOver(second, campaign, isKilled: false);

            // Nothing is taken over any more, so the campaign may end before this one has joined.
            await second.Silo.Start();
            await mixed.Processes.Ended(campaign);
            await AssertSound(mixed, campaign);
            var all = TimeProvider.System.GetElapsedTime(begun);
            TestContext.Current.TestOutputHelper?.WriteLine(
                $"{first.Name} killed after {killed.Accepted} ({killed.Partitions} partitions not done), "
                + $"{second.Name} stopped after {stopped.Accepted} ({stopped.Partitions} not done). "
                + $"Ready in {ready.TotalSeconds:F0} s, all in {all.TotalSeconds:F0} s.");
        });
    }

    private static async Task AssertSound(MixedCluster mixed, string campaign)
    {
        var recount = await Recounts.AssertSound(mixed.Processes, mixed.Sink, campaign, "Resend");
        Assert.Equal(Recipients, recount.Count("Sent"));

        // Either version tells the same of what both have done.
        var told = await Task.WhenAll(
            mixed.First.Api.Statistics(campaign), mixed.Second.Api.Statistics(campaign));
        foreach (var fact in (string[])["status", "audience", "outcomes", "attempts", "retries", "inDoubt"])
        {
            Assert.True(
                JsonNode.DeepEquals(told[0][fact], told[1][fact]),
                $"{fact}: {mixed.First.Name} says {told[0][fact]}, {mixed.Second.Name} {told[1][fact]}.");
        }
    }
}
