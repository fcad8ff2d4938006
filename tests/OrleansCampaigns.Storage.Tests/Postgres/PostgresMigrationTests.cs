using Npgsql;
using OrleansCampaigns.Storage.Postgres;

namespace OrleansCampaigns.Storage.Tests.Postgres;

[Trait("Needs", "PostgreSQL")]
public sealed class PostgresMigrationTests(PostgresFixture postgres) : IAsyncLifetime
{
    private string _empty = "";

    public async ValueTask InitializeAsync() => _empty = await (await postgres.Server()).CreateDatabase();

    public async ValueTask DisposeAsync() => await (await postgres.Server()).DropDatabase(_empty);

    [Fact]
    public async Task However_many_start_together_each_migration_is_applied_once_and_all_know_the_same_secrets()
    {
        var databases = Enumerable.Range(0, 8).Select(_ => Open()).ToList();

        await Task.WhenAll(databases.Select(database => database.Initialise()));

        Assert.Single(databases.Select(database => Convert.ToHexString(database.ContactKey.Span)).Distinct());
        Assert.Single(databases.Select(database => Convert.ToHexString(database.SigningKey.Span)).Distinct());
        Assert.Equal(
            Enumerable.Range(1, PostgresMigrations.Scripts.Count),
            await Numbers("SELECT version FROM schema_versions ORDER BY version"));
        Assert.Empty(await databases[0].Migrate());
        await Dispose(databases);
    }

    [Fact]
    public async Task A_database_of_a_newer_version_is_left_alone()
    {
        var database = Open();
        await database.Initialise();
        await Numbers("INSERT INTO schema_versions VALUES (1000, 'from the future') RETURNING version");

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => database.Initialise());
        var strict = Open(migrate: false);
        await Assert.ThrowsAsync<InvalidOperationException>(() => strict.Initialise());

        Assert.Contains("schema version 1000", failure.Message);
        Assert.Contains("newer", failure.Message);
        await Dispose([database, strict]);
    }

    [Fact]
    public async Task Whoever_may_not_migrate_says_that_it_must_be_done_first()
    {
        var strict = Open(migrate: false);

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => strict.Initialise());
        Assert.Contains("schema version 0", failure.Message);
        Assert.Equal(PostgresMigrations.Scripts.Count, (await strict.Migrate()).Count);
        await strict.Initialise();

        Assert.Equal(32, strict.ContactKey.Length);
        await Dispose([strict]);
    }

    [Fact]
    public async Task A_migration_that_fails_leaves_nothing_behind()
    {
        // Something is in the way of a table that the first script makes.
        await Numbers("CREATE TABLE recipients (nothing integer); SELECT 1");
        var database = Open();

        await Assert.ThrowsAsync<PostgresException>(() => database.Initialise());
        await Numbers("DROP TABLE recipients; SELECT 1");
        await database.Initialise();

        Assert.Equal([1], await Numbers("SELECT count(*)::integer FROM schema_versions WHERE version = 1"));
        await Dispose([database]);
    }

    private static async Task Dispose(List<PostgresDatabase> databases)
    {
        foreach (var database in databases)
        {
            await database.DisposeAsync();
        }
    }

    private PostgresDatabase Open(bool migrate = true) =>
        new(new PostgresOptions { ConnectionString = _empty, Migrate = migrate }, TimeProvider.System);

    private async Task<List<int>> Numbers(string sql)
    {
        await using var source = NpgsqlDataSource.Create(_empty);
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var numbers = new List<int>();
        while (await reader.ReadAsync())
        {
            numbers.Add(reader.GetInt32(0));
        }

        return numbers;
    }
}
