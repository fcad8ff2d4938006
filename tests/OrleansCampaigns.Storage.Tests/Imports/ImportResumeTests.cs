using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OrleansCampaigns.Contracts.Contacts;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Storage.Directory;
using OrleansCampaigns.Storage.Tests.Postgres;
using OrleansCampaigns.Storage.Tests.Sqlite;
using OrleansCampaigns.TestKit;
using static OrleansCampaigns.Storage.Tests.TestDatabase;

namespace OrleansCampaigns.Storage.Tests.Imports;

public abstract class ImportResumeTests(ITestDatabases databases) : ImportContract(databases)
{
    private static readonly Outcome Expected = new(60_000, 53_970, 0, 5_970, 60);

    private int Step => Test.Database.Dialect.ImportStepMax;

    [Fact]
    public async Task An_uninterrupted_import_counts_every_row() =>
        Assert.Equal(Expected, Told(await Imports.Import(Csv())));

    /// <summary>
    /// The database itself refuses a write in the middle of a step, as it does when the disk is full. What the refused
    /// transaction had done is gone, and a new worker knows only what the committed ones left.
    /// </summary>
    [Theory]
    [InlineData("imports", "BEFORE UPDATE", "NEW.chunk_done = 2 * {step}")]
    [InlineData("imports", "BEFORE UPDATE", "NEW.position > OLD.position AND OLD.rows > 0")]
    [InlineData("imports", "BEFORE UPDATE", "NEW.status = 'Finished'")]
    [InlineData("import_errors", "BEFORE INSERT", "NEW.line > 5000")]
    [InlineData(
        "list_members", "AFTER INSERT", "(SELECT rows FROM imports) > {step} AND NEW.occurrence = 2")]
    [InlineData("import_occurrences", "BEFORE DELETE", "1 = 1")] // Where there are such.
    public async Task An_interrupted_import_goes_on_with_the_first_row_that_is_not_in(
        string table, string write, string condition)
    {
        if (table == "import_occurrences" && Test.Database.Dialect.ForgetOccurrencesSql is null)
        {
            return;
        }

        var csv = Csv();
        await Test.Refuse("disk", $"{write} ON {table}", condition.Replace("{step}", $"{Step}"));
        var started =
            (await Imports.Importer.Start(Account, await Imports.List(), new(), new MemoryStream(csv))).Value!;

        Assert.False(await Imports.Worker.ReadAll(default));
        Assert.False(await Imports.Worker.ReadAll(default));
        var interrupted = (await Imports.Importer.Find(Account, started.Id))!;
        Assert.Equal(ImportStatus.Running, interrupted.Status);
        Assert.Null(interrupted.Failure);
        Assert.Equal(
            await Test.Number("SELECT count(*) FROM contacts"), interrupted.Created);
        Assert.Equal(
            await Test.Number("SELECT count(*) FROM list_members"),
            interrupted.Created + interrupted.Duplicated);

        await Test.Allow("disk", table);
        Imports.Restart();
        await Imports.Worker.CleanUp(default);
        Assert.True(await Imports.Worker.ReadAll(default));
        Assert.Equal(Expected, Told(await Imports.Ended(started.Id)));
        Assert.Equal(Expected.Created + Expected.Duplicated, await Test.Number("SELECT members FROM lists"));
    }

    [Fact]
    public async Task An_import_that_is_stopped_again_and_again_counts_as_if_it_never_was()
    {
        var csv = Csv();
        var started =
            (await Imports.Importer.Start(Account, await Imports.List(), new(), new MemoryStream(csv))).Value!;
        var stepsPerRun = 8_000 / Step;
        await Test.Execute("CREATE TABLE allowed (rows BIGINT)");
        await Test.Execute("INSERT INTO allowed VALUES ($0)", Math.Max(stepsPerRun, 1) * Step);
        await Test.Refuse(
            "stop", "BEFORE UPDATE ON imports", "NEW.rows > OLD.rows AND OLD.rows >= (SELECT rows FROM allowed)");

        var stops = 0;
        while (!await Imports.Worker.ReadAll(default))
        {
            await Test.Execute("UPDATE allowed SET rows = $0 + (SELECT rows FROM imports)", 8_000L);
            Imports.Restart();
            Assert.InRange(++stops, 1, 20);
        }

        Assert.InRange(stops, 4, 8);
        Assert.Equal(Expected, Told(await Imports.Ended(started.Id)));
    }

    [Fact]
    public async Task A_cancelled_worker_leaves_the_import_running()
    {
        var started =
            (await Imports.Importer.Start(Account, await Imports.List(), new(), new MemoryStream(Csv()))).Value!;
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Imports.Worker.ReadAll(cancelled.Token));
        Assert.Equal(ImportStatus.Running, (await Imports.Importer.Find(Account, started.Id))!.Status);
        Assert.True(await Imports.Worker.ReadAll(default));
        Assert.Equal(ImportStatus.Finished, (await Imports.Ended(started.Id)).Status);
    }

    [Fact]
    public async Task What_neither_passes_nor_comes_of_a_row_ends_the_import_and_no_other()
    {
        var csv = "address,name\n,nobody\nanna@mail.example,Anna\n"u8.ToArray();
        await Test.Execute("ALTER TABLE import_errors RENAME TO import_errors_away");
        var one = (await Imports.Importer.Start(
            Account, await Imports.List(), new(), new MemoryStream(csv))).Value!;
        Assert.True(await Imports.Worker.ReadAll(default));
        var failed = await Imports.Ended(one.Id);
        Assert.Equal((ImportStatus.Failed, "import.fault"), (failed.Status, failed.Failure?.Code));

        await Test.Execute("ALTER TABLE import_errors_away RENAME TO import_errors");
        var imported = await Imports.Import(csv);
        Assert.Equal((ImportStatus.Finished, 2, 1), (imported.Status, imported.Rows, imported.Rejected));
    }

    [Fact]
    public async Task A_file_that_is_gone_or_a_list_that_is_deleted_fails_the_import()
    {
        var list = await Imports.List();
        var one = (await Imports.Importer.Start(Account, list, new(), new MemoryStream(Csv()))).Value!;
        await Imports.LoseFile(one.Id);
        Assert.True(await Imports.Worker.ReadAll(default));
        Assert.Equal("import.file_missing", (await Imports.Ended(one.Id)).Failure!.Code);

        var two = (await Imports.Importer.Start(Account, list, new(), new MemoryStream(Csv()))).Value!;
        await Imports.Lists.DeleteList(Account, list);
        Assert.True(await Imports.Worker.ReadAll(default));
        Assert.Equal("list.unknown", (await Imports.Ended(two.Id)).Failure!.Code);
        Assert.Equal(0, await Test.Number("SELECT count(*) FROM contacts"));
    }

    [Fact]
    public async Task A_host_reads_what_an_earlier_one_left_and_what_comes_later()
    {
        var left =
            (await Imports.Importer.Start(Account, await Imports.List(), new(), new MemoryStream(Csv()))).Value!;
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddLogging();
        builder.Services.AddSingleton<IContactStandings>(Imports.Standings);
        builder.Services.AddOrleansCampaignsDirectory(Test.Database, Imports.Options);
        using var host = builder.Build();
        await host.StartAsync();
        var importer = host.Services.GetRequiredService<IContactImporter>();
        var lists = host.Services.GetRequiredService<IListDirectory>();

        var list = (await lists.CreateList(Account, "later")).Value!.Id;
        var later =
            (await importer.Start(Account, list, new(), new MemoryStream("email\nz@example.com"u8.ToArray()))).Value!;
        foreach (var id in new[] { left.Id, later.Id })
        {
            var ended = await Eventually.Get(
                "the end of an import",
                async () =>
                    await importer.Find(Account, id) is { Status: not ImportStatus.Running } import ? import : null);
            Assert.Equal((ImportStatus.Finished, null), (ended.Status, ended.Failure?.Code));
        }

        await host.StopAsync();
        Assert.NotNull(host.Services.GetRequiredService<IAccessDirectory>());
        Assert.NotNull(host.Services.GetRequiredService<ICampaignDirectory>());
        Assert.Equal(
            1, (await host.Services.GetRequiredService<IContactDirectory>().Count(Account, new() { ListId = list })));
    }

    // Two chunks, some thirty steps; every tenth row repeats one before it, often of the other chunk; some have an
    // error.
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

public sealed class SqliteImportResumeTests() : ImportResumeTests(SqliteDatabases.Instance);

[Trait("Needs", "PostgreSQL")]
public sealed class PostgresImportResumeTests(PostgresFixture postgres) : ImportResumeTests(postgres);
