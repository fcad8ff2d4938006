using System.Diagnostics.CodeAnalysis;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Storage.Directory;

namespace OrleansCampaigns.Storage.Imports;

/// <summary>A row of a file, checked.</summary>
/// <param name="Line">The line that it begins with.</param>
/// <param name="Contact">The contact that it names.</param>
/// <param name="Standing">How that stands, by the row's word; <see langword="null"/> when it says nothing.</param>
internal readonly record struct ImportRow(long Line, PreparedContact Contact, ImportedStanding? Standing = null)
{
    /// <summary>Whether the contact may not be written to, by the row's word.</summary>
    public bool IsOptedOut =>
        Standing is { } standing && !ContactStatusTable.Of(standing.Status).AvailableForSending;
}

/// <summary>Some rows of a file, checked, and ordered by contact.</summary>
/// <remarks>
/// Identifiers are hashes, so rows in the file's order would each touch a page of their own in every table: most of the
/// time would go into writing pages. In the order of identifiers neighbours share pages. The order depends on nothing
/// but the file, so that a chunk of which a part is in can be made again and continued.
/// </remarks>
internal sealed class ImportChunk
{
    public const int RowsMax = 50_000;
    public const long BytesMax = 32L * 1024 * 1024;

    private readonly List<ImportError> _errors = [];

    /// <summary>The rows that name a contact, in the order of its identifier.</summary>
    public List<ImportRow> Contacts { get; } = [];

    /// <summary>The rows that are left out.</summary>
    public IReadOnlyList<ImportError> Errors => _errors;

    /// <summary>How many rows there were.</summary>
    public int Rows { get; private set; }

    /// <summary>Where the chunk begins, in bytes.</summary>
    public long From { get; private set; }

    /// <summary>Where the next chunk begins.</summary>
    public long Position { get; private set; }

    /// <summary>The line that it begins with.</summary>
    public long Line { get; private set; }

    /// <summary>Reads on; a chunk without rows is the end of the file.</summary>
    /// <param name="rows">How many rows, when the chunk was begun before; 0 for as many as may be.</param>
    public static ImportChunk Read(
        CsvRowReader reader,
        CsvFields fields,
        ImportColumns columns,
        ReadOnlySpan<byte> key,
        ImportTask task,
        int rows)
    {
        var chunk = new ImportChunk { From = reader.Position };
        var (rowsMax, bytesMax) = rows > 0 ? (rows, long.MaxValue) : (RowsMax, BytesMax);
        while (chunk.Rows < rowsMax && reader.Position - chunk.From < bytesMax && reader.Read(out var row))
        {
            chunk.Rows++;
            if (ErrorOf(row, columns) is { } error && !row.IsShort)
            {
                chunk._errors.Add(error);
            }
            else
            {
                chunk.Add(row, fields, columns, key, task);
            }
        }

        (chunk.Position, chunk.Line) = (reader.Position, reader.Line);
        chunk.Contacts.Sort((one, other) =>
            string.CompareOrdinal(one.Contact.Id.Value, other.Contact.Id.Value) is var byId and not 0
                ? byId
                : one.Line.CompareTo(other.Line));
        return chunk;
    }

    /// <summary>A row whose contact could not be told how it stands: it must not be written to meanwhile.</summary>
    public static ImportError Untold(long line) => new(
        line, "import.status_untold", "A fault of this software keeps the row's status from its contact.", null);

    /// <summary>A row whose contact is kept and gets no e-mail: its address is not properly formatted.</summary>
    public static ImportError Malformed(long line, ImportColumns columns) => new(
        line,
        "import.malformed_address",
        "The address is not properly formatted: the contact is kept, and is Invalid in a campaign.",
        columns.HeaderOf("address"));

    /// <summary>A row whose contact is kept and is no member of the list.</summary>
    public static ImportError Departed(long line) => new(
        line,
        "import.left_list",
        "The contact left the list, or was taken off it, and stays off; its profile is up to date.",
        null);

    /// <summary>A row that no rule refuses and that cannot be taken all the same.</summary>
    public static ImportError Unreadable(long line) => new(
        line, "import.row_unreadable", "A fault of this software keeps the row out; the other rows are in.", null);

    public static ImportError ErrorOf(long line, Refusal refusal, ImportColumns columns) =>
        new(line, refusal.Code, refusal.Detail, columns.HeaderOf(refusal.Field));

    [SuppressMessage(
        "Design", "CA1031", Justification = "A row is input: whatever it makes fail, the other rows go on.")]
    private void Add(
        CsvRow row, CsvFields fields, ImportColumns columns, ReadOnlySpan<byte> key, ImportTask task)
    {
        try
        {
            if (fields.Split(row) is not { } cells)
            {
                _errors.Add(ErrorOf(row with { Problem = CsvProblem.StrayQuote }, columns)!);
            }
            else if (columns.Fit(cells) is not { } values)
            {
                _errors.Add(ErrorOf(row with { Problem = CsvProblem.ColumnCount }, columns)!);
            }
            else
            {
                var standing = columns.StandingOf(values, task.Id);
                Add(
                    row.Line,
                    standing.IsRefused
                        ? standing.Refusal
                        : PreparedContact.Of(key, task.Account, columns.Map(values)),
                    standing.Value,
                    columns);
            }
        }
        catch (Exception)
        {
            _errors.Add(Unreadable(row.Line));
        }
    }

    private void Add(
        long line, Result<PreparedContact> contact, ImportedStanding? standing, ImportColumns columns)
    {
        if (contact.IsRefused)
        {
            _errors.Add(ErrorOf(line, contact.Refusal, columns));
        }
        else
        {
            Contacts.Add(new(line, contact.Value, standing));
        }
    }

    private static ImportError? ErrorOf(CsvRow row, ImportColumns columns)
    {
        var column = columns.HeaderOf(row.Columns);
        return row.Problem switch
        {
            CsvProblem.None => null,
            CsvProblem.UnclosedQuote => new(
                row.Line,
                "import.unclosed_quote",
                "A quote is opened and not closed; only this line is left out.",
                column),
            CsvProblem.StrayQuote => new(
                row.Line,
                "import.stray_quote",
                "Text follows a closing quote; a quote inside a field is doubled.",
                column),
            CsvProblem.FieldTooLong => new(
                row.Line,
                "import.field_too_long",
                $"A field has at most {CsvRowReader.FieldBytesMax:N0} bytes.",
                column),
            CsvProblem.RowTooLong => new(
                row.Line, "import.row_too_long", $"A row has at most {CsvRowReader.RowBytesMax:N0} bytes.", null),
            CsvProblem.Binary => new(row.Line, "import.binary", "The row holds NUL bytes: it is not text.", null),
            CsvProblem.Encoding => new(
                row.Line, "import.encoding", "The row is no text in the encoding of the file.", null),
            _ => new(
                row.Line,
                "import.column_count",
                $"The row has {row.Columns} columns and the header {columns.Count}.",
                null),
        };
    }
}
