using Orleans.Storage;
using OrleansCampaigns.Storage.States;
using OrleansCampaigns.Storage.Tests.Sqlite;

namespace OrleansCampaigns.Storage.Tests.States;

public sealed class SqliteContactStateStorageTests : ContactStateStorageContract, IAsyncDisposable
{
    private readonly SqliteTestDatabase _given = new();

    public ValueTask DisposeAsync() => _given.DisposeAsync();

    protected override IGrainStorage Open() =>
        new ContactStateStorage(_given.Database, new NoteSerializer(), "test");

    protected override Task<long> CountRows() =>
        _given.Number("SELECT count(*) FROM OrleansStorage WHERE GrainTypeString = $0", Name);

    protected override Task RefuseToInsert(string key) => _given.Execute($"""
        CREATE TRIGGER poison BEFORE INSERT ON OrleansStorage WHEN NEW.GrainIdExtensionString = '{key}'
        BEGIN SELECT RAISE(ABORT, 'poison'); END
        """);
}
