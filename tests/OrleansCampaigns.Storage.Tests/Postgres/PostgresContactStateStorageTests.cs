using Orleans.Storage;
using OrleansCampaigns.Storage.Postgres;
using OrleansCampaigns.Storage.Tests.States;

namespace OrleansCampaigns.Storage.Tests.Postgres;

[Trait("Needs", "PostgreSQL")]
public sealed class PostgresContactStateStorageTests(PostgresFixture postgres)
    : ContactStateStorageContract, IAsyncLifetime
{
    private PostgresTestDatabase _given = null!;

    public async ValueTask InitializeAsync() => _given = await postgres.CreateDatabase();

    public ValueTask DisposeAsync() => _given.DisposeAsync();

    protected override IGrainStorage Open() =>
        new PostgresContactStateStorage(_given.Database.Contacts, new NoteSerializer(), "test");

    protected override Task<long> CountRows() =>
        _given.Number("SELECT count(*) FROM OrleansStorage WHERE GrainTypeString = $0", Name);

    protected override Task RefuseToInsert(string key) => _given.Execute(
        $"ALTER TABLE OrleansStorage_contacts ADD CONSTRAINT poison CHECK (GrainIdExtensionString <> '{key}')");
}
