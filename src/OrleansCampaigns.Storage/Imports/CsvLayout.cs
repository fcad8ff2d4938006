using System.Globalization;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Storage.Imports;

/// <summary>What the beginning of a file tells about the rest of it.</summary>
/// <param name="Delimiter">What stands between two fields.</param>
/// <param name="Columns">Where each column goes.</param>
/// <param name="Position">Where the first row after the header begins, in bytes.</param>
/// <param name="Line">The line that it begins with.</param>
/// <param name="HasHeader">Whether the first row names the columns.</param>
internal sealed record CsvLayout(char Delimiter, ImportColumns Columns, long Position, long Line, bool HasHeader)
{
    public const string Delimiters = ",;\t|";

    /// <summary>How many columns are described at most.</summary>
    private const int ColumnsMax = 500;

    private const int SampleBytes = 64 * 1024;
    private const int LinesMax = 20;

    /// <summary>Reads the header, always in the same way: a resumed import must see the same columns.</summary>
    public static Result<CsvLayout> Read(Stream file, ImportOptions options)
    {
        var sample = new byte[SampleBytes];
        file.Position = 0;
        var text = sample.AsSpan(0, file.ReadAtLeast(sample, SampleBytes, throwOnEndOfStream: false));
        var position = text.StartsWith("\uFEFF"u8) ? 3 : 0;
        var first = FirstLine(text[position..]);

        // Spreadsheets write such a line to tell each other the delimiter; it is no header.
        var told = options.Delimiter is null && first is [(byte)'s', (byte)'e', (byte)'p', (byte)'=', var separator]
            && Delimiters.Contains((char)separator) ? (char?)separator : null;
        var delimiter = options.Delimiter ?? told ?? Detect(text[position..]);

        file.Position = position;
        var reader = new CsvRowReader(file, delimiter, position, 1);
        if (told is not null && reader.Read(out _))
        {
            position = (int)reader.Position;
        }

        var line = reader.Line;
        if (!reader.Read(out var header))
        {
            return Refusal.Invalid("import.empty", "The file holds no header.", "csv");
        }

        if (CheckHeader(header, text) is { } refusal)
        {
            return refusal;
        }

        if (new CsvFields(delimiter).Split(header) is not { } names)
        {
            return Unreadable("its quotes do not match");
        }

        if (HasNoHeader(names, options))
        {
            return ReadWithout(file, options, delimiter, position, line);
        }

        var (rowsAt, rowsLine) = (reader.Position, reader.Line);
        var rows = CsvSample.Read(file, delimiter, rowsAt, rowsLine);
        var columns = ImportColumns.Of(names, options, rows);
        return columns.IsRefused
            ? columns.Refusal
            : new CsvLayout(delimiter, columns.Value, rowsAt, rowsLine, HasHeader: true) { RowBytes = rows.RowBytes };
    }

    /// <summary>How many bytes a row has, by the first ones.</summary>
    public double RowBytes { get; init; }

    /// <summary>What is known of a file, with this.</summary>
    public ImportFile Describe(ImportFile file) => file with
    {
        Delimiter = Delimiter,
        HasHeader = HasHeader,
        RowBytes = RowBytes,
        Columns = [.. Columns.Describe().Take(ColumnsMax)],
    };

    // A file of addresses alone, say: its first row holds one, and names none of the columns that are asked for.
    private static bool HasNoHeader(string[] names, ImportOptions options) =>
        options.HasHeader is { } said
            ? !said
            : Array.Exists(names, AddressCell.IsAddress)
                && !(options.AddressColumn is { } column && Array.Exists(
                    names, name => ImportColumns.TrimVisible(name).Equals(column, StringComparison.OrdinalIgnoreCase)));

    private static Result<CsvLayout> ReadWithout(
        Stream file, ImportOptions options, char delimiter, long position, long line)
    {
        var rows = CsvSample.Read(file, delimiter, position, line);
        string[] names = [.. Enumerable.Range(1, Math.Max(rows.Columns, 1)).Select(NameOf)];
        var columns = ImportColumns.Of(names, WithNames(options, names), rows);
        return columns.IsRefused
            ? columns.Refusal
            : new CsvLayout(delimiter, columns.Value, position, line, HasHeader: false) { RowBytes = rows.RowBytes };
    }

    private static string NameOf(int number) => string.Create(CultureInfo.InvariantCulture, $"column{number}");

    // Columns without a header are named by their number as well.
    private static ImportOptions WithNames(ImportOptions options, string[] names)
    {
        return options with
        {
            AddressColumn = Named(options.AddressColumn),
            NameColumn = Named(options.NameColumn),
            StatusColumn = Named(options.StatusColumn),
            AttributeColumns = options.AttributeColumns
                .DistinctBy(pair => Named(pair.Key))
                .ToDictionary(pair => Named(pair.Key)!, pair => pair.Value),
        };

        string? Named(string? column) =>
            int.TryParse(column, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= 1 && number <= names.Length
                ? names[number - 1]
                : column;
    }

    /// <summary>What stands between two fields of a file, by its first line, and where the first row begins.</summary>
    public static (char Delimiter, long Position) Begin(Stream file)
    {
        var sample = new byte[SampleBytes];
        file.Position = 0;
        var text = sample.AsSpan(0, file.ReadAtLeast(sample, SampleBytes, throwOnEndOfStream: false));
        var position = text.StartsWith("\uFEFF"u8) ? 3 : 0;
        return (Detect(text[position..]), position);
    }

    private static Refusal? CheckHeader(CsvRow header, ReadOnlySpan<byte> sample) => header.Problem switch
    {
        CsvProblem.None => null,
        CsvProblem.Binary => Binary,
        CsvProblem.Encoding => sample.Contains((byte)0) ? Binary : Refusal.Invalid(
            "import.encoding",
            "The header is no text in the file's encoding; state another one with encoding, or save the file as UTF-8.",
            "csv"),
        CsvProblem.UnclosedQuote => Unreadable("a quote is not closed"),
        CsvProblem.StrayQuote => Unreadable("text follows a closing quote"),
        _ => Unreadable("it is too long"),
    };

    private static Refusal Binary { get; } = Refusal.Invalid(
        "import.binary", "The file is not text but binary; a spreadsheet has to be saved as CSV first.", "csv");

    private static Refusal Unreadable(string why) =>
        Refusal.Invalid("import.header", $"The header cannot be read: {why}.", "csv");

    private static ReadOnlySpan<byte> FirstLine(ReadOnlySpan<byte> text)
    {
        text = text.TrimStart(" \t\r\n"u8);
        var end = text.IndexOfAny((byte)'\r', (byte)'\n');
        return end < 0 ? text : text[..end];
    }

    // The one that occurs most outside of quotes in the first line. When that has one column only, the one that most
    // lines hold: spreadsheets end rows with delimiters for columns without a header. Otherwise a comma.
    private static char Detect(ReadOnlySpan<byte> text)
    {
        var first = Count(FirstLine(text));
        if (first.Max() > 0)
        {
            return Delimiters[Array.IndexOf(first, first.Max())];
        }

        var holds = new int[Delimiters.Length];
        var lines = 0;
        for (; lines < LinesMax && FirstLine(text) is { IsEmpty: false } line; lines++)
        {
            var counts = Count(line);
            for (var i = 0; i < holds.Length; i++)
            {
                holds[i] += Math.Sign(counts[i]);
            }

            text = text[(text.IndexOf(line) + line.Length)..];
        }

        return holds.Max() * 2 > lines ? Delimiters[Array.IndexOf(holds, holds.Max())] : Delimiters[0];
    }

    private static int[] Count(ReadOnlySpan<byte> line)
    {
        var counts = new int[Delimiters.Length];
        var quoted = false;
        foreach (var c in line)
        {
            quoted ^= c == '"';
            var candidate = quoted ? -1 : Delimiters.IndexOf((char)c, StringComparison.Ordinal);
            if (candidate >= 0)
            {
                counts[candidate]++;
            }
        }

        return counts;
    }
}
