using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Contracts.Directory;

/// <summary>How to read a CSV file of contacts.</summary>
public sealed record ImportOptions
{
    /// <summary>
    /// The encoding of the file, by a name or number that .NET knows; without it a byte order mark says it, or else it
    /// is found out.
    /// </summary>
    public string? Encoding { get; init; }

    /// <summary>Whether the first row names the columns; found out when absent.</summary>
    public bool? HasHeader { get; init; }

    /// <summary>
    /// The column of the address; without it the first whose header says so in one of many languages. Columns of a file
    /// without a header are called <c>column1</c>, <c>column2</c>, …, or by their number.
    /// </summary>
    public string? AddressColumn { get; init; }

    /// <summary>The column of the name; without it the one whose header says so, or those of first and last
    /// name.</summary>
    public string? NameColumn { get; init; }

    /// <summary>
    /// The column that says whether a contact may be written to; without it each column whose header says so.
    /// </summary>
    public string? StatusColumn { get; init; }

    /// <summary>
    /// Which attribute a column goes to; an empty name leaves the column out. Other columns keep their header.
    /// </summary>
    public IReadOnlyDictionary<string, string> AttributeColumns { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// What stands between two fields: a comma, a semicolon, a tab or a bar; found out from the header when absent.
    /// </summary>
    public char? Delimiter { get; init; }

    /// <summary>
    /// The consent by which contacts that left the list, or were taken off it, are members again; without it they stay
    /// off. It goes into the history of each membership that it renews.
    /// </summary>
    public string? Resubscribe { get; init; }

    /// <summary>Who says so; kept beside the consent.</summary>
    public string? Actor { get; init; }
}

/// <summary>How far an import is.</summary>
public enum ImportStatus
{
    /// <summary>The file is being read.</summary>
    Running = 1,

    /// <summary>Every line was read.</summary>
    Finished = 2,

    /// <summary>The file as a whole cannot be read; lines before that point are in.</summary>
    Failed = 3,
}

/// <summary>How it is known in which encoding a file is.</summary>
public enum EncodingBy
{
    /// <summary>The request said so.</summary>
    Stated = 1,

    /// <summary>The file begins with a byte order mark.</summary>
    Bom = 2,

    /// <summary>The file is UTF-8, or mostly: rows that are not are listed.</summary>
    Utf8 = 3,

    /// <summary>The letters of the file fit this encoding best.</summary>
    Guessed = 4,
}

/// <summary>What a column of a file is for.</summary>
public enum ImportColumnUse
{
    /// <summary>It is left out.</summary>
    Ignored = 1,

    /// <summary>It becomes an attribute.</summary>
    Attribute = 2,

    /// <summary>It holds addresses.</summary>
    Address = 3,

    /// <summary>It holds whole names.</summary>
    Name = 4,

    /// <summary>It holds first names: a part of the name, and an attribute.</summary>
    FirstName = 5,

    /// <summary>It holds last names: a part of the name, and an attribute.</summary>
    LastName = 6,

    /// <summary>It holds languages, and becomes an attribute.</summary>
    Language = 7,

    /// <summary>It says whether contacts may be written to.</summary>
    Status = 8,
}

/// <summary>A column of a file, and what it was taken for.</summary>
/// <param name="Header">Its header; <c>column1</c>, … in a file without one.</param>
/// <param name="Use">What it was taken for.</param>
/// <param name="Attribute">The attribute that it becomes, if any.</param>
public sealed record ImportColumn(string Header, ImportColumnUse Use, string? Attribute);

/// <summary>How a file is being read.</summary>
public sealed record ImportFile
{
    /// <summary>The encoding, by its registered name.</summary>
    public string Encoding { get; init; } = "utf-8";

    /// <summary>How that is known.</summary>
    public EncodingBy EncodingBy { get; init; } = EncodingBy.Utf8;

    /// <summary>How many bytes the file has.</summary>
    public long Bytes { get; init; }

    /// <summary>How many bytes its text has in UTF-8; <see langword="null"/> before that is known.</summary>
    public long? TextBytes { get; init; }

    /// <summary>How many bytes a row of the text has, by the first ones.</summary>
    public double RowBytes { get; init; }

    /// <summary>What stands between two fields; <see langword="null"/> before the header was read.</summary>
    public char? Delimiter { get; init; }

    /// <summary>Whether the first row names the columns.</summary>
    public bool? HasHeader { get; init; }

    /// <summary>The first 500 columns; empty before the header was read.</summary>
    public IReadOnlyList<ImportColumn> Columns { get; init; } = [];

    /// <summary>How many bytes of the file have been read.</summary>
    /// <param name="textPosition">Up to where its text is in.</param>
    /// <param name="rowsAhead">How many rows beyond are in, of a part that is in only as a whole.</param>
    public long BytesReadAt(long textPosition, long rowsAhead)
    {
        var read = textPosition + (rowsAhead * RowBytes);
        return (long)Math.Min(Bytes, TextBytes is > 0 and var all ? read / all * Bytes : read);
    }
}

/// <summary>An import and its progress.</summary>
public sealed record Import
{
    /// <summary>Which import; printed <c>imp_…</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The list that the contacts go to.</summary>
    public required string ListId { get; init; }

    /// <summary>How far it is.</summary>
    public ImportStatus Status { get; init; } = ImportStatus.Running;

    /// <summary>Rows read so far, without the header.</summary>
    public long Rows { get; init; }

    /// <summary>Contacts that did not exist before.</summary>
    public long Created { get; init; }

    /// <summary>Rows whose contact existed before.</summary>
    public long Updated { get; init; }

    /// <summary>Rows whose address stood in an earlier row of the same file.</summary>
    public long Duplicated { get; init; }

    /// <summary>Rows with an address that is not properly formatted; kept, and Invalid in a campaign.</summary>
    public long Malformed { get; init; }

    /// <summary>Rows that were left out, each with an error.</summary>
    public long Rejected { get; init; }

    /// <summary>How the file is read.</summary>
    public ImportFile File { get; init; } = new();

    /// <summary>How many bytes of the file have been read; within a part of some ten thousand rows, about.</summary>
    public long BytesRead { get; init; }

    /// <summary>How much of the file has been read, from 0 to 100.</summary>
    public double Percent => Status == ImportStatus.Finished ? 100
        : File.Bytes == 0 ? 0
        : Math.Round(100.0 * BytesRead / File.Bytes, 1);

    /// <summary>Rows of contacts that left the list or were taken off it: their profiles are up to date, and they are
    /// no members. They are among the updated ones.</summary>
    public long LeftOut { get; init; }

    /// <summary>Rows by whose word their contact may not be written to: unsubscribed, bounced, complained, …. Their
    /// contacts are in, and stand so.</summary>
    public long OptedOut { get; init; }

    /// <summary>When it began.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Why it failed as a whole.</summary>
    public Refusal? Failure { get; init; }
}

/// <summary>What was wrong with one row.</summary>
/// <param name="Line">The line of the file where the row begins, from 1.</param>
/// <param name="Code">Stable and public.</param>
/// <param name="Detail">For people; never holds an address.</param>
/// <param name="Column">The column, where it is one column's fault.</param>
public sealed record ImportError(long Line, string Code, string Detail, string? Column);

/// <summary>What an import of a file would come to.</summary>
/// <param name="Import">What it would come to; it has no identifier, because nothing of it is kept.</param>
/// <param name="Sample">The first contacts as they would be.</param>
/// <param name="Errors">What is wrong with the first rows that would be left out, or be no good.</param>
/// <param name="IsComplete">Whether the whole file was read; otherwise as many rows as a trial reads.</param>
public sealed record ImportTrial(
    Import Import, IReadOnlyList<ContactInput> Sample, IReadOnlyList<ImportError> Errors, bool IsComplete);

/// <summary>Brings contacts in from CSV files of any size.</summary>
public interface IContactImporter
{
    /// <summary>Takes a file in full, then reads it in the background; survives a restart of the process.</summary>
    /// <returns>The import as it begins; refused when the list does not exist or the file is too large.</returns>
    Task<Result<Import>> Start(
        AccountId account, string listId, ImportOptions options, Stream csv, CancellationToken cancellation = default);

    /// <summary>Reads a file as an import would, and writes nothing.</summary>
    /// <remarks>It reads at most 1,000,000 rows.</remarks>
    /// <returns>What it would come to; refused as <see cref="Start"/>.</returns>
    Task<Result<ImportTrial>> Try(
        AccountId account, string listId, ImportOptions options, Stream csv, CancellationToken cancellation = default);

    /// <summary>The import, or <see langword="null"/>.</summary>
    Task<Import?> Find(AccountId account, string importId, CancellationToken cancellation = default);

    /// <summary>One page of imports, newest first.</summary>
    Task<Result<Page<Import>>> Query(
        AccountId account, string? cursor, int limit, CancellationToken cancellation = default);

    /// <summary>One page of what is wrong with an import's rows, by line: those that were left out, those whose contact
    /// is no member, and those whose address is not properly formatted; at most 10,000.</summary>
    Task<Result<Page<ImportError>>> QueryErrors(
        AccountId account, string importId, string? cursor, int limit, CancellationToken cancellation = default);
}
