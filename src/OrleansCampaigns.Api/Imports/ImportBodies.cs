using OrleansCampaigns.Api.Refusals;
using OrleansCampaigns.Contracts.Directory;

namespace OrleansCampaigns.Api.Imports;

/// <summary>An import and its progress.</summary>
internal sealed record ImportBody
{
    /// <summary>Which import.</summary>
    public required string Id { get; init; }

    /// <summary>The list that the contacts go to.</summary>
    public required string ListId { get; init; }

    /// <summary>How far it is.</summary>
    public required ImportStatus Status { get; init; }

    /// <summary>Rows read so far, without the header.</summary>
    public required long Rows { get; init; }

    /// <summary>Contacts that did not exist before.</summary>
    public required long Created { get; init; }

    /// <summary>Rows whose contact existed before.</summary>
    public required long Updated { get; init; }

    /// <summary>Rows whose address stood in an earlier row of the same file.</summary>
    public required long Duplicated { get; init; }

    /// <summary>Rows with an address that is not properly formatted; kept, and Invalid in a campaign. They are among
    /// the errors.</summary>
    public required long Malformed { get; init; }

    /// <summary>Rows that were left out, each with an error.</summary>
    public required long Rejected { get; init; }

    /// <summary>Rows of contacts that left the list or were taken off it, and stay off; they are among the updated
    /// ones.</summary>
    public required long LeftOut { get; init; }

    /// <summary>Rows by whose word their contact may not be written to: unsubscribed, bounced, complained, …. The
    /// contacts are in, and stand so.</summary>
    public required long OptedOut { get; init; }

    /// <summary>How many bytes the file has.</summary>
    public required long BytesTotal { get; init; }

    /// <summary>How many bytes of it have been read; within a part of some ten thousand rows, about.</summary>
    public required long BytesRead { get; init; }

    /// <summary>How much of the file has been read, from 0 to 100.</summary>
    public required double Percent { get; init; }

    /// <summary>comma, semicolon, tab or bar; absent before the header was read.</summary>
    public string? Delimiter { get; init; }

    /// <summary>Whether the first row names the columns; absent before it was read.</summary>
    public bool? HasHeader { get; init; }

    /// <summary>What the columns were taken for; the first 500.</summary>
    public required IReadOnlyList<ImportColumnBody> Columns { get; init; }

    /// <summary>The encoding in which the file is read, by its registered name.</summary>
    public required string Encoding { get; init; }

    /// <summary>How the encoding is known: stated (by the request), bom (by a byte order mark), utf8 (the file is
    /// UTF-8) or guessed (by its letters).</summary>
    public required string EncodingBy { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Why it failed as a whole.</summary>
    public ProblemItem? Failure { get; init; }

    public static ImportBody From(Import import) => new()
    {
        Id = import.Id,
        ListId = import.ListId,
        Status = import.Status,
        Rows = import.Rows,
        Created = import.Created,
        Updated = import.Updated,
        Duplicated = import.Duplicated,
        Malformed = import.Malformed,
        Rejected = import.Rejected,
        LeftOut = import.LeftOut,
        OptedOut = import.OptedOut,
        BytesTotal = import.File.Bytes,
        BytesRead = import.BytesRead,
        Percent = import.Percent,
        Delimiter = ImportFileText.DelimiterOf(import.File),
        HasHeader = import.File.HasHeader,
        Columns = ImportFileText.ColumnsOf(import.File),
        Encoding = import.File.Encoding,
        EncodingBy = ImportFileText.NameOf(import.File.EncodingBy),
        StartedAt = import.StartedAt,
        EndedAt = import.EndedAt,
        Failure = import.Failure is null ? null : ProblemItem.From(import.Failure),
    };
}

/// <summary>What was wrong with one row.</summary>
/// <param name="Line">The line of the file where the row begins, from 1.</param>
/// <param name="Code">Stable.</param>
/// <param name="Detail">For people.</param>
/// <param name="Column">The column, where it is one column's fault.</param>
internal sealed record ImportErrorBody(long Line, string Code, string Detail, string? Column)
{
    public static ImportErrorBody From(ImportError error) => new(error.Line, error.Code, error.Detail, error.Column);
}

/// <summary>How a file is read, in the words of the API.</summary>
internal static class ImportFileText
{
    public static string? DelimiterOf(ImportFile file) => file.Delimiter switch
    {
        ',' => "comma",
        ';' => "semicolon",
        '\t' => "tab",
        '|' => "bar",
        _ => null,
    };

    public static IReadOnlyList<ImportColumnBody> ColumnsOf(ImportFile file) =>
        [.. file.Columns.Select(column => new ImportColumnBody(column.Header, column.Use, column.Attribute))];

    public static string NameOf(EncodingBy by) => by switch
    {
        EncodingBy.Stated => "stated",
        EncodingBy.Bom => "bom",
        EncodingBy.Guessed => "guessed",
        _ => "utf8",
    };
}

/// <summary>A column of a file.</summary>
/// <param name="Header">Its header; column1, column2, … in a file without one.</param>
/// <param name="Use">What it was taken for.</param>
/// <param name="Attribute">The attribute that it becomes, if any.</param>
internal sealed record ImportColumnBody(string Header, ImportColumnUse Use, string? Attribute);

/// <summary>What an import of a file would come to; nothing of it was written.</summary>
internal sealed record ImportTrialBody
{
    /// <summary>The list that the contacts would go to.</summary>
    public required string ListId { get; init; }

    /// <summary>Always true.</summary>
    public required bool DryRun { get; init; }

    /// <summary>Whether the whole file was read; otherwise its first 1,000,000 rows.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>Rows, without the header.</summary>
    public required long Rows { get; init; }

    /// <summary>Contacts that do not exist yet.</summary>
    public required long Created { get; init; }

    /// <summary>Rows whose contact exists.</summary>
    public required long Updated { get; init; }

    /// <summary>Rows whose address stands in an earlier row of the same file.</summary>
    public required long Duplicated { get; init; }

    /// <summary>Rows with an address that is not properly formatted; they would be kept, and Invalid in a
    /// campaign.</summary>
    public required long Malformed { get; init; }

    /// <summary>Rows that would be left out.</summary>
    public required long Rejected { get; init; }

    /// <summary>Rows of contacts that left the list or were taken off it, and would stay off.</summary>
    public required long LeftOut { get; init; }

    /// <summary>Rows by whose word their contact may not be written to.</summary>
    public required long OptedOut { get; init; }

    /// <summary>How many bytes the file has.</summary>
    public required long BytesTotal { get; init; }

    /// <summary>The encoding in which the file is read, by its registered name.</summary>
    public required string Encoding { get; init; }

    /// <summary>How the encoding is known: stated, bom, utf8 or guessed.</summary>
    public required string EncodingBy { get; init; }

    /// <summary>comma, semicolon, tab or bar; absent before the header was read.</summary>
    public string? Delimiter { get; init; }

    /// <summary>Whether the first row names the columns; absent before it was read.</summary>
    public bool? HasHeader { get; init; }

    /// <summary>What the columns were taken for; the first 500.</summary>
    public required IReadOnlyList<ImportColumnBody> Columns { get; init; }

    /// <summary>The first 10 contacts as they would be.</summary>
    public required IReadOnlyList<ImportSampleBody> Sample { get; init; }

    /// <summary>What is wrong with single rows, by line: the first 100.</summary>
    public required IReadOnlyList<ImportErrorBody> Errors { get; init; }

    public static ImportTrialBody From(ImportTrial trial) => new()
    {
        ListId = trial.Import.ListId,
        DryRun = true,
        IsComplete = trial.IsComplete,
        Rows = trial.Import.Rows,
        Created = trial.Import.Created,
        Updated = trial.Import.Updated,
        Duplicated = trial.Import.Duplicated,
        Malformed = trial.Import.Malformed,
        Rejected = trial.Import.Rejected,
        LeftOut = trial.Import.LeftOut,
        OptedOut = trial.Import.OptedOut,
        BytesTotal = trial.Import.File.Bytes,
        Encoding = trial.Import.File.Encoding,
        EncodingBy = ImportFileText.NameOf(trial.Import.File.EncodingBy),
        Delimiter = ImportFileText.DelimiterOf(trial.Import.File),
        HasHeader = trial.Import.File.HasHeader,
        Columns = ImportFileText.ColumnsOf(trial.Import.File),
        Sample = [.. trial.Sample.Select(row => new ImportSampleBody(row.Address, row.Name, row.Attributes))],
        Errors = [.. trial.Errors.Select(ImportErrorBody.From)],
    };
}

/// <summary>A contact as it would be.</summary>
/// <param name="Address">The address.</param>
/// <param name="Name">The name.</param>
/// <param name="Attributes">The attributes.</param>
internal sealed record ImportSampleBody(
    string Address, string? Name, IReadOnlyDictionary<string, string> Attributes);
