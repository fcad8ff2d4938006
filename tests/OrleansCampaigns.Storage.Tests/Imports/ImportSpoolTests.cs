using System.IO.Pipelines;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Storage.Imports;
using OrleansCampaigns.Storage.Tests.Sqlite;
using OrleansCampaigns.TestKit;
using static OrleansCampaigns.Storage.Tests.TestDatabase;

namespace OrleansCampaigns.Storage.Tests.Imports;

public sealed class ImportSpoolTests() : ImportContract(SqliteDatabases.Instance)
{
    [Fact]
    public async Task What_a_crash_left_in_the_spool_folder_is_removed_and_what_is_needed_stays()
    {
        using var csv = new MemoryStream("email\na@example.com"u8.ToArray());
        var started = (await Imports.Importer.Start(Account, await Imports.List(), new(), csv)).Value!;
        var folder = Imports.Options.SpoolFolder!;
        await File.WriteAllTextAsync(Path.Combine(folder, $"imp_{new string('0', 32)}.part"), "half");
        await File.WriteAllTextAsync(Path.Combine(folder, $"imp_{new string('1', 32)}.csv"), "whole");
        await File.WriteAllTextAsync(Path.Combine(folder, "readme.txt"), "not ours");
        await Test.Execute("INSERT INTO deleted_lists VALUES ('lst_gone')");
        await Test.Execute("INSERT INTO list_members VALUES ('lst_gone', 'con_x', 1)");

        await Imports.Worker.CleanUp(default);

        Assert.Equal([$"{started.Id}.csv", "readme.txt"], await Imports.KeptFiles());
        Assert.Equal(0, await Test.Number("SELECT count(*) FROM list_members"));
    }

    /// <summary>A host cleans up while it starts, and clients do not wait for that.</summary>
    [Fact]
    public async Task A_file_that_arrives_while_left_over_ones_are_looked_for_is_imported()
    {
        var files = Test.Database.OpenImportFiles(Imports.Options);
        var importer = new ContactImporter(Test.Database, files, new());
        var started = new List<string> { await Whole(importer) };
        var first = await Half.Begin(importer, await Imports.List("first"));
        var second = await Half.Begin(importer, await Imports.List("second"));
        await Eventually.Holds("both halves are kept", async () =>
            (await Imports.KeptFiles()).Count(file => file.EndsWith(".part", StringComparison.Ordinal)) == 2);
        using var worker = WorkerOn(new Watched(files)
        {
            Asking = async () => started.AddRange([await Whole(importer), await first.End()]),
            Asked = async () => started.AddRange([await Whole(importer), await second.End()]),
        });

        await worker.CleanUp(default);

        Assert.Equal(started.Select(id => $"{id}.csv").Order(), await Imports.KeptFiles());
        Assert.True(await worker.ReadAll(default));
        Assert.Equal(5, started.Count);
        foreach (var id in started)
        {
            var ended = await Imports.Ended(id);
            Assert.Equal((ImportStatus.Finished, null), (ended.Status, ended.Failure?.Code));
        }
    }

    /// <summary>What a worker uses may be gone before the worker is.</summary>
    [Fact]
    public async Task A_fault_while_the_worker_is_stopped_leaves_the_import_running()
    {
        var started = await Whole(Imports.Importer);
        var files = Test.Database.OpenImportFiles(Imports.Options);
        using var stop = new CancellationTokenSource();
        using var worker = WorkerOn(new Watched(files)
        {
            Opening = async () =>
            {
                await stop.CancelAsync();
                throw new ObjectDisposedException("files");
            },
        });

        await Assert.ThrowsAsync<ObjectDisposedException>(() => worker.ReadAll(stop.Token));

        Assert.Equal(ImportStatus.Running, (await Imports.Importer.Find(Account, started))!.Status);
        Assert.True(await Imports.Worker.ReadAll(default));
        Assert.Equal(ImportStatus.Finished, (await Imports.Ended(started)).Status);
    }

    private ImportWorker WorkerOn(IImportFiles files) =>
        new(Test.Database, files, new(), Test.Clock, NullLogger<ImportWorker>.Instance);

    private async Task<string> Whole(IContactImporter importer)
    {
        using var csv = new MemoryStream("email\na@example.com"u8.ToArray());
        return (await importer.Start(Account, await Imports.List($"{Guid.NewGuid()}"), new(), csv)).Value!.Id;
    }

    /// <summary>An upload whose first half has been sent.</summary>
    private sealed record Half(PipeWriter Rest, Task<Result<Import>> Started)
    {
        public static async Task<Half> Begin(ContactImporter importer, string list)
        {
            var pipe = new Pipe();
            var started = importer.Start(Account, list, new(), pipe.Reader.AsStream());
            await pipe.Writer.WriteAsync(Encoding.UTF8.GetBytes("email\na@"));
            return new(pipe.Writer, started);
        }

        /// <summary>Sends the second half; the import once it is taken.</summary>
        public async Task<string> End()
        {
            await Rest.WriteAsync(Encoding.UTF8.GetBytes("example.com"));
            await Rest.CompleteAsync();
            return (await Started).Value!.Id;
        }
    }

    /// <summary>Files to which something happens at the worst moment.</summary>
    private sealed class Watched(IImportFiles files) : IImportFiles
    {
        /// <summary>Before the database is asked which imports are running.</summary>
        public Func<Task> Asking { get; init; } = () => Task.CompletedTask;

        /// <summary>After it has answered.</summary>
        public Func<Task> Asked { get; init; } = () => Task.CompletedTask;

        /// <summary>Before a file is opened.</summary>
        public Func<Task> Opening { get; init; } = () => Task.CompletedTask;

        public TimeSpan? LookEvery => files.LookEvery;

        public Task<Refusal?> Keep(string import, Stream csv, CancellationToken cancellation) =>
            files.Keep(import, csv, cancellation);

        public void Arrived(string import) => files.Arrived(import);

        public async Task<Stream?> Open(string import, CancellationToken cancellation)
        {
            await Opening();
            return await files.Open(import, cancellation);
        }

        public Task Remove(string import, CancellationToken cancellation) => files.Remove(import, cancellation);

        public Task CleanUp(
            Func<CancellationToken, Task<IReadOnlySet<string>>> running, CancellationToken cancellation) =>
            files.CleanUp(
                async token =>
                {
                    await Asking();
                    var known = await running(token);
                    await Asked();
                    return known;
                },
                cancellation);
    }
}
