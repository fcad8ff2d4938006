using System.Text;
using OrleansCampaigns.Storage.Imports;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Storage.Tests.Imports;

/// <summary>Whatever the bytes of a file are, its rows are found in bounded time.</summary>
public sealed class CsvFuzzTests
{
    private static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(1);

    [Fact]
    public void Rows_of_any_file_are_found_in_bounded_time_and_again_from_where_each_begins()
    {
        var fuzz = Fuzz.Of(400);
        for (var round = 0; round < fuzz.Rounds; round++)
        {
            var random = fuzz.Random;
            var bytes = HostileCsv.Bytes(random, random.Next(random.Next(30) == 0 ? 60_000 : 600));
            var (delimiter, columns) = (",;\t|"[random.Next(4)], random.Next(4));
            var from = random.Next(8);
            fuzz.Take(
                round,
                TimeMax,
                () =>
                {
                    var all = Rows(bytes, delimiter, 0, 1, columns);
                    Assert.Equal(all.Select(row => row.Position), all.Select(row => row.Position).Order());
                    Assert.All(all, row => Assert.InRange(row.Position, 0, bytes.Length));
                    if (all.Count <= 2 * from)
                    {
                        return;
                    }

                    // An import that was broken off goes on with the very next row, and finds what it would have found.
                    var (position, line, _) = all[all.Count / 2];
                    Assert.Equal(
                        all[((all.Count / 2) + 1)..].Select(row => row.Text),
                        Rows(bytes, delimiter, position, line, columns).Select(row => row.Text));
                },
                () => $"{bytes.Length} bytes with '{delimiter}', in Base64 {Beginning(bytes)}");
        }
    }

    [Fact]
    public void Text_in_UTF_16_is_read_in_bounded_time()
    {
        var fuzz = Fuzz.Of(200);
        for (var round = 0; round < fuzz.Rounds; round++)
        {
            var bytes = new byte[fuzz.Random.Next(20_000)];
            fuzz.Random.NextBytes(bytes);
            var text = Encoding.Unicode.GetBytes(Encoding.Latin1.GetString(bytes));
            fuzz.Take(round, TimeMax, () => Rows(fuzz.Random.Next(2) == 0 ? bytes : text, ',', 0, 1, 0), () =>
                $"{bytes.Length} bytes");
        }
    }

    // Where the reader stands after each row, its line, and what it found.
    private static List<(long Position, long Line, string Text)> Rows(
        byte[] bytes, char delimiter, long position, long line, int columns)
    {
        var reader = new CsvRowReader(new MemoryStream(bytes[(int)position..]), delimiter, position, line)
        {
            Columns = columns,
        };
        var fields = new CsvFields(delimiter);
        var rows = new List<(long, long, string)>();
        while (reader.Read(out var row))
        {
            rows.Add((reader.Position, reader.Line, row.Problem == CsvProblem.None
                ? $"{row.Line} {string.Join('\u0001', fields.Split(row) ?? [])}"
                : $"{row.Line} {row.Problem}"));
        }

        return rows;
    }

    private static string Beginning(byte[] bytes) =>
        Convert.ToBase64String(bytes.AsSpan(0, Math.Min(300, bytes.Length)));
}
