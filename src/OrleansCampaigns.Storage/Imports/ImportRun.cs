using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Storage.Databases;
using OrleansCampaigns.Storage.Directory;

namespace OrleansCampaigns.Storage.Imports;

/// <summary>Reads one import to its end, from wherever it got to.</summary>
/// <remarks>
/// The database alone knows how far it got. So it may be stopped, or fail, anywhere between two steps or within one,
/// and another run goes on with the first row that is not in.
/// </remarks>
internal sealed class ImportRun(IDatabase database, IImportFiles files, ImportTask task)
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
            async session =>
            {
                await ImportTable.End(session, task.Id, status, failure, database.Now);
                return true;
            },
            cancellation);
        await files.Remove(task.Id, cancellation);
    }

    private async Task<Refusal?> ReadFile(CancellationToken cancellation)
    {
        if (await files.Open(task.Id, cancellation) is not { } file)
        {
            return Refusal.Invalid("import.file_missing", "The file is gone from where it was kept; import it again.");
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

    private async Task<bool> ReadRows(Stream file, CsvLayout layout, CancellationToken cancellation)
    {
        var (position, line) = task.Line == 0 ? (layout.Position, layout.Line) : (task.Position, task.Line);
        if (task.Line == 0)
        {
            await KeepBeginning(position, line, cancellation);
        }

        file.Position = position;
        var fields = new CsvFields(layout.Delimiter);
        var reader = new CsvRowReader(file, layout.Delimiter, position, line) { Columns = layout.Columns.Count };
        var (rows, done) = (task.ChunkRows, task.ChunkDone);
        while (true)
        {
            var chunk = ImportChunk.Read(reader, fields, layout.Columns, database.ContactKey.Span, task.Account, rows);
            if (chunk.Rows == 0)
            {
                return true;
            }

            do
            {
                cancellation.ThrowIfCancellationRequested();
                done = await database.Write(
                    session => ImportChunkWriter.Write(session, task, layout.Columns, chunk, done, database.Now),
                    cancellation);
                if (done < 0)
                {
                    return false;
                }
            }
            while (done < chunk.Contacts.Count);

            (rows, done) = (0, 0);
        }
    }

    private Task<int> KeepBeginning(long position, long line, CancellationToken cancellation) =>
        database.Write(
            session => session.Change(
                "UPDATE imports SET position = @position, line = @line WHERE id = @id AND line = 0",
                ("@position", position),
                ("@line", line),
                ("@id", task.Id)),
            cancellation);

    // In steps, and before the import is marked as ended: a crash in between only means that it is done again.
    private async Task ForgetOccurrences(CancellationToken cancellation)
    {
        int forgotten;
        do
        {
            forgotten = await database.Write(
                session => session.Change(
                    """
                    DELETE FROM import_occurrences WHERE (import_id, contact_id) IN
                        (SELECT import_id, contact_id FROM import_occurrences WHERE import_id = @id LIMIT @step)
                    """,
                    ("@id", task.Id),
                    ("@step", OccurrencesPerStepMax)),
                cancellation);
        }
        while (forgotten == OccurrencesPerStepMax);
    }
}
