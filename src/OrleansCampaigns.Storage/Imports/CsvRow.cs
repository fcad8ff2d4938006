namespace OrleansCampaigns.Storage.Imports;

/// <summary>Why a row cannot be read.</summary>
internal enum CsvProblem
{
    None = 0,
    UnclosedQuote = 1,
    StrayQuote = 2,
    FieldTooLong = 3,
    RowTooLong = 4,
    Binary = 5,
    Encoding = 6,
    ColumnCount = 7,
}

/// <summary>One row as it stands in the file.</summary>
internal record struct CsvRow
{
    /// <summary>The line where it begins, from 1.</summary>
    public long Line { get; init; }

    /// <summary>How many columns it has, or the one in which reading ended.</summary>
    public int Columns { get; set; }

    /// <summary>Why it cannot be read.</summary>
    public CsvProblem Problem { get; set; }

    /// <summary>Whether a field of it stands in quotes.</summary>
    public bool HasQuotes { get; set; }

    /// <summary>Whether nothing is wrong with it but that cells are missing at its end: spreadsheets leave out empty
    /// ones.</summary>
    public bool IsShort { get; set; }

    /// <summary>Its bytes without the line end; empty where reading ended early.</summary>
    public ReadOnlyMemory<byte> Bytes { get; set; }
}
