using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Campaigns;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Grains.Tests.Imports;

/// <summary>A start includes all rows of the imports that were taken before it.</summary>
public abstract class AwaitedImportTests(Databases databases, DatabaseKind kind)
{
    [Fact]
    public async Task A_start_waits_for_the_imports_into_its_list_and_says_so()
    {
        await using var engine = await databases.StartEngine(kind, silos: 2);
        await using var desk = new ImportDesk(engine);
        var list = await engine.MakeList();
        var import = await desk.Take(list, "email\n" + string.Concat(
            Enumerable.Range(0, 300).Select(i => $"user{i}@mail.example\n")));
        var other = await desk.Take(await engine.MakeList(), "no address");
        var campaign = await Draft(engine, new() { ListIds = [list] });

        var report = (await campaign.Validate(Engine.Account)).Value!;
        Assert.Equal([import], report.Imports);
        Assert.Empty(report.Problems);
        Assert.Equal(["campaign.audience.import_running"], report.Warnings.Select(warning => warning.Code));
        Assert.Null((await campaign.Start(Engine.Account)).Refusal);
        await Eventually.Holds(
            "the campaign says what it waits for",
            async () => (await campaign.Get(Engine.Account)).Value!.WaitingFor?.Contains(import) == true);
        var waiting = (await campaign.GetStatistics(Engine.Account)).Value!;
        Assert.Equal(CampaignStatus.Starting, waiting.Status);
        Assert.Contains($"import {import}: 0 rows read", waiting.WaitingFor, StringComparison.Ordinal);
        Assert.DoesNotContain(other, waiting.WaitingFor, StringComparison.Ordinal);

        // What it waits for is stored: another activation waits for the same.
        await Engine.Forget(campaign);
        Assert.Equal(CampaignStatus.Starting, (await campaign.Get(Engine.Account)).Value!.Status);
        await desk.Read();

        var statistics = await Engine.Ended(campaign);
        Engine.AssertSound(statistics);
        Assert.Equal(300, statistics.Totals[Outcome.Sent]);
        var view = (await campaign.Get(Engine.Account)).Value!;
        Assert.Equal((null, null), (view.StartNote, view.WaitingFor));
    }

    [Fact]
    public async Task An_import_that_fails_is_told_and_holds_the_start_up_no_longer()
    {
        await using var engine = await databases.StartEngine(kind);
        await using var desk = new ImportDesk(engine);
        var list = await engine.MakeList("known@mail.example");
        var import = await desk.Take(list, "name,city\nAnn,Graz");
        var campaign = await Draft(engine, new() { ListIds = [list] });
        var empty = await engine.MakeList();
        await desk.Take(empty, "name,city\nAnn,Graz");
        var nobody = await Draft(engine, new() { ListIds = [empty] });
        Assert.Null((await campaign.Start(Engine.Account)).Refusal);
        Assert.Null((await nobody.Start(Engine.Account)).Refusal);
        await desk.Read();

        Assert.Equal(1, (await Engine.Ended(campaign)).Totals[Outcome.Sent]);
        var note = (await campaign.Get(Engine.Account)).Value!.StartNote;
        Assert.Contains(import, note, StringComparison.Ordinal);
        Assert.Contains("import.no_address_column", note, StringComparison.Ordinal);
        var refusal = await Eventually.Get(
            "the start to nobody is refused",
            async () => (await nobody.Get(Engine.Account)).Value!.StartRefusal);
        Assert.Equal("campaign.audience.empty", refusal.Code);
        Assert.Contains("import.no_address_column", refusal.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_filter_waits_for_its_account_and_a_cancel_ends_the_wait()
    {
        await using var engine = await databases.StartEngine(kind);
        await using var desk = new ImportDesk(engine);
        var import = await desk.Take(await engine.MakeList("known@mail.example"), "email\nnew@mail.example");
        var campaign = await Draft(engine, new() { Filter = new() });
        Assert.Null((await campaign.Start(Engine.Account)).Refusal);
        await Eventually.Holds(
            "the campaign waits",
            async () => (await campaign.Get(Engine.Account)).Value!.WaitingFor?.Contains(import) == true);

        Assert.Equal(CampaignStatus.Cancelled, (await campaign.Cancel(Engine.Account)).Value!.Status);
        Assert.Null((await campaign.GetStatistics(Engine.Account)).Value!.WaitingFor);
        await desk.Read();
        Assert.Equal(1, (await desk.Ended(import)).Created);
        Assert.Empty(engine.Relays.Attempts);
        Assert.Equal(
            CampaignStatus.Cancelled, (await campaign.GetStatistics(Engine.Account)).Value!.Status);
    }

    [Fact]
    public async Task Who_left_an_earlier_tool_is_known_to_its_contact_and_gets_nothing()
    {
        await using var engine = await databases.StartEngine(kind);
        await using var desk = new ImportDesk(engine);
        var list = await engine.MakeList();
        var import = await desk.Take(
            list,
            """
            email,status
            stay@mail.example,subscribed
            left@mail.example,unsubscribed
            dead@mail.example,cleaned
            angry@mail.example,complained
            full@mail.example,soft bounced
            maybe@mail.example,pending
            """);
        var campaign = await Draft(engine, new() { ListIds = [list] });
        Assert.Null((await campaign.Start(Engine.Account)).Refusal);
        await desk.Read();

        var statistics = await Engine.Ended(campaign);
        Engine.AssertSound(statistics);
        Assert.Equal(["stay@mail.example"], engine.Relays.Attempts.Keys);
        Assert.Equal(2, statistics.Totals[Outcome.Unsubscribed]);
        Assert.Equal((4L, 1L), ((await desk.Ended(import)).OptedOut, (await desk.Ended(import)).Rejected));

        // The table says what the grains do.
        var rows = await desk.Contacts.Query(Engine.Account, new() { ListId = list }, null, 100);
        Assert.Equal(
            [
                ("angry", ContactStatus.Complained), ("dead", ContactStatus.DoesNotExist),
                ("full", ContactStatus.MailboxFull), ("left", ContactStatus.Unsubscribed),
                ("stay", ContactStatus.Active),
            ],
            rows.Value!.Items.Select(row => (row.Address.Split('@')[0], row.Status)).Order());
        foreach (var row in rows.Value.Items)
        {
            Assert.Equal(row.Status, (await engine.Contact(row.Address).Describe()).Status);
        }

        var entry = (await engine.History("left@mail.example"))[0];
        Assert.Equal(("import", $"{import}: \"unsubscribed\""), (entry.Source, entry.Reason));
    }

    private static async Task<ICampaignGrain> Draft(Engine engine, Audience audience)
    {
        await engine.Grains.Account(Engine.Account).Grant(1_000, "test", "test");
        var campaign = engine.Grains.Campaign(CampaignId.Create(TimeProvider.System.GetUtcNow()));
        var created = await campaign.Create(Engine.Account, new CampaignDefinition
        {
            Name = "test",
            Sender = new("news@sender.example"),
            Content = new() { Subject = "Hello", Html = "<p>Hello</p>" },
            Audience = audience,
        });
        Assert.Null(created.Refusal);
        return campaign;
    }
}

[Trait("Needs", "PostgreSQL")]
public sealed class EmbeddedAwaitedImportTests(Databases databases)
    : AwaitedImportTests(databases, DatabaseKind.Embedded);

[Trait("Needs", "PostgreSQL")]
public sealed class ClusterAwaitedImportTests(Databases databases)
    : AwaitedImportTests(databases, DatabaseKind.Cluster);
