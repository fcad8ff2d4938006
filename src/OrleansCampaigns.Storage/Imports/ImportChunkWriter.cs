using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Storage.Databases;
using OrleansCampaigns.Storage.Directory;

namespace OrleansCampaigns.Storage.Imports;

/// <summary>Writes a step of a chunk, its counts and how far it got: all in one transaction or not at all.</summary>
/// <remarks>
/// Each row counts once, as created, updated, duplicated or rejected; malformed ones, and those of contacts that are no
/// members any more, are counted a second time apart.
/// </remarks>
internal static class ImportChunkWriter
{
    /// <summary>How many errors of an import are kept; the rest is only counted.</summary>
    public const int ErrorsMax = 10_000;

    /// <summary>Writes the contacts after the first <paramref name="done"/> of a chunk.</summary>
    /// <param name="session">The transaction.</param>
    /// <param name="task">The import.</param>
    /// <param name="columns">What its columns mean.</param>
    /// <param name="chunk">The rows.</param>
    /// <param name="told">Which contacts of the step have been told how they stand.</param>
    /// <param name="done">How many contacts of the chunk are in.</param>
    /// <param name="step">How many contacts this step writes at most; 0: the next one is told as an error instead.
    /// </param>
    /// <param name="now">The time, in milliseconds since 1970.</param>
    /// <returns>How many are done then; -1 when the list is gone, and then nothing is written.</returns>
    public static async Task<int> Write(
        DatabaseSession session,
        ImportTask task,
        ImportColumns columns,
        ImportChunk chunk,
        ToldStandings told,
        int done,
        int step,
        long now)
    {
        if (await ListDirectory.Find(session, task.Account, task.ListId, session.Dialect.ForUpdate) is null)
        {
            return -1;
        }

        await CheckProgress(session, task.Id, chunk, done);

        // What was wrong with rows is told with the chunk's first step.
        List<ImportError> errors = done == 0 ? [.. chunk.Errors] : [];
        var end = Math.Min(done + Math.Max(step, 1), chunk.Contacts.Count);
        var rows = chunk.Contacts.GetRange(done, end - done);
        if (step == 0)
        {
            errors.AddRange(rows.Select(row => ImportChunk.Unreadable(row.Line)));
            rows = [];
        }

        errors.AddRange(
            rows.Where(row => told.Untold.Contains(row.Line)).Select(row => ImportChunk.Untold(row.Line)));
        rows = rows.FindAll(row => !told.Untold.Contains(row.Line));
        var notes = new List<ImportError>();
        var counts = rows.Count == 0
            ? new ImportCounts()
            : await WriteContacts(session, task, columns, rows, told, errors, notes, now);
        await ListDirectory.CountMembers(session, task.ListId, counts.Members);
        await KeepErrors(session, task.Id, [.. errors, .. notes]);
        counts.Rejected = errors.Count;
        await KeepProgress(session, task.Id, chunk, counts, end);
        return end;
    }

    private static async Task<ImportCounts> WriteContacts(
        DatabaseSession session,
        ImportTask task,
        ImportColumns columns,
        List<ImportRow> rows,
        ToldStandings told,
        List<ImportError> errors,
        List<ImportError> notes,
        long now)
    {
        using var writer = session.Dialect.Writer(session, task.Account, now);
        var written = await writer.Write(rows.ConvertAll(row => row.Contact));
        var taken = new List<int>(rows.Count);
        for (var i = 0; i < rows.Count; i++)
        {
            if (written[i] == ContactWritten.TooManyAttributes)
            {
                errors.Add(ImportChunk.ErrorOf(rows[i].Line, PreparedContact.CheckCount(int.MaxValue)!, columns));
            }
            else
            {
                taken.Add(i);
            }
        }

        var departed = await FindDeparted(session, task, taken.ConvertAll(i => rows[i]), now);
        var members = taken.FindAll(i => !departed.Contains(rows[i].Contact.Id.Value));
        var (occurrences, added) = await writer.AddOccurrences(
            task.Id, task.ListId, members.ConvertAll(i => rows[i].Contact.Id));
        var counts = new ImportCounts
        {
            Members = added,
            LeftOut = taken.Count - members.Count,
            OptedOut = taken.Count(i => rows[i].IsOptedOut),
        };
        foreach (var (n, i) in members.Index())
        {
            counts.Add(WrittenOf(i), occurrences[n], rows[i].Contact.AddressIsValid);
        }

        // The profile of a contact that left is kept up to date, and the contact stays off the list.
        foreach (var i in taken.Where(i => departed.Contains(rows[i].Contact.Id.Value)))
        {
            counts.Add(WrittenOf(i), occurrence: 1, rows[i].Contact.AddressIsValid);
        }

        // Those rows are in, and their contacts get nothing: that is told as well.
        notes.AddRange(
            from i in taken
            let hasLeft = departed.Contains(rows[i].Contact.Id.Value)
            where hasLeft || !rows[i].Contact.AddressIsValid
            select hasLeft ? ImportChunk.Departed(rows[i].Line) : ImportChunk.Malformed(rows[i].Line, columns));
        return counts;

        ContactWritten WrittenOf(int i) => told.Created.Contains(rows[i].Line) ? ContactWritten.Created : written[i];
    }

    private static async Task<HashSet<string>> FindDeparted(
        DatabaseSession session, ImportTask task, List<ImportRow> rows, long now)
    {
        // A row by whose word its contact has left brings it back to nothing.
        if (task.Options.Resubscribe is { } consent)
        {
            await SubscriptionDirectory.Renew(
                session,
                task.ListId,
                rows.FindAll(row => !row.IsOptedOut).ConvertAll(row => row.Contact.Id),
                new(
                    SubscriptionState.Subscribed,
                    DateTimeOffset.FromUnixTimeMilliseconds(now),
                    "import",
                    task.Options.Actor,
                    consent));
        }

        return await SubscriptionDirectory.FindDeparted(
            session, task.ListId, rows.ConvertAll(row => row.Contact.Id));
    }

    private static async Task KeepErrors(DatabaseSession session, string import, List<ImportError> errors)
    {
        if (errors.Count == 0)
        {
            return;
        }

        var room = ErrorsMax - await session.Number(
            "SELECT count(*) FROM import_errors WHERE import_id = @id", ("@id", import));
        foreach (var error in errors.Take((int)Math.Max(0, room)))
        {
            await session.Change(
                "INSERT INTO import_errors VALUES (@import, @line, @code, @detail, @column)",
                ("@import", import), ("@line", error.Line), ("@code", error.Code), ("@detail", error.Detail),
                ("@column", error.Column));
        }
    }

    // Thrown, so that the transaction goes: these rows are in already, or the import has ended.
    private static async Task CheckProgress(DatabaseSession session, string import, ImportChunk chunk, int done)
    {
        var isHere = await session.Row(
            reader => reader.GetString(0),
            $"""
            SELECT id FROM imports
            WHERE id = @id AND status = 'Running' AND position = @from AND chunk_done = @done
            {session.Dialect.ForUpdate}
            """,
            ("@id", import), ("@from", chunk.From), ("@done", done));
        if (isHere is null)
        {
            throw new ImportTakenException();
        }
    }

    private static Task<int> KeepProgress(
        DatabaseSession session, string import, ImportChunk chunk, ImportCounts counts, int end)
    {
        var isLast = end == chunk.Contacts.Count;
        return session.Change(
            """
            UPDATE imports SET
                rows = rows + @rows, created = created + @created, updated = updated + @updated,
                duplicated = duplicated + @duplicated, malformed = malformed + @malformed,
                rejected = rejected + @rejected, left_out = left_out + @left_out,
                opted_out = opted_out + @opted_out,
                position = @position, line = coalesce(CAST(@line AS bigint), line), chunk_rows = @chunk_rows,
                chunk_done = @chunk_done
            WHERE id = @id
            """,
            ("@rows", counts.Rows), ("@created", counts.Created), ("@updated", counts.Updated),
            ("@duplicated", counts.Duplicated), ("@malformed", counts.Malformed), ("@rejected", counts.Rejected),
            ("@left_out", counts.LeftOut), ("@opted_out", counts.OptedOut),
            ("@position", isLast ? chunk.Position : chunk.From), ("@line", isLast ? chunk.Line : null),
            ("@chunk_rows", isLast ? 0 : chunk.Rows), ("@chunk_done", isLast ? 0 : end), ("@id", import));
    }
}
