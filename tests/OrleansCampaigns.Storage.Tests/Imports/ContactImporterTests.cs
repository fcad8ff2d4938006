using System.Text;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Storage.Tests.Postgres;
using OrleansCampaigns.Storage.Tests.Sqlite;
using static OrleansCampaigns.Storage.Tests.TestDatabase;

namespace OrleansCampaigns.Storage.Tests.Imports;

public abstract class ContactImporterTests(ITestDatabases databases) : ImportContract(databases)
{
    [Fact]
    public async Task Every_row_is_counted_once_and_malformed_ones_apart()
    {
        await Imports.Contacts.Create(Account, Input("old@example.com", "Old", ("x", "1")));
        var import = await Imports.Import(
            """
            email,name,city
            new@example.com,New,Köln
            old@example.com,,Bonn
            new@EXAMPLE.com,Newer,

            not an address,Nobody,
            ,Nobody,
            too,many,columns,here
            not an address,,
            """);

        Assert.Equal(ImportStatus.Finished, import.Status);
        Assert.Equal(
            (7L, 2L, 1L, 2L, 2L, 2L),
            (import.Rows, import.Created, import.Updated, import.Duplicated, import.Malformed, import.Rejected));
        Assert.Equal(5, (await Imports.Lists.FindList(Account, import.ListId))!.Members);

        var members = (await Imports.Members(import)).ToDictionary(row => row.Address);
        Assert.Equal(
            ["new@example.com", "not an address", "old@example.com"], members.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(
            ("Newer", "Köln"), (members["new@example.com"].Name, members["new@example.com"].Attributes["city"]));
        Assert.Equal(("Old", "Bonn"), (members["old@example.com"].Name, members["old@example.com"].Attributes["city"]));
        Assert.Equal("1", members["old@example.com"].Attributes["x"]);
        Assert.False(members["not an address"].AddressIsValid);
        Assert.Empty(members["not an address"].Attributes);

        var errors = await Imports.Errors(import);
        Assert.Equal(
            [
                (6, "import.malformed_address", "email"), (7, "contact.address.missing", "email"),
                (8, "import.column_count", null), (9, "import.malformed_address", "email"),
            ],
            errors.Select(error => (error.Line, error.Code, error.Column)));
    }

    [Theory]
    [InlineData("x\uFFFEy@example.com,Rosa,Bonn")]
    [InlineData("rosa@example.com,Ro\uFFFEsa,Bonn")]
    [InlineData("rosa@example.com,Ro\uFDD0sa,Bonn")]
    [InlineData("rosa@example.com,Ro\U0001FFFFsa,Bonn")]
    [InlineData("rosa@example.com,Rosa,Bo\uFFFEnn")]
    public async Task What_is_no_character_keeps_its_own_row_out_and_no_other(string row)
    {
        var rows = Enumerable.Range(0, 1_000).Select(i => i == 500 ? row : $"a{i}@example.com,Name {i},Köln");

        var import = await Imports.Import("email,name,city\n" + string.Join('\n', rows));

        Assert.Equal((ImportStatus.Finished, 1_000L, 999L, 1L),
            (import.Status, import.Rows, import.Created, import.Rejected));
        Assert.Equal(502, Assert.Single(await Imports.Errors(import)).Line);
    }

    [Theory]
    [InlineData("a@[127.0.0.1]")]
    [InlineData("a@[IPv6:::1]")]
    [InlineData("a@localhost")]
    [InlineData("a@mail.localhost")]
    [InlineData("a@intranet")]
    public async Task An_address_of_no_public_domain_is_malformed(string address) =>
        Assert.Equal(1L, (await Imports.Import($"email\n{address}\nb@example.com\n")).Malformed);

    [Fact]
    public async Task The_same_file_again_adds_nobody()
    {
        const string Csv = "email\na@example.com\nb@example.com\na@example.com\n";
        var first = await Imports.Import(Csv);
        var second = await Imports.Import(Csv, list: first.ListId);

        Assert.Equal((2L, 0L, 1L), (first.Created, first.Updated, first.Duplicated));
        Assert.Equal((0L, 2L, 1L), (second.Created, second.Updated, second.Duplicated));
        Assert.Equal(3, (await Imports.Lists.FindList(Account, first.ListId))!.Members);
    }

    [Theory]
    [InlineData("address")]
    [InlineData(" E-Mail ")]
    [InlineData("MAIL")]
    [InlineData("\"email\"")]
    public async Task The_address_column_is_known_by_its_usual_names(string header)
    {
        var import = await Imports.Import($"x,{header}\n1,a@example.com");

        Assert.Equal("a@example.com", Assert.Single(await Imports.Members(import)).Address);
    }

    [Theory]
    [InlineData(',', null)]
    [InlineData(';', null)]
    [InlineData('\t', null)]
    [InlineData('|', null)]
    [InlineData(';', ';')]
    public async Task The_delimiter_is_found_out_or_told(char delimiter, char? told)
    {
        var csv = "email,full name,\"a,b;c\"\na@example.com,\"Anna; A., B.\",x".Split('\n');
        var header = $"email{delimiter}full name{delimiter}\"a,b;c|d\"";
        var row = $"a@example.com{delimiter}\"Anna; A., B.\"{delimiter}x";
        var options = new ImportOptions { Delimiter = told, NameColumn = "Full Name" };
        Assert.Equal(2, csv.Length);

        var member = Assert.Single(await Imports.Members(await Imports.Import($"{header}\r\n{row}\r\n", options)));
        Assert.Equal("Anna; A., B.", member.Name);
        Assert.Equal("x", member.Attributes["a,b;c|d"]);
    }

    [Fact]
    public async Task A_line_that_tells_the_delimiter_is_no_header()
    {
        var import = await Imports.Import("sep=;\r\nemail;x\r\na@example.com;1\r\nbad\r\n");

        Assert.Equal("1", Assert.Single(await Imports.Members(import)).Attributes["x"]);
        Assert.Equal(4, Assert.Single(await Imports.Errors(import)).Line);
    }

    [Fact]
    public async Task Columns_go_where_the_request_says()
    {
        var options = new ImportOptions
        {
            AddressColumn = "contact",
            NameColumn = "who",
            AttributeColumns =
                new Dictionary<string, string> { ["Ort"] = "city", ["secret"] = "", ["EMAIL"] = "old address" },
        };
        var import =
            await Imports.Import("contact,who,ort,secret,email,,rest\na@example.com,Anna,Köln,s,x@y,z,r", options);

        var member = Assert.Single(await Imports.Members(import));
        Assert.Equal(("a@example.com", "Anna"), (member.Address, member.Name));
        Assert.Equal(
            ["city=Köln", "old address=x@y", "rest=r"], member.Attributes.Select(a => $"{a.Key}={a.Value}").Order());
    }

    [Theory]
    [InlineData("")]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public async Task Byte_order_marks_tell_the_encoding(string encoding)
    {
        var text = "email,name\r\n\"müller@example.com\",\"Größe 😀\"\r\n";
        var bytes = encoding == ""
            ? Encoding.UTF8.GetBytes(text)
            : [.. Encoding.GetEncoding(encoding).GetPreamble(), .. Encoding.GetEncoding(encoding).GetBytes(text)];
        var member = Assert.Single(await Imports.Members(await Imports.Import(bytes)));

        Assert.Equal(("müller@example.com", "Größe 😀"), (member.Address, member.Name));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_row_that_is_no_text_spoils_no_other(bool utf16)
    {
        byte[] bytes = utf16
            ? [0xff, 0xfe, .. Utf16("email\na@example.com\nx"), 0x00, 0xd8, .. Utf16("@y\nb@example.com"), 0x41]
            : [.. "email\na@example.com\nx"u8, 0xe4, .. "@y\nb@example.com\n\0"u8];
        var import = await Imports.Import(bytes);

        var errors = await Imports.Errors(import);
        Assert.Equal((3, "import.encoding"), (errors[0].Line, errors[0].Code));
        Assert.Equal(utf16 ? (4, "import.encoding") : (5, "import.binary"), ((int)errors[1].Line, errors[1].Code));
        Assert.Equal(utf16 ? 1 : 2, import.Created);

        static byte[] Utf16(string text) => Encoding.Unicode.GetBytes(text);
    }

    [Theory]
    [InlineData("name,city\nAnna,Köln", "import.no_address_column")]
    [InlineData("", "import.empty")]
    [InlineData("\n \n", "import.empty")]
    [InlineData("email,City,city\na@example.com,1,2", "import.duplicate_column")]
    [InlineData("email,\"x\na@example.com,1", "import.header")]
    [InlineData("email,\"x\"y\na@example.com,1", "import.header")]
    [InlineData("email,x\u0001\na@example.com,1", "import.header")]
    [InlineData("PK\u0003\u0004\0\0\0\nemail", "import.binary")]
    [InlineData("\u00ff\u00d8\u00ff\u00e0\nJFIF\0", "import.binary")]
    [InlineData("email,Gr\u00f6\u00dfe\na@example.com,1\0", "import.binary")]
    public async Task A_file_that_cannot_be_read_fails_as_a_whole(string csv, string code)
    {
        var import = await Imports.Import(Encoding.Latin1.GetBytes(csv));

        Assert.Equal((ImportStatus.Failed, code), (import.Status, import.Failure!.Code));
        Assert.Equal(0, import.Rows);
        Assert.DoesNotContain("anna", import.Failure.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("none", null, null, "import.no_address_column")]
    [InlineData(null, "none", null, "import.unknown_column")]
    [InlineData(null, null, "none", "import.unknown_column")]
    [InlineData(null, null, "x", "import.duplicate_column")]
    public async Task A_column_that_is_not_there_fails_the_import(
        string? address, string? name, string? mapped, string code)
    {
        var options = new ImportOptions
        {
            AddressColumn = address,
            NameColumn = name,
            AttributeColumns = mapped is null ? new Dictionary<string, string>() : new() { [mapped] = "y" },
        };
        Assert.Equal(code, (await Imports.Import("email,x,y\na@example.com,1,2", options)).Failure!.Code);
    }

    [Fact]
    public async Task Errors_name_line_code_and_column_and_never_an_address()
    {
        var long64 = new string('x', 70_000);
        var import = await Imports.Import(
            "email,name,note\n"
            + "secret1@example.com,\"Anna\nBerta\",n\n"
            + "secret2@example.com,A\u0001,n\n"
            + $"secret3@example.com,A,{new string('y', 10_001)}\n"
            + $"secret4@example.com,A,{long64}\n"
            + "secret5@example.com,A,n\u0002\n"
            + $"{new string('z', 400)}@example.com,A,n\n"
            + "secret6@example.com,\"A,n\n"
            + "good@example.com,A,\"n\nn\"\n");

        Assert.Equal(
            [
                (2, "contact.name.control_character", "name"),
                (4, "contact.name.control_character", "name"),
                (5, "contact.attribute.too_long", "note"),
                (6, "import.field_too_long", "note"),
                (7, "contact.attribute.control_character", "note"),
                (8, "contact.address.too_long", "email"),
                (9, "import.unclosed_quote", "name"),
            ],
            (await Imports.Errors(import)).Select(error => (error.Line, error.Code, error.Column)));
        Assert.All(
            await Imports.Errors(import),
            error => Assert.DoesNotContain("secret", error.Detail, StringComparison.Ordinal));
        Assert.Equal("good@example.com", Assert.Single(await Imports.Members(import)).Address);
    }

    [Fact]
    public async Task Attributes_of_two_imports_that_are_too_many_together_are_refused()
    {
        var hundred = string.Join(',', Enumerable.Range(0, 100).Select(i => $"k{i}"));
        await Imports.Import($"email,{hundred}\na@example.com,{hundred}");
        var import = await Imports.Import("email,one more\na@example.com,x\nb@example.com,x");

        Assert.Equal((1L, 1L, 0L), (import.Rejected, import.Created, import.Updated));
        var error = Assert.Single(await Imports.Errors(import));
        Assert.Equal((2, "contact.attributes.too_many"), (error.Line, error.Code));
    }

    [Fact]
    public async Task Ten_thousand_errors_are_kept_and_all_are_counted()
    {
        var import = await Imports.Import("email,x\n" + string.Concat(Enumerable.Repeat("a\n", 12_345)));

        Assert.Equal((12_345L, 12_345L), (import.Rows, import.Rejected));
        Assert.Equal(10_000, await Test.Number("SELECT count(*) FROM import_errors"));
        Assert.Equal(10_001, await Test.Number("SELECT max(line) FROM import_errors"));

        var first = (await Imports.Importer.QueryErrors(Account, import.Id, null, 700)).Value!;
        var second = (await Imports.Importer.QueryErrors(Account, import.Id, first.NextCursor, 700)).Value!;
        Assert.Equal((701, 702), ((int)first.Items[^1].Line, (int)second.Items[0].Line));
    }

    [Fact]
    public async Task An_import_that_cannot_begin_is_refused_and_leaves_nothing()
    {
        using var small = new ImportHarness(Test, bytesMax: 1000);
        var list = await small.List();
        async Task<string> Refused(string listId, ImportOptions options, int bytes, AccountId? account = null) =>
            (await small.Importer.Start(account ?? Account, listId, options, new MemoryStream(new byte[bytes])))
                .Refusal!.Code;

        Assert.Equal("list.unknown", await Refused("lst_none", new(), 1));
        Assert.Equal("list.unknown", await Refused(list, new(), 1, Other));
        Assert.Equal("import.delimiter", await Refused(list, new() { Delimiter = 'x' }, 1));
        Assert.Equal("import.too_large", await Refused(list, new(), 1001));
        Assert.Empty(await small.KeptFiles());
        Assert.Equal(0, await small.Test.Number("SELECT count(*) FROM imports"));

        var cut = new CutStream();
        await Assert.ThrowsAsync<IOException>(() => small.Importer.Start(Account, list, new(), cut));
        Assert.Empty(await small.KeptFiles());
        Assert.Null((await small.Importer.Start(Account, list, new(), new MemoryStream(new byte[1000]))).Refusal);
    }

    [Fact]
    public async Task Imports_belong_to_their_account()
    {
        var import = await Imports.Import("email\na@example.com\nb,c");

        Assert.Null(await Imports.Importer.Find(Other, import.Id));
        Assert.Equal("import.unknown", (await Imports.Importer.QueryErrors(Other, import.Id, null, 10)).Refusal!.Code);
        Assert.Equal(0, await Imports.Contacts.Count(Other, new ContactFilter()));
    }

    /// <summary>A client that goes away in the middle.</summary>
    private sealed class CutStream : MemoryStream
    {
        private int _reads;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            _reads++ ==
                0 ? ValueTask.FromResult(Math.Min(100, buffer.Length)) : throw new IOException("The client went away.");
    }
}

public sealed class SqliteContactImporterTests() : ContactImporterTests(SqliteDatabases.Instance);

[Trait("Needs", "PostgreSQL")]
public sealed class PostgresContactImporterTests(PostgresFixture postgres) : ContactImporterTests(postgres);
