using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Storage.Directory;
using OrleansCampaigns.Storage.Sqlite;
using OrleansCampaigns.TestKit;
using static OrleansCampaigns.Storage.Tests.TestDatabase;

namespace OrleansCampaigns.Storage.Tests.Imports;

public sealed class ImportResumeTests : IDisposable
{
    private static readonly Outcome Expected = new(60_000, 53_970, 0, 5_970, 60);

    private readonly ImportHarness _imports = new();

    public void Dispose() => _imports.Dispose();

    [Fact]
    public async Task An_uninterrupted_import_counts_every_row() =>
        Assert.Equal(Expected, Told(await _imports.Import(Csv())));

    /// <summary>
    /// The database itself refuses a write in the middle of a step, as it does when the disk is full. What the refused
    /// transaction had done is gone, and a new worker knows only what the committed ones left.
    /// </summary>
    [Theory]
    [InlineData("BEFORE UPDATE ON imports WHEN NEW.chunk_done = 4000")]
    [InlineData("BEFORE UPDATE ON imports WHEN NEW.position > OLD.position AND OLD.rows > 0")]
    [InlineData("BEFORE UPDATE ON imports WHEN NEW.status = 'Finished'")]
    [InlineData("BEFORE INSERT ON import_errors WHEN NEW.line > 5000")]
    [InlineData("AFTER INSERT ON list_members WHEN (SELECT rows FROM imports) > 3000 AND NEW.occurrence = 2")]
    [InlineData("BEFORE DELETE ON import_occurrences")]
    public async Task An_interrupted_import_goes_on_with_the_first_row_that_is_not_in(string when)
    {
        var csv = Csv();
        await _imports.Test.Execute($"CREATE TRIGGER full {when} BEGIN SELECT raise(ABORT, 'the disk is full'); END");
        var started = (await _imports.Importer.Start(Account, await _imports.List(), new(), new MemoryStream(csv))).Value!;

        Assert.False(await _imports.Worker.ReadAll(default));
        Assert.False(await _imports.Worker.ReadAll(default));
        var interrupted = (await _imports.Importer.Find(Account, started.Id))!;
        Assert.Equal(ImportStatus.Running, interrupted.Status);
        Assert.Null(interrupted.Failure);
        Assert.Equal(
            await _imports.Test.Number("SELECT count(*) FROM contacts"), interrupted.Created);
        Assert.Equal(
            await _imports.Test.Number("SELECT count(*) FROM list_members"), interrupted.Created + interrupted.Duplicated);

        await _imports.Test.Execute("DROP TRIGGER full");
        _imports.Restart();
        await _imports.Worker.CleanUp(default);
        Assert.True(await _imports.Worker.ReadAll(default));
        Assert.Equal(Expected, Told(await _imports.Ended(started.Id)));
        Assert.Equal(Expected.Created + Expected.Duplicated, await _imports.Test.Number("SELECT members FROM lists"));
    }

    [Fact]
    public async Task An_import_that_is_stopped_again_and_again_counts_as_if_it_never_was()
    {
        var csv = Csv();
        var started = (await _imports.Importer.Start(Account, await _imports.List(), new(), new MemoryStream(csv))).Value!;
        await _imports.Test.Execute("CREATE TABLE steps (done INTEGER)");
        await _imports.Test.Execute(
            """
            CREATE TRIGGER stop BEFORE UPDATE ON imports WHEN NEW.rows > OLD.rows AND (SELECT count(*) FROM steps) = 4
            BEGIN SELECT raise(ABORT, 'stopped'); END
            """);
        await _imports.Test.Execute(
            "CREATE TRIGGER step AFTER UPDATE ON imports WHEN NEW.rows > OLD.rows BEGIN INSERT INTO steps VALUES (1); END");

        var stops = 0;
        while (!await _imports.Worker.ReadAll(default))
        {
            await _imports.Test.Execute("DELETE FROM steps");
            _imports.Restart();
            stops++;
        }

        Assert.InRange(stops, 6, 8);
        Assert.Equal(Expected, Told(await _imports.Ended(started.Id)));
    }

    [Fact]
    public async Task A_cancelled_worker_leaves_the_import_running()
    {
        var started = (await _imports.Importer.Start(Account, await _imports.List(), new(), new MemoryStream(Csv()))).Value!;
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _imports.Worker.ReadAll(cancelled.Token));
        Assert.Equal(ImportStatus.Running, (await _imports.Importer.Find(Account, started.Id))!.Status);
        Assert.True(await _imports.Worker.ReadAll(default));
        Assert.Equal(ImportStatus.Finished, (await _imports.Ended(started.Id)).Status);
    }

    [Fact]
    public async Task A_file_that_is_gone_or_a_list_that_is_deleted_fails_the_import()
    {
        var list = await _imports.List();
        var one = (await _imports.Importer.Start(Account, list, new(), new MemoryStream(Csv()))).Value!;
        File.Delete(Assert.Single(_imports.SpooledFiles));
        Assert.True(await _imports.Worker.ReadAll(default));
        Assert.Equal("import.file_missing", (await _imports.Ended(one.Id)).Failure!.Code);

        var two = (await _imports.Importer.Start(Account, list, new(), new MemoryStream(Csv()))).Value!;
        await _imports.Lists.DeleteList(Account, list);
        Assert.True(await _imports.Worker.ReadAll(default));
        Assert.Equal("list.unknown", (await _imports.Ended(two.Id)).Failure!.Code);
        Assert.Equal(0, await _imports.Test.Number("SELECT count(*) FROM contacts"));
    }

    [Fact]
    public async Task What_a_crash_left_in_the_spool_folder_is_removed_and_what_is_needed_stays()
    {
        var started = (await _imports.Importer.Start(Account, await _imports.List(), new(), new MemoryStream(Csv()))).Value!;
        var folder = Path.GetDirectoryName(Assert.Single(_imports.SpooledFiles))!;
        await File.WriteAllTextAsync(Path.Combine(folder, $"imp_{new string('0', 32)}.part"), "half");
        await File.WriteAllTextAsync(Path.Combine(folder, $"imp_{new string('1', 32)}.csv"), "whole");
        await File.WriteAllTextAsync(Path.Combine(folder, "readme.txt"), "not ours");
        await _imports.Test.Execute("INSERT INTO deleted_lists VALUES ('lst_gone')");
        await _imports.Test.Execute("INSERT INTO list_members VALUES ('lst_gone', 'con_x', 1)");

        await _imports.Worker.CleanUp(default);

        Assert.Equal(
            [$"{started.Id}.csv", "readme.txt"], _imports.SpooledFiles.Select(path => Path.GetFileName(path)).Order());
        Assert.Equal(0, await _imports.Test.Number("SELECT count(*) FROM list_members"));
        File.Delete(Path.Combine(folder, "readme.txt"));
    }

    [Fact]
    public async Task A_host_reads_what_an_earlier_one_left_and_what_comes_later()
    {
        var left = (await _imports.Importer.Start(Account, await _imports.List(), new(), new MemoryStream(Csv()))).Value!;
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddLogging();
        builder.Services.AddSingleton(_imports.Test.Database);
        builder.Services.AddOrleansCampaignsDirectory(
            new() { SpoolFolder = Path.GetDirectoryName(_imports.SpooledFiles[0]) });
        using var host = builder.Build();
        await host.StartAsync();
        var importer = host.Services.GetRequiredService<IContactImporter>();
        var lists = host.Services.GetRequiredService<IListDirectory>();

        var list = (await lists.CreateList(Account, "later")).Value!.Id;
        var later = (await importer.Start(Account, list, new(), new MemoryStream("email\nz@example.com"u8.ToArray()))).Value!;
        foreach (var id in new[] { left.Id, later.Id })
        {
            var ended = await Eventually.Get(
                "the end of an import",
                async () => await importer.Find(Account, id) is { Status: not ImportStatus.Running } import ? import : null);
            Assert.Equal(ImportStatus.Finished, ended.Status);
        }

        await host.StopAsync();
        Assert.NotNull(host.Services.GetRequiredService<IAccessDirectory>());
        Assert.NotNull(host.Services.GetRequiredService<ICampaignDirectory>());
        Assert.Equal(1, (await host.Services.GetRequiredService<IContactDirectory>().Count(Account, new() { ListId = list })));
    }

    // Two chunks, some thirty steps; every tenth row repeats one before it, often of the other chunk; some have an error.
    private static byte[] Csv()
    {
        var csv = new StringBuilder("email,name\n");
        for (var i = 0; i < 60_000; i++)
        {
            var earlier = i < 30_009 ? i - 9 : i - 30_009;
            csv.Append(CultureInfo.InvariantCulture, $"u{(i % 10 == 9 ? earlier : i)}@example.com,U{i}");
            csv.Append(i % 1000 == 500 ? ",x\n" : "\n");
        }

        return Encoding.UTF8.GetBytes(csv.ToString());
    }

    private static Outcome Told(Import import)
    {
        Assert.Equal(ImportStatus.Finished, import.Status);
        return new(import.Rows, import.Created, import.Updated, import.Duplicated, import.Rejected);
    }

    private sealed record Outcome(long Rows, long Created, long Updated, long Duplicated, long Rejected);
}
