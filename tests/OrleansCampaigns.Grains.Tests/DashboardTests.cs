using System.Text.Json;
using Orleans.Runtime;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Accounts;
using OrleansCampaigns.Contracts.Campaigns;
using OrleansCampaigns.Contracts.Contacts;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Grains.Contacts;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Grains.Tests;

/// <summary>What the dashboard shows of grains that know a lot about somebody.</summary>
public sealed class DashboardTests
{
    private const string Telltale = "telltale";
    private const string Anna = $"{Telltale}-anna@{Telltale}.example";
    private const string Bert = $"{Telltale}-bert@{Telltale}.example";

    [Fact]
    public async Task No_state_shows_whom_a_grain_is_about_or_what_anybody_said()
    {
        await using var engine = await Engine.Start();
        var (campaign, id) = await RunTelltaleCampaign(engine);
        var contact = engine.Contact(Anna);
        for (var i = 0; i < 40; i++)
        {
            // Long enough a history for a page.
            Assert.Null((await contact.UnsubscribeByUs($"{Telltale}-{i}", Telltale)).Refusal);
            Assert.Null((await contact.Resubscribe($"{Telltale}-{i}", Telltale)).Refusal);
        }

        Assert.NotEmpty((await contact.GetHistory(0)).Entries); // Its name is known to its contact alone.
        var known = (await engine.Grains.GetGrain<IManagementGrain>(0).GetDetailedGrainStatistics())
            .Single(grain => grain.GrainId.Type.ToString() == "contact-page");
        var page = engine.Grains.GetGrain<IContactPageGrain>(known.GrainId);
        var account = await engine.Grains.Account(Engine.Account).GetState();
        var told = new object[]
        {
            account,
            await campaign.GetState(),
            await Resting(engine.Grains.Partition(id, 0)),
            await contact.GetState(),
            await engine.Contact(Bert).GetState(),
            await page.GetState(),
        };

        Assert.All(told, state => AssertSilent(JsonSerializer.Serialize(state)));
        Assert.Contains(Telltale, JsonSerializer.Serialize(await contact.GetHistory(0)), StringComparison.Ordinal);
        Assert.Equal(new AccountSummary(8, 0, 2, 0, 1), account);
        Assert.Equal((1, 1), (((ContactSummary)told[3]).Campaigns, ((ContactSummary)told[3]).HistoryPages));
        Assert.Equal((nameof(Outcome.Bounced), 0), Short((ContactSummary)told[4]));
        Assert.Equal(
            (nameof(CampaignStatus.FinishedWithFailures), 2, 1, 1, true), Short((CampaignSummary)told[1]));
        Assert.Equal((2, 0, 0, false), Short((PartitionSummary)told[2]));
        Assert.True((int)told[5] > 0);
    }

    [Fact]
    public async Task What_nobody_has_stored_has_a_state_too()
    {
        await using var engine = await Engine.Start();
        var id = CampaignId.Create(TimeProvider.System.GetUtcNow());

        Assert.Equal(nameof(CampaignStatus.Draft), (await engine.Grains.Campaign(id).GetState()).Status);
        Assert.Equal(0, (await engine.Grains.Partition(id, 7).GetState()).Cursor);
        Assert.Null((await engine.Contact("nobody@mail.example").GetState()).LastStatus);
    }

    [Fact]
    public async Task A_partition_at_work_shows_what_is_in_flight()
    {
        await using var engine = await Engine.Start();
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var begun = 0;
        engine.Relays.OnSend = _ => Interlocked.Increment(ref begun) > 0 ? goOn.Task : Task.CompletedTask;
        var campaign = await engine.Draft([Anna, Bert]);
        Assert.Null((await campaign.Start(Engine.Account)).Refusal);
        await TestKit.Eventually.Holds("both are begun", () => Volatile.Read(ref begun) == 2);

        var partition = engine.Grains.Partition(GrainKeys.ReadCampaign(campaign.GetPrimaryKeyString()), 0);
        var working = await partition.GetState();
        var contact = await engine.Contact(Anna).GetState();
        goOn.SetResult();

        Assert.Equal((2, 2, true, true), (working.Cursor, working.InFlight, working.IsPumping, working.HasRecovered));
        Assert.Equal(1, contact.Attempting);
        await Engine.Ended(campaign);
        await TestKit.Eventually.Holds(
            "nothing is in flight", async () => (await partition.GetState()) is { InFlight: 0, IsPumping: false });
    }

    // A campaign is over a moment before the pump that sent its last message has ended.
    private static async Task<PartitionSummary> Resting(ICampaignPartitionGrain partition)
    {
        await Eventually.Holds(
            "the partition's pump has ended", async () => !(await partition.GetState()).IsPumping);
        return await partition.GetState();
    }

    private static async Task<(ICampaignGrain Campaign, CampaignId Id)> RunTelltaleCampaign(Engine engine)
    {
        engine.Relays.Script = (address, _) => address == Bert
            ? new()
            {
                Outcome = Outcome.Bounced,
                Cause = Cause.NoSuchMailbox,
                Reply = new(550, "5.1.1", $"<{Bert}>: {Telltale} is unknown"),
            }
            : null;
        await engine.Grains.Account(Engine.Account).Grant(10, Telltale, Telltale);
        var id = CampaignId.Create(TimeProvider.System.GetUtcNow());
        var campaign = engine.Grains.Campaign(id);
        await campaign.Create(Engine.Account, new CampaignDefinition
        {
            Name = Telltale,
            Sender = new($"{Telltale}@sender.example", Telltale),
            Content = new() { Subject = Telltale, Html = $"<p>{Telltale}</p>" },
            Audience = new() { ListIds = [await engine.MakeList([Anna, Bert])] },
        });
        Assert.Null((await campaign.Start(Engine.Account)).Refusal);
        await Engine.Ended(campaign);
        return (campaign, id);
    }

    private static (string?, int) Short(ContactSummary contact) => (contact.LastStatus, contact.RetriesWaiting);

    private static (string, long, int, int, bool) Short(CampaignSummary campaign) =>
        (campaign.Status, campaign.AudienceSize, campaign.Partitions, campaign.PartitionsDone, campaign.IsSettled);

    private static (long, int, int, bool) Short(PartitionSummary partition) =>
        (partition.Cursor, partition.InFlight, partition.Unattempted, partition.IsPumping);

    private static void AssertSilent(string state)
    {
        Assert.DoesNotContain(Telltale, state, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("@", state, StringComparison.Ordinal);
    }
}
