using System.Text.Json;
using Microsoft.Data.Sqlite;
using Orleans.Runtime;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Grains;
using OrleansCampaigns.Grains.Contacts;
using OrleansCampaigns.Storage.Audiences;
using OrleansCampaigns.Storage.Directory;
using OrleansCampaigns.Storage.Sqlite;
using OrleansCampaigns.Storage.States;
using static OrleansCampaigns.Storage.Tests.TestDatabase;

namespace OrleansCampaigns.Storage.Tests.Sqlite;

public sealed class SqliteMigrationsTests : IDisposable
{
    private const string Anna = "con_0123456789abcdef0123456789abcdef";

    private readonly string _folder = System.IO.Directory.CreateTempSubdirectory("oc-migrations-").FullName;
    private readonly SqliteDatabase _database;

    public SqliteMigrationsTests() => _database = new(Path.Combine(_folder, "campaigns.db"), new TestClock());

    public void Dispose()
    {
        _database.Dispose();
        System.IO.Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_database_of_the_first_schema_is_opened_with_all_that_it_holds()
    {
        var sent = Old(Outcome.Sent, RecipientStatus.Delivered);
        using (var old = Open(version: 1))
        {
            Fill(old);
            Store(old, sent);
        }

        _database.Initialise();

        Assert.Equal(SqliteMigrations.Latest, await Number("PRAGMA user_version"));
        var row = (await new ContactDirectory(_database).Find(Account, new(Anna)))!;
        Assert.Equal(
            ("anna@example.com", ContactStatus.Active, Outcome.Sent, RecipientStatus.Delivered),
            (row.Address, row.Status, row.LastStatus, row.LastRecipientStatus));
        var (totals, _) = await new AudienceStore(_database).Count(TestData.Campaign("c1"));
        Assert.Equal((2, 1, 1, 0), (totals.Audience, totals.Delivered, totals[Outcome.Rejected], totals.Opened));
        Assert.Equal(5_000, await Number("SELECT failed_at FROM recipients WHERE outcome = 'Rejected'"));
        Assert.Equal(0, await Number("SELECT count(failed_at) FROM recipients WHERE outcome = 'Sent'"));

        // What was stored by the old schema is read, changed and projected by the new one.
        var storage = new ContactStateStorage(_database, new StateSerializer(), "test");
        var state = new Orleans.GrainState<ContactRecord>();
        var grain = GrainId.Create("contact", $"ct:{Account}:{Anna[4..]}");
        await storage.ReadStateAsync("contact", grain, state);
        var opened = state.State!.Contact with
        {
            Deliveries = [sent.Deliveries[0] with { Engagement = new() { Opens = 1, FirstOpenAt = At(9_000) } }],
        };
        var before = state.State!.Contact;
        state.State = new() { Contact = opened, Projection = ContactProjection.Of(Account, new(Anna), before, opened) };
        await storage.WriteStateAsync("contact", grain, state);
        Assert.Equal(9_000, await Number("SELECT opened_at FROM recipients WHERE contact_id = '" + Anna + "'"));
    }

    [Fact]
    public async Task Every_version_on_the_way_leads_to_the_same_schema_and_opening_again_changes_nothing()
    {
        _database.Initialise();
        var schema = await Schema(_database);
        _database.Initialise();
        Assert.Equal(schema, await Schema(_database));

        for (var version = 1; version < SqliteMigrations.Latest; version++)
        {
            using var other = new SqliteDatabase(Path.Combine(_folder, $"{version}.db"), new TestClock());
            using (Open(version, other))
            {
            }

            other.Initialise();
            Assert.Equal(schema, await Schema(other));
        }
    }

    [Fact]
    public void A_script_that_fails_leaves_the_database_as_it_was()
    {
        using var connection = Open(version: 1);
        connection.Change("CREATE TABLE link_clicks (x)");

        Assert.Throws<SqliteException>(() => SqliteMigrations.Apply(connection));

        Assert.Equal(1, connection.Number("PRAGMA user_version"));
        Assert.Equal(0, connection.Number(
            "SELECT count(*) FROM pragma_table_info('contacts') WHERE name = 'last_recipient_status'"));
        connection.Change("DROP TABLE link_clicks");
        SqliteMigrations.Apply(connection);
        Assert.Equal(SqliteMigrations.Latest, connection.Number("PRAGMA user_version"));
    }

    [Fact]
    public void A_database_of_a_newer_version_is_not_touched()
    {
        using (var connection = Open(version: 1))
        {
            connection.Change("PRAGMA user_version = 9999");
        }

        var refused = Assert.Throws<InvalidOperationException>(_database.Initialise);
        Assert.Contains("9999", refused.Message, StringComparison.Ordinal);
    }

    private static DateTimeOffset At(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    private static Contact Old(Outcome outcome, RecipientStatus status) => new()
    {
        Status = ContactStatus.Active,
        StatusSince = At(5_000),
        HasReceived = true,
        LastOutcome = outcome,
        LastOutcomeAt = At(5_000),
        LastCampaign = TestData.Campaign("c1"),
        Deliveries =
        [
            new()
            {
                Campaign = TestData.Campaign("c1"),
                QueuedAt = At(1_000),
                UpdatedAt = At(5_000),
                Outcome = outcome,
                Decided = true,
                Attempts = 1,
                RecipientStatus = status,
            },
        ],
    };

    private static void Fill(SqliteConnection old)
    {
        var campaign = TestData.Campaign("c1").Value;
        var contact = $"""
            INSERT INTO contacts (account, id, hash, address, address_valid, search, created_at, updated_at)
            VALUES ('{Account}', '{Anna}', 1, 'anna@example.com', 1, 'anna@example.com', 1, 1)
            """;
        old.Change(contact);
        old.Change(contact.Replace(Anna, Anna[..^1] + "0", StringComparison.Ordinal));
        old.Change("INSERT INTO campaigns VALUES ($id, 'main', 'c1', 'Running', 1, NULL, NULL)", ("$id", campaign));
        old.Change("INSERT INTO snapshots VALUES ($id, 2, 2, 1, 1)", ("$id", campaign));
        foreach (var (seq, id, outcome) in new[] { (1, Anna, "Queued"), (2, Anna[..^1] + "0", "Rejected") })
        {
            old.Change(
                $"""
                INSERT INTO recipients (
                    campaign_id, partition, seq, account, contact_id, occurrence, reserved, outcome, updated_at)
                VALUES ('{campaign}', 0, {seq}, '{Account}', '{id}', 1, 1, '{outcome}', 5000)
                """);
        }
    }

    // In the form that the first version wrote, which knew nothing of what comes back.
    private static void Store(SqliteConnection old, Contact contact)
    {
        var delivery = contact.Deliveries[0];
        var state = JsonSerializer.SerializeToUtf8Bytes(
            new ContactRecord { Contact = contact }, StateJson.Default.ContactRecord);
        var projection = $$"""
            {"account":"{{Account}}","contact":"{{Anna}}","status":"Active","statusSince":5000,"lastStatus":"Sent",
             "lastStatusAt":5000,"deliveries":[{"campaign":"{{delivery.Campaign}}","outcome":"Sent","cause":"None",
             "decided":1,"inDoubt":0,"attempts":1,"pass":1,"charged":1,"recipientStatus":"Delivered",
             "duplicatesUpTo":1,"updatedAt":5000}]}
            """;
        old.Change(
            """
            INSERT INTO OrleansStorage VALUES (0, 0, 0, 0, 'contact', $key, 'test',
                CAST(json_set($state, '$.projection', json($projection)) AS BLOB), 0, 1)
            """,
            ("$key", $"ct:{Account}:{Anna[4..]}"),
            ("$state", System.Text.Encoding.UTF8.GetString(state)),
            ("$projection", projection));
    }

    private SqliteConnection Open(int version, SqliteDatabase? database = null)
    {
        var connection = new SqliteConnection((database ?? _database).ConnectionString);
        connection.Open();
        SqliteMigrations.Apply(connection, version);
        return connection;
    }

    private Task<long> Number(string sql) => _database.Read(connection => connection.Number(sql));

    private static Task<List<string>> Schema(SqliteDatabase database) => database.Read(connection => connection.Rows(
        reader => reader.GetString(0), "SELECT name || sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name"));
}
