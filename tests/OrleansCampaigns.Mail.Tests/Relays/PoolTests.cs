using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Grains.Delivery;
using OrleansCampaigns.Mail.Relays;
using OrleansCampaigns.Mail.Sandbox;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Mail.Tests.Relays;

/// <summary>How connections are shared: never too many, in turn, reused, renewed and closed.</summary>
public sealed class PoolTests
{
    [Fact]
    public async Task A_reservation_takes_what_is_free_up_to_its_wish_and_the_limit()
    {
        await using var sandbox = SandboxServer.Start();
        await using var relays = Given.Relays(sandbox.Port, relay => relay.MaxConnections = 4);

        var three = await Reserve(relays, 3);
        var rest = await Reserve(relays, 10);

        Assert.Equal((3, 1), (three.Count, rest.Count));
        Assert.Equal(4, sandbox.Snapshot().ConnectionsAtOnceMax);
        await Return([.. three, .. rest]);
    }

    [Fact]
    public async Task Those_who_wait_are_served_in_turn()
    {
        await using var sandbox = SandboxServer.Start();
        await using var relays = Given.Relays(sandbox.Port, relay => relay.MaxConnections = 2);
        var taken = await Reserve(relays, 2);

        var first = relays.Reserve(null, 5, CancellationToken.None);
        var second = relays.Reserve(null, 1, CancellationToken.None);
        await taken[0].DisposeAsync();
        var firstLanes = await first.WaitAsync(Given.Patience);

        Assert.Single(firstLanes);
        Assert.False(second.IsCompleted);
        await taken[1].DisposeAsync();
        await Return([.. firstLanes, .. await second.WaitAsync(Given.Patience)]);
    }

    [Fact]
    public async Task Whoever_stops_waiting_is_passed_over()
    {
        await using var sandbox = SandboxServer.Start();
        await using var relays = Given.Relays(sandbox.Port, relay => relay.MaxConnections = 1);
        var taken = await Reserve(relays, 1);
        using var cancellation = new CancellationTokenSource();

        var first = relays.Reserve(null, 1, cancellation.Token);
        var second = relays.Reserve(null, 1, CancellationToken.None);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await Return(taken);

        await Return(await second.WaitAsync(Given.Patience));
    }

    [Fact]
    public async Task Returning_a_lane_twice_returns_it_once()
    {
        await using var sandbox = SandboxServer.Start();
        await using var relays = Given.Relays(sandbox.Port, relay => relay.MaxConnections = 1);
        var lane = Assert.Single(await Reserve(relays, 1));

        await lane.DisposeAsync();
        await lane.DisposeAsync();
        var taken = await Reserve(relays, 5);
        var waiting = relays.Reserve(null, 1, CancellationToken.None);

        Assert.Single(taken);
        Assert.False(waiting.IsCompleted);
        await Return(taken);
        await Return(await waiting.WaitAsync(Given.Patience));
    }

    [Fact]
    public async Task A_lane_is_good_for_one_message()
    {
        await using var sandbox = SandboxServer.Start();
        await using var relays = Given.Relays(sandbox.Port);
        await using var lane = Assert.Single(await Reserve(relays, 1));

        await lane.Send(Given.Message("ok-1@mail.example"), CancellationToken.None);

        await Assert.ThrowsAsync<InvalidOperationException>(
            () => lane.Send(Given.Message("ok-2@mail.example"), CancellationToken.None));
    }

    [Fact]
    public async Task Connections_are_reused_and_renewed_after_their_share_of_messages()
    {
        await using var sandbox = SandboxServer.Start();
        await using var relays = Given.Relays(sandbox.Port, relay => relay.MaxMessagesPerConnection = 3);

        for (var i = 0; i < 7; i++)
        {
            Assert.Equal(Outcome.Sent, (await relays.SendOne($"ok-{i}@mail.example"))!.Outcome);
        }

        Assert.Equal(3, sandbox.Snapshot().Connections);
    }

    [Fact]
    public async Task Unused_connections_are_closed()
    {
        var clock = new ManualClock();
        var closed = new TaskCompletionSource();
        await using var server = new ScriptedServer(async session =>
        {
            await session.Greet();
            await session.Expect("QUIT");
            await session.Say("221 Bye");
            closed.TrySetResult();
        });
        await using var relays =
            Given.Relays(server.Port, relay => relay.IdleTimeout = TimeSpan.FromSeconds(60), clock);
        await Return(await Reserve(relays, 1));

        clock.Advance(TimeSpan.FromSeconds(30));
        Assert.False(closed.Task.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(60));

        await closed.Task.WaitAsync(Given.Patience);
    }

    [Fact]
    public async Task A_connection_that_the_server_closed_while_unused_costs_no_attempt()
    {
        var closed = new TaskCompletionSource();
        await using var server = new ScriptedServer(async session =>
        {
            await session.Greet();
            if (session.Number == 1)
            {
                await session.Say("421 4.4.2 Idle for too long");
                closed.SetResult();
                return;
            }

            await session.Take();
            await session.Stall();
        });
        await using var relays = Given.Relays(server.Port);
        await Return(await Reserve(relays, 1));
        await closed.Task.WaitAsync(Given.Patience);

        // While the farewell is on its way the dead connection may still be handed out: then there is no report.
        var report = await relays.SendOne() ?? await relays.SendOne();
        Assert.Equal(Outcome.Sent, report!.Outcome);
        Assert.Equal(2, server.Connections);
    }

    [Fact]
    public async Task Many_at_once_never_open_more_connections_than_allowed()
    {
        await using var sandbox = SandboxServer.Start();
        await using var relays = Given.Relays(sandbox.Port, relay => relay.MaxConnections = 8);
        var composer = Given.Composer(Given.Definition("<p>Hello {{name}}</p>"));

        async Task Campaign(int number)
        {
            for (var left = 40; left > 0;)
            {
                var lanes = await relays.Reserve("MAIN", Math.Min(left, 5), CancellationToken.None);
                await Task.WhenAll(lanes.Select(async (lane, i) =>
                {
                    await using (lane)
                    {
                        var recipient = Given.Recipient($"ok-{number}-{left - i}@mail.example", "Anna");
                        var report =
                            await lane.Send(composer.Compose(recipient, Given.Noon).Value!, CancellationToken.None);
                        Assert.Equal(Outcome.Sent, report!.Outcome);
                    }
                }));
                left -= lanes.Count;
            }
        }

        await Task.WhenAll(Enumerable.Range(0, 10).Select(Campaign)).WaitAsync(Given.Patience);

        var snapshot = sandbox.Snapshot();
        Assert.Equal((400, 0, 400), (snapshot.Accepted, snapshot.Duplicates, snapshot.Attempts));
        Assert.InRange(snapshot.ConnectionsAtOnceMax, 1, 8);
    }

    [Fact]
    public async Task Relays_are_known_by_name_and_the_first_serves_those_who_name_none()
    {
        await using var sandbox = SandboxServer.Start();
        var other = Given.RelayAt(1);
        other.Name = "other";
        await using var relays = Given.Relays(Given.Options(Given.RelayAt(sandbox.Port), other));
        await using var none = Given.Relays(Given.Options());

        Assert.True(relays.Knows(null) && relays.Knows("Other") && !relays.Knows("third"));
        Assert.False(none.Knows(null));
        Assert.Equal(("main", true), (relays.GetState(null).Name, relays.GetState(null).IsUp));
        await Assert.ThrowsAsync<ArgumentException>(() => relays.Reserve("third", 1, CancellationToken.None));
    }

    [Fact]
    public async Task Those_who_wait_when_the_silo_stops_are_told()
    {
        await using var sandbox = SandboxServer.Start();
        var relays = Given.Relays(sandbox.Port, relay => relay.MaxConnections = 1);
        var taken = await Reserve(relays, 1);
        var waiting = relays.Reserve(null, 1, CancellationToken.None);

        await relays.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        await Return(taken);
    }

    private static Task<IReadOnlyList<IMailLane>> Reserve(MailRelays relays, int max) =>
        relays.Reserve(null, max, CancellationToken.None).WaitAsync(Given.Patience);

    private static async Task Return(IEnumerable<IMailLane> lanes)
    {
        foreach (var lane in lanes)
        {
            await lane.DisposeAsync();
        }
    }
}
