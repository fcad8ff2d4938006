using OrleansCampaigns.Domain;
using OrleansCampaigns.Storage.Databases;
using OrleansCampaigns.Storage.Imports;

namespace OrleansCampaigns.Storage.Postgres;

/// <summary>Keeps the files of imports in the database, in parts: processes share no disk.</summary>
internal sealed class PostgresImportFiles(PostgresDatabase database, long bytesMax) : IImportFiles
{
    private const string Removal = "DELETE FROM import_files WHERE import_id = @id";

    // An upload that has added nothing for so long has ended with its process.
    private static readonly long LeftOverMilliseconds = (long)TimeSpan.FromHours(1).TotalMilliseconds;

    private readonly IDatabase _database = database;

    public TimeSpan? LookEvery => TimeSpan.FromSeconds(5);

    public async Task<Refusal?> Keep(string import, Stream csv, CancellationToken cancellation)
    {
        var isKept = false;
        try
        {
            var parts = new Parts(_database, import, cancellation);
            isKept = await ImportUpload.Copy(csv, parts.Write, bytesMax, cancellation);
            if (isKept)
            {
                await parts.End();
            }
        }
        finally
        {
            if (!isKept)
            {
                await Forget(import);
            }
        }

        return isKept
            ? null
            : Refusal.Invalid("import.too_large", $"A file has at most {bytesMax:N0} bytes.", "csv");
    }

    public void Arrived(string import)
    {
        // The table of imports says what is needed, to everybody.
    }

    public async Task<Stream?> Open(string import, CancellationToken cancellation)
    {
        // An upload that stood still for too long was taken for one that is left over: its first parts are gone.
        var size = await _database.Read(
            session => session.Row(
                reader => reader.GetBoolean(0) ? Tuple.Create(reader.GetInt64(1)) : null,
                """
                SELECT count(*) > 0 AND count(*) = max(part) + 1, coalesce(sum(octet_length(octets)), 0)::bigint
                FROM import_files WHERE import_id = @id
                """,
                ("@id", import)),
            cancellation);
        return size is null ? null : new PostgresImportStream(database.Directory, import, size.Item1);
    }

    public Task Remove(string import, CancellationToken cancellation) =>
        _database.Write(session => session.Change(Removal, ("@id", import)), cancellation);

    public Task CleanUp(
        Func<CancellationToken, Task<IReadOnlySet<string>>> running, CancellationToken cancellation) => _database.Write(
        session => session.Change(
            """
            DELETE FROM import_files WHERE import_id IN (
                SELECT f.import_id FROM import_files f
                WHERE NOT EXISTS (SELECT 1 FROM imports i WHERE i.id = f.import_id AND i.status = 'Running')
                GROUP BY f.import_id HAVING max(f.kept_at) < @before)
            """,
            ("@before", database.Now - LeftOverMilliseconds)),
        cancellation);

    private async Task Forget(string import)
    {
        try
        {
            await Remove(import, CancellationToken.None);
        }
        catch (Exception outage) when (_database.IsPassing(outage))
        {
            // What ended the upload is told; what is left of it is removed later on.
        }
    }

    // One short transaction for each part: an upload may take an hour.
    private sealed class Parts(IDatabase database, string import, CancellationToken cancellation)
    {
        private readonly byte[] _part = new byte[PostgresImportStream.PartBytes];
        private int _length;
        private int _number;

        public async ValueTask Write(ReadOnlyMemory<byte> octets)
        {
            while (octets.Length > 0)
            {
                var fits = Math.Min(octets.Length, _part.Length - _length);
                octets[..fits].CopyTo(_part.AsMemory(_length));
                octets = octets[fits..];
                _length += fits;
                if (_length == _part.Length)
                {
                    await Store();
                }
            }
        }

        /// <summary>Stores the rest; an empty file has one part, too.</summary>
        public Task End() => _length > 0 || _number == 0 ? Store() : Task.CompletedTask;

        private async Task Store()
        {
            await database.Write(
                session => session.Change(
                    "INSERT INTO import_files (import_id, part, kept_at, octets) VALUES (@id, @part, @now, @octets)",
                    ("@id", import), ("@part", _number), ("@now", database.Now), ("@octets", _part[.._length])),
                cancellation);
            (_number, _length) = (_number + 1, 0);
        }
    }
}
