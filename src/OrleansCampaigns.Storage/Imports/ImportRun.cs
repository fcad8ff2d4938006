using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Storage.Directory;
using OrleansCampaigns.Storage.Sqlite;

namespace OrleansCampaigns.Storage.Imports;

/// <summary>Reads one import to its end, from wherever it got to.</summary>
/// <remarks>
/// The database alone knows how far it got. So it may be stopped, or fail, anywhere between two batches or within one,
/// and another run goes on with the first row that is not in.
/// </remarks>
internal sealed class ImportRun(SqliteDatabase database, ImportSpool spool, ImportTask task)
{
    private const int OccurrencesPerStepMax = 10_000;

    /// <summary>Reads on to the end.</summary>
    /// <returns>Why it failed as a whole, or <see langword="null"/>.</returns>
    public async Task<Refusal?> Execute(CancellationToken cancellation)
    {
        var failure = await ReadFile(cancellation);
        await End(failure is null ? ImportStatus.Finished : ImportStatus.Failed, failure, cancellation);
        return failure;
    }

    /// <summary>Ends the import, whatever it is that ended it.</summary>
    public async Task End(ImportStatus status, Refusal? failure, CancellationToken cancellation)
    {
        await ForgetOccurrences(cancellation);
        await database.Write(
            connection =>
            {
                ImportTable.End(connection, task.Id, status, failure, database.Now);
                return true;
            },
            cancellation);
        spool.Remove(task.Id);
    }

    private async Task<Refusal?> ReadFile(CancellationToken cancellation)
    {
        FileStream file;
        try
        {
            file = spool.Open(task.Id);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return Refusal.Invalid("import.file_missing", "The file is gone from the spool folder; import it again.");
        }

        await using (file)
        {
            var layout = CsvLayout.Read(file, task.Options);
            if (layout.IsRefused)
            {
                return layout.Refusal;
            }

            return await ReadRows(file, layout.Value, cancellation)
                ? null
                : Refusal.NotFound("list.unknown", "The list was deleted while contacts were added to it.");
        }
    }

    private async Task<bool> ReadRows(FileStream file, CsvLayout layout, CancellationToken cancellation)
    {
        var (position, line) = task.Line == 0 ? (layout.Position, layout.Line) : (task.Position, task.Line);
        var from = task.Position;
        file.Position = position;
        var fields = new CsvFields(layout.Delimiter);
        var reader = new CsvRowReader(file, layout.Delimiter, position, line) { Columns = layout.Columns.Count };
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var batch = ImportBatch.Read(reader, fields, layout.Columns, database.ContactKey.Span, task.Account);
            if (batch.Rows == 0)
            {
                return true;
            }

            var written = await database.Write(
                connection => ImportBatchWriter.Write(connection, task, layout.Columns, batch, from, database.Now),
                cancellation);
            if (!written)
            {
                return false;
            }

            from = batch.Position;
        }
    }

    // In steps, and before the import is marked as ended: a crash in between only means that it is done again.
    private async Task ForgetOccurrences(CancellationToken cancellation)
    {
        int forgotten;
        do
        {
            forgotten = await database.Write(
                connection => connection.Change(
                    """
                    DELETE FROM import_occurrences WHERE (import_id, contact_id) IN
                        (SELECT import_id, contact_id FROM import_occurrences WHERE import_id = $id LIMIT $step)
                    """,
                    ("$id", task.Id),
                    ("$step", OccurrencesPerStepMax)),
                cancellation);
        }
        while (forgotten == OccurrencesPerStepMax);
    }
}
