using System.Globalization;
using Npgsql;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Grains.Contacts;
using OrleansCampaigns.Storage.Audiences;
using OrleansCampaigns.Storage.Directory;
using OrleansCampaigns.Storage.Postgres;
using static OrleansCampaigns.Storage.Tests.TestDatabase;

namespace OrleansCampaigns.Storage.Tests.Postgres;

/// <summary>How much is read for what is written.</summary>
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
        var oneConnection = new NpgsqlConnectionStringBuilder(_given.ConnectionString)
        {
            MaxPoolSize = 1,
            NoResetOnClose = true, // As the engine's own pool.
        };
        await using var source = NpgsqlDataSource.Create(oneConnection);
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

        await source.CreateCommand("SELECT pg_stat_force_next_flush()").ExecuteNonQueryAsync();
        var before = await Read(source);
        await Write(source, [.. ids]);
        await source.CreateCommand("SELECT pg_stat_force_next_flush()").ExecuteNonQueryAsync();
        var read = await Read(source) - before;

        Assert.InRange(read, ids.Count, 4 * ids.Count);
        Assert.Equal(ids.Count, await _given.Number("SELECT count(*) FROM recipients WHERE outcome = 'Sent'"));
    }

    /// <summary>The planner overestimates what it knows nothing about, and would think it worth compiling.</summary>
    [Fact]
    public async Task Nothing_is_compiled_for_a_write_or_a_page()
    {
        Assert.Equal(
            ["read_contact_states", "write_contact_states"],
            await _given.Texts(
                "SELECT proname FROM pg_proc WHERE 'jit=off' = ANY(proconfig) ORDER BY proname COLLATE \"C\""));
        foreach (var source in new[] { _given.Database.Contacts, _given.Database.Directory })
        {
            await using var command = source.CreateCommand("SHOW jit");
            Assert.Equal("off", await command.ExecuteScalarAsync());
        }
    }

    private static async Task<long> Read(NpgsqlDataSource source)
    {
        await using var command = source.CreateCommand(
            "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_user_tables WHERE relname = 'recipients'");
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
            Account.Value, contact, ContactStatus.Active, 1_000, Outcome.Sent, 1_000, RecipientStatus.Delivered, [delivery]);
        return new(contact, Version: null, [1], projection);
    }
}
