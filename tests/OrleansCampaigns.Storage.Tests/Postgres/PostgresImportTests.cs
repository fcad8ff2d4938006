using System.Globalization;
using System.Text;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Storage.Databases;
using OrleansCampaigns.Storage.Imports;
using OrleansCampaigns.Storage.Postgres;
using OrleansCampaigns.Storage.Tests.Imports;
using static OrleansCampaigns.Storage.Tests.TestDatabase;

namespace OrleansCampaigns.Storage.Tests.Postgres;

/// <summary>Imports of several processes that share nothing but the database.</summary>
[Trait("Needs", "PostgreSQL")]
public sealed class PostgresImportTests(PostgresFixture postgres) : ImportContract(postgres)
{
    private const int Rows = 45_000;

    private IDatabase Database => Test.Database;

    [Fact]
    public async Task What_one_process_took_another_one_reads()
    {
        var started = await Start();

        Assert.True(await Imports.Open().Worker.ReadAll(default));

        Assert.Equal(Rows, (await Imports.Ended(started.Id)).Created);
    }

    [Fact]
    public async Task An_import_that_somebody_reads_is_left_to_it()
    {
        var started = await Start();
        await using (var held = await Database.TryHold(ImportWorker.HoldOf(started.ListId)))
        {
            Assert.NotNull(held);
            Assert.Null(await Database.TryHold(ImportWorker.HoldOf(started.ListId)));
            Assert.True(await Imports.Worker.ReadAll(default));
            Assert.Equal(ImportStatus.Running, (await Imports.Importer.Find(Account, started.Id))!.Status);
        }

        Assert.True(await Imports.Worker.ReadAll(default));
        Assert.Equal(Rows, (await Imports.Ended(started.Id)).Created);
    }

    [Fact]
    public async Task Whoever_dies_is_followed_from_where_it_got_to()
    {
        var started = await Start();
        await Test.Refuse("disk", "BEFORE UPDATE ON imports", "NEW.rows > 15000");
        var held = await Database.TryHold(ImportWorker.HoldOf(started.ListId));
        await Test.Execute(
            """
            SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND database =
                (SELECT oid FROM pg_database WHERE datname = current_database())
            """);
        Assert.False(await Imports.Worker.ReadAll(default));
        Assert.Equal(10_000, (await Imports.Importer.Find(Account, started.Id))!.Rows);
        await Test.Allow("disk", "imports");
        await held!.DisposeAsync();

        Assert.True(await Imports.Open().Worker.ReadAll(default));

        var ended = await Imports.Ended(started.Id);
        Assert.Equal((Rows, Rows), ((int)ended.Rows, (int)ended.Created));
    }

    [Fact]
    public async Task Two_that_read_one_import_at_once_count_every_row_once()
    {
        var started = await Start();
        var readers = Enumerable.Range(0, 4).Select(_ => Imports.Open().Worker).ToList();

        // Whoever lost its hold without knowing goes on for a while.
        var task = (await Database.Read(session => ImportTable.FindNext(session, started.ListId)))!;
        var runs = await Task.WhenAll(readers.Select(_ => Settle(new ImportRun(
            Database, Database.OpenImportFiles(Imports.Options), task).Execute(default))));

        Assert.Contains(runs, run => run is null);
        Assert.All(runs, run => Assert.True(run is null or ImportTakenException, $"{run}"));
        var ended = await Imports.Ended(started.Id);
        Assert.Equal((Rows, Rows), ((int)ended.Rows, (int)ended.Created));
        Assert.Equal(Rows, await Test.Number("SELECT count(*) FROM list_members"));
        readers.ForEach(reader => reader.Dispose());
    }

    [Fact]
    public async Task Two_imports_of_the_same_contacts_at_once_make_each_once()
    {
        var csv = Csv();
        var lists = new[] { await Imports.List("one"), await Imports.List("two"), await Imports.List("three") };
        var ids = new List<string>();
        foreach (var list in lists)
        {
            ids.Add((await Imports.Importer.Start(Account, list, new(), new MemoryStream(csv))).Value!.Id);
        }

        // Each takes another one first.
        var workers = Enumerable.Range(0, 3).Select(_ => Imports.Open().Worker).ToList();
        await Task.WhenAll(workers.Select(worker => worker.ReadAll(default)));

        var ended = new List<Import>();
        foreach (var id in ids)
        {
            ended.Add(await Imports.Ended(id));
        }

        Assert.Equal(Rows, ended.Sum(import => import.Created));
        Assert.Equal(2 * Rows, ended.Sum(import => import.Updated));
        Assert.Equal(Rows, await Test.Number("SELECT count(*) FROM contacts"));
        workers.ForEach(worker => worker.Dispose());
    }

    [Fact]
    public async Task A_file_is_kept_in_parts_and_read_as_it_came()
    {
        var bytes = new byte[(2 * PostgresImportStream.PartBytes) + 17];
        new Random(1).NextBytes(bytes);
        var files = Database.OpenImportFiles(Imports.Options);
        Assert.Null(await files.Keep("imp_x", new MemoryStream(bytes), default));
        Assert.Equal(
            [$"0 {1 << 20}", $"1 {1 << 20}", "2 17"],
            await Test.Texts("SELECT part, octet_length(octets) FROM import_files ORDER BY part"));

        await using var stream = (await files.Open("imp_x", default))!;
        Assert.Equal(bytes.Length, stream.Length);
        const int Part = PostgresImportStream.PartBytes;
        foreach (var from in new[] { 0, 5, Part - 3, (2 * Part) + 16 })
        {
            stream.Position = from;
            using var rest = new MemoryStream();
            await stream.CopyToAsync(rest);
            Assert.Equal(bytes[from..], rest.ToArray());
        }

        await files.Remove("imp_x", default);
        Assert.Null(await files.Open("imp_x", default));
    }

    [Fact]
    public async Task What_an_upload_left_over_is_removed_an_hour_later_and_what_is_needed_stays()
    {
        var started = await Start();
        await Test.Execute(
            "INSERT INTO import_files VALUES ('imp_half', 0, $0, 'x'), ('imp_half', 1, $0 + 60000, 'x')",
            Test.Database.Now);

        Test.Clock.Move(TimeSpan.FromHours(1) + TimeSpan.FromSeconds(59));
        await Imports.Worker.CleanUp(default);
        Assert.Equal(["imp_half", started.Id], (await Imports.KeptFiles()).Order(StringComparer.Ordinal).Reverse());

        Test.Clock.Move(TimeSpan.FromSeconds(2));
        await Imports.Worker.CleanUp(default);
        Assert.Equal([started.Id], await Imports.KeptFiles());
    }

    /// <summary>An upload that stands still for an hour looks like one whose process has died, and then goes on.
    /// </summary>
    [Fact]
    public async Task A_file_whose_first_part_was_taken_for_left_over_is_not_read_without_it()
    {
        var started = await Start();
        Assert.Equal(
            1, await Test.Execute("DELETE FROM import_files WHERE import_id = $0 AND part = 0", started.Id));
        Assert.NotEmpty(await Imports.KeptFiles());

        Assert.True(await Imports.Worker.ReadAll(default));

        var ended = await Imports.Ended(started.Id);
        Assert.Equal((ImportStatus.Failed, "import.file_missing"), (ended.Status, ended.Failure!.Code));
        Assert.Equal(0, ended.Rows);
    }

    private static async Task<Exception?> Settle(Task run)
    {
        try
        {
            await run;
            return null;
        }
        catch (Exception failure)
        {
            return failure;
        }
    }

    private async Task<Import> Start() => (await Imports.Importer.Start(
        Account, await Imports.List(), new(), new MemoryStream(Csv()))).Value!;

    private static byte[] Csv()
    {
        var csv = new StringBuilder("email,name,city\n");
        for (var i = 0; i < Rows; i++)
        {
            csv.Append(CultureInfo.InvariantCulture, $"u{i}@example.com,U{i},Wien\n");
        }

        return Encoding.UTF8.GetBytes(csv.ToString());
    }
}
