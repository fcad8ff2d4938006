using System.Text;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Contacts;

namespace OrleansCampaigns.Storage.Imports;

/// <summary>What the beginning of a file tells about the rest of it.</summary>
/// <param name="Delimiter">What stands between two fields.</param>
/// <param name="Columns">Where each column goes.</param>
/// <param name="Position">Where the first row after the header begins, in bytes.</param>
/// <param name="Line">The line that it begins with.</param>
internal sealed record CsvLayout(char Delimiter, ImportColumns Columns, long Position, long Line)
{
    public const string Delimiters = ",;\t|";

    private const int SampleBytes = 64 * 1024;
    private const int SampleRows = 200;

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
        var delimiter = options.Delimiter ?? told ?? Detect(first);

        file.Position = position;
        var reader = new CsvRowReader(file, delimiter, position, 1);
        if (!reader.Read(out var header) || (told is not null && !reader.Read(out header)))
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

        var (at, line) = (reader.Position, reader.Line);
        var columns = ImportColumns.Of(
            names, options, column => HoldsStatusWords(file, delimiter, at, line, names.Length, column));
        return columns.IsRefused
            ? columns.Refusal
            : new CsvLayout(delimiter, columns.Value, at, line);
    }

    // The same rows each time: a resumed import must see the same columns.
    private static bool HoldsStatusWords(
        Stream file, char delimiter, long position, long line, int columns, int column)
    {
        file.Position = position;
        var reader = new CsvRowReader(file, delimiter, position, line) { Columns = columns };
        var fields = new CsvFields(delimiter);
        for (var rows = 0; rows < SampleRows && reader.Read(out var row); rows++)
        {
            if (row.Problem == CsvProblem.None && fields.Split(row) is { } cells
                && StatusWords.Find(cells[column]) is not null)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What stands between two fields of a file, by its first line, and where the first row begins.</summary>
    public static (char Delimiter, long Position) Begin(Stream file)
    {
        var sample = new byte[SampleBytes];
        file.Position = 0;
        var text = sample.AsSpan(0, file.ReadAtLeast(sample, SampleBytes, throwOnEndOfStream: false));
        var position = text.StartsWith("\uFEFF"u8) ? 3 : 0;
        return (Detect(FirstLine(text[position..])), position);
    }

    private static Refusal? CheckHeader(CsvRow header, ReadOnlySpan<byte> sample) => header.Problem switch
    {
        CsvProblem.None => null,
        CsvProblem.Binary => Binary,
        CsvProblem.Encoding => sample.Contains((byte)0) ? Binary : Refusal.Invalid(
            "import.encoding", "The header is not text in UTF-8 or UTF-16; save the file as CSV UTF-8.", "csv"),
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

    // The one that occurs most outside of quotes; a comma when there is only one column.
    private static char Detect(ReadOnlySpan<byte> header)
    {
        var counts = new int[Delimiters.Length];
        var quoted = false;
        foreach (var c in header)
        {
            quoted ^= c == '"';
            var candidate = quoted ? -1 : Delimiters.IndexOf((char)c, StringComparison.Ordinal);
            if (candidate >= 0)
            {
                counts[candidate]++;
            }
        }

        return Delimiters[Array.IndexOf(counts, counts.Max())];
    }
}
