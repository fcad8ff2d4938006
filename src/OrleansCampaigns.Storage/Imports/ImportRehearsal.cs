using System.Globalization;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Storage.Databases;
using OrleansCampaigns.Storage.Directory;
using OrleansCampaigns.Storage.Files;

namespace OrleansCampaigns.Storage.Imports;

/// <summary>Reads a file as an import would, counts what it would come to, and writes nothing.</summary>
/// <remarks>
/// Contacts of the file are remembered as 64 bits of their identifiers, so that a trial of the longest file costs some
/// 30 MB. The file itself is kept for as long as it is read, readable by this process's user alone.
/// </remarks>
internal sealed class ImportRehearsal(
    IDatabase database, AccountId account, string list, ImportOptions options, long bytesMax)
{
    public const int RowsMax = 1_000_000;
    public const int ErrorsMax = 100;
    public const int SampleMax = 10;

    private const int StepMax = 5_000;

    // A contact with so little JSON has not enough attributes to have too many.
    private const int SuspectLength = 300;

    private readonly HashSet<ulong> _seen = [];
    private readonly SortedList<long, ContactInput> _sample = [];
    private readonly SortedDictionary<long, ImportError> _errors = [];
    private Import _import = new() { Id = "", ListId = list };

    public async Task<Result<ImportTrial>> Read(Stream csv, CancellationToken cancellation)
    {
        _import = _import with { StartedAt = Time() };
        var path = Path.Combine(Path.GetTempPath(), $"import-{Guid.NewGuid():N}.csv");
        var mode = PrivateFiles.Options(FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        mode.Options = FileOptions.DeleteOnClose;
        await using var file = new FileStream(path, mode);
        var scout = new EncodingScout();
        await using var scouted = new ScoutedStream(csv, scout);
        if (!await ImportUpload.Copy(scouted, octets => file.WriteAsync(octets, cancellation), bytesMax, cancellation))
        {
            return Refusal.Invalid("import.too_large", $"A file has at most {bytesMax:N0} bytes.", "csv");
        }

        var known = ContactImporter.FileOf(scout, options);
        var text = DecodedText.Of(file, known.Encoding);
        var layout = CsvLayout.Read(text, options);
        if (layout.IsRefused)
        {
            return layout.Refusal;
        }

        var isComplete = await ReadRows(text, layout.Value, cancellation);
        return new ImportTrial(
            _import with
            {
                Status = ImportStatus.Finished,
                File = layout.Value.Describe(known),
                BytesRead = known.Bytes,
                EndedAt = Time(),
            },
            [.. _sample.Values.Take(SampleMax)],
            [.. _errors.Values.Take(ErrorsMax)],
            isComplete);
    }

    private DateTimeOffset Time() => DateTimeOffset.FromUnixTimeMilliseconds(database.Now);

    private async Task<bool> ReadRows(Stream text, CsvLayout layout, CancellationToken cancellation)
    {
        text.Position = layout.Position;
        var fields = new CsvFields(layout.Delimiter);
        var reader = new CsvRowReader(text, layout.Delimiter, layout.Position, layout.Line)
        {
            Columns = layout.Columns.Count,
        };
        var task = new ImportTask("trial", account, list, options)
        {
            Position = 0,
            Line = 0,
            ChunkRows = 0,
            ChunkDone = 0,
            File = new(),
        };
        while (_import.Rows < RowsMax)
        {
            cancellation.ThrowIfCancellationRequested();
            var chunk = ImportChunk.Read(reader, fields, layout.Columns, database.ContactKey.Span, task, rows: 0);
            if (chunk.Rows == 0)
            {
                return true;
            }

            Keep(chunk);
            foreach (var rows in chunk.Contacts.Chunk(StepMax))
            {
                await Count(rows, layout.Columns, cancellation);
            }
        }

        return false;
    }

    private void Keep(ImportChunk chunk)
    {
        foreach (var error in chunk.Errors)
        {
            Note(error);
        }

        _import = _import with
        {
            Rows = _import.Rows + chunk.Rows,
            Rejected = _import.Rejected + chunk.Errors.Count,
        };
        if (_sample.Count < SampleMax)
        {
            foreach (var row in chunk.Contacts.OrderBy(row => row.Line).Take(SampleMax - _sample.Count))
            {
                _sample.Add(row.Line, new(
                    row.Contact.Address, row.Contact.Name, DirectoryJson.ReadAttributes(row.Contact.Attributes)));
            }
        }
    }

    // Counts as ImportChunkWriter does, from what it would find.
    private async Task Count(ImportRow[] rows, ImportColumns columns, CancellationToken cancellation)
    {
        var (known, departed) = await database.Read(
            async session => (
                await FindKnown(session, rows),
                await SubscriptionDirectory.FindDeparted(session, list, rows.Select(row => row.Contact.Id))),
            cancellation);
        var counts = new ImportCounts();
        foreach (var row in rows)
        {
            var isKnown = known.TryGetValue(row.Contact.Id.Value, out var attributes);
            if (isKnown && HasTooMany(attributes!, row.Contact.Attributes))
            {
                counts.Rejected++;
                Note(ImportChunk.ErrorOf(row.Line, PreparedContact.CheckCount(int.MaxValue)!, columns));
                continue;
            }

            var hasLeft = departed.Contains(row.Contact.Id.Value)
                && (options.Resubscribe is null || row.IsOptedOut);
            var isRepeated = !hasLeft && !_seen.Add(KeyOf(row.Contact.Id));
            counts.Add(
                isKnown ? ContactWritten.Existed : ContactWritten.Created,
                isRepeated ? 2 : 1,
                row.Contact.AddressIsValid);
            counts.LeftOut += hasLeft ? 1 : 0;
            counts.OptedOut += row.IsOptedOut ? 1 : 0;
            if (hasLeft || !row.Contact.AddressIsValid)
            {
                Note(hasLeft ? ImportChunk.Departed(row.Line) : ImportChunk.Malformed(row.Line, columns));
            }
        }

        Add(counts);
    }

    private void Add(ImportCounts counts) => _import = _import with
    {
        Created = _import.Created + counts.Created,
        Updated = _import.Updated + counts.Updated,
        Duplicated = _import.Duplicated + counts.Duplicated,
        Malformed = _import.Malformed + counts.Malformed,
        Rejected = _import.Rejected + counts.Rejected,
        LeftOut = _import.LeftOut + counts.LeftOut,
        OptedOut = _import.OptedOut + counts.OptedOut,
    };

    // Rows come in the order of contacts, and the first ones of the file are told.
    private void Note(ImportError error)
    {
        _errors.TryAdd(error.Line, error);
        if (_errors.Count > ErrorsMax)
        {
            _errors.Remove(_errors.Keys.Last());
        }
    }

    private static async Task<Dictionary<string, string>> FindKnown(DatabaseSession session, ImportRow[] rows) =>
        (await session.Rows(
            reader => (Id: reader.GetString(0), Attributes: reader.GetString(1)),
            $"SELECT id, attributes FROM contacts WHERE {session.Dialect.IsAmong("id", "@ids")}",
            ("@ids", session.Dialect.ToParameter(rows.Select(row => row.Contact.Id.Value).Distinct()))))
        .ToDictionary(contact => contact.Id, contact => contact.Attributes, StringComparer.Ordinal);

    private static bool HasTooMany(string one, string other) =>
        one.Length + other.Length > SuspectLength
        && PreparedContact.CheckCount(
            DirectoryJson.ReadAttributes(one).Keys.Union(DirectoryJson.ReadAttributes(other).Keys).Count()) is not null;

    // The identifier is a hash already.
    private static ulong KeyOf(ContactId contact) =>
        ulong.Parse(contact.Value.AsSpan(4, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
