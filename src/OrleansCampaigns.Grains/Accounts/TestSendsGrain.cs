using Microsoft.Extensions.Options;
using Orleans.Runtime;
using OrleansCampaigns.Contracts.Accounts;

namespace OrleansCampaigns.Grains.Accounts;

/// <remarks>Not reentrant: the count that a decision was made on is the count that is written.</remarks>
[GrainType("test-sends")]
internal sealed class TestSendsGrain(
    [PersistentState("test-sends", StorageNames.Engine)] IPersistentState<TestSendsRecord> record,
    IOptions<EngineOptions> options,
    TimeProvider clock) : Grain, ITestSendsGrain
{
    private static readonly TimeSpan Period = TimeSpan.FromHours(1);

    public async Task<DateTimeOffset?> Take()
    {
        var (now, most) = (clock.GetUtcNow(), options.Value.TestSendsPerHour);
        var latest = Latest(now);
        if (latest.Count >= most)
        {
            return most > 0 ? latest[latest.Count - most] + Period : DateTimeOffset.MaxValue;
        }

        record.State = new TestSendsRecord { Latest = [.. latest, now] };
        try
        {
            await record.WriteStateAsync();
        }
        catch
        {
            DeactivateOnIdle(); // The write may have landed; reload rather than trust memory.
            throw;
        }

        return null;
    }

    public Task<TestSendsSummary> GetState() =>
        Task.FromResult(new TestSendsSummary(Latest(clock.GetUtcNow()).Count));

    // A clock that was set back must not shut the door for longer than an hour.
    private List<DateTimeOffset> Latest(DateTimeOffset now) =>
        record.State.Latest.FindAll(at => at > now - Period && at <= now + Period);
}

internal sealed class TestSendsRecord
{
    /// <summary>When test messages were sent in the last hour, oldest first.</summary>
    public List<DateTimeOffset> Latest { get; set; } = [];
}
