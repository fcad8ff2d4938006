using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Storage.Directory;
using OrleansCampaigns.Storage.Tests.Postgres;
using OrleansCampaigns.Storage.Tests.Sqlite;
using static OrleansCampaigns.Storage.Tests.TestDatabase;

namespace OrleansCampaigns.Storage.Tests.Directory;

public abstract class CampaignDirectoryTests(ITestDatabases databases) : DatabaseContract(databases)
{
    private CampaignDirectory Campaigns => new(Test.Database);

    private ContactDirectory Contacts => new(Test.Database);

    [Fact]
    public async Task Campaigns_are_listed_newest_first_and_by_status()
    {
        string[] words = ["a", "b", "c"];
        await Test.Campaign("a", "Running");
        await Test.Campaign("b", "Draft");
        await Test.Campaign("c", "Running");
        await Test.Campaign("d", "Running", Other);
        var order = words.OrderByDescending(word => TestData.Campaign(word).Value, StringComparer.Ordinal).ToList();

        var first = (await Campaigns.Query(Account, null, null, 2)).Value!;
        var second = (await Campaigns.Query(Account, null, first.NextCursor, 2)).Value!;
        Assert.Equal(order, first.Items.Concat(second.Items).Select(row => row.Name));

        var running = (await Campaigns.Query(Account, CampaignStatus.Running, null, 10)).Value!.Items;
        Assert.Equal(order.Where(word => word != "b"), running.Select(row => row.Name));
        Assert.All(running, row => Assert.Equal(CampaignStatus.Running, row.Status));
        Assert.Equal(2000, running[0].ScheduledAt!.Value.ToUnixTimeMilliseconds());
        Assert.Null(running[0].EndedAt);
    }

    [Fact]
    public async Task A_recipient_is_shown_with_its_contact_and_all_that_is_known()
    {
        var contact =
            await Recipient("anna@example.com", 0, 1, "Deferred", "Greylisted", decided: 1, nextAttemptAt: 5000);
        await Test.Execute(
            """
            UPDATE recipients SET reply_code = 451, enhanced_code = '4.7.1', reply_text = 'later', updated_at = 4000,
                in_doubt = 1, recipient_status = 'Delivered'
            """);
        await Test.Execute("UPDATE contacts SET status = 'Active'");

        var row = Assert.Single(await All(new()));
        Assert.Equal(
            (contact, "anna@example.com", "Anna", Outcome.Deferred, Cause.Greylisted, 1, 451, "4.7.1", "later", true),
            (row.Contact, row.Address, row.Name, row.Outcome, row.Cause, row.Attempts, row.ReplyCode, row.EnhancedCode,
                row.ReplyText, row.InDoubt));
        Assert.Equal("Köln", row.Attributes["city"]);
        Assert.Equal(5000, row.NextAttemptAt!.Value.ToUnixTimeMilliseconds());
        Assert.Equal(4000, row.UpdatedAt!.Value.ToUnixTimeMilliseconds());
        Assert.Equal((RecipientStatus.Delivered, ContactStatus.Active), (row.RecipientStatus, row.ContactStatus));
    }

    [Fact]
    public async Task Filters_find_outcomes_and_never_give_an_outcome_to_the_excluded()
    {
        await Recipient("sent@example.com", 1, 1, "Sent", decided: 1);
        await Recipient("doubt@example.com", 0, 1, "Sent", decided: 1, inDoubt: 1);
        await Recipient("queued@example.com", 0, 2, "Queued");
        await Recipient("excluded@example.com", 0, 3, "Queued", decided: 1, excluded: "MailboxFull");

        string[] all = ["doubt@example.com", "queued@example.com", "excluded@example.com", "sent@example.com"];
        Assert.Equal(all, (await All(new())).Select(row => row.Address));
        Assert.Equal([all[1]], (await All(new() { Outcomes = [Outcome.Queued] })).Select(row => row.Address));
        Assert.Equal(
            [all[0], all[3]],
            (await All(new() { Outcomes = [Outcome.Sent, Outcome.Spam] })).Select(row => row.Address));
        Assert.Equal([all[0]], (await All(new() { InDoubt = true })).Select(row => row.Address));
        Assert.Equal(all[1..], (await All(new() { InDoubt = false })).Select(row => row.Address));
        Assert.Equal([all[0], all[1], all[3]], (await All(new() { Excluded = false })).Select(row => row.Address));

        var excluded = Assert.Single(await All(new() { Excluded = true }));
        Assert.Equal((null, "MailboxFull"), (excluded.Outcome, excluded.Excluded));
    }

    [Fact]
    public async Task Recipients_are_found_by_how_far_they_went_and_shown_with_when()
    {
        await Recipient("delivered@example.com", 0, 1, "Sent", decided: 1);
        var clicked = await Recipient("clicked@example.com", 0, 2, "Sent", decided: 1);
        await Recipient("queued@example.com", 0, 3, "Queued");
        await Test.Execute("UPDATE recipients SET recipient_status = 'Delivered' WHERE seq = 1");
        await Test.Execute(
            """
            UPDATE recipients SET recipient_status = 'Clicked', sent_at = 1, opened_at = 2, clicked_at = 3,
                unsubscribed_at = 4, complained_at = 5
            WHERE seq = 2
            """);

        var row = Assert.Single(await All(new() { RecipientStatuses = [RecipientStatus.Clicked] }));
        Assert.Equal(clicked, row.Contact);
        Assert.Equal(
            [1, 2, 3, 4, 5],
            new[] { row.SentAt, row.OpenedAt, row.ClickedAt, row.UnsubscribedAt, row.ComplainedAt }
                .Select(time => time!.Value.ToUnixTimeMilliseconds()));
        Assert.Equal(
            ["delivered@example.com", "queued@example.com"],
            (await All(new() { RecipientStatuses = [RecipientStatus.None, RecipientStatus.Delivered] }))
                .Select(other => other.Address));
        Assert.Empty(await All(new()
        {
            RecipientStatuses = [RecipientStatus.Clicked],
            Outcomes = [Outcome.Queued],
        }));
    }

    [Fact]
    public async Task A_recipient_whose_contact_is_gone_is_still_shown()
    {
        await Recipient("gone@example.com", 0, 1, "Sent", decided: 1);
        await Test.Execute("DELETE FROM contacts");

        Assert.Equal("", Assert.Single(await All(new())).Address);
    }

    [Fact]
    public async Task Recipients_of_an_unknown_campaign_or_of_another_account_are_refused()
    {
        await Test.Campaign("c1");

        Assert.Equal(
            "campaign.unknown",
            (await Campaigns.QueryRecipients(Other, TestData.Campaign("c1"), new(), null, 10)).Refusal!.Code);
        Assert.Equal(
            "campaign.unknown",
            (await Campaigns.QueryRecipients(Account, TestData.Campaign("none"), new(), null, 10)).Refusal!.Code);
        await foreach (var row in Campaigns.ExportRecipients(Other, TestData.Campaign("c1"), new()))
        {
            Assert.Fail($"There was {row.Contact}.");
        }
    }

    [Fact]
    public async Task Recipients_are_filtered_by_whose_fault_it_was()
    {
        await Recipient("refused@example.com", 0, 1, "Rejected", "Authentication", decided: 1);
        await Recipient("unmade@example.com", 0, 2, "Queued", "TooLarge", decided: 1, excluded: "too-large");
        await Recipient("full@example.com", 0, 3, "SoftBounced", "MailboxFull", decided: 1);
        await Recipient("busy@example.com", 0, 4, "Deferred", "Throttled", decided: 1);
        await Recipient("sent@example.com", 0, 5, "Sent", decided: 1);
        await Recipient("left@example.com", 0, 6, "Unsubscribed", "Unsubscribed", decided: 1);

        Assert.Equal(
            ["refused@example.com", "unmade@example.com"],
            (await All(new() { Faults = [Blame.Ours] })).Select(row => row.Address));
        Assert.Equal(
            ["full@example.com", "busy@example.com"],
            (await All(new() { Faults = [Blame.Mailbox, Blame.Server] })).Select(row => row.Address));
        Assert.Equal(
            ["refused@example.com"],
            (await All(new() { Faults = [Blame.Ours], Excluded = false })).Select(row => row.Address));
    }

    private async Task<ContactId> Recipient(
        string address, int partition, long seq, string outcome, string cause =
            "None", int decided = 0, int inDoubt = 0,
        string? excluded = null, long? nextAttemptAt = null)
    {
        if (await Test.Number("SELECT count(*) FROM campaigns") == 0)
        {
            await Test.Campaign("c1");
        }

        var contact = (await Contacts.Create(Account, Input(address, "Anna", ("city", "Köln")))).Value!.Id;
        await Test.Recipient(
            "c1", partition, seq, contact, 1, outcome, cause, decided, excluded, inDoubt, nextAttemptAt);
        return contact;
    }

    private async Task<List<RecipientRow>> All(RecipientFilter filter)
    {
        var rows = new List<RecipientRow>();
        string? cursor = null;
        do
        {
            var page = (await Campaigns.QueryRecipients(Account, TestData.Campaign("c1"), filter, cursor, 1)).Value!;
            rows.AddRange(page.Items);
            cursor = page.NextCursor;
        }
        while (cursor is not null);

        var exported = new List<ContactId>();
        await foreach (var row in Campaigns.ExportRecipients(Account, TestData.Campaign("c1"), filter))
        {
            exported.Add(row.Contact);
        }

        Assert.Equal(rows.Select(row => row.Contact), exported);
        return rows;
    }
}

public sealed class SqliteCampaignDirectoryTests() : CampaignDirectoryTests(SqliteDatabases.Instance);

[Trait("Needs", "PostgreSQL")]
public sealed class PostgresCampaignDirectoryTests(PostgresFixture postgres) : CampaignDirectoryTests(postgres);
