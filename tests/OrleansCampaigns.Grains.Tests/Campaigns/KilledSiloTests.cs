using Orleans.Runtime;
using OrleansCampaigns.Contracts.Campaigns;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Grains.Tests.Campaigns;

/// <summary>One of two silos dies at one durable write after the other, without a word.</summary>
/// <remarks>The model of the protocol tries each of them; here is the real runtime, and every few are enough.</remarks>
public sealed class KilledSiloTests
{
    private const int Every = 5;

    [Theory]
    [InlineData(InDoubtPolicy.AssumeSent)]
    [InlineData(InDoubtPolicy.Resend)]
    public async Task Whichever_write_a_silo_dies_at_nobody_is_lost_and_nobody_gets_two_in_silence(
        InDoubtPolicy policy)
    {
        await using var engine = await Engine.Start(options => options.PartitionSize = 3, silos: 2);
        engine.Relays.Script = (address, attempt) => address[0] == 'd' && attempt == 1
            ? new() { Outcome = Outcome.Deferred, Cause = Cause.Greylisted }
            : null;

        var writes = await Run(engine, policy, deadly: 0);
        Assert.InRange(writes, 15, 200);
        for (var deadly = 2; deadly <= writes; deadly += Every)
        {
            await Run(engine, policy, deadly);
        }
    }

    private static async Task<int> Run(Engine engine, InDoubtPolicy policy, int deadly)
    {
        var mark = Guid.NewGuid().ToString("N")[..8];
        string[] addresses = [.. "abcdef".Select(name => $"{name}.{mark}@mail.example")];
        var campaign = await engine.Draft(addresses, policy);
        var first = engine.Faults.Writes;
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        engine.Faults.OnWritten = number =>
        {
            if (number - first == deadly)
            {
                reached.TrySetResult();
            }

            return Task.CompletedTask;
        };

        var ended = Play(campaign);
        if (await Task.WhenAny(reached.Task, ended) == reached.Task)
        {
            await engine.Cluster.KillSiloAsync(engine.Cluster.Silos[^1]);
            await engine.Cluster.StartAdditionalSiloAsync();
        }

        var statistics = await ended;
        Engine.AssertSound(statistics);
        Assert.True(statistics.Totals[Outcome.Sent] == addresses.Length, $"Write {deadly}: {statistics.Totals}");
        var id = Contracts.GrainKeys.ReadCampaign(campaign.GetPrimaryKeyString());
        foreach (var address in addresses)
        {
            var (times, delivery) = (
                engine.Relays.Accepted.GetValueOrDefault(address), await engine.Delivery(address, id));
            Assert.True(
                times <= 1 || (policy == InDoubtPolicy.Resend && delivery.InDoubt),
                $"Write {deadly}: somebody got {times} e-mails; in doubt: {delivery.InDoubt}.");
            Assert.True(times >= 1 || delivery.InDoubt, $"Write {deadly}: somebody got nothing.");
        }

        return engine.Faults.Writes - first;
    }

    private static async Task<CampaignStatistics> Play(ICampaignGrain campaign)
    {
        await Insisted(() => campaign.Start(Engine.Account));
        return await TestKit.Eventually.Get(
            "the campaign ends",
            async () =>
            {
                CampaignStatistics? told = null;
                await Insisted(async () => told = (await campaign.GetStatistics(Engine.Account)).Value);
                return told is { Licences.IsSettled: true, Totals.IsOver: true } ? told : null;
            },
            Eventually.Patience);
    }

    // A call to a silo that has just died fails; whoever calls does so again.
    private static Task Insisted(Func<Task> call) => TestKit.Eventually.Holds(
        "the call is answered",
        async () =>
        {
            try
            {
                await call();
                return true;
            }
            catch (Exception failure) when (failure is OrleansException or TimeoutException or IOException)
            {
                return false;
            }
        },
        Eventually.Patience);
}
