using Orleans.Runtime;
using Orleans.Storage;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Storage.Postgres;
using OrleansCampaigns.Storage.Tests.States;
using OrleansCampaigns.TestKit;
using OrleansCampaigns.TestKit.Postgres;

namespace OrleansCampaigns.Storage.Tests.Postgres;

/// <summary>Answers that never arrive, and a server that goes away.</summary>
[Trait("Needs", "PostgreSQL")]
public sealed class PostgresFaultTests(PostgresFixture postgres)
{
    private static readonly GrainId One = GrainId.Create("contact", "ct:main:1");

    [Fact]
    public async Task A_write_whose_answer_is_lost_has_landed_and_is_found_by_reading_again()
    {
        await using var given = await postgres.CreateDatabase();
        await using var proxy = new CuttingProxy(given.ConnectionString);
        await using var database = new PostgresDatabase(
            new PostgresOptions { ConnectionString = proxy.ConnectionString }, TimeProvider.System);
        var storage = new PostgresContactStateStorage(database.Contacts, new NoteSerializer(), "test");
        var state = new GrainState<Note> { State = new("first") };
        await storage.WriteStateAsync("contact", One, state);
        state.State = new("second");

        proxy.CutNextAnswer();
        await Assert.ThrowsAsync<StorageUnavailableException>(() => storage.WriteStateAsync("contact", One, state));

        Assert.Equal(1, proxy.Cut);
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.WriteStateAsync("contact", One, state));
        var read = new GrainState<Note>();
        await storage.ReadStateAsync("contact", One, read);
        Assert.Equal(("second", "2"), (read.State!.Text, read.ETag));
        read.State = new("third");
        await storage.WriteStateAsync("contact", One, read);
    }

    [Fact]
    public async Task An_insert_whose_answer_is_lost_is_not_inserted_twice()
    {
        await using var given = await postgres.CreateDatabase();
        await using var proxy = new CuttingProxy(given.ConnectionString);
        await using var database = new PostgresDatabase(
            new PostgresOptions { ConnectionString = proxy.ConnectionString }, TimeProvider.System);
        var storage = new PostgresContactStateStorage(database.Contacts, new NoteSerializer(), "test");
        await storage.ReadStateAsync("contact", One, new GrainState<Note>());
        var state = new GrainState<Note> { State = new("first") };

        proxy.CutNextAnswer();
        await Assert.ThrowsAsync<StorageUnavailableException>(() => storage.WriteStateAsync("contact", One, state));
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.WriteStateAsync("contact", One, state));

        var read = new GrainState<Note>();
        await storage.ReadStateAsync("contact", One, read);
        Assert.Equal(("first", "1"), (read.State!.Text, read.ETag));
    }

    [Fact]
    public async Task A_server_that_crashes_loses_nothing_that_was_acknowledged_and_is_found_again()
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        await using var server = await PostgresServer.Start();
        Assert.SkipUnless(server.IsOwn, "The server that is given is not ours to stop.");
        await using var database = new PostgresDatabase(
            new PostgresOptions { ConnectionString = await server.CreateDatabase() }, TimeProvider.System);
        await database.Initialise();
        var storage = new PostgresContactStateStorage(database.Contacts, new NoteSerializer(), "test");
        var acknowledged = new List<int>();
        var writing = Enumerable.Range(0, 20).Select(async worker =>
        {
            for (var i = worker; ; i += 20)
            {
                await storage.WriteStateAsync("contact", Id(i), new GrainState<Note> { State = new($"{i}") });
                lock (acknowledged)
                {
                    acknowledged.Add(i);
                }
            }
        }).ToList();
        await Eventually.Holds("a few states are written", () => acknowledged.Count > 500);

        await server.Stop(immediately: true);
        await Task.WhenAll(writing.Select(
            writer => Assert.ThrowsAsync<StorageUnavailableException>(() => writer)));
        await server.Resume();

        // Connections of the old server may be left in the pool; each is found out once.
        await Eventually.Holds("states can be read again", async () =>
        {
            try
            {
                await storage.ReadStateAsync("contact", Id(0), new GrainState<Note>());
                return true;
            }
            catch (StorageUnavailableException)
            {
                return false;
            }
        });
        foreach (var i in acknowledged)
        {
            var read = new GrainState<Note>();
            await storage.ReadStateAsync("contact", Id(i), read);
            Assert.Equal($"{i}", read.State!.Text);
        }
    }

    private static GrainId Id(int i) => GrainId.Create("contact", $"ct:main:{i}");
}
