using System.Text;
using CsvHelper;
using OrleansCampaigns.Storage.Imports;
using CsvRow = OrleansCampaigns.Storage.Imports.CsvRow;

namespace OrleansCampaigns.Storage.Tests.Imports;

public sealed class CsvRowReaderTests
{
    [Theory]
    [InlineData("a,b\nc,d\n", "1:a|b", "2:c|d")]
    [InlineData("a,b\r\nc,d\r\n", "1:a|b", "2:c|d")]
    [InlineData("a,b\rc,d\r", "1:a|b", "2:c|d")]
    [InlineData("a,b\r\rc,d\n\n\n", "1:a|b", "3:c|d")]
    [InlineData("\n \t\r\na,b", "3:a|b")]
    [InlineData("a,b\n,\n", "1:a|b", "2:|")]
    [InlineData("\"a,1\",\"b\"\"2\"\"\"\n\"\",x", "1:a,1|b\"2\"", "2:|x")]
    [InlineData("\"a\r\nb\rc\nd\",x\ne,f", "1:a\r\nb\rc\nd|x", "5:e|f")]
    [InlineData("5\" pipe,a\"b\"c\nx,y", "1:5\" pipe|a\"b\"c", "2:x|y")]
    [InlineData("a,b,c\nd,e", "1!ColumnCount", "2:d|e")]
    [InlineData("a\nd,e", "1!ColumnCount", "2:d|e")]
    [InlineData("\"a\"x,b\nd,e", "1!StrayQuote", "2:d|e")]
    [InlineData("\"a\" ,b\nd,e", "1:a|b", "2:d|e")]
    [InlineData("a, \"b,c\"\t\nd,e", "1:a|b,c", "2:d|e")]
    [InlineData(" \"a\nb\" ,c\nd,e", "1:a\nb|c", "3:d|e")]
    [InlineData(" \"a\"x,b\nd,e", "1: \"a\"x|b", "2:d|e")]
    [InlineData("a, \"b\nd,e", "1:a| \"b", "2:d|e")]
    [InlineData("a,b, ,\"\",\nd,e", "1:a|b| ||", "2:d|e")]
    [InlineData("a,\"b\nd,e\nf,g", "1!UnclosedQuote", "2:d|e", "3:f|g")]
    [InlineData("\"a,b\nd,e\nf,g", "1!UnclosedQuote", "2:d|e", "3:f|g")]
    [InlineData("a,\"b\nd,\"e\"\nf,g", "1!UnclosedQuote", "2:d|e", "3:f|g")]
    [InlineData("a,\"b\n\"d\",e\nf,g", "1!UnclosedQuote", "2:d|e", "3:f|g")]
    [InlineData("a,\"b", "1!UnclosedQuote")]
    [InlineData("\"x\ny\",\"b\nd,e\nf,g", "1!UnclosedQuote", "3:d|e", "4:f|g")]
    [InlineData("\"x\ny\",b,c\nf,g", "1!ColumnCount", "2!ColumnCount", "3:f|g")]
    [InlineData("a,b\0\nd,e", "1!Binary", "2:d|e")]
    [InlineData("a,b\u0100\nd,e", "1!Encoding", "2:d|e")]
    public void Rows_are_found_with_their_lines(string csv, params string[] expected)
    {
        // A letter outside of Latin-1 stands for a byte that is no UTF-8.
        var bytes = Encoding.Latin1.GetBytes(csv.Replace('\u0100', '\u00ff'));

        Assert.Equal(expected, Read(new MemoryStream(bytes)));
        Assert.Equal(expected, Read(new DripStream(bytes)));
    }

    [Fact]
    public void A_quote_that_is_never_closed_costs_one_row_of_many()
    {
        var rows = Enumerable.Range(2, 5_000).Select(i => $"u{i},x").ToList();
        var read = Read(new MemoryStream(Encoding.UTF8.GetBytes("a,\"b\n" + string.Join('\n', rows))));

        Assert.Equal("1!UnclosedQuote", read[0]);
        Assert.Equal(rows.Select((row, i) => $"{i + 2}:{row.Replace(',', '|')}"), read[1..]);
    }

    [Theory]
    [InlineData(99, true)]
    [InlineData(100, false)]
    public void A_quoted_field_runs_over_at_most_100_lines(int lineEnds, bool isRead)
    {
        var read = Read(new MemoryStream(Encoding.UTF8.GetBytes($"a,\"{new string('\n', lineEnds)}\"\nlast,row")));

        Assert.Equal(isRead ? $"1:a|{new string('\n', lineEnds)}" : "1!UnclosedQuote", read[0]);
        Assert.Equal($"{lineEnds + 2}:last|row", read[^1]);
    }

    [Theory]
    [InlineData("", 65_536, true)]
    [InlineData("", 65_537, false)]
    [InlineData("\"", 65_536, true)]
    [InlineData("\"", 65_537, false)]
    [InlineData("", 1_048_576, false)]
    [InlineData("\"", 1_048_576, false)]
    [InlineData("", 8_000_000, false)]
    public void A_field_has_at_most_64_KiB(string quote, int length, bool isRead)
    {
        var csv = $"first,row\na,{quote}{new string('x', length)}{quote}\r\nlast,row";
        var read = Read(new MemoryStream(Encoding.UTF8.GetBytes(csv)));

        Assert.Equal(["1:first|row", isRead ? $"2:a|{new string('x', length)}" : "2!FieldTooLong", "3:last|row"], read);
    }

    [Fact]
    public void A_row_has_at_most_1_MiB()
    {
        var read = Read(new MemoryStream(Encoding.UTF8.GetBytes($"{new string(',', 3_000_000)}\nlast,row")));

        Assert.Equal(["1!RowTooLong", "2:last|row"], read);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Any_row_can_be_the_first_after_a_restart(int seed)
    {
        var bytes = HostileCsv.Bytes(new Random(seed), 4_000);
        var whole = Read(new MemoryStream(bytes), out var places);

        for (var i = 0; i < places.Count; i++)
        {
            var stream = new MemoryStream(bytes) { Position = places[i].Position };
            Assert.Equal(whole[(i + 1)..], Read(stream, out _, places[i].Position, places[i].Line));
        }
    }

    [Fact]
    public void Well_formed_files_are_read_as_CsvHelper_reads_them()
    {
        var random = new Random(5);
        for (var round = 0; round < 200; round++)
        {
            var rows = Enumerable.Range(0, random.Next(1, 20))
                .Select(_ => new[] { HostileCsv.Cell(random), HostileCsv.Cell(random) }).ToList();
            var end = random.GetItems(["\n", "\r\n", "\r"], 1)[0];
            var csv = string.Join(end, rows.Select(row => string.Join(',', row.Select(cell =>
                cell.AsSpan().ContainsAny(",\"\r\n") || random.Next(2) ==
                    0 ? $"\"{cell.Replace("\"", "\"\"")}\"" : cell))));

            var expected = new List<string>();
            using var reader = CsvReader.FromText(csv, new CsvReaderOptions { HasHeader = false, Separator = ',' });
            while (reader.Read())
            {
                expected.Add($"{reader.GetString(0)}|{reader.GetString(1)}");
            }

            var read = Read(new DripStream(Encoding.UTF8.GetBytes(csv)));
            Assert.Equal(expected, read.Select(row => row[(row.IndexOf(':') + 1)..]));
        }
    }

    private static List<string> Read(Stream stream) => Read(stream, out _);

    private static List<string> Read(
        Stream stream, out List<(long Position, long Line)> places, long position = 0, long line = 1)
    {
        var reader = new CsvRowReader(stream, ',', position, line) { Columns = 2 };
        var fields = new CsvFields(',');
        var rows = new List<string>();
        places = [];
        while (reader.Read(out CsvRow row))
        {
            places.Add((reader.Position, reader.Line));
            rows.Add(row.Problem == CsvProblem.None
                ? $"{row.Line}:{string.Join('|', fields.Split(row) ?? ["?"])}"
                : $"{row.Line}!{row.Problem}");
        }

        return rows;
    }

    /// <summary>Gives one byte at a time: every place of the file is once the end of what has been read.</summary>
    private sealed class DripStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, 1));
    }
}
