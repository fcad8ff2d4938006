using System.Globalization;
using Npgsql;
using Orleans.Runtime;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Grains.Contacts;
using OrleansCampaigns.Storage.Audiences;
using OrleansCampaigns.Storage.Directory;
using OrleansCampaigns.Storage.Postgres;
using OrleansCampaigns.Storage.Tests.States;
using static OrleansCampaigns.Storage.Tests.TestDatabase;

namespace OrleansCampaigns.Storage.Tests.Postgres;

/// <summary>How much is read for what is written.</summary>
[Trait("Needs", "PostgreSQL")]
public sealed class PostgresPlanTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const int Contacts = 3_000;

    private static readonly CampaignId Campaign = TestData.Campaign("c1");

    private PostgresTestDatabase _given = null!;

    public async ValueTask InitializeAsync() => _given = await postgres.CreateDatabase();

    public async ValueTask DisposeAsync()
    {
        if (_given is not null)
        {
            await _given.DisposeAsync();
        }
    }

    /// <summary>Functions keep their plans for as long as a connection lives.</summary>
    [Fact]
    public async Task A_plan_that_was_made_over_empty_tables_does_not_stay_when_an_audience_was_taken()
    {
        // Nobody else analyses them during the test.
        await _given.Execute("ALTER TABLE recipients SET (autovacuum_enabled = off)");
        await _given.Execute("ALTER TABLE contacts SET (autovacuum_enabled = off)");
        await using var source = OneConnection();
        for (var i = 0; i < 10; i++)
        {
            await Write(source, $"con_{i:x32}");
        }

        var lists = new ListDirectory(_given.Database);
        var list = (await lists.CreateList(Account, "list")).Value!.Id;
        await lists.AddMembers(
            Account, list, [.. Enumerable.Range(0, Contacts).Select(i => Input($"u{i}@example.com"))]);
        await new AudienceStore(_given.Database).Take(
            Account, Campaign, new() { ListIds = [list] }, 500, _given.Clock.GetUtcNow());
        var ids = await _given.Texts("SELECT contact_id FROM recipients ORDER BY contact_id LIMIT 50");

        var read = await RowsRead(source, "recipients", () => Write(source, [.. ids]));

        Assert.InRange(read, ids.Count, 4 * ids.Count);
        Assert.Equal(ids.Count, await _given.Number("SELECT count(*) FROM recipients WHERE outcome = 'Sent'"));
    }

    [Fact]
    public async Task Who_is_among_many_recipients_is_found_by_its_key_though_nobody_analysed_them()
    {
        await _given.Execute("ALTER TABLE recipients SET (autovacuum_enabled = off)");
        await using var source = OneConnection();
        for (var i = 0; i < 10; i++)
        {
            await Write(source, Key(i));
        }

        await _given.Execute(
            """
            INSERT INTO recipients (campaign_id, partition, seq, account, contact_id, occurrence, reserved)
            SELECT $0, g.i / 1000, g.i * 3 + o.occurrence, $1, 'con_' || lpad(to_hex(g.i), 32, '0'), o.occurrence, 1
            FROM generate_series(1000, $2) AS g(i), generate_series(1, 3) AS o(occurrence)
            """,
            Campaign.Value,
            Account.Value,
            1_000 + Contacts);
        string[] some = [.. Enumerable.Range(1_500, 50).Select(Key)];
        var read = await RowsRead(source, "recipients", () => Write(source, some));

        // One of each is no duplicate, and the third is none that is known of.
        Assert.InRange(read, 2 * some.Length, 6 * some.Length);
        Assert.Equal(some.Length, await _given.Number("SELECT count(*) FROM recipients WHERE outcome = 'Sent'"));
        Assert.Equal(some.Length, await _given.Number("SELECT count(*) FROM recipients WHERE outcome = 'Duplicated'"));
    }

    [Fact]
    public async Task A_state_among_many_is_found_by_its_key_though_nobody_analysed_them()
    {
        const string Table = "orleansstorage_contacts";
        await _given.Execute($"ALTER TABLE {Table} SET (autovacuum_enabled = off)");
        await using var source = OneConnection();
        var storage = new PostgresContactStateStorage(source, new NoteSerializer(), "test");
        for (var i = 0; i < 10; i++)
        {
            var state = new GrainState<Note> { State = new("x") };
            await storage.WriteStateAsync("contact", GrainId.Create("note", Key(i)), state);
            await storage.WriteStateAsync("contact", GrainId.Create("note", Key(i)), state);
            await storage.ReadStateAsync("contact", GrainId.Create("note", Key(i)), state);
        }

        await _given.Execute(
            """
            INSERT INTO OrleansStorage_contacts (GrainIdHash, GrainIdN0, GrainIdN1, GrainTypeHash, GrainTypeString,
                GrainIdExtensionString, ServiceId, PayloadBinary, ModifiedOn, Version)
            SELECT 0, 0, 0, 0, 'contact', 'con_' || lpad(to_hex(g.i), 32, '0'), 'test', '{"text":"x"}', now(), 1
            FROM generate_series(1000, $0) AS g(i)
            """,
            1_000 + Contacts);
        GrainId[] some = [.. Enumerable.Range(1_500, 50).Select(i => GrainId.Create("note", Key(i)))];
        var states = some.Select(_ => new GrainState<Note>()).ToList();

        var read = await RowsRead(source, Table, () => Task.WhenAll(
            some.Zip(states, (id, state) => storage.ReadStateAsync("contact", id, state))));
        var readToUpdate = await RowsRead(source, Table, () => Task.WhenAll(
            some.Zip(states, (id, state) => storage.WriteStateAsync("contact", id, state))));

        Assert.All(states, state => Assert.Equal("2", state.ETag));
        Assert.InRange(read, some.Length, 4 * some.Length);
        Assert.InRange(readToUpdate, some.Length, 4 * some.Length);
    }

    /// <summary>The planner overestimates what it knows nothing about, and would think it worth compiling.</summary>
    [Fact]
    public async Task Nothing_is_compiled_for_a_write_or_a_page()
    {
        Assert.Equal(
            ["read_contact_states", "write_contact_states", "write_contact_states"],
            await _given.Texts(
                "SELECT proname FROM pg_proc WHERE 'jit=off' = ANY(proconfig) ORDER BY proname COLLATE \"C\""));
        foreach (var source in new[] { _given.Database.Contacts, _given.Database.Directory })
        {
            await using var command = source.CreateCommand("SHOW jit");
            Assert.Equal("off", await command.ExecuteScalarAsync());
        }
    }

    private static string Key(int number) => $"con_{number:x32}";

    // As the engine's own pool. What was planned stays planned.
    private NpgsqlDataSource OneConnection() => NpgsqlDataSource.Create(
        new NpgsqlConnectionStringBuilder(_given.Database.Contacts.ConnectionString)
        {
            Password = new NpgsqlConnectionStringBuilder(_given.ConnectionString).Password,
            MaxPoolSize = 1,
        });

    private static async Task<long> RowsRead(NpgsqlDataSource source, string table, Func<Task> act)
    {
        var before = await RowsRead(source, table);
        await act();
        return await RowsRead(source, table) - before;
    }

    // Entries of an index count, too: an index may be read from one end to the other.
    private static async Task<long> RowsRead(NpgsqlDataSource source, string table)
    {
        await source.CreateCommand("SELECT pg_stat_force_next_flush()").ExecuteNonQueryAsync();
        await using var command = source.CreateCommand(
            """
            SELECT t.seq_tup_read + greatest(t.idx_tup_fetch, (
                SELECT sum(i.idx_tup_read) FROM pg_stat_user_indexes i WHERE i.relid = t.relid))
            FROM pg_stat_user_tables t WHERE t.relname = $1
            """);
        command.Parameters.Add(new() { Value = table });
        return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    private static async Task Write(NpgsqlDataSource source, params string[] contacts)
    {
        await using var command = ContactWrites.Create(source, "test", Array.ConvertAll(contacts, State));
        await command.ExecuteNonQueryAsync();
    }

    private static ContactWrite State(string contact)
    {
        var delivery = new DeliveryProjection(
            Campaign.Value,
            Outcome.Sent,
            Cause.None,
            Excluded: null,
            Decided: 1,
            InDoubt: 0,
            Attempts: 1,
            Pass: 1,
            Charged: 1,
            NextAttemptAt: null,
            ReplyCode: 250,
            EnhancedCode: null,
            ReplyText: "ok",
            RecipientStatus.Delivered,
            DuplicatesUpTo: 2,
            UpdatedAt: 1_000);
        var projection = new ContactProjection(
            Account.Value, contact, ContactStatus.Active, 1_000, Outcome.Sent, 1_000, RecipientStatus.Delivered,
            [delivery]);
        return new(contact, Version: null, [1], projection);
    }
}
