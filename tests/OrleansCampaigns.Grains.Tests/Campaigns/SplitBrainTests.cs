using Orleans.Runtime;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Campaigns;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Grains.Tests.Campaigns;

/// <summary>Two clusters on one database drive the same campaign at the same time: every grain is in memory twice.
/// </summary>
/// <remarks>
/// Nobody knows of the other; only the versions of what is stored tell. Whoever comes second with a write starts anew
/// from what is stored.
/// </remarks>
[Trait("Needs", "PostgreSQL")]
public sealed class SplitBrainTests(Databases databases)
{
    private const int Recipients = 120;

    [Theory]
    [InlineData(DatabaseKind.Embedded, InDoubtPolicy.AssumeSent)]
    [InlineData(DatabaseKind.Embedded, InDoubtPolicy.Resend)]
    [InlineData(DatabaseKind.Cluster, InDoubtPolicy.AssumeSent)]
    [InlineData(DatabaseKind.Cluster, InDoubtPolicy.Resend)]
    public async Task Two_activations_of_every_grain_lose_nobody_and_double_nobody_in_silence(
        DatabaseKind kind, InDoubtPolicy policy)
    {
        await using var engine = await databases.StartEngine(kind, Configure);
        await using var twin = await engine.StartTwin(Configure);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var begun = 0;
        engine.Relays.OnSend = _ => Interlocked.Increment(ref begun) > 10 ? goOn.Task : Task.CompletedTask;
        var addresses = Enumerable.Range(0, Recipients).Select(i => $"reader-{i}@mail.example").ToList();
        var campaign = await engine.Draft(addresses, policy);
        var id = GrainKeys.ReadCampaign(campaign.GetPrimaryKeyString());
        Assert.Null((await campaign.Start(Engine.Account)).Refusal);
        await Eventually.Holds("some are sent", () => engine.Relays.Accepted.Count >= 10);

        // The other one takes the campaign for its own, and what the first one is about to send for lost.
        await Drive(twin, id);
        await Eventually.Holds("the twin writes, too", () => twin.Faults.Writes >= 3);
        goOn.SetResult();

        await Eventually.Holds("the campaign ends", async () =>
        {
            await Drive(twin, id);
            return IsOver(await Told(engine, id)) || IsOver(await Told(twin, id));
        });

        // One that has nothing to write any more does not notice; the runtime takes it away when it finds two.
        await Engine.Forget(campaign);
        await Engine.Forget(twin.Grains.Campaign(id));
        await Engine.Forget(engine.Grains.Account(Engine.Account));
        var statistics = await Eventually.Get("it is told", () => Told(engine, id));
        Assert.True(IsOver(statistics), $"It is {statistics.Status}.");
        Engine.AssertSound(statistics);
        Assert.Equal(Recipients, statistics.Totals[Outcome.Sent]);
        await Eventually.Holds("all is recorded", async () =>
            (await engine.Audiences.Count(id)).Totals is { RetriesWaiting: 0 } totals
                && totals[Outcome.Sent] == Recipients);
        foreach (var address in addresses)
        {
            var times = engine.Relays.Accepted.GetValueOrDefault(address);
            await Engine.Forget(engine.Contact(address));
            var delivery = await engine.Delivery(address, id);
            Assert.True(
                times <= 1 || (policy == InDoubtPolicy.Resend && delivery.InDoubt),
                $"{address} got {times} e-mails; in doubt: {delivery.InDoubt}.");
            Assert.True(times >= 1 || delivery.InDoubt, $"{address} counts as sent and got nothing.");
        }
    }

    private static bool IsOver(CampaignStatistics? told) =>
        told is { Licences.IsSettled: true } && told.Status.IsOver();

    private static void Configure(EngineOptions options)
    {
        options.PartitionSize = 40;
        options.WindowMax = 8;
        options.ReminderPeriod = TimeSpan.FromSeconds(1);
    }

    private static async Task Drive(Engine twin, CampaignId id)
    {
        await Told(twin, id);
        for (var partition = 0; partition < Recipients / 40; partition++)
        {
            await twin.Grains.Partition(id, partition).Continue();
        }
    }

    // An activation that has just learned that it is outdated answers with a failure, and the next one does not.
    private static async Task<CampaignStatistics?> Told(Engine engine, CampaignId id)
    {
        try
        {
            return (await engine.Grains.Campaign(id).GetStatistics(Engine.Account)).Value;
        }
        catch (Exception failure) when (failure is OrleansException or Orleans.Storage.InconsistentStateException)
        {
            return null;
        }
    }
}
