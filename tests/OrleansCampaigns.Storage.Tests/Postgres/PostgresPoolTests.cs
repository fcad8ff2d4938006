using System.Globalization;
using Npgsql;
using Orleans.Runtime;
using Orleans.Storage;
using OrleansCampaigns.Storage.Postgres;
using OrleansCampaigns.Storage.Tests.States;

namespace OrleansCampaigns.Storage.Tests.Postgres;

/// <summary>What a connection keeps from one use to the next.</summary>
[Trait("Needs", "PostgreSQL")]
public sealed class PostgresPoolTests(PostgresFixture postgres) : IAsyncLifetime
{
    private PostgresTestDatabase _given = null!;

    public async ValueTask InitializeAsync() => _given = await postgres.CreateDatabase();

    public async ValueTask DisposeAsync()
    {
        if (_given is not null)
        {
            await _given.DisposeAsync();
        }
    }

    [Fact]
    public async Task The_connections_of_contacts_keep_their_statements_and_are_not_reset()
    {
        var source = _given.Database.Contacts;
        var storage = new PostgresContactStateStorage(source, new NoteSerializer(), "test");
        var connection = await Scalar(source, "SELECT pg_backend_pid()");
        await Scalar(source, "SELECT set_config('campaigns.kept', 'yes', false)");
        for (var i = 0; i < 6; i++)
        {
            await storage.WriteStateAsync("contact", Id(i), new GrainState<Note> { State = new("x") });
            await storage.ReadStateAsync("contact", Id(i), new GrainState<Note>());
        }

        Assert.Equal(connection, await Scalar(source, "SELECT pg_backend_pid()"));
        Assert.Equal("yes", await Scalar(source, "SELECT current_setting('campaigns.kept', true)"));
        foreach (var function in new[] { "write_contact_states", "read_contact_states" })
        {
            Assert.Equal("1", await Scalar(
                source, $"SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%FROM {function}(%'"));
        }
    }

    /// <summary>What people ask for differs so much that one plan for all of it would be bad.</summary>
    [Fact]
    public async Task The_connections_of_the_directory_keep_nothing()
    {
        var source = _given.Database.Directory;
        await Scalar(source, "SELECT set_config('campaigns.kept', 'yes', false)");
        for (var i = 0; i < 20; i++)
        {
            await Scalar(source, "SELECT count(*) FROM recipients");
        }

        Assert.Equal("", await Scalar(source, "SELECT coalesce(current_setting('campaigns.kept', true), '')"));
        Assert.Equal("0", await Scalar(source, "SELECT count(*) FROM pg_prepared_statements"));
    }

    private static GrainId Id(int number) => GrainId.Create("note", $"{number}");

    private static async Task<string?> Scalar(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return Convert.ToString(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }
}
