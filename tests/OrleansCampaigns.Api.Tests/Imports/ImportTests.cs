using System.Net;
using System.Net.Http.Headers;
using System.Text;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Api.Tests.Imports;

public sealed class ImportTests
{
    [Fact]
    public async Task A_file_is_taken_and_its_progress_shown()
    {
        await using var api = await TestApi.Start();
        var list = api.Lists.Add("a");

        var started = await api.Client.Upload($"/v1/lists/{list.Id}/imports", "address\na@example.com\n");
        api.Importer.Imports[0] = api.Importer.Imports[0] with
        {
            Status = ImportStatus.Failed,
            Rows = 3,
            Created = 1,
            Updated = 1,
            Rejected = 1,
            EndedAt = api.Clock.GetUtcNow(),
            Failure = Refusal.Invalid("import.unclosed_quote", "A quote is never closed."),
        };
        var shown = await api.Client.Get(started.Headers.Location!.ToString());

        Assert.Equal((HttpStatusCode.Accepted, "Running"), (started.Status, started["status"]));
        Assert.Equal(("Failed", "3", "1"), (shown["status"], shown["rows"], shown["rejected"]));
        Assert.Equal("import.unclosed_quote", (string?)shown.Json["failure"]!["code"]);
        Assert.Equal(shown["id"], (string?)Assert.Single((await api.Client.Get("/v1/imports")).Items)["id"]);
    }

    [Fact]
    public async Task Row_errors_have_pages()
    {
        await using var api = await TestApi.Start();
        var list = api.Lists.Add("a");
        await api.Client.Upload($"/v1/lists/{list.Id}/imports", "address\n");
        api.Importer.Errors.Add(new ImportError(2, "row.columns", "The row has 3 columns, the header 2.", null));
        api.Importer.Errors.Add(new ImportError(7, "row.too_long", "The field is too long.", "city"));

        var first = await api.Client.Get("/v1/imports/imp_1/errors?limit=1");
        var second = await api.Client.Get($"/v1/imports/imp_1/errors?limit=1&cursor={first["nextCursor"]}");

        Assert.Equal((2, "row.columns"), ((int)first.Items.Single()["line"]!, (string?)first.Items.Single()["code"]));
        Assert.Equal("city", (string?)second.Items.Single()["column"]);
        Assert.Null(second["nextCursor"]);
    }

    [Fact]
    public async Task Options_come_with_the_query_string()
    {
        await using var api = await TestApi.Start();
        var list = api.Lists.Add("a");

        await api.Client.Upload(
            $"/v1/lists/{list.Id}/imports?addressColumn=E-Mail&nameColumn=Name%20voll&delimiter=semicolon"
            + "&column.Ort=city&column.Notiz=",
            "x\n");

        var options = api.Importer.Options!;
        Assert.Equal(("E-Mail", "Name voll", ';'), (options.AddressColumn, options.NameColumn, options.Delimiter));
        Assert.Equal(
            [("Notiz", ""), ("Ort", "city")], options.AttributeColumns.Select(pair => (pair.Key, pair.Value)).Order());
    }

    [Theory]
    [InlineData("text/csv", "", null)]
    [InlineData("text/csv; charset=utf-8", "", null)]
    [InlineData("text/csv; charset=windows-1252", "", "windows-1252")]
    [InlineData("text/csv; charset=\"Shift_JIS\"", "", "Shift_JIS")]
    [InlineData("text/csv; charset=windows-1252", "?encoding=macintosh", "macintosh")]
    public async Task The_encoding_is_stated_by_the_query_or_the_media_type(string type, string query, string? stated)
    {
        await using var api = await TestApi.Start();
        var list = api.Lists.Add("a");

        var started = await api.Client.Upload($"/v1/lists/{list.Id}/imports{query}", "x\n", type);

        Assert.Equal((HttpStatusCode.Accepted, stated), (started.Status, api.Importer.Options!.Encoding));
    }

    [Fact]
    public async Task How_a_file_is_read_and_how_far_is_told()
    {
        await using var api = await TestApi.Start();
        var list = api.Lists.Add("a");
        await api.Client.Upload($"/v1/lists/{list.Id}/imports?header=false", "x\n");
        Assert.False(api.Importer.Options!.HasHeader);
        api.Importer.Imports[0] = api.Importer.Imports[0] with
        {
            Rows = 3,
            BytesRead = 250,
            File = new()
            {
                Encoding = "windows-1252",
                EncodingBy = EncodingBy.Guessed,
                Bytes = 1_000,
                Delimiter = ';',
                HasHeader = true,
                Columns = [new("E-Mail", ImportColumnUse.Address, null), new("Ort", ImportColumnUse.Attribute, "Ort")],
            },
        };

        var shown = await api.Client.Get("/v1/imports/imp_1");

        Assert.Equal(("windows-1252", "guessed", "semicolon"),
            (shown["encoding"], shown["encodingBy"], shown["delimiter"]));
        Assert.Equal(("1000", "250", "25"), (shown["bytesTotal"], shown["bytesRead"], shown["percent"]));
        Assert.Equal(
            [("E-Mail", "Address"), ("Ort", "Attribute")],
            shown.Json["columns"]!.AsArray().Select(column => ((string)column!["header"]!, (string)column["use"]!)));
    }

    [Fact]
    public async Task A_dry_run_answers_at_once_and_begins_nothing()
    {
        await using var api = await TestApi.Start();
        var list = api.Lists.Add("a");
        api.Importer.Trial = new(
            new Import { Id = "", ListId = list.Id, Rows = 2, Created = 1, Rejected = 1 },
            [new("a@example.com", "Ann", new Dictionary<string, string> { ["city"] = "Bonn" })],
            [new(3, "import.column_count", "The row has 3 columns.", null)],
            IsComplete: true);

        var answer = await api.Client.Upload($"/v1/lists/{list.Id}/imports?dryRun=true", "email\n");

        Assert.Equal((HttpStatusCode.OK, "2", "1", "True"),
            (answer.Status, answer["rows"], answer["created"], $"{(bool)answer.Json["dryRun"]!}"));
        Assert.Equal("Bonn", (string?)answer.Json["sample"]![0]!["attributes"]!["city"]);
        Assert.Equal(3, (int)answer.Json["errors"]![0]!["line"]!);
        Assert.Empty(api.Importer.Imports);
    }

    [Fact]
    public async Task Row_errors_are_a_file()
    {
        await using var api = await TestApi.Start();
        var list = api.Lists.Add("a");
        await api.Client.Upload($"/v1/lists/{list.Id}/imports", "address\n");
        api.Importer.Errors.Add(
            new ImportError(2, "import.column_count", "The row has 3 columns, the header 2.", null));
        api.Importer.Errors.Add(new ImportError(7, "import.field_too_long", "The field is too long.", "=city"));

        using var answer = await api.Client.GetAsync(new Uri("/v1/imports/imp_1/errors/export", UriKind.Relative));

        Assert.Equal("text/csv", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal(
            "line,code,detail,column\r\n2,import.column_count,\"The row has 3 columns, the header 2.\",\r\n"
            + "7,import.field_too_long,The field is too long.,'=city\r\n",
            await answer.Content.ReadAsStringAsync());
        (await api.Client.Get("/v1/imports/imp_9/errors/export"))
            .AssertProblem(HttpStatusCode.NotFound, "import.unknown");
    }

    [Theory]
    [InlineData("comma", ',')]
    [InlineData("%2C", ',')]
    [InlineData("%3B", ';')]
    [InlineData("tab", '\t')]
    [InlineData("%7C", '|')]
    public async Task A_delimiter_has_a_name(string name, char delimiter)
    {
        await using var api = await TestApi.Start();
        var list = api.Lists.Add("a");

        await api.Client.Upload($"/v1/lists/{list.Id}/imports?delimiter={name}", "x\n");

        Assert.Equal(delimiter, api.Importer.Options!.Delimiter);
    }

    [Fact]
    public async Task What_breaks_a_rule_is_refused_before_a_byte_is_read()
    {
        await using var api = await TestApi.Start();
        var list = api.Lists.Add("a");

        (await api.Client.Upload($"/v1/lists/{list.Id}/imports?delimiter=x", "a"))
            .AssertProblem(HttpStatusCode.UnprocessableEntity, "field.unknown_value", "delimiter");
        (await api.Client.Upload($"/v1/lists/{list.Id}/imports", "a", "application/json"))
            .AssertProblem(HttpStatusCode.UnsupportedMediaType, "request.media_type");
        (await api.Client.Upload($"/v1/lists/{list.Id}/imports", "a", "text/csv; charset=utf-7"))
            .AssertProblem(HttpStatusCode.UnsupportedMediaType, "request.media_type");
        var unknown = await api.Client.Upload($"/v1/lists/{list.Id}/imports?encoding=klingon", "a");
        unknown.AssertProblem(HttpStatusCode.UnprocessableEntity, "field.unknown_value", "encoding");
        Assert.Contains("not utf-7", unknown.Json.ToJsonString(), StringComparison.Ordinal);
        (await api.Client.Upload($"/v1/lists/{list.Id}/imports?encoding=utf-7", "a"))
            .AssertProblem(HttpStatusCode.UnprocessableEntity, "field.unknown_value", "encoding");
        (await api.Client.Upload($"/v1/lists/{list.Id}/imports?dryRun=perhaps", "a"))
            .AssertProblem(HttpStatusCode.UnprocessableEntity, "field.format", "dryRun");
        (await api.Client.Upload("/v1/lists/lst_9/imports", "a")).AssertProblem(
            HttpStatusCode.NotFound, "list.unknown");
        (await api.Client.Get("/v1/imports/imp_9")).AssertProblem(HttpStatusCode.NotFound, "import.unknown");
        (await api.Client.Get("/v1/imports/imp_9/errors")).AssertProblem(HttpStatusCode.NotFound, "import.unknown");
        Assert.Null(api.Importer.Options);
    }

    [Fact]
    public async Task A_file_larger_than_the_setting_is_refused_with_and_without_its_length()
    {
        await using var api = await TestApi.Start(options => options.ImportBytesMax = 1_000);
        var list = api.Lists.Add("a");

        foreach (var isChunked in new[] { false, true })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/lists/{list.Id}/imports")
            {
                Content = new ByteArrayContent(new byte[1_001]),
            };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("text/csv");
            request.Headers.TransferEncodingChunked = isChunked;
            using var response = await api.Client.SendAsync(request);
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        }

        Assert.Empty(api.Importer.Imports);
    }

    [Fact]
    public async Task A_file_larger_than_a_JSON_body_is_streamed()
    {
        await using var api = await TestApi.Start();
        var list = api.Lists.Add("a");
        using var content = new HalvesContent(api.Importer.FirstByte.Task, new byte[20 * 1024 * 1024]);

        var answer = await api.Client.Send(HttpMethod.Post, $"/v1/lists/{list.Id}/imports", content);

        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        Assert.Equal(2 * 20 * 1024 * 1024, api.Importer.BytesTaken);
    }

    /// <summary>
    /// Sends the second half only once the first has arrived: a server that waits for everything never ends.
    /// </summary>
    private sealed class HalvesContent : HttpContent
    {
        private readonly Task _firstArrived;
        private readonly byte[] _half;

        public HalvesContent(Task firstArrived, byte[] half)
        {
            (_firstArrived, _half) = (firstArrived, half);
            Headers.ContentType = new MediaTypeHeaderValue("text/csv");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(_half);
            await stream.FlushAsync();
            await _firstArrived.WaitAsync(Eventually.Patience);
            await stream.WriteAsync(_half);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
