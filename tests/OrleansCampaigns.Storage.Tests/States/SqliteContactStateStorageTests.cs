using Orleans.Storage;
using OrleansCampaigns.Storage.States;

namespace OrleansCampaigns.Storage.Tests.States;

public sealed class SqliteContactStateStorageTests : ContactStateStorageContract, IDisposable
{
    private readonly TestDatabase _given = new();

    public void Dispose() => _given.Dispose();

    protected override IGrainStorage Open() =>
        new ContactStateStorage(_given.Database, new NoteSerializer(), "test");

    protected override Task<long> CountRows() =>
        _given.Number("SELECT count(*) FROM OrleansStorage WHERE GrainTypeString = $0", Name);

    protected override Task RefuseToInsert(string key) => _given.Execute($"""
        CREATE TRIGGER poison BEFORE INSERT ON OrleansStorage WHEN NEW.GrainIdExtensionString = '{key}'
        BEGIN SELECT RAISE(ABORT, 'poison'); END
        """);
}
