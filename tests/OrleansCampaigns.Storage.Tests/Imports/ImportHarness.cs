using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Storage.Databases;
using OrleansCampaigns.Storage.Directory;
using OrleansCampaigns.Storage.Imports;
using OrleansCampaigns.Storage.Tests.Sqlite;
using static OrleansCampaigns.Storage.Tests.TestDatabase;

namespace OrleansCampaigns.Storage.Tests.Imports;

/// <summary>Tests of imports that hold on either database.</summary>
public abstract class ImportContract(ITestDatabases databases) : DatabaseContract(databases)
{
    protected ImportHarness Imports { get; private set; } = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Imports = new(Test);
    }

    public override async ValueTask DisposeAsync()
    {
        Imports?.Dispose();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}

/// <summary>An importer over a real database, whose worker goes only when the test says so.</summary>
public sealed class ImportHarness : IDisposable
{
    public ImportHarness(TestDatabase test, long bytesMax = 64L * 1024 * 1024)
    {
        Test = test;
        var folder = (test as SqliteTestDatabase)?.Folder;
        Options = new()
        {
            ImportBytesMax = bytesMax,
            SpoolFolder = folder is null ? null : Path.Combine(folder, "spool"),
        };
        Lists = new(test.Database);
        Contacts = new(test.Database);
        Restart();
    }

    public TestDatabase Test { get; }

    public DirectoryOptions Options { get; }

    /// <summary>The contacts that learned how they stand.</summary>
    public LearningContacts Standings { get; } = new();

    public ListDirectory Lists { get; }

    public ContactDirectory Contacts { get; }

    internal IContactImporter Importer { get; private set; } = null!;

    internal ImportWorker Worker { get; private set; } = null!;

    /// <summary>The imports whose files are kept.</summary>
    public async Task<List<string>> KeptFiles() => Options.SpoolFolder is not { } folder
        ? await Test.Texts("SELECT DISTINCT import_id FROM import_files ORDER BY import_id")
        : !System.IO.Directory.Exists(folder)
            ? []
            : [.. System.IO.Directory.GetFiles(folder).Select(path => Path.GetFileName(path)).Order()];

    public async Task LoseFile(string import)
    {
        if (Options.SpoolFolder is { } folder)
        {
            File.Delete(Path.Combine(folder, $"{import}.csv"));
        }
        else
        {
            await Test.Execute("DELETE FROM import_files WHERE import_id = $0", import);
        }
    }

    /// <summary>As after a restart: nothing is known but what the database and the folder hold.</summary>
    internal void Restart()
    {
        Worker?.Dispose();
        (Importer, Worker) = Open();
    }

    /// <summary>Another process over the same database.</summary>
    internal (IContactImporter Importer, ImportWorker Worker) Open()
    {
        var files = Test.Database.OpenImportFiles(Options);
        var signal = new ImportSignal();
        return (
            new ContactImporter(Test.Database, files, signal),
            new(Test.Database, files, signal, Standings, Test.Clock, NullLogger<ImportWorker>.Instance));
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
        if (Test.Database.Dialect.ForgetOccurrencesSql is not null)
        {
            Assert.Equal(0, await Test.Number("SELECT count(*) FROM import_occurrences"));
        }

        Assert.Equal(
            0, await Test.Number(
                "SELECT count(*) FROM lists WHERE members <> (SELECT count(*) FROM list_members WHERE list_id = id)"));
        Assert.Empty(await KeptFiles());
        return import;
    }

    public async Task<IReadOnlyList<ImportError>> Errors(Import import) =>
        (await Importer.QueryErrors(Account, import.Id, null, 1000)).Value!.Items;

    public async Task<IReadOnlyList<ContactRow>> Members(Import import) =>
        (await Contacts.Query(Account, new ContactFilter { ListId = import.ListId }, null, 1000)).Value!.Items;

    public void Dispose() => Worker.Dispose();
}
