using System.Reflection;
using Orleans.Runtime;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Grains.Tests.Reminders;

/// <summary>What the model assumes of Orleans' reminders, asked of the service itself.</summary>
public sealed class ReminderServiceTests
{
    private static readonly TimeSpan Far = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_tick_reaches_a_grain_that_takes_it_without_a_token()
    {
        await using var engine = await Engine.Start();
        var campaign = await engine.Draft(["somebody@mail.example"]);
        Assert.Null((await campaign.Schedule(Engine.Account, engine.Clock.GetUtcNow() + Far)).Refusal);

        // No timer waits for what is further away than a period: from here on only a tick makes the grain look.
        Assert.Equal(CampaignStatus.Scheduled, (await campaign.Get(Engine.Account)).Value!.Status);
        engine.Clock.Jump(Far);

        var statistics = await Engine.Ended(campaign);
        Engine.AssertSound(statistics);
        Assert.Equal(1, statistics.Totals[Outcome.Sent]);
    }

    [Fact]
    public async Task A_tick_finds_a_grain_that_has_left_the_memory()
    {
        await using var engine = await Engine.Start();
        var campaign = await engine.Draft(["somebody@mail.example"]);
        Assert.Null((await campaign.Schedule(Engine.Account, engine.Clock.GetUtcNow() + Far)).Refusal);
        await Engine.Forget(campaign);
        engine.Clock.Jump(Far);

        await Eventually.Holds(
            "a tick has woken it", () => engine.Relays.Accepted.ContainsKey("somebody@mail.example"));
    }

    [Fact]
    public void Grains_take_a_tick_in_one_way()
    {
        // With a token of its own a grain would have two answers to a tick; Orleans' own hands it on to the other.
        var remindable = typeof(StorageNames).Assembly.GetTypes()
            .Where(type => type is { IsClass: true } && typeof(IRemindable).IsAssignableFrom(type)).ToList();

        Assert.InRange(remindable.Count, 3, 100);
        Assert.All(remindable, type => Assert.Equal(typeof(IRemindable), WithToken(type).DeclaringType));
    }

    private static MethodInfo WithToken(Type grain)
    {
        var map = grain.GetInterfaceMap(typeof(IRemindable));
        return map.TargetMethods[Array.FindIndex(map.InterfaceMethods, method => method.GetParameters().Length == 3)];
    }
}
