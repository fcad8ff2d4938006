using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Storage.Directory;

namespace OrleansCampaigns.Storage.Imports;

/// <summary>Some rows of a file, checked and ready to be written in one transaction.</summary>
internal sealed class ImportBatch
{
    public const int RowsMax = 1_000;

    /// <summary>The contacts, each with the line that its row begins with.</summary>
    public List<(long Line, PreparedContact Contact)> Contacts { get; } = new(RowsMax);

    /// <summary>The rows that are left out.</summary>
    public List<ImportError> Errors { get; } = [];

    /// <summary>How many rows there were.</summary>
    public int Rows { get; private set; }

    /// <summary>Where the next batch begins.</summary>
    public long Position { get; private set; }

    /// <summary>The line that it begins with.</summary>
    public long Line { get; private set; }

    /// <summary>Reads on; a batch without rows is the end of the file.</summary>
    public static ImportBatch Read(
        CsvRowReader reader, CsvFields fields, ImportColumns columns, ReadOnlySpan<byte> key, AccountId account)
    {
        var batch = new ImportBatch();
        while (batch.Rows < RowsMax && reader.Read(out var row))
        {
            batch.Rows++;
            if (ErrorOf(row, columns) is { } error)
            {
                batch.Errors.Add(error);
            }
            else if (fields.Split(row) is { } values)
            {
                batch.Add(row.Line, PreparedContact.Of(key, account, columns.Map(values)), columns);
            }
            else
            {
                batch.Errors.Add(ErrorOf(row with { Problem = CsvProblem.StrayQuote }, columns)!);
            }
        }

        (batch.Position, batch.Line) = (reader.Position, reader.Line);

        // Neighbours in the tables are written one after the other; rows of the same contact keep their order.
        batch.Contacts.Sort((one, other) =>
            string.CompareOrdinal(one.Contact.Id.Value, other.Contact.Id.Value) is var byId and not 0
                ? byId
                : one.Line.CompareTo(other.Line));
        return batch;
    }

    public static ImportError ErrorOf(long line, Refusal refusal, ImportColumns columns) =>
        new(line, refusal.Code, refusal.Detail, columns.HeaderOf(refusal.Field));

    private void Add(long line, Result<PreparedContact> contact, ImportColumns columns)
    {
        if (contact.IsRefused)
        {
            Errors.Add(ErrorOf(line, contact.Refusal, columns));
        }
        else
        {
            Contacts.Add((line, contact.Value));
        }
    }

    private static ImportError? ErrorOf(CsvRow row, ImportColumns columns)
    {
        var column = columns.HeaderOf(row.Columns);
        return row.Problem switch
        {
            CsvProblem.None => null,
            CsvProblem.UnclosedQuote => new(
                row.Line, "import.unclosed_quote", "A quote is opened and not closed; only this line is left out.", column),
            CsvProblem.StrayQuote => new(
                row.Line, "import.stray_quote", "Text follows a closing quote; a quote inside a field is doubled.", column),
            CsvProblem.FieldTooLong => new(
                row.Line, "import.field_too_long", $"A field has at most {CsvRowReader.FieldBytesMax:N0} bytes.", column),
            CsvProblem.RowTooLong => new(
                row.Line, "import.row_too_long", $"A row has at most {CsvRowReader.RowBytesMax:N0} bytes.", null),
            CsvProblem.Binary => new(row.Line, "import.binary", "The row holds NUL bytes: it is not text.", null),
            CsvProblem.Encoding => new(row.Line, "import.encoding", "The row is not UTF-8.", null),
            _ => new(
                row.Line,
                "import.column_count",
                $"The row has {row.Columns} columns and the header {columns.Count}.",
                null),
        };
    }
}
