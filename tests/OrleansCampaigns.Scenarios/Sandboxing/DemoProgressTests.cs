using OrleansCampaigns.Host.Demonstration;

namespace OrleansCampaigns.Scenarios.Sandboxing;

/// <summary>What a demo says while it runs.</summary>
public sealed class DemoProgressTests
{
    [Fact]
    public void It_says_how_far_and_how_fast_it_goes_and_how_long_it_will_take()
    {
        var progress = new DemoProgress();
        progress.Describe(Look(queued: 1_000, attempts: 0), 0);
        var (line, sentence) = progress.Describe(Look(queued: 600, attempts: 400), 2);

        Assert.Equal("40 %, 2.0 s, 200 attempts/s, about 3 s left", line);
        Assert.Equal("It sends.", sentence);
    }

    [Fact]
    public void Only_the_last_seconds_count_for_the_rate()
    {
        var progress = new DemoProgress();
        for (var second = 0; second <= 10; second++)
        {
            progress.Describe(Look(queued: 900, attempts: 100), second);
        }

        var (line, _) = progress.Describe(Look(queued: 800, attempts: 200), 11);
        Assert.Equal("20 %, 11.0 s, 50 attempts/s, about 16 s left", line);
    }

    [Theory]
    [InlineData("Running", 5, 0, 40, null, "All are tried; 5 wait for their next attempt, one to three seconds each "
        + "time.")]
    [InlineData("Running", 5, 7, 0, "the relay", "It waits: the relay")]
    [InlineData("Finished", 0, 0, 40, null, "All is sent. 40 servers and people have yet to react, whose hour takes "
        + "six seconds.")]
    [InlineData("Finished", 0, 0, 0, null, "Everything has come back; the counts are compared.")]
    public void It_says_what_it_waits_for(
        string status, int deferred, int queued, int pending, string? waitingFor, string sentence) =>
        Assert.Equal(
            sentence,
            new DemoProgress().Describe(Look(queued, 10, deferred, status, pending, waitingFor), 1).Sentence);

    private static DemoLook Look(
        int queued,
        int attempts,
        int deferred = 0,
        string status = "Running",
        int pending = 0,
        string? waitingFor = null) =>
        new(
            new DemoStatistics(
                status, 1_000, new() { ["Queued"] = queued, ["Deferred"] = deferred }, 0, [], attempts, 0, deferred, 0,
                new(0, 0, 0), 0, 0, 0, 0, 0, 0, 0, 0, 0, waitingFor),
            pending,
            IsLast: false);
}
