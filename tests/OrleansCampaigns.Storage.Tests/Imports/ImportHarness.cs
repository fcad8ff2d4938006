using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Storage.Directory;
using OrleansCampaigns.Storage.Imports;
using static OrleansCampaigns.Storage.Tests.TestDatabase;

namespace OrleansCampaigns.Storage.Tests.Imports;

/// <summary>An importer over a real database and a real folder, whose worker goes only when the test says so.</summary>
public sealed class ImportHarness : IDisposable
{
    private readonly DirectoryOptions _options;

    public ImportHarness(long bytesMax = 64L * 1024 * 1024)
    {
        _options = new() { ImportBytesMax = bytesMax, SpoolFolder = Path.Combine(Test.Folder, "spool") };
        Lists = new(Test.Database);
        Contacts = new(Test.Database);
        Restart();
    }

    public TestDatabase Test { get; } = new();

    public ListDirectory Lists { get; }

    public ContactDirectory Contacts { get; }

    internal IContactImporter Importer { get; private set; } = null!;

    internal ImportWorker Worker { get; private set; } = null!;

    public string[] SpooledFiles =>
        System.IO.Directory.Exists(_options.SpoolFolder!) ? System.IO.Directory.GetFiles(_options.SpoolFolder!) : [];

    /// <summary>As after a restart: nothing is known but what the database and the folder hold.</summary>
    internal void Restart()
    {
        var spool = new ImportSpool(Test.Database, _options);
        var signal = new ImportSignal();
        Importer = new ContactImporter(Test.Database, spool, signal);
        Worker = new(Test.Database, spool, signal, Test.Clock, NullLogger<ImportWorker>.Instance);
    }

    public async Task<string> List(string name = "everybody") => (await Lists.CreateList(Account, name)).Value!.Id;

    public Task<Import> Import(string csv, ImportOptions? options = null, string? list = null) =>
        Import(Encoding.UTF8.GetBytes(csv), options, list);

    /// <summary>Imports a file to its end and checks what must hold for every import.</summary>
    public async Task<Import> Import(byte[] csv, ImportOptions? options = null, string? list = null)
    {
        list ??= await List($"list {Guid.NewGuid()}");
        using var stream = new MemoryStream(csv);
        var started = await Importer.Start(Account, list, options ?? new(), stream);
        Assert.Null(started.Refusal);
        Assert.Equal(ImportStatus.Running, started.Value!.Status);
        Assert.True(await Worker.ReadAll(default));
        return await Ended(started.Value.Id);
    }

    public async Task<Import> Ended(string id)
    {
        var import = (await Importer.Find(Account, id))!;
        Assert.NotEqual(ImportStatus.Running, import.Status);
        Assert.Equal(import.Rows, import.Created + import.Updated + import.Duplicated + import.Rejected);
        Assert.InRange(import.Malformed, 0, import.Created + import.Updated + import.Duplicated);
        Assert.Equal(import.Status == ImportStatus.Failed, import.Failure is not null);
        Assert.NotNull(import.EndedAt);
        Assert.Equal(0, await Test.Number("SELECT count(*) FROM import_occurrences"));
        Assert.Equal(
            0, await Test.Number(
                "SELECT count(*) FROM lists WHERE members <> (SELECT count(*) FROM list_members WHERE list_id = id)"));
        Assert.Empty(SpooledFiles);
        return import;
    }

    public async Task<IReadOnlyList<ImportError>> Errors(Import import) =>
        (await Importer.QueryErrors(Account, import.Id, null, 1000)).Value!.Items;

    public async Task<IReadOnlyList<ContactRow>> Members(Import import) =>
        (await Contacts.Query(Account, new ContactFilter { ListId = import.ListId }, null, 1000)).Value!.Items;

    public void Dispose()
    {
        Worker.Dispose();
        Test.Dispose();
    }
}
