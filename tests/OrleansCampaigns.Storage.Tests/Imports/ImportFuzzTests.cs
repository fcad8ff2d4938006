using System.Text;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Storage.Tests.Postgres;
using OrleansCampaigns.Storage.Tests.Sqlite;

namespace OrleansCampaigns.Storage.Tests.Imports;

public abstract class ImportFuzzTests(ITestDatabases databases) : ImportContract(databases)
{
    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public async Task Whatever_the_bytes_are_every_row_is_accounted_for(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 40; round++)
        {
            var body = HostileCsv.Bytes(random, random.Next(400));
            var import = await Imports.Import([.. "email,name,x\n"u8, .. body]);

            Assert.Equal(ImportStatus.Finished, import.Status);
            Assert.Equal(
                import.Rejected + import.Malformed, await Count("import_errors WHERE import_id = $0", import.Id));
            Assert.Equal(
                import.Created + import.Updated + import.Duplicated,
                await Count("list_members WHERE list_id = $0", import.ListId));
        }

        // Nothing that a filter or an export reads back may be broken either.
        await foreach (var row in Imports.Contacts.Export(TestDatabase.Account, new()))
        {
            Assert.NotEmpty(row.Address);
        }
    }

    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    public async Task Random_bytes_end_an_import_and_never_the_worker(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 60; round++)
        {
            var bytes = new byte[random.Next(5_000)];
            random.NextBytes(bytes);
            byte[] mark = (round % 4) switch { 0 => [0xff, 0xfe], 1 => [0xfe, 0xff], 2 => [0xef, 0xbb, 0xbf], _ => [] };
            var import = await Imports.Import([.. mark, .. bytes]);

            Assert.NotEqual("import.fault", import.Failure?.Code);
        }
    }

    [Theory]
    [InlineData(31)]
    [InlineData(32)]
    public async Task Rows_that_are_well_formed_survive_whatever_stands_between_them(int seed)
    {
        var random = new Random(seed);
        string[] broken =
        [
            "\"open,x", "a,\"open", "a,b,c,d", "a", "\"a\"b,c", "nul\0,x", "\u00ff\u00ff,x", ",no address",
            new string('y', 70_000) + ",x", $"\"{new string('q', 70_000)}\",x", "\u0001@,x",
        ];
        var csv = new StringBuilder("email,name\n");
        for (var i = 0; i < 500; i++)
        {
            csv.Append("good").Append(i).Append("@example.com,Good\r\n");
            csv.Append(random.GetItems(broken, 1)[0]).Append(random.Next(2) == 0 ? "\n" : "\r\n");
        }

        var import = await Imports.Import(Encoding.Latin1.GetBytes(csv.ToString()));

        Assert.All(
            await Imports.Members(import), row => Assert.StartsWith("good", row.Address, StringComparison.Ordinal));
        Assert.Equal((1_000L, 500L, 500L), (import.Rows, import.Created, import.Rejected));
        Assert.Equal(
            Enumerable.Range(1, 500).Select(i => (long)(i * 2) + 1),
            (await Imports.Errors(import)).Select(error => error.Line));
    }

    private Task<long> Count(string from, string id) =>
        Test.Number($"SELECT count(*) FROM {from}", id);
}

public sealed class SqliteImportFuzzTests() : ImportFuzzTests(SqliteDatabases.Instance);

[Trait("Needs", "PostgreSQL")]
public sealed class PostgresImportFuzzTests(PostgresFixture postgres) : ImportFuzzTests(postgres);
