using System.Net;
using System.Net.Sockets;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Mail.Sandbox;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Mail.Tests.Relays;

/// <summary>A relay that does not serve us keeps campaigns waiting, says why, and burns no attempt.</summary>
public sealed class BreakerTests
{
    [Fact]
    public async Task A_relay_that_is_down_is_waited_for()
    {
        var clock = new ManualClock();
        await using var sandbox = SandboxServer.Start();
        sandbox.GoDown();
        await using var relays = Given.Relays(sandbox.Port, clock: clock);

        var waiting = relays.Reserve(null, 1, CancellationToken.None);
        var down = await relays.UntilDown();
        Assert.StartsWith("cannot connect", down.Detail, StringComparison.Ordinal);
        Assert.Equal(clock.GetUtcNow() + TimeSpan.FromSeconds(1), down.NextProbeAt);
        Assert.False(waiting.IsCompleted);

        sandbox.ComeUp();
        clock.Advance(TimeSpan.FromSeconds(1));
        await using var lane = Assert.Single(await waiting.WaitAsync(Given.Patience));

        Assert.True(relays.GetState(null).IsUp);
        Assert.Equal(
            Outcome.Sent, (await lane.Send(Given.Message("ok-1@mail.example"), CancellationToken.None))!.Outcome);
        Assert.Equal(1, sandbox.AttemptsAt("ok-1@mail.example"));
    }

    [Fact]
    public async Task The_wait_between_probes_doubles_up_to_a_minute()
    {
        var clock = new ManualClock();
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var port = ((IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();
        await using var relays = Given.Relays(port, clock: clock);
        using var cancellation = new CancellationTokenSource();
        var waiting = relays.Reserve(null, 3, cancellation.Token);

        var waits = new List<double>();
        while (waits.Count < 9)
        {
            var down = await relays.UntilDown(after: clock.GetUtcNow());
            waits.Add((down.NextProbeAt!.Value - clock.GetUtcNow()).TotalSeconds);
            clock.Advance(down.NextProbeAt.Value - clock.GetUtcNow());
        }

        Assert.Equal([1, 2, 4, 8, 16, 32, 60, 60, 60], waits);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task A_relay_that_went_down_is_probed_though_nobody_waits()
    {
        var clock = new ManualClock();
        await using var sandbox = SandboxServer.Start();
        sandbox.GoDown();
        await using var relays = Given.Relays(sandbox.Port, clock: clock);
        using var cancellation = new CancellationTokenSource();
        var waiting = relays.Reserve(null, 1, cancellation.Token);
        await relays.UntilDown();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        sandbox.ComeUp();
        clock.Advance(TimeSpan.FromSeconds(1));

        await relays.UntilUp();
        Assert.Null(relays.GetState(null).Detail);
    }

    [Theory]
    [InlineData("421 4.3.2 Not now", "greeting 421 4.3.2 Not now")]
    [InlineData("554 5.7.1 No service for you", "greeting 554 5.7.1 No service for you")]
    [InlineData("SSH-2.0-OpenSSH_9.7", "greeting is not SMTP, or the connection was closed")]
    public async Task A_relay_that_greets_badly_says_so(string greeting, string detail)
    {
        await using var server = new ScriptedServer(async session => await session.Say(greeting));
        await using var relays = Given.Relays(server.Port, clock: new ManualClock());
        var waiting = relays.Reserve(null, 1, CancellationToken.None);

        Assert.Equal(detail, (await relays.UntilDown()).Detail);
        Assert.False(waiting.IsCompleted);
    }

    [Fact]
    public async Task A_relay_that_says_nothing_is_given_up_on_in_time()
    {
        var clock = new ManualClock();
        var connected = new TaskCompletionSource();
        await using var server = new ScriptedServer(async session =>
        {
            connected.TrySetResult();
            await session.Stall();
        });
        await using var relays = Given.Relays(server.Port, clock: clock);
        _ = relays.Reserve(null, 1, CancellationToken.None);
        await connected.Task.WaitAsync(Given.Patience);

        clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal("cannot connect: timed out", (await relays.UntilDown()).Detail);
    }

    [Fact]
    public async Task Wrong_credentials_burn_no_attempt_and_tell_no_secret()
    {
        await using var sandbox = SandboxServer.Start(new SandboxOptions { Username = "us", Password = "right" });
        await using var relays = Given.Relays(
            sandbox.Port,
            relay => (relay.Username, relay.Password) = ("us", "wrong-secret"),
            new ManualClock());
        var waiting = relays.Reserve(null, 1, CancellationToken.None);

        Assert.Equal("credentials refused", (await relays.UntilDown()).Detail);
        Assert.False(waiting.IsCompleted);
        Assert.Equal(0, sandbox.Snapshot().Attempts);
    }

    [Fact]
    public async Task Right_credentials_are_taken()
    {
        await using var sandbox = SandboxServer.Start(new SandboxOptions { Username = "us", Password = "right" });
        await using var relays =
            Given.Relays(sandbox.Port, relay => (relay.Username, relay.Password) = ("us", "right"));

        Assert.Equal(Outcome.Sent, (await relays.SendOne("ok-1@mail.example"))!.Outcome);
    }

    [Fact]
    public async Task A_relay_that_wants_credentials_we_do_not_have_burns_no_attempt()
    {
        await using var sandbox = SandboxServer.Start(new SandboxOptions { Username = "us", Password = "right" });
        await using var relays = Given.Relays(sandbox.Port, clock: new ManualClock());

        Assert.Null(await relays.SendOne("ok-1@mail.example"));

        var down = await relays.UntilDown();
        Assert.StartsWith("authentication required: 530", down.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_relay_without_authentication_is_not_used_with_credentials()
    {
        await using var sandbox = SandboxServer.Start();
        await using var relays = Given.Relays(
            sandbox.Port, relay => (relay.Username, relay.Password) = ("us", "right"), new ManualClock());
        _ = relays.Reserve(null, 1, CancellationToken.None);

        Assert.Equal("authentication is not offered", (await relays.UntilDown()).Detail);
    }

    [Fact]
    public async Task A_relay_that_limits_connections_is_used_with_fewer()
    {
        await using var sandbox = SandboxServer.Start(new SandboxOptions { ConnectionsMax = 2 });
        await using var relays = Given.Relays(sandbox.Port, relay => relay.MaxConnections = 6, new ManualClock());

        var lanes = await relays.Reserve(null, 6, CancellationToken.None).WaitAsync(Given.Patience);

        Assert.InRange(lanes.Count, 1, 2);
        Assert.True(relays.GetState(null).IsUp);
        foreach (var lane in lanes)
        {
            var report = await lane.Send(Given.Message("ok-1@mail.example"), CancellationToken.None);
            Assert.Equal(Outcome.Sent, report!.Outcome);
            await lane.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_relay_that_dies_in_the_middle_and_comes_back_loses_nothing_and_repeats_nothing()
    {
        await using var sandbox = SandboxServer.Start();
        await using var relays = Given.Relays(sandbox.Port, relay => relay.MaxConnections = 2);
        var sent = 0;
        for (var i = 0; i < 12; i++)
        {
            if (i == 5)
            {
                sandbox.GoDown();
                sandbox.ComeUp();
            }

            // Nothing was attempted when there is no report: the recipient's turn comes again.
            while (await relays.SendOne($"ok-{i}@mail.example") is not { } report || report.Outcome != Outcome.Sent)
            {
            }

            sent++;
        }

        Assert.Equal((12, 12, 0), (sent, (int)sandbox.Snapshot().Accepted, (int)sandbox.Snapshot().Duplicates));
    }
}
