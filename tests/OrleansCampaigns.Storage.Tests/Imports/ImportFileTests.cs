using System.Text;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Storage.Directory;
using OrleansCampaigns.Storage.Tests.Postgres;
using OrleansCampaigns.Storage.Tests.Sqlite;
using static OrleansCampaigns.Storage.Tests.TestDatabase;

namespace OrleansCampaigns.Storage.Tests.Imports;

/// <summary>Files as people have them: from spreadsheets, other tools, and by hand.</summary>
public abstract class ImportFileTests(ITestDatabases databases) : ImportContract(databases)
{
    [Theory]
    [InlineData("windows-1252", null, EncodingBy.Guessed)]
    [InlineData("macintosh", null, EncodingBy.Guessed)]
    [InlineData("macintosh", "mac-roman", EncodingBy.Stated)]
    [InlineData("utf-8", null, EncodingBy.Utf8)]
    public async Task The_encoding_is_found_out_or_stated_and_told(string encoding, string? stated, EncodingBy by)
    {
        var csv = "E-Mail;Name;Größe\r\na@x.example;Jörg Müßig;groß\r\nb@x.example;Otto;klein\r\n";

        var import = await Imports.Import(
            FileEncodings.Find(encoding)!.GetBytes(csv), new() { Encoding = stated });

        Assert.Equal((ImportStatus.Finished, 2L, 0L), (import.Status, import.Created, import.Rejected));
        Assert.Equal((encoding, by, ';', true),
            (import.File.Encoding, import.File.EncodingBy, import.File.Delimiter, import.File.HasHeader));
        Assert.Equal((import.File.Bytes, 100.0), (import.BytesRead, import.Percent));
        var member = (await Imports.Members(import)).Single(row => row.Address == "a@x.example");
        Assert.Equal(("Jörg Müßig", "groß"), (member.Name, member.Attributes["Größe"]));
    }

    [Fact]
    public async Task An_import_that_is_interrupted_goes_on_in_its_encoding()
    {
        var rows = string.Concat(Enumerable.Range(0, 60_000).Select(i => $"u{i}@x.example;Jörg {i}\r\n"));
        var csv = FileEncodings.Find("windows-1252")!.GetBytes("email;name\r\n" + rows);
        var step = Test.Database.Dialect.ImportStepMax;
        await Test.Refuse(
            "disk", "BEFORE UPDATE ON imports", $"NEW.rows > {50_000 - 1} AND OLD.rows < {50_000 + step}");
        var started = (await Imports.Importer.Start(
            Account, await Imports.List(), new(), new MemoryStream(csv))).Value!;
        Assert.False(await Imports.Worker.ReadAll(default));
        var interrupted = (await Imports.Importer.Find(Account, started.Id))!;
        Assert.InRange(interrupted.Percent, 0, 99.9);
        Assert.Equal("windows-1252", interrupted.File.Encoding);

        await Test.Allow("disk", "imports");
        Imports.Restart();
        Assert.True(await Imports.Worker.ReadAll(default));
        var import = await Imports.Ended(started.Id);

        Assert.Equal((60_000L, 60_000L, 0L), (import.Rows, import.Created, import.Rejected));
        Assert.Equal(60_000, await Test.Number("SELECT count(*) FROM contacts WHERE name LIKE 'Jörg %'"));
    }

    [Theory]
    [InlineData("windows-1252")]
    [InlineData("utf-8")]
    public async Task How_far_an_import_is_shows_within_a_part(string encoding)
    {
        const int Rows = 30_000;
        var rows = string.Concat(Enumerable.Range(10_000, Rows).Select(i => $"u{i}@x.example;Jörg {i}\r\n"));
        var csv = FileEncodings.Find(encoding)!.GetBytes("email;name\r\n" + rows);
        await Test.Refuse("disk", "BEFORE UPDATE ON imports", "NEW.rows > OLD.rows AND OLD.rows >= 15000");
        var started = (await Imports.Importer.Start(
            Account, await Imports.List(), new(), new MemoryStream(csv))).Value!;
        Assert.Equal((0.0, csv.Length), (started.Percent, started.File.Bytes));

        Assert.False(await Imports.Worker.ReadAll(default));
        var stopped = (await Imports.Importer.Find(Account, started.Id))!;

        Assert.InRange(stopped.Rows, 1, Rows - 1);
        Assert.Equal(100.0 * stopped.Rows / Rows, stopped.Percent, tolerance: 2.0);
        await Test.Allow("disk", "imports");
        Assert.True(await Imports.Worker.ReadAll(default));
        Assert.Equal(100, (await Imports.Ended(started.Id)).Percent);
    }

    [Theory]
    [InlineData("email,name,city,note\na@x.example\n", "a@x.example", null, "")]
    [InlineData("email,name,city,note\na@x.example,Ann,Bonn\n", "a@x.example", "Ann", "city=Bonn")]
    [InlineData("email,name,city\na@x.example,Ann,Bonn,,,\n", "a@x.example", "Ann", "city=Bonn")]
    [InlineData("email,name,city\na@x.example,Ann,Bonn, ,\"\"\n", "a@x.example", "Ann", "city=Bonn")]
    [InlineData("email\nb@x.example;\na@x.example;;\n", "a@x.example", null, "")]
    [InlineData("b@x.example\t\na@x.example\nc@x.example\t\nd@x.example\t\t\n", "a@x.example", null, "")]
    [InlineData("email , name , city\na@x.example , \"Lee, Ann\" , \"B \"\"1\"\"\"\n", "a@x.example", "Lee, Ann",
        "city=B \"1\"")]
    [InlineData("email;city\na@x.example;\u00a0\"Bonn;1\"\u00a0\n", "a@x.example", null, "city=Bonn;1")]
    [InlineData("email,city\na@x.example, \"six\" feet\n", "a@x.example", null, "city= \"six\" feet")]
    [InlineData("email,name,city,note\na@x.example,\"Ann\",\"two\nlines\"\n", "a@x.example", "Ann", "city=two\nlines")]
    [InlineData("\u200bemail\u200b,name\n\ufeff\u200e\u00ada@x.example\u2060\u00a0,\u200bAnn\u00a0\n", "a@x.example",
        "Ann", "")]
    [InlineData("email,x\nb@x.example,1\n\ufeff\"a@x.example\",2\n", "a@x.example", null, "x=2")]
    [InlineData("email\nAnn Lee <a@x.example>\n", "a@x.example", "Ann Lee", "")]
    [InlineData("email;n\n\"\"\"Lee, Ann\"\" <mailto:a@x.example>\";1\n", "a@x.example", "Lee, Ann", "n=1")]
    [InlineData("email\nmailto:a@x.example?subject=Hi\n", "a@x.example", null, "")]
    [InlineData("email\n<a@x.example>\n", "a@x.example", null, "")]
    [InlineData("email\na..b@docomo.ne.jp\n", "\"a..b\"@docomo.ne.jp", null, "")]
    [InlineData("email\nab.@ezweb.ne.jp\n", "\"ab.\"@ezweb.ne.jp", null, "")]
    public async Task Cells_are_read_as_they_were_meant(string csv, string address, string? name, string attributes)
    {
        var import = await Imports.Import(csv);

        Assert.Equal((0L, 0L), (import.Rejected, import.Malformed));
        var member = (await Imports.Members(import)).Single(row => row.Address == address);
        Assert.True(member.AddressIsValid);
        Assert.Equal((name, attributes),
            (member.Name, string.Join(",", member.Attributes.Select(pair => $"{pair.Key}={pair.Value}"))));
    }

    [Theory]
    [InlineData("a@x.example,Ann,Bonn,more")]
    [InlineData("Bonn,Ann")]
    [InlineData("a..b@x.example,Ann,\"Bonn\"x")]
    public async Task A_row_that_may_be_a_piece_of_another_is_left_out_and_listed(string row)
    {
        var import = await Imports.Import($"email,name,city\n{row}\nb@x.example,Bob,Ulm\n");

        Assert.Equal((1L, 1L), (import.Rejected, import.Created));
        Assert.Equal(2, Assert.Single(await Imports.Errors(import)).Line);
    }

    [Theory]
    [InlineData("Email Address,First Name,Last Name", "Ann Lee")]
    [InlineData("Emailadresse,Vorname,Nachname", "Ann Lee")]
    [InlineData("Adresse e-mail,Prénom,Nom", "Ann Lee")]
    [InlineData("Dirección de correo electrónico,Nombre,Apellidos", "Ann Lee")]
    [InlineData("Indirizzo email,Nome,Cognome", "Ann Lee")]
    [InlineData("Endereço de e-mail,Nome,Sobrenome", "Ann Lee")]
    [InlineData("E-mailadres,Voornaam,Achternaam", "Ann Lee")]
    [InlineData("Adres e-mail,Imię,Nazwisko", "Ann Lee")]
    [InlineData("Электронная почта,Имя,Фамилия", "Ann Lee")]
    [InlineData("E-mail 1 - Value,Given Name,Family Name", "Ann Lee")]
    [InlineData("Primary Email,First Name,Last Name", "Ann Lee")]
    [InlineData("Courriel,Prénom,Nom de famille", "Ann Lee")]
    [InlineData("EMAIL,FNAME,LNAME", "Ann Lee")]
    [InlineData("E-Mail,Vorname,Name", "Ann Lee")]
    [InlineData("E-mail,Voornaam,Naam", "Ann Lee")]
    [InlineData("E-post,Förnamn,Namn", "Ann Lee")]
    [InlineData("email,first_name,name", "Lee")]
    [InlineData("email,First Name,Full Name", "Lee")]
    [InlineData("E-Mail,Vorname,Vollständiger Name", "Lee")]
    [InlineData("Correo electronico,Nombre,Apellidos", "Ann Lee")]
    [InlineData("E-mail Address,First Name,Last Name", "Ann Lee")]
    [InlineData("Correo,Nombre,x", "Ann")]
    [InlineData("Irgendwas,x,y", null)]
    public async Task Headers_of_other_tools_are_known(string header, string? name)
    {
        var import = await Imports.Import($"{header},Address\na@x.example,Ann,Lee,1 High Street\n");

        var member = Assert.Single(await Imports.Members(import));
        Assert.Equal(("a@x.example", name), (member.Address, member.Name));
        Assert.Equal("1 High Street", member.Attributes["Address"]);
        Assert.Equal(ImportColumnUse.Address, import.File.Columns[0].Use);
    }

    [Fact]
    public async Task What_is_stated_is_believed_and_rows_that_say_otherwise_are_listed()
    {
        var latin = FileEncodings.Find("windows-1252")!;
        var header = await Imports.Import(latin.GetBytes("email,Größe\na@x.example,1\n"), new() { Encoding = "utf-8" });
        var row = await Imports.Import(
            latin.GetBytes("email,name\na@x.example,Jörg\nb@x.example,Ute\n"), new() { Encoding = "utf-8" });

        Assert.Equal("import.encoding", header.Failure?.Code);
        Assert.Equal((1L, 1L, EncodingBy.Stated), (row.Created, row.Rejected, row.File.EncodingBy));
        Assert.Equal((2L, "import.encoding"), (await Imports.Errors(row)).Select(e => (e.Line, e.Code)).Single());
    }

    [Fact]
    public async Task Addresses_of_others_are_not_written_to()
    {
        var import = await Imports.Import("E-Mail,Owner\nno address,owner@x.example\n,owner@x.example\n");

        Assert.Equal("no address", Assert.Single(await Imports.Members(import)).Address);
    }

    [Theory]
    [InlineData("a@x.example\nb@x.example\n", null, "a@x.example", null)]
    [InlineData("Ann;a@x.example;Bonn\nBob;b@x.example;Ulm\n", "1", "a@x.example", "Ann")]
    [InlineData("Ann;a@x.example;Bonn\nBob;b@x.example;Ulm\n", "column1", "a@x.example", "Ann")]
    [InlineData("\"a@x.example\",\"Ann\"\r\n\"b@x.example\"\r\n", "2", "a@x.example", "Ann")]
    [InlineData("Ann Lee <a@x.example>\nb@x.example", null, "a@x.example", "Ann Lee")]
    public async Task A_file_without_a_header_loses_no_row(string csv, string? nameColumn, string address, string? name)
    {
        var import = await Imports.Import(csv, new() { NameColumn = nameColumn });

        Assert.Equal((ImportStatus.Finished, 2L, false), (import.Status, import.Created, import.File.HasHeader));
        Assert.Equal(name, (await Imports.Members(import)).Single(row => row.Address == address).Name);
    }

    [Fact]
    public async Task Columns_without_a_header_go_where_their_numbers_say()
    {
        var options = new ImportOptions
        {
            HasHeader = false,
            AttributeColumns = new Dictionary<string, string> { ["2"] = "city", ["3"] = "" },
        };

        var import = await Imports.Import("a@x.example,Bonn,x,y\n", options);

        Assert.Equal(["city=Bonn", "column4=y"],
            Assert.Single(await Imports.Members(import)).Attributes.Select(pair => $"{pair.Key}={pair.Value}").Order());
    }

    [Theory]
    [InlineData("foo", null, null, "foo", "addressColumn")]
    [InlineData(null, "bar", null, "bar", "nameColumn")]
    [InlineData(null, null, "baz", "baz", "attributeColumns")]
    public async Task A_column_that_is_not_there_is_named(
        string? address, string? name, string? mapped, string said, string field)
    {
        var options = new ImportOptions
        {
            AddressColumn = address,
            NameColumn = name,
            AttributeColumns = mapped is null ? new Dictionary<string, string>() : new() { [mapped] = "y" },
        };

        var failure = (await Imports.Import("email,x\na@x.example,1", options)).Failure!;

        Assert.Contains($"\"{said}\"", failure.Detail, StringComparison.Ordinal);
        Assert.Equal(field, failure.Field);
    }

    [Fact]
    public async Task Rows_that_are_kept_and_get_nothing_are_listed()
    {
        var first = await Imports.Import("email\na@x.example\nb@x.example\n");
        var member = (await Imports.Members(first)).Single(row => row.Address == "a@x.example");
        await new SubscriptionDirectory(Test.Database).End(
            Account,
            first.ListId,
            member.Id,
            new(SubscriptionState.TakenOff, Test.Clock.GetUtcNow(), "api", "operator", "asked"));

        var import = await Imports.Import(
            "email,x\na@x.example,1\nb@x.example\nno address,1\n,1\n", list: first.ListId);

        Assert.Equal((1L, 1L, 1L), (import.LeftOut, import.Malformed, import.Rejected));
        Assert.Equal(
            [(2, "import.left_list"), (4, "import.malformed_address"), (5, "contact.address.missing")],
            (await Imports.Errors(import)).Select(error => (error.Line, error.Code)));
    }

    [Fact]
    public async Task A_trial_tells_what_the_import_comes_to_and_writes_nothing()
    {
        await Imports.Contacts.Create(Account, Input("old@x.example", "Old"));
        var csv = FileEncodings.Find("windows-1252")!.GetBytes(
            "E-Mail;Vorname;Status;Straße\r\nold@x.example;Jörg;active;Weg 1\r\nnew@x.example;Ute;unsubscribed\r\n"
            + "NEW@x.example;Ute;;\r\nno address;X;;\r\n;;active;\r\n");
        var list = await Imports.List();
        async Task<string> Contents() => string.Join(
            ' ',
            await Test.Number("SELECT count(*) FROM contacts"),
            await Test.Number("SELECT count(*) FROM list_members"),
            await Test.Number("SELECT count(*) FROM imports"),
            await Test.Number("SELECT count(*) FROM import_errors"));
        var before = await Contents();

        var trial = (await Imports.Importer.Try(Account, list, new(), new MemoryStream(csv))).Value!;

        Assert.Equal(before, await Contents());
        Assert.Empty(await Imports.KeptFiles());
        var import = await Imports.Import(csv, list: list);
        Assert.Equal(
            import with { Id = "", StartedAt = default, EndedAt = null, File = trial.Import.File },
            trial.Import with { StartedAt = default, EndedAt = null });
        Assert.Equal(
            (import.File.Encoding, import.File.EncodingBy, import.File.Delimiter, import.File.Bytes),
            (trial.Import.File.Encoding, trial.Import.File.EncodingBy, trial.Import.File.Delimiter,
                trial.Import.File.Bytes));
        Assert.Equal(import.File.Columns, trial.Import.File.Columns);
        Assert.Equal(await Imports.Errors(import), trial.Errors);
        Assert.True(trial.IsComplete);
        Assert.Equal(("old@x.example", "Jörg", "Weg 1"),
            (trial.Sample[0].Address, trial.Sample[0].Name, trial.Sample[0].Attributes["Straße"]));
    }

    [Fact]
    public async Task What_cannot_be_imported_cannot_be_tried()
    {
        var list = await Imports.List();
        async Task<string> Refused(string listId, ImportOptions options, string csv) =>
            (await Imports.Importer.Try(Account, listId, options, new MemoryStream(Encoding.UTF8.GetBytes(csv))))
                .Refusal!.Code;

        Assert.Equal("list.unknown", await Refused("lst_none", new(), "email\n"));
        Assert.Equal("import.encoding_unknown", await Refused(list, new() { Encoding = "utf-7" }, "email\n"));
        Assert.Equal("import.no_address_column", await Refused(list, new(), "x\n1\n"));
        Assert.Equal("import.empty", await Refused(list, new(), ""));
    }
}

public sealed class SqliteImportFileTests() : ImportFileTests(SqliteDatabases.Instance);

[Trait("Needs", "PostgreSQL")]
public sealed class PostgresImportFileTests(PostgresFixture postgres) : ImportFileTests(postgres);
