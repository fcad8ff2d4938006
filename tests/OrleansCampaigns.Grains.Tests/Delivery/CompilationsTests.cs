using Microsoft.Extensions.Options;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Grains.Campaigns;
using OrleansCampaigns.Grains.Delivery;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Grains.Tests.Delivery;

/// <summary>Templates are compiled outside grain turns, and few at a time.</summary>
public sealed class CompilationsTests
{
    [Fact]
    public async Task No_content_compiles_on_the_thread_of_a_grain()
    {
        await using var engine = await Engine.Start();
        var schedulers = new List<TaskScheduler>();
        engine.Composers.OnCompile = () =>
        {
            lock (schedulers)
            {
                schedulers.Add(TaskScheduler.Current);
            }
        };
        var campaign = await engine.Draft(["a@mail.example"]);

        await campaign.Validate(Engine.Account);
        await campaign.TestSend(Engine.Account, "me@mail.example", null);
        await campaign.Start(Engine.Account);
        await Engine.Ended(campaign);

        // Checked, tested, checked at the start, its links stored, sent by its partition.
        Assert.True(schedulers.Count >= 5, $"It was compiled {schedulers.Count} times.");
        Assert.All(schedulers, scheduler => Assert.Same(TaskScheduler.Default, scheduler));
    }

    [Fact]
    public async Task Half_of_the_processors_stay_free_however_many_contents_there_are()
    {
        using var open = new ManualResetEventSlim();
        var (now, most, all) = (0, 0, 0);
        var composers = new PlainComposers
        {
            OnCompile = () =>
            {
                lock (open)
                {
                    (now, all) = (now + 1, all + 1);
                    most = Math.Max(most, now);
                }

                open.Wait();
                lock (open)
                {
                    now--;
                }
            },
        };
        var clock = new ManualClock();
        using var permits = new PumpPermits(new OptionsWrapper<EngineOptions>(new()), null!);
        using var compilations = new Compilations(composers, permits);

        var compiled = Enumerable.Range(0, 50).Select(_ => compilations.Compile(
            CampaignId.Create(clock.GetUtcNow()), new CampaignDefinition())).ToList();
        await Eventually.Holds("as many as may compile", () => Volatile.Read(ref now) == Compilations.AtOnceMax);
        open.Set();
        await Task.WhenAll(compiled);

        Assert.Equal((Compilations.AtOnceMax, 50), (most, all));
    }
}
