
namespace OrleansCampaigns.Storage.Imports;

/// <summary>The first rows of a file, by which its columns are understood.</summary>
/// <remarks>The same rows each time: a resumed import must see the same columns.</remarks>
internal sealed class CsvSample(IReadOnlyList<string[]> rows, double rowBytes)
{
    private const int RowsMax = 200;
    private const int BytesMax = 1024 * 1024;

    public static CsvSample None { get; } = new([], 0);

    /// <summary>How many bytes a row has, on an average.</summary>
    public double RowBytes => rowBytes;

    /// <summary>The most cells that a row has.</summary>
    public int Columns => rows.Count == 0 ? 0 : rows.Max(row => row.Length);

    public static CsvSample Read(Stream file, char delimiter, long position, long line)
    {
        file.Position = position;
        var reader = new CsvRowReader(file, delimiter, position, line);
        var fields = new CsvFields(delimiter);
        var rows = new List<string[]>();
        var n = 0;
        for (; n < RowsMax && reader.Position - position < BytesMax && reader.Read(out var row); n++)
        {
            if (row.Problem == CsvProblem.None && fields.Split(row) is { } cells)
            {
                rows.Add(cells);
            }
        }

        return new(rows, n == 0 ? 0 : (double)(reader.Position - position) / n);
    }

    /// <summary>Whether a column holds a word for how a contact stands.</summary>
    public bool HoldsStatusWords(int column) =>
        Cells(column).Any(cell => Domain.Contacts.StatusWords.Find(cell) is not null);

    /// <summary>Whether a column holds an address.</summary>
    public bool HoldsAddress(int column) => Cells(column).Any(AddressCell.IsAddress);

    /// <summary>The column that holds most addresses, when it holds hardly anything else; otherwise -1.</summary>
    public int FindAddresses()
    {
        var (best, most) = (-1, 0);
        for (var column = 0; column < Columns; column++)
        {
            var cells = Cells(column).Where(cell => !string.IsNullOrWhiteSpace(cell)).ToList();
            var addresses = cells.Count(AddressCell.IsAddress);
            if (addresses > most && addresses * 2 > cells.Count)
            {
                (best, most) = (column, addresses);
            }
        }

        return best;
    }

    private IEnumerable<string> Cells(int column) =>
        rows.Where(row => column < row.Length).Select(row => row[column]);
}
