using System.Globalization;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Storage.Databases;
using OrleansCampaigns.Storage.Directory;

namespace OrleansCampaigns.Storage.Imports;

/// <summary>Takes files to import, and tells how far they are.</summary>
/// <remarks>
/// Every row counts once: Rows = Created + Updated + Duplicated + Rejected. Malformed ones are among the first three,
/// since a contact is kept for them. A row whose address stood in the file before adds to that contact's profile and is
/// one more member of the list.
/// </remarks>
internal sealed class ContactImporter(
    IDatabase database, IImportFiles files, ImportSignal signal, DirectoryOptions? directory = null)
    : IContactImporter
{
    private static readonly Refusal Unknown = Refusal.NotFound("import.unknown", "There is no such import.");

    private readonly long _bytesMax = (directory ?? new()).ImportBytesMax;

    public async Task<Result<Import>> Start(
        AccountId account, string listId, ImportOptions options, Stream csv, CancellationToken cancellation = default)
    {
        if (Check(options) is { } wrong)
        {
            return wrong;
        }

        if (await database.Read(session => ListDirectory.Find(session, account, listId), cancellation) is null)
        {
            return ListDirectory.Unknown;
        }

        var id = DirectoryIds.Create(DirectoryIds.Import, database.Now);
        Import? import = null;
        try
        {
            var scout = new EncodingScout();
            await using var scouted = new ScoutedStream(csv, scout);
            if (await files.Keep(id, scouted, cancellation) is { } refusal)
            {
                return refusal;
            }

            var file = FileOf(scout, options);
            import = await database.Write(
                async session =>
                {
                    // The upload may have taken an hour: the list may be gone by now.
                    if (await ListDirectory.Find(session, account, listId) is null)
                    {
                        return null;
                    }

                    await ImportTable.Insert(session, account, id, listId, options, file, database.Now);
                    return await ImportTable.Find(session, account, id);
                },
                cancellation);
        }
        finally
        {
            // A write that throws may have landed, so the file stays; the next start removes it if need be.
            files.Arrived(id);
        }

        if (import is null)
        {
            await files.Remove(id, cancellation);
            return ListDirectory.Unknown;
        }

        signal.Tell();
        return import;
    }

    public async Task<Result<ImportTrial>> Try(
        AccountId account, string listId, ImportOptions options, Stream csv, CancellationToken cancellation = default)
    {
        if (Check(options) is { } wrong)
        {
            return wrong;
        }

        return await database.Read(session => ListDirectory.Find(session, account, listId), cancellation) is null
            ? ListDirectory.Unknown
            : await new ImportRehearsal(database, account, listId, options, _bytesMax).Read(csv, cancellation);
    }

    /// <summary>What is known of a file once all of it has come.</summary>
    public static ImportFile FileOf(EncodingScout scout, ImportOptions options)
    {
        var (encoding, by) = scout.Decide(options.Encoding is { } name ? FileEncodings.Find(name) : null);
        return new() { Encoding = encoding.WebName, EncodingBy = by, Bytes = scout.Bytes };
    }

    private static Refusal? Check(ImportOptions options) =>
        options.Delimiter is { } delimiter && !CsvLayout.Delimiters.Contains(delimiter) ? Refusal.Invalid(
            "import.delimiter", "The delimiter is a comma, a semicolon, a tab or a bar.", "delimiter")
        : options.Encoding is { } encoding && FileEncodings.Find(encoding) is null ? Refusal.Invalid(
            "import.encoding_unknown", $"encoding {FileEncodings.Rule}", "encoding")
        : null;

    public Task<Import?> Find(AccountId account, string importId, CancellationToken cancellation = default) =>
        database.Read(session => ImportTable.Find(session, account, importId), cancellation);

    public async Task<Result<Page<Import>>> Query(
        AccountId account, string? cursor, int limit, CancellationToken cancellation = default)
    {
        if (!Cursor.TryRead(cursor, "~", key => DirectoryIds.Is(DirectoryIds.Import, key), out var before))
        {
            return Cursor.Broken;
        }

        limit = Cursor.Limit(limit);
        return await database.Read(
            async session => Cursor.Page(
                await ImportTable.Query(session, account, before, limit + 1), limit, import => import.Id),
            cancellation);
    }

    public async Task<Result<Page<ImportError>>> QueryErrors(
        AccountId account, string importId, string? cursor, int limit, CancellationToken cancellation = default)
    {
        if (!Cursor.TryRead(cursor, "0", key => long.TryParse(key, NumberStyles.None, null, out _), out var after))
        {
            return Cursor.Broken;
        }

        limit = Cursor.Limit(limit);
        return await database.Read<Result<Page<ImportError>>>(
            async session => await ImportTable.Find(session, account, importId) is null
                ? Unknown
                : Cursor.Page(
                    await ImportTable.Errors(
                        session, importId, long.Parse(after, CultureInfo.InvariantCulture), limit + 1),
                    limit,
                    error => error.Line.ToString(CultureInfo.InvariantCulture)),
            cancellation);
    }
}
