using System.Data.Common;
using System.Text.Json;
using Orleans.Runtime;
using Orleans.Storage;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Domain.Feedback;
using OrleansCampaigns.Grains;
using OrleansCampaigns.Grains.Contacts;
using OrleansCampaigns.Storage.Directory;
using OrleansCampaigns.Storage.Tests.Postgres;
using OrleansCampaigns.Storage.Tests.Sqlite;
using static OrleansCampaigns.Storage.Tests.TestDatabase;

namespace OrleansCampaigns.Storage.Tests.States;

/// <summary>What the database projects in the transaction that writes a contact's state.</summary>
public abstract class ContactProjectionTests(ITestDatabases databases) : DatabaseContract(databases)
{
    private IGrainStorage? _storage;

    private ContactDirectory Contacts => new(Test.Database);

    [Theory]
    [InlineData(1, 3, 200)]
    [InlineData(2, 3, 200)]
    [InlineData(3, 8, 300)]
    [InlineData(4, 40, 900)]
    public async Task Tables_equal_the_states_whatever_happens(int seed, int campaigns, int steps)
    {
        const int Count = 6;
        var random = new Random(seed);
        var ids = Enumerable.Range(0, campaigns).Select(i => TestData.Campaign($"c{i}")).ToList();
        var contacts = new List<(RandomContact Contact, GrainState<ContactRecord> State)>();
        for (var i = 0; i < Count; i++)
        {
            var id = await Make($"u{i}@example.com");
            foreach (var (campaign, number) in ids.Select((_, number) => ($"c{number}", number)))
            {
                await Test.Recipient(campaign, 0, (i * 2) + 1, id);
                await Test.Recipient(campaign, 0, (i * 2) + 2, id, occurrence: 2);
            }

            contacts.Add((new(id, ids, Test.Clock.GetUtcNow(), random.Next()), new()));
        }

        for (var step = 0; step < steps; step++)
        {
            // Together, so that writes of several contacts share a transaction.
            await Task.WhenAll(contacts.Select(pair => pair.Contact.Step() is { } record
                ? Write(pair.Contact.Id, record, pair.State)
                : Task.CompletedTask));
            if (step % 50 == 0 || step == steps - 1)
            {
                await AssertEqual(contacts.Select(pair => pair.Contact), ids);
            }
        }

        Assert.True(campaigns < Contact.DeliveriesMax || contacts.TrueForAll(pair => pair.Contact.Pages.Exists(
            page => page.Deliveries.Count > 0)), "No campaign ever moved to a page.");
        Assert.NotEqual(0, await Test.Number("SELECT count(*) FROM recipients WHERE overturned = 1"));
        Assert.NotEqual(0, await Test.Number("SELECT count(*) FROM link_clicks WHERE clicks > 1"));
        Assert.NotEqual(0, await Test.Number("SELECT count(*) FROM recipients WHERE outcome = 'Duplicated'"));
    }

    [Fact]
    public async Task The_first_write_and_later_ones_project_alike_and_a_repeated_one_changes_nothing()
    {
        var id = await Make("anna@example.com");
        await Test.Recipient("c1", 0, 1, id);
        var campaign = TestData.Campaign("c1");
        var clicked = With(new(), campaign, new() { Links = [new(1, 2, 1, At(5)), new(2, 1, 0, At(6))] });
        var state = new GrainState<ContactRecord>();
        await Write(id, RecordOf(id, new(), clicked), state);
        var first = await Snapshot();

        await Write(id, RecordOf(id, new(), clicked), state);
        Assert.Equal(first, await Snapshot());

        var again = With(clicked, campaign, new() { Links = [new(1, 2, 1, At(5)), new(2, 4, 0, At(6))] });
        var record = RecordOf(id, clicked, again);
        Assert.Equal([2], record.Projection!.Deliveries[0].Links!.Select(link => link.Link));
        await Write(id, record, state);
        Assert.Equal(
            ["1 2 1 5", "2 4 0 6"],
            await Test.Texts(
                "SELECT link || ' ' || clicks || ' ' || machine_clicks || ' ' || (first_at - $0) FROM link_clicks",
                At(0).ToUnixTimeMilliseconds()));
        Assert.Equal(6, await Test.Number("SELECT clicks FROM recipients"));
    }

    [Fact]
    public async Task What_is_taken_back_is_taken_back_in_the_tables()
    {
        var id = await Make("anna@example.com");
        await Test.Recipient("c1", 0, 1, id);
        var campaign = TestData.Campaign("c1");
        var sent = new Contact() with
        {
            LastCampaign = campaign,
            Deliveries =
            [
                new()
                {
                    Campaign = campaign,
                    QueuedAt = At(0),
                    Outcome = Outcome.Sent,
                    SentAt = At(0),
                    Decided = true,
                    RecipientStatus = RecipientStatus.Delivered,
                },
            ],
        };
        var read = See(See(sent, FeedbackSignal.Open, 0, 60_000), FeedbackSignal.Click, 1, 60_100);
        var state = new GrainState<ContactRecord>();
        await Write(id, RecordOf(id, sent, read), state);
        Assert.Equal(["Clicked 1 0 1 0 true Clicked"], await Told());

        await Write(id, RecordOf(id, read, See(read, FeedbackSignal.Click, 2, 60_200)), state);

        Assert.Equal(["Delivered 0 1 0 2 false Delivered"], await Told());
        Assert.Equal(
            ["1 0 1 true", "2 0 1 true"],
            await Test.Texts("SELECT link || ' ' || clicks || ' ' || machine_clicks || ' ' || "
                + "CASE WHEN first_at IS NULL THEN 'true' ELSE 'false' END FROM link_clicks ORDER BY link"));

        Task<List<string>> Told() => Test.Texts("SELECT r.recipient_status || ' ' || opens || ' ' || "
            + "machine_opens || ' ' || clicks || ' ' || machine_clicks || ' ' || CASE WHEN opened_at IS NOT NULL "
            + "AND clicked_at IS NOT NULL THEN 'true' ELSE 'false' END || ' ' || c.last_recipient_status "
            + "FROM recipients r JOIN contacts c ON c.id = r.contact_id");

        Contact See(Contact before, FeedbackSignal signal, int link, int milliseconds) => before.Learn(
            new()
            {
                Signal = signal,
                Campaign = campaign,
                Key = $"{link}",
                At = At(0).AddMilliseconds(milliseconds),
                Source = "test",
                Link = link,
                Links = 9,
            },
            new(), MachineRules.Default, 1, At(0).AddDays(1)).Contact;
    }

    [Fact]
    public async Task A_projection_holds_what_changed_and_leaves_what_moved_to_a_page()
    {
        var id = await Make("anna@example.com");
        await Test.Recipient("old", 0, 1, id);
        await Test.Recipient("new", 0, 1, id);
        var old = With(new(), TestData.Campaign("old"), new() { FirstOpenAt = At(1), Opens = 1 }) with
        {
            LastOutcome = Outcome.Sent,
            LastOutcomeAt = At(1),
            LastCampaign = TestData.Campaign("old"),
        };
        var state = new GrainState<ContactRecord>();
        await Write(id, RecordOf(id, new(), old), state);

        // The campaign of the Last Status has moved away, and something happens in another one.
        var moved = old with { Deliveries = [] };
        var excluded = moved.Exclude(TestData.Campaign("new"), At(0), Exclusions.Deleted, At(2));
        var record = RecordOf(id, moved, excluded);
        Assert.Equal([TestData.Campaign("new").Value], record.Projection!.Deliveries.Select(one => one.Campaign));

        await Write(id, record, state);

        Assert.Equal(
            ["Opened", "Opened"],
            await Test.Texts(
                """
                SELECT last_recipient_status FROM contacts
                UNION ALL SELECT recipient_status FROM recipients WHERE campaign_id = $0
                """,
                TestData.Campaign("old").Value));
        Assert.Equal(RecipientStatus.Opened, (await Contacts.Find(Account, id))!.LastRecipientStatus);
    }

    [Fact]
    public async Task What_the_table_alone_has_decided_stays_until_the_contact_decides()
    {
        var id = await Make("anna@example.com");
        await Test.Recipient("c1", 0, 1, id);
        await Test.Recipient("c1", 0, 2, id, occurrence: 2);
        await Test.Execute("UPDATE recipients SET excluded = 'cancelled', decided = 1, updated_at = 5");
        var campaign = TestData.Campaign("c1");
        var state = new GrainState<ContactRecord>();

        var noted = new Contact().Duplicate(campaign, At(0), 2, At(1));
        await Write(id, RecordOf(id, new(), noted), state);
        var open = noted.DeliveryOf(campaign)! with { Engagement = new() { FirstOpenAt = At(2), Opens = 1 } };
        var opened = noted with { Deliveries = [open] };
        await Write(id, RecordOf(id, noted, opened), state);

        const string Select = "SELECT outcome, excluded, decided, opens FROM recipients ORDER BY seq";
        Assert.Equal(["Queued cancelled 1 1", "Duplicated NULL 1 0"], await Test.Texts(Select));

        var turn = new Turn { Campaign = campaign, QueuedAt = At(0), Attempt = 1 };
        var sent = opened.Record(turn, new() { Outcome = Outcome.Sent }, new(), jitterSeed: 1, At(3));
        await Write(id, RecordOf(id, opened, sent), state);

        Assert.Equal(["Sent NULL 1 1", "Duplicated NULL 1 0"], await Test.Texts(Select));
    }

    [Fact]
    public async Task A_state_that_cannot_be_written_projects_nothing()
    {
        var id = await Make("anna@example.com");
        await Test.Recipient("c1", 0, 1, id);
        var state = new GrainState<ContactRecord>();
        await Write(id, RecordOf(id, new(), With(new(), TestData.Campaign("c1"), new() { Opens = 1 })), state);
        var before = await Snapshot();

        var stale = new GrainState<ContactRecord> { ETag = "7" };
        await Assert.ThrowsAsync<Orleans.Storage.InconsistentStateException>(() => Write(
            id, RecordOf(id, new(), With(new(), TestData.Campaign("c1"), new() { Opens = 9 })), stale));

        // The last statement of the projection fails: the state and the rows before it go with it.
        await Test.Refuse("poison", "BEFORE INSERT ON link_clicks");
        var clicked = With(new(), TestData.Campaign("c1"), new() { Links = [new(1, 1, 0, At(1))] });
        await Assert.ThrowsAnyAsync<DbException>(
            () => Write(id, RecordOf(id, new(), clicked), state));

        Assert.Equal(before, await Snapshot());
        Assert.Equal("1", state.ETag);
    }

    private static DateTimeOffset At(long milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(7_000_000 + milliseconds);

    private static Contact With(Contact contact, CampaignId campaign, Engagement engagement)
    {
        var delivery = new CampaignDelivery
        {
            Campaign = campaign,
            QueuedAt = At(0),
            UpdatedAt = At(0),
            Outcome = Outcome.Sent,
            Decided = true,
            RecipientStatus = RecipientStatus.Opened,
            Engagement = engagement,
        };
        var others = contact.Deliveries.RemoveAll(one => one.Campaign == campaign);
        return contact with { Deliveries = others.Add(delivery) };
    }

    private static ContactRecord RecordOf(ContactId id, Contact before, Contact after) =>
        new() { Contact = after, Projection = ContactProjection.Of(Account, id, before, after) };

    private Task Write(ContactId id, ContactRecord record, GrainState<ContactRecord> state)
    {
        state.State = record;
        _storage ??= Test.OpenContactStates(new StateSerializer());
        return _storage.WriteStateAsync("contact", GrainId.Create("contact", KeyOf(id)), state);
    }

    private static string KeyOf(ContactId id) => $"ct:{Account}:{id.Value[4..]}";

    private async Task<ContactId> Make(string address) => (await Contacts.Create(Account, Input(address))).Value!.Id;

    private async Task AssertEqual(IEnumerable<RandomContact> contacts, List<CampaignId> campaigns)
    {
        foreach (var contact in contacts)
        {
            var pages = contact.Pages.Select(page => JsonSerializer.Serialize(page, StateJson.Default.ContactPage));
            var recount = new StateRecount(await StateOf(contact.Id), pages);
            Assert.Equal(
                recount.Contact,
                await One("status, status_since, last_status, last_status_at, last_recipient_status FROM contacts "
                    + "WHERE id = $0", contact.Id.Value));
            foreach (var campaign in campaigns.Select(campaign => campaign.Value))
            {
                foreach (var occurrence in Enumerable.Range(1, 2))
                {
                    Assert.Equal(
                        recount.Row(campaign, occurrence),
                        await One(
                            StateRecount.RowColumns + """
                             FROM recipients WHERE contact_id = $0 AND campaign_id = $1 AND occurrence = $2
                            """,
                            contact.Id.Value,
                            campaign,
                            occurrence));
                }
            }

            Assert.Equal(recount.Links, (await Rows(
                "campaign_id, link, clicks, machine_clicks, first_at FROM link_clicks WHERE contact_id = $0",
                contact.Id.Value)).Order(StringComparer.Ordinal));
        }
    }

    private async Task<string?> StateOf(ContactId id)
    {
        var found = await Test.Texts(
            $"SELECT {Test.StateColumn} FROM OrleansStorage WHERE GrainIdExtensionString = $0", KeyOf(id));
        return found.Count == 0 ? null : found[0];
    }

    private async Task<List<string>> Snapshot() =>
    [
        .. await Rows("* FROM contacts"), .. await Rows("* FROM recipients"), .. await Rows("* FROM link_clicks"),
    ];

    private async Task<string> One(string select, params object?[] values) => Assert.Single(await Rows(select, values));

    private Task<List<string>> Rows(string select, params object?[] values) =>
        Test.Texts('|', "-", "SELECT " + select, values);
}

public sealed class SqliteContactProjectionTests() : ContactProjectionTests(SqliteDatabases.Instance);

[Trait("Needs", "PostgreSQL")]
public sealed class PostgresContactProjectionTests(PostgresFixture postgres) : ContactProjectionTests(postgres);
