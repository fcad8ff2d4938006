using System.Text;
using CsvHelper;

namespace OrleansCampaigns.Storage.Imports;

/// <summary>Splits a row that <see cref="CsvRowReader"/> found into its fields.</summary>
internal sealed class CsvFields(char delimiter)
{
    private readonly CsvReaderOptions _options = new()
    {
        Separator = delimiter,
        HasHeader = false,
        SkipEmptyLines = false,
        Encoding = Encoding.UTF8,
        IncludeValuesInExceptions = false,
        BufferSize = 1024,
    };

    /// <summary>The fields, or <see langword="null"/> when they are not as many as the reader counted.</summary>
    /// <remarks>
    /// The two disagree over a byte order mark in the middle of a file, where files were glued together; such a row, and
    /// whatever else they may disagree over, is refused rather than guessed at.
    /// </remarks>
    public string[]? Split(CsvRow row)
    {
        if (!row.HasQuotes)
        {
            return Encoding.UTF8.GetString(row.Bytes.Span).Split(delimiter);
        }

        using var reader = CsvReader.Create(row.Bytes, _options);
        if (!reader.Read() || reader.FieldCount != row.Columns)
        {
            return null;
        }

        var fields = new string[row.Columns];
        for (var i = 0; i < fields.Length; i++)
        {
            fields[i] = reader.GetString(i);
        }

        return reader.Read() ? null : fields;
    }
}
