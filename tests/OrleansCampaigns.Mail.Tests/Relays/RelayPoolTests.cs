using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Grains.Delivery;
using OrleansCampaigns.Mail.Relays;
using OrleansCampaigns.Mail.Sandbox;

namespace OrleansCampaigns.Mail.Tests.Relays;

/// <summary>How several relays share what names none of them: by weight, and by who takes messages.</summary>
public sealed class RelayPoolTests
{
    [Fact]
    public async Task Messages_are_divided_by_weight_and_evenly_over_time()
    {
        await using var sandbox = SandboxServer.Start();
        await using var relays = Pool(Relay("big", sandbox.Port, 3), Relay("small", sandbox.Port, 1));

        var order = new List<string>();
        for (var i = 0; i < 40; i++)
        {
            order.Add(await Take(relays));
        }

        Assert.Equal(30, order.Count(name => name == "big"));
        Assert.All(order.Chunk(4), four => Assert.Single(four, name => name == "small"));
    }

    [Fact]
    public async Task Larger_reservations_are_divided_by_weight_too()
    {
        await using var sandbox = SandboxServer.Start();
        await using var relays = Pool(Relay("big", sandbox.Port, 3), Relay("small", sandbox.Port, 1));
        var taken = new Dictionary<string, int>();
        for (var i = 0; i < 100; i++)
        {
            foreach (var lane in await relays.Reserve(null, 1 + (i % 9), CancellationToken.None))
            {
                taken[lane.Relay] = taken.GetValueOrDefault(lane.Relay) + 1;
                await lane.DisposeAsync();
            }
        }

        Assert.InRange(taken["big"] / (double)taken["small"], 2.6, 3.4);
    }

    [Fact]
    public async Task A_relay_without_weight_takes_only_what_names_it()
    {
        await using var sandbox = SandboxServer.Start();
        await using var relays = Pool(Relay("main", sandbox.Port, null), Relay("other", sandbox.Port, null));

        var order = new List<string>();
        for (var i = 0; i < 10; i++)
        {
            order.Add(await Take(relays));
        }

        Assert.All(order, name => Assert.Equal("main", name));
        Assert.Equal("other", await Take(relays, "other"));
    }

    [Fact]
    public async Task A_relay_that_is_down_is_passed_over_and_shares_again_when_it_is_up()
    {
        var clock = new ManualClock();
        await using var one = SandboxServer.Start();
        await using var two = SandboxServer.Start();
        await using var relays = Pool(clock, null, Relay("one", one.Port, 1), Relay("two", two.Port, 1));
        one.GoDown();

        for (var i = 0; i < 6; i++)
        {
            Assert.Equal("two", await Take(relays));
        }

        Assert.True(relays.GetState(null).IsUp);
        one.ComeUp();
        await clock.UntilTimerWithin(TimeSpan.FromSeconds(1));
        clock.Advance(TimeSpan.FromSeconds(1));
        await WaitFor(() => relays.GetState("one").IsUp, "The relay never came up.");

        // It need not make up for the time that it was away.
        var order = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            order.Add(await Take(relays));
        }

        Assert.Equal(3, order.Count(name => name == "one"));
    }

    [Fact]
    public async Task Who_waits_for_a_relay_that_goes_down_is_served_by_another()
    {
        var clock = new ManualClock();
        var greeted = new TaskCompletionSource();
        await using var silent = new ScriptedServer(async session =>
        {
            greeted.TrySetResult();
            await session.Stall();
        });
        await using var sandbox = SandboxServer.Start();
        await using var relays = Pool(clock, null, Relay("silent", silent.Port, 9), Relay("two", sandbox.Port, 1));

        var waiting = relays.Reserve(null, 1, CancellationToken.None);
        await greeted.Task.WaitAsync(Given.Patience);
        Assert.False(waiting.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(10));

        var lane = Assert.Single(await waiting.WaitAsync(Given.Patience));
        Assert.Equal("two", lane.Relay);
        var report = await lane.Send(Given.Message("ok-1@mail.example"), CancellationToken.None);
        Assert.Equal((Outcome.Sent, "two"), (report!.Outcome, report.Relay));
        await lane.DisposeAsync();
    }

    [Fact]
    public async Task A_relay_that_dies_in_the_middle_costs_no_message_an_attempt()
    {
        await using var one = SandboxServer.Start();
        await using var two = SandboxServer.Start();
        await using var relays = Pool(Relay("one", one.Port, 1), Relay("two", two.Port, 1));
        for (var i = 0; i < 20; i++)
        {
            if (i == 10)
            {
                one.GoDown();
            }

            // Nothing was attempted when there is no report: the recipient's turn comes again.
            AttemptReport? report;
            do
            {
                report = await relays.SendOne($"ok-{i}@mail.example");
            }
            while (report is null);

            Assert.Equal(Outcome.Sent, report.Outcome);
        }

        Assert.Equal(20, one.Snapshot().Accepted + two.Snapshot().Accepted);
        Assert.Equal(20, one.Snapshot().Attempts + two.Snapshot().Attempts);
        Assert.Equal(5, one.Snapshot().Accepted);
    }

    [Fact]
    public async Task When_all_are_down_whichever_comes_up_first_serves()
    {
        var clock = new ManualClock();
        await using var one = SandboxServer.Start();
        await using var two = SandboxServer.Start();
        one.GoDown();
        two.GoDown();
        await using var relays = Pool(clock, null, Relay("one", one.Port, 5), Relay("two", two.Port, 1));
        var waiting = relays.Reserve(null, 1, CancellationToken.None);
        await WaitFor(
            () => !relays.GetState("one").IsUp && !relays.GetState("two").IsUp, "The relays never went down.");
        Assert.False(relays.GetState(null).IsUp);

        two.ComeUp();
        clock.Advance(TimeSpan.FromSeconds(1));

        var lane = Assert.Single(await waiting.WaitAsync(Given.Patience));
        Assert.Equal("two", lane.Relay);
        await lane.DisposeAsync();
    }

    [Fact]
    public async Task A_relay_whose_sending_window_is_used_up_is_passed_over()
    {
        await using var sandbox = SandboxServer.Start();
        var windows = new Windows { Left = { ["one"] = 2 } };
        await using var relays = Pool(
            TimeProvider.System, windows, Relay("one", sandbox.Port, 1), Relay("two", sandbox.Port, 1));

        var lanes = await relays.Reserve(null, 10, CancellationToken.None).WaitAsync(Given.Patience);
        Assert.Equal((2, "one"), (lanes.Count, lanes[0].Relay));
        await Return(lanes);
        windows.Left["one"] = 0;
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal("two", await Take(relays));
        }
    }

    [Fact]
    public async Task When_all_windows_are_used_up_it_waits_for_one_to_open()
    {
        await using var sandbox = SandboxServer.Start();
        var windows = new Windows { Left = { ["one"] = 0 } };
        await using var relays = Pool(TimeProvider.System, windows, Relay("one", sandbox.Port, 1));

        var waiting = relays.Reserve(null, 10, CancellationToken.None);
        Assert.False(waiting.IsCompleted);
        windows.Left["one"] = 1;
        windows.Opened.SetResult();

        await Return([Assert.Single(await waiting.WaitAsync(Given.Patience))]);
    }

    private static RelayOptions Relay(string name, int port, int? weight)
    {
        var relay = Given.RelayAt(port);
        (relay.Name, relay.Weight) = (name, weight);
        return relay;
    }

    private static MailRelays Pool(params RelayOptions[] relays) => Pool(TimeProvider.System, null, relays);

    private static MailRelays Pool(TimeProvider clock, IRelayWindows? windows, params RelayOptions[] relays) => new(
        new OptionsWrapper<MailOptions>(Given.Options(relays)), clock, NullLogger<MailRelays>.Instance, windows);

    private static async Task<string> Take(MailRelays relays, string? relay = null)
    {
        var lanes = await relays.Reserve(relay, 1, CancellationToken.None).WaitAsync(Given.Patience);
        await Return(lanes);
        return Assert.Single(lanes).Relay;
    }

    private static async Task Return(IEnumerable<IMailLane> lanes)
    {
        foreach (var lane in lanes)
        {
            await lane.DisposeAsync();
        }
    }

    private static async Task WaitFor(Func<bool> holds, string otherwise)
    {
        var deadline = TimeProvider.System.GetUtcNow() + Given.Patience;
        while (!holds())
        {
            Assert.True(TimeProvider.System.GetUtcNow() < deadline, otherwise);
            await Task.Yield();
        }
    }

    private sealed class Windows : IRelayWindows
    {
        public Dictionary<string, int> Left { get; } = [];

        public TaskCompletionSource Opened { get; } = new();

        public int Openings(string relay, int wanted) => Left.GetValueOrDefault(relay, int.MaxValue);

        public Task WhenOpen(string relay, int wanted, CancellationToken cancellation) =>
            Opened.Task.WaitAsync(cancellation).ContinueWith(_ => { }, TaskScheduler.Default);
    }
}
