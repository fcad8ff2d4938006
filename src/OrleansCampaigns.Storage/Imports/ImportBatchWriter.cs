using System.Globalization;
using Microsoft.Data.Sqlite;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Storage.Directory;
using OrleansCampaigns.Storage.Sqlite;

namespace OrleansCampaigns.Storage.Imports;

/// <summary>Writes a batch, its counts and the place where the next one begins: all in one transaction or not at all.</summary>
/// <remarks>
/// Each row counts once, as created, updated, duplicated or rejected; malformed ones are counted a second time apart.
/// </remarks>
internal static class ImportBatchWriter
{
    /// <summary>How many errors of an import are kept; the rest is only counted.</summary>
    public const int ErrorsMax = 10_000;

    /// <summary>Writes; <see langword="false"/> when the list is gone, and then nothing is written.</summary>
    public static bool Write(
        SqliteConnection connection, ImportTask task, ImportColumns columns, ImportBatch batch, long from, long now)
    {
        var counts = new Counts();
        List<ImportError> errors = [.. batch.Errors];
        using (var writer = new ContactWriter(connection, task.Account, now))
        using (var occur = connection.Command(
            """
            INSERT INTO import_occurrences VALUES ($import, $id, 1)
            ON CONFLICT (import_id, contact_id) DO UPDATE SET occurrence = occurrence + 1 RETURNING occurrence
            """,
            ("$import", task.Id),
            ("$id", null)))
        {
            if (!ListDirectory.CountMembers(connection, task.ListId, 0))
            {
                return false;
            }

            foreach (var (line, contact) in batch.Contacts)
            {
                var written = writer.Write(contact);
                if (written == ContactWritten.TooManyAttributes)
                {
                    errors.Add(ImportBatch.ErrorOf(line, PreparedContact.CheckCount(int.MaxValue)!, columns));
                    continue;
                }

                occur.Parameters["$id"].Value = contact.Id.Value;
                var occurrence = Convert.ToInt32(occur.ExecuteScalar(), CultureInfo.InvariantCulture);
                counts.Add(written, occurrence, contact.AddressIsValid);
                counts.Members += writer.AddMember(task.ListId, contact.Id, occurrence) ? 1 : 0;
            }
        }

        ListDirectory.CountMembers(connection, task.ListId, counts.Members);
        KeepErrors(connection, task.Id, errors);
        KeepProgress(connection, task.Id, batch, counts, errors.Count, from);
        return true;
    }

    private static void KeepErrors(SqliteConnection connection, string import, List<ImportError> errors)
    {
        if (errors.Count == 0)
        {
            return;
        }

        var room = ErrorsMax - connection.Number("SELECT rejected FROM imports WHERE id = $id", ("$id", import));
        using var command = connection.Command(
            "INSERT INTO import_errors VALUES ($import, $line, $code, $detail, $column)",
            ("$import", import), ("$line", null), ("$code", null), ("$detail", null), ("$column", null));
        foreach (var error in errors.OrderBy(error => error.Line).Take((int)Math.Max(0, room)))
        {
            command.Parameters["$line"].Value = error.Line;
            command.Parameters["$code"].Value = error.Code;
            command.Parameters["$detail"].Value = error.Detail;
            command.Parameters["$column"].Value = (object?)error.Column ?? DBNull.Value;
            command.ExecuteNonQuery();
        }
    }

    private static void KeepProgress(
        SqliteConnection connection, string import, ImportBatch batch, Counts counts, int rejected, long from)
    {
        var kept = connection.Change(
            """
            UPDATE imports SET
                rows = rows + $rows, created = created + $created, updated = updated + $updated,
                duplicated = duplicated + $duplicated, malformed = malformed + $malformed,
                rejected = rejected + $rejected, position = $position, line = $line
            WHERE id = $id AND status = 'Running' AND position = $from
            """,
            ("$rows", batch.Rows), ("$created", counts.Created), ("$updated", counts.Updated),
            ("$duplicated", counts.Duplicated), ("$malformed", counts.Malformed), ("$rejected", rejected),
            ("$position", batch.Position), ("$line", batch.Line), ("$id", import), ("$from", from));
        if (kept != 1)
        {
            // Thrown, so that the transaction goes: these rows are in already, or the import has ended.
            throw new InvalidOperationException($"Somebody else is reading the import {import} as well.");
        }
    }

    private sealed class Counts
    {
        public int Created { get; private set; }

        public int Updated { get; private set; }

        public int Duplicated { get; private set; }

        public int Malformed { get; private set; }

        public int Members { get; set; }

        public void Add(ContactWritten written, int occurrence, bool isValid)
        {
            _ = (occurrence, written) switch
            {
                ( > 1, _) => Duplicated++,
                (_, ContactWritten.Created) => Created++,
                _ => Updated++,
            };
            Malformed += isValid ? 0 : 1;
        }
    }
}
