using Microsoft.Extensions.Logging.Abstractions;
using OrleansCampaigns.Grains.Delivery;
using OrleansCampaigns.Mail.Relays;
using OrleansCampaigns.Mail.Sandbox;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Mail.Tests.Relays;

/// <summary>Whoever wants many lanes waits a moment for some of those that are out, and no longer.</summary>
public sealed class GatheringTests
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(3);

    private readonly ManualClock _clock = new();

    [Fact]
    public async Task One_that_comes_back_is_kept_for_company_until_half_of_them_are_there()
    {
        await using var sandbox = SandboxServer.Start();
        await using var relay = Open(sandbox, connectionsMax: 16);
        var taken = await Take(relay, 16);

        var waiting = Reserve(relay, 16);
        await Return(taken.Take(1));
        Assert.False(waiting.IsCompleted);
        Assert.Equal(_clock.GetUtcNow() + Moment, _clock.NextTimerAt);
        await Return(taken.Skip(1).Take(6));
        Assert.False(waiting.IsCompleted);
        await Return(taken.Skip(7).Take(1));

        Assert.True(waiting.IsCompleted);
        var gathered = await waiting;
        Assert.Equal(8, gathered.Count);
        await Return([.. taken.Skip(8), .. gathered]);
    }

    [Fact]
    public async Task After_a_moment_there_is_what_there_is()
    {
        await using var sandbox = SandboxServer.Start();
        await using var relay = Open(sandbox, connectionsMax: 16);
        var taken = await Take(relay, 16);
        var waiting = Reserve(relay, 16);
        await Return(taken.Take(2));

        _clock.Advance(Moment / 2);
        await Return(taken.Skip(2).Take(1));
        _clock.Advance((Moment / 2) - TimeSpan.FromTicks(1));
        Assert.False(waiting.IsCompleted);
        _clock.Advance(TimeSpan.FromTicks(1));

        Assert.True(waiting.IsCompleted);
        var gathered = await waiting;
        Assert.Equal(3, gathered.Count);
        await Return([.. taken.Skip(3), .. gathered]);
    }

    [Fact]
    public async Task Whoever_is_next_has_a_moment_of_its_own()
    {
        await using var sandbox = SandboxServer.Start();
        await using var relay = Open(sandbox, connectionsMax: 16);
        var taken = await Take(relay, 16);
        var first = Reserve(relay, 16);
        var second = Reserve(relay, 16);
        await Return(taken.Take(1));
        _clock.Advance(Moment);
        Assert.True(first.IsCompleted);

        await Return(taken.Skip(1).Take(1));
        Assert.False(second.IsCompleted);
        _clock.Advance(Moment);

        Assert.True(second.IsCompleted);
        await Return([.. taken.Skip(2), .. await first, .. await second]);
    }

    [Fact]
    public async Task Nobody_waits_for_company_when_nothing_else_is_out()
    {
        // The server takes four, and refuses those that are opened beyond.
        await using var sandbox = SandboxServer.Start(new SandboxOptions { ConnectionsMax = 4 });
        await using var relay = Open(sandbox, connectionsMax: 16);
        var taken = await Take(relay, 4);
        var waiting = Reserve(relay, 16);
        await Return(taken.Take(3));

        // It has three, and no more are being opened for it.
        await _clock.UntilTimerWithin(Moment).WaitAsync(Given.Patience);
        Assert.False(waiting.IsCompleted);
        await Return(taken.Skip(3));

        Assert.True(waiting.IsCompleted);
        var gathered = await waiting;
        Assert.Equal(4, gathered.Count);
        await Return(gathered);
    }

    [Fact]
    public async Task Whoever_has_all_it_wants_goes_at_once()
    {
        await using var sandbox = SandboxServer.Start();
        await using var relay = Open(sandbox, connectionsMax: 16);
        var taken = await Take(relay, 16);

        var waiting = Reserve(relay, 2);
        await Return(taken.Take(1));
        Assert.False(waiting.IsCompleted);
        await Return(taken.Skip(1).Take(1));

        Assert.True(waiting.IsCompleted);
        await Return([.. taken.Skip(2), .. await waiting]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task At_a_small_relay_nobody_waits_for_company(int connectionsMax)
    {
        await using var sandbox = SandboxServer.Start();
        await using var relay = Open(sandbox, connectionsMax);
        var taken = await Take(relay, connectionsMax);

        var waiting = Reserve(relay, 16);
        Assert.False(waiting.IsCompleted);
        await Return(taken.Take(1));

        Assert.True(waiting.IsCompleted);
        await Return([.. taken.Skip(1), Assert.Single(await waiting)]);
    }

    private Relay Open(SandboxServer sandbox, int connectionsMax)
    {
        var options = Given.RelayAt(sandbox.Port);
        options.MaxConnections = connectionsMax;
        return new(options, weight: 1, _clock, NullLogger.Instance);
    }

    private static Task<IReadOnlyList<IMailLane>> Reserve(Relay relay, int max) =>
        relay.Reserve(max, canFailOver: false, CancellationToken.None);

    private static async Task<IReadOnlyList<IMailLane>> Take(Relay relay, int count)
    {
        var lanes = await Reserve(relay, count).WaitAsync(Given.Patience);
        Assert.Equal(count, lanes.Count);
        return lanes;
    }

    private static async Task Return(IEnumerable<IMailLane> lanes)
    {
        foreach (var lane in lanes)
        {
            await lane.DisposeAsync();
        }
    }
}
