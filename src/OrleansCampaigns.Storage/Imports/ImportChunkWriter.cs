using Microsoft.Data.Sqlite;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Storage.Directory;
using OrleansCampaigns.Storage.Sqlite;

namespace OrleansCampaigns.Storage.Imports;

/// <summary>Writes a step of a chunk, its counts and how far it got: all in one transaction or not at all.</summary>
/// <remarks>
/// Each row counts once, as created, updated, duplicated or rejected; malformed ones are counted a second time apart.
/// </remarks>
internal static class ImportChunkWriter
{
    /// <summary>How many contacts are written before others may write.</summary>
    public const int StepMax = 2_000;

    /// <summary>How many errors of an import are kept; the rest is only counted.</summary>
    public const int ErrorsMax = 10_000;

    /// <summary>Writes the contacts after the first <paramref name="done"/> of a chunk.</summary>
    /// <returns>How many are done then; -1 when the list is gone, and then nothing is written.</returns>
    public static int Write(
        SqliteConnection connection, ImportTask task, ImportColumns columns, ImportChunk chunk, int done, long now)
    {
        if (!ListDirectory.CountMembers(connection, task.ListId, 0))
        {
            return -1;
        }

        // What was wrong with rows is told with the chunk's first step.
        List<ImportError> errors = done == 0 ? [.. chunk.Errors] : [];
        var counts = new ImportCounts();
        var end = Math.Min(done + StepMax, chunk.Contacts.Count);
        using (var writer = new ContactWriter(connection, task.Account, now))
        using (var occur = Occur(connection, task.Id))
        {
            for (var i = done; i < end; i++)
            {
                var (line, contact) = chunk.Contacts[i];
                var written = writer.Write(contact);
                if (written == ContactWritten.TooManyAttributes)
                {
                    errors.Add(ImportChunk.ErrorOf(line, PreparedContact.CheckCount(int.MaxValue)!, columns));
                    continue;
                }

                var occurrence = (int)occur.Number(contact.Id.Value);
                counts.Add(written, occurrence, contact.AddressIsValid);
                counts.Members += writer.AddMember(task.ListId, contact.Id, occurrence) ? 1 : 0;
            }
        }

        ListDirectory.CountMembers(connection, task.ListId, counts.Members);
        KeepErrors(connection, task.Id, errors);
        counts.Rejected = errors.Count;
        KeepProgress(connection, task.Id, chunk, counts, done, end);
        return end;
    }

    private static PreparedStatement Occur(SqliteConnection connection, string import) => new(
        connection,
        """
        INSERT INTO import_occurrences VALUES ($import, $0, 1)
        ON CONFLICT (import_id, contact_id) DO UPDATE SET occurrence = occurrence + 1 RETURNING occurrence
        """,
        1,
        ("$import", import));

    private static void KeepErrors(SqliteConnection connection, string import, List<ImportError> errors)
    {
        if (errors.Count == 0)
        {
            return;
        }

        var room = ErrorsMax - connection.Number("SELECT rejected FROM imports WHERE id = $id", ("$id", import));
        using var insert = new PreparedStatement(
            connection, "INSERT INTO import_errors VALUES ($import, $0, $1, $2, $3)", 4, ("$import", import));
        foreach (var error in errors.Take((int)Math.Max(0, room)))
        {
            insert.Execute(error.Line, error.Code, error.Detail, error.Column);
        }
    }

    private static void KeepProgress(
        SqliteConnection connection, string import, ImportChunk chunk, ImportCounts counts, int done, int end)
    {
        var isLast = end == chunk.Contacts.Count;
        var kept = connection.Change(
            """
            UPDATE imports SET
                rows = rows + $rows, created = created + $created, updated = updated + $updated,
                duplicated = duplicated + $duplicated, malformed = malformed + $malformed,
                rejected = rejected + $rejected,
                position = $position, line = coalesce($line, line), chunk_rows = $chunk_rows, chunk_done = $chunk_done
            WHERE id = $id AND status = 'Running' AND position = $from AND chunk_done = $done
            """,
            ("$rows", counts.Rows), ("$created", counts.Created), ("$updated", counts.Updated),
            ("$duplicated", counts.Duplicated), ("$malformed", counts.Malformed), ("$rejected", counts.Rejected),
            ("$position", isLast ? chunk.Position : chunk.From), ("$line", isLast ? chunk.Line : null),
            ("$chunk_rows", isLast ? 0 : chunk.Rows), ("$chunk_done", isLast ? 0 : end),
            ("$id", import), ("$from", chunk.From), ("$done", done));
        if (kept != 1)
        {
            // Thrown, so that the transaction goes: these rows are in already, or the import has ended.
            throw new InvalidOperationException($"Somebody else is reading the import {import} as well.");
        }
    }
}
