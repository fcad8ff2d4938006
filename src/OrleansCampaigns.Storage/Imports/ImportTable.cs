using System.Data.Common;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Storage.Databases;
using OrleansCampaigns.Storage.Directory;

namespace OrleansCampaigns.Storage.Imports;

/// <summary>An import that is to be read, and how far it got.</summary>
internal sealed record ImportTask(string Id, AccountId Account, string ListId, ImportOptions Options)
{
    /// <summary>Where the chunk begins that is to be written, in bytes.</summary>
    public required long Position { get; init; }

    /// <summary>The line that it begins with; 0 before the header was read.</summary>
    public required long Line { get; init; }

    /// <summary>How many rows it has; 0 when no step of it is in.</summary>
    public required int ChunkRows { get; init; }

    /// <summary>How many contacts of it are in.</summary>
    public required int ChunkDone { get; init; }

    /// <summary>How the file is read.</summary>
    public required ImportFile File { get; init; }
}

/// <summary>The statements over <c>imports</c> and <c>import_errors</c>.</summary>
internal static class ImportTable
{
    private const string Columns = """
        id, list_id, status, rows, created, updated, duplicated, malformed, rejected, started_at, ended_at, failure,
        left_out, opted_out, options, position, chunk_done
        """;

    private const string TaskColumns = "id, account, list_id, options, position, line, chunk_rows, chunk_done";

    public static Task Insert(
        DatabaseSession session, AccountId account, string id, string listId, ImportOptions options, ImportFile file,
        long now) =>
        session.Change(
            """
            INSERT INTO imports (id, account, list_id, options, status, started_at)
            VALUES (@id, @account, @list, @options, 'Running', @now)
            """,
            ("@id", id), ("@account", account.Value), ("@list", listId), ("@now", now),
            ("@options", DirectoryJson.Write(options, file)));

    public static Task<Import?> Find(DatabaseSession session, AccountId account, string id) =>
        session.Row(
            Read,
            $"SELECT {Columns} FROM imports WHERE id = @id AND account = @account",
            ("@id", id),
            ("@account", account.Value));

    public static Task<List<Import>> Query(DatabaseSession session, AccountId account, string before, int limit) =>
        session.Rows(
            Read,
            $"SELECT {Columns} FROM imports WHERE account = @account AND id < @before ORDER BY id DESC LIMIT @limit",
            ("@account", account.Value),
            ("@before", before),
            ("@limit", limit));

    public static Task<List<ImportError>> Errors(DatabaseSession session, string id, long afterLine, int limit) =>
        session.Rows(
            reader => new ImportError(
                reader.GetInt64(0), reader.GetString(1), reader.GetString(2), reader.TextOrNull(3)),
            """
            SELECT line, code, detail, column_name FROM import_errors
            WHERE import_id = @id AND line > @after ORDER BY line LIMIT @limit
            """,
            ("@id", id),
            ("@after", afterLine),
            ("@limit", limit));

    /// <summary>The imports that are to be read, in the order in which they were taken.</summary>
    public static Task<List<ImportTask>> Running(DatabaseSession session) =>
        session.Rows(ReadTask, $"SELECT {TaskColumns} FROM imports WHERE status = 'Running' ORDER BY id");

    /// <summary>Those of an account that are to be read, in the order in which they were taken.</summary>
    /// <param name="session">The session.</param>
    /// <param name="account">The account.</param>
    /// <param name="lists">Only those of these lists; <see langword="null"/> for all.</param>
    public static async Task<IReadOnlyList<string>> UnderWay(
        DatabaseSession session, AccountId account, IReadOnlyCollection<string>? lists) =>
        [
            .. (await session.Rows(
                reader => (Id: reader.GetString(0), List: reader.GetString(1)),
                "SELECT id, list_id FROM imports WHERE status = 'Running' AND account = @account ORDER BY id",
                ("@account", account.Value)))
                .Where(import => lists?.Contains(import.List) != false)
                .Select(import => import.Id),
        ];

    /// <summary>The one of a list that is to be read next, as far as it got by now.</summary>
    public static Task<ImportTask?> FindNext(DatabaseSession session, string list) =>
        session.Row(
            ReadTask,
            $"SELECT {TaskColumns} FROM imports WHERE list_id = @list AND status = 'Running' ORDER BY id LIMIT 1",
            ("@list", list));

    public static Task End(DatabaseSession session, string id, ImportStatus status, Refusal? failure, long now) =>
        session.Change(
            """
            UPDATE imports SET status = @status, failure = @failure, ended_at = @now
            WHERE id = @id AND status = 'Running'
            """,
            ("@id", id), ("@status", status.ToString()), ("@now", now),
            ("@failure", failure is null ? null : DirectoryJson.Write(failure)));

    private static ImportTask ReadTask(DbDataReader reader) => new(
        reader.GetString(0),
        new(reader.GetString(1)),
        reader.GetString(2),
        DirectoryJson.ReadOptions(reader.GetString(3)))
    {
        Position = reader.GetInt64(4),
        Line = reader.GetInt64(5),
        ChunkRows = reader.GetInt32(6),
        ChunkDone = reader.GetInt32(7),
        File = DirectoryJson.ReadFile(reader.GetString(3)),
    };

    private static Import Read(DbDataReader reader)
    {
        var file = DirectoryJson.ReadFile(reader.GetString(14));
        return new()
        {
            Id = reader.GetString(0),
            ListId = reader.GetString(1),
            Status = reader.Name<ImportStatus>(2),
            Rows = reader.GetInt64(3),
            Created = reader.GetInt64(4),
            Updated = reader.GetInt64(5),
            Duplicated = reader.GetInt64(6),
            Malformed = reader.GetInt64(7),
            Rejected = reader.GetInt64(8),
            StartedAt = reader.Time(9),
            EndedAt = reader.TimeOrNull(10),
            Failure = reader.TextOrNull(11) is { } failure ? DirectoryJson.ReadRefusal(failure) : null,
            LeftOut = reader.GetInt64(12),
            OptedOut = reader.GetInt64(13),
            File = file,
            BytesRead = file.BytesReadAt(reader.GetInt64(15), reader.GetInt64(16)),
        };
    }
}
