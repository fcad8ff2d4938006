using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Npgsql;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Storage.Audiences;
using OrleansCampaigns.Storage.Directory;
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
        await using var connection = new NpgsqlConnection(_given.ConnectionString);
        await connection.OpenAsync();
        for (var i = 0; i < 10; i++)
        {
            await Write(connection, $"con_{i:x32}");
        }

        var lists = new ListDirectory(_given.Database);
        var list = (await lists.CreateList(Account, "list")).Value!.Id;
        await lists.AddMembers(
            Account, list, [.. Enumerable.Range(0, Contacts).Select(i => Input($"u{i}@example.com"))]);
        await new AudienceStore(_given.Database).Take(
            Account, Campaign, new() { ListIds = [list] }, 500, _given.Clock.GetUtcNow());
        var ids = await _given.Texts("SELECT contact_id FROM recipients ORDER BY contact_id LIMIT 50");

        await using var transaction = await connection.BeginTransactionAsync();
        await Write(connection, [.. ids]);
        var read = await Number(
            connection,
            "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'recipients'");
        await transaction.CommitAsync();

        Assert.InRange(read, ids.Count, 4 * ids.Count);
        Assert.Equal(ids.Count, await _given.Number("SELECT count(*) FROM recipients WHERE outcome = 'Sent'"));
    }

    /// <summary>The planner thinks every list in JSON a hundred rows long, and worth compiling.</summary>
    [Fact]
    public async Task Nothing_is_compiled_for_a_write_or_a_page()
    {
        Assert.Equal(
            ["project_contacts", "read_contact_states", "write_contact_states"],
            await _given.Texts(
                "SELECT proname FROM pg_proc WHERE 'jit=off' = ANY(proconfig) ORDER BY proname COLLATE \"C\""));
        foreach (var source in new[] { _given.Database.Contacts, _given.Database.Directory })
        {
            await using var command = source.CreateCommand("SHOW jit");
            Assert.Equal("off", await command.ExecuteScalarAsync());
        }
    }

    private static Task<long> Write(NpgsqlConnection connection, params string[] contacts) => Number(
        connection,
        "SELECT count(*) FROM write_contact_states('test', $1, $2, $3)",
        contacts,
        Array.ConvertAll(contacts, _ => (int?)null),
        Array.ConvertAll(contacts, State));

    private static async Task<long> Number(NpgsqlConnection connection, string sql, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    private static byte[] State(string contact)
    {
        var delivery = new JsonObject
        {
            ["campaign"] = Campaign.Value,
            ["outcome"] = "Sent",
            ["cause"] = "None",
            ["decided"] = 1,
            ["inDoubt"] = 0,
            ["attempts"] = 1,
            ["pass"] = 1,
            ["charged"] = 1,
            ["recipientStatus"] = "Delivered",
            ["duplicatesUpTo"] = 1,
            ["updatedAt"] = 1_000,
        };
        var projection = new JsonObject
        {
            ["account"] = Account.Value,
            ["contact"] = contact,
            ["status"] = "Active",
            ["deliveries"] = new JsonArray(delivery),
        };
        return Encoding.UTF8.GetBytes(new JsonObject { ["projection"] = projection }.ToJsonString());
    }
}
