using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Contacts;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Grains.Delivery;
using OrleansCampaigns.Storage.Databases;
using OrleansCampaigns.Storage.Directory;

namespace OrleansCampaigns.Storage.Imports;

/// <summary>What telling contacts how they stand came to, by the lines of their rows.</summary>
/// <param name="Created">Contacts that did not exist before.</param>
/// <param name="Untold">Contacts that could not be told.</param>
internal sealed record ToldStandings(HashSet<long> Created, HashSet<long> Untold)
{
    public static ToldStandings None { get; } = new([], []);
}

/// <summary>Reads one import to its end, from wherever it got to.</summary>
/// <remarks>
/// The database alone knows how far it got. So it may be stopped, or fail, anywhere between two steps or within one,
/// and another run goes on with the first row that is not in.
/// </remarks>
internal sealed class ImportRun(
    IDatabase database, IImportFiles files, IContactStandings standings, ImportTask task)
{
    private const int OccurrencesPerStepMax = 10_000;
    private const int StepDivisor = 8;

    /// <summary>What it came to, once it has ended.</summary>
    public Import? Ended { get; private set; }

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
        Ended = await database.Write(
            async session =>
            {
                await ImportTable.End(session, task.Id, status, failure, database.Now);
                return await ImportTable.Find(session, task.Account, task.Id);
            },
            cancellation);
        ProcessMetrics.ImportEnded(status == ImportStatus.Failed);
        await files.Remove(task.Id, cancellation);
        await database.Analyse("contacts", cancellation);
        await database.Analyse("list_members", cancellation);
    }

    private async Task<Refusal?> ReadFile(CancellationToken cancellation)
    {
        if (await files.Open(task.Id, cancellation) is not { } file)
        {
            return Refusal.Invalid("import.file_missing", "The file is gone from where it was kept; import it again.");
        }

        await using (file)
        {
            var text = DecodedText.Of(file, task.File.Encoding);
            var layout = CsvLayout.Read(text, task.Options);
            if (layout.IsRefused)
            {
                return layout.Refusal;
            }

            return await ReadRows(text, layout.Value, cancellation)
                ? null
                : Refusal.NotFound("list.unknown", "The list was deleted while contacts were added to it.");
        }
    }

    private async Task<bool> ReadRows(Stream file, CsvLayout layout, CancellationToken cancellation)
    {
        var (position, line) = task.Line == 0 ? (layout.Position, layout.Line) : (task.Position, task.Line);
        if (task.Line == 0)
        {
            await KeepBeginning(file, layout, cancellation);
        }

        file.Position = position;
        var fields = new CsvFields(layout.Delimiter);
        var reader = new CsvRowReader(file, layout.Delimiter, position, line) { Columns = layout.Columns.Count };
        var (rows, done) = (task.ChunkRows, task.ChunkDone);
        var reading = ReadAhead(reader, fields, layout.Columns, rows);
        try
        {
            while (await reading is { Rows: > 0 } chunk)
            {
                // The next chunk is read while this one is written.
                reading = ReadAhead(reader, fields, layout.Columns, rows: 0);
                if (!await Write(chunk, layout.Columns, done, cancellation))
                {
                    return false;
                }

                done = 0;
            }

            return true;
        }
        finally
        {
            // Nobody closes the file under it.
            await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<ImportChunk> ReadAhead(CsvRowReader reader, CsvFields fields, ImportColumns columns, int rows)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        return ImportChunk.Read(reader, fields, columns, database.ContactKey.Span, task, rows);
    }

    private async Task<bool> Write(
        ImportChunk chunk, ImportColumns columns, int done, CancellationToken cancellation)
    {
        var step = database.Dialect.ImportStepMax;
        do
        {
            cancellation.ThrowIfCancellationRequested();
            var (from, size) = (done, step);
            try
            {
                var told = await TellStandings(chunk, from, size, cancellation);
                done = await database.Write(
                    session => ImportChunkWriter.Write(session, task, columns, chunk, told, from, size, database.Now),
                    cancellation);
                step = Math.Clamp(size * 2, 1, database.Dialect.ImportStepMax);
            }
            catch (Exception fault) when (step > 0 && IsOfRows(fault))
            {
                // Some row of the step cannot be stored. Smaller steps find it, and it alone is left out.
                step /= StepDivisor;
                continue;
            }

            if (done < 0)
            {
                return false;
            }
        }
        while (done < chunk.Contacts.Count);

        return true;
    }

    private bool IsOfRows(Exception fault) =>
        fault is not (OperationCanceledException or ImportTakenException)
            && !database.IsPassing(fault) && database.IsOfValues(fault);

    // A contact learns that it must not be written to before it becomes a member of the list: no campaign finds it
    // there without knowing. It has to be in the directory first, which shows what its grain knows. What dies in
    // between is done again, and counts once.
    private async Task<ToldStandings> TellStandings(
        ImportChunk chunk, int from, int size, CancellationToken cancellation)
    {
        var rows = chunk.Contacts.GetRange(from, Math.Min(size, chunk.Contacts.Count - from))
            .FindAll(row => row.Standing is not null);
        if (rows.Count == 0)
        {
            return ToldStandings.None;
        }

        var written = await database.Write(
            async session =>
            {
                using var writer = session.Dialect.Writer(session, task.Account, database.Now);
                return await writer.Write(rows.ConvertAll(row => row.Contact));
            },
            cancellation);
        var failed = await standings.Tell(
            task.Account, rows.ConvertAll(row => (row.Contact.Id, row.Standing!)), cancellation);
        return new(
            [.. rows.Where((_, i) => written[i] == ContactWritten.Created).Select(row => row.Line)],
            [.. failed.Select(i => rows[i].Line)]);
    }

    private Task<int> KeepBeginning(Stream file, CsvLayout layout, CancellationToken cancellation)
    {
        var known = layout.Describe(task.File) with { TextBytes = (file as DecodedText)?.CountBytes() };
        return database.Write(
            session => session.Change(
                """
                UPDATE imports SET position = @position, line = @line, options = @options WHERE id = @id AND line = 0
                """,
                ("@position", layout.Position),
                ("@line", layout.Line),
                ("@options", DirectoryJson.Write(task.Options, known)),
                ("@id", task.Id)),
            cancellation);
    }

    // In steps, and before the import is marked as ended: a crash in between only means that it is done again.
    private async Task ForgetOccurrences(CancellationToken cancellation)
    {
        if (database.Dialect.ForgetOccurrencesSql is not { } sql)
        {
            return;
        }

        int forgotten;
        do
        {
            forgotten = await database.Write(
                session => session.Change(sql, ("@id", task.Id), ("@step", OccurrencesPerStepMax)), cancellation);
        }
        while (forgotten == OccurrencesPerStepMax);
    }
}
