using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Contracts.Directory;

/// <summary>How to read a CSV file of contacts.</summary>
public sealed record ImportOptions
{
    /// <summary>
    /// The column of the address; without it the first of <c>address</c>, <c>email</c>, <c>e-mail</c>, <c>mail</c>.
    /// </summary>
    public string? AddressColumn { get; init; }

    /// <summary>The column of the name; without it <c>name</c>.</summary>
    public string? NameColumn { get; init; }

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

    /// <summary>Rows of contacts that left the list or were taken off it: their profiles are up to date, and they are
    /// no members. They are among the updated ones.</summary>
    public long LeftOut { get; init; }

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

/// <summary>Brings contacts in from CSV files of any size.</summary>
public interface IContactImporter
{
    /// <summary>Takes a file in full, then reads it in the background; survives a restart of the process.</summary>
    /// <returns>The import as it begins; refused when the list does not exist or the file is too large.</returns>
    Task<Result<Import>> Start(
        AccountId account, string listId, ImportOptions options, Stream csv, CancellationToken cancellation = default);

    /// <summary>The import, or <see langword="null"/>.</summary>
    Task<Import?> Find(AccountId account, string importId, CancellationToken cancellation = default);

    /// <summary>One page of imports, newest first.</summary>
    Task<Result<Page<Import>>> Query(
        AccountId account, string? cursor, int limit, CancellationToken cancellation = default);

    /// <summary>One page of an import's row errors, by line.</summary>
    Task<Result<Page<ImportError>>> QueryErrors(
        AccountId account, string importId, string? cursor, int limit, CancellationToken cancellation = default);
}
