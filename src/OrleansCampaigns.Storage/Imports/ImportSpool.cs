using System.Collections.Concurrent;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Storage.Directory;
using OrleansCampaigns.Storage.Sqlite;

namespace OrleansCampaigns.Storage.Imports;

/// <summary>Keeps the files of imports until they are read.</summary>
/// <remarks>
/// A file under its final name is complete and on the disk; only then is its import written down. What a crash leaves
/// over has no import, or one that ended, and is removed at the next start.
/// </remarks>
internal sealed class ImportSpool
{
    private const string Complete = ".csv";
    private const string Partial = ".part";
    private const int ChunkBytes = 128 * 1024;

    private readonly string _folder;
    private readonly long _bytesMax;
    private readonly ConcurrentDictionary<string, bool> _arriving = new();

    public ImportSpool(SqliteDatabase database, DirectoryOptions options)
    {
        _folder = options.SpoolFolder ?? Path.Combine(Path.GetDirectoryName(database.Path)!, "imports");
        _bytesMax = options.ImportBytesMax;
    }

    /// <summary>Takes a file in full; refused when it is too large.</summary>
    /// <exception cref="IOException">It cannot be kept: the disk is full, say. Nothing is left of it.</exception>
    public async Task<Refusal?> Keep(string import, Stream csv, CancellationToken cancellation)
    {
        _arriving[import] = true;
        System.IO.Directory.CreateDirectory(_folder);
        var partial = PathOf(import, Partial);
        try
        {
            await using (var file = File.Open(partial, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                if (!await Copy(csv, file, cancellation))
                {
                    return Refusal.Invalid("import.too_large", $"A file has at most {_bytesMax:N0} bytes.", "csv");
                }

                file.Flush(flushToDisk: true);
            }

            File.Move(partial, PathOf(import, Complete));
            return null;
        }
        finally
        {
            File.Delete(partial);
        }
    }

    /// <summary>From now on the database says whether the file is needed.</summary>
    public void Arrived(string import) => _arriving.TryRemove(import, out _);

    public FileStream Open(string import) =>
        new(PathOf(import, Complete), FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);

    public void Remove(string import) => File.Delete(PathOf(import, Complete));

    /// <summary>Removes whatever belongs to no import of <paramref name="running"/> and is not just arriving.</summary>
    public void RemoveAllBut(IReadOnlySet<string> running)
    {
        if (!System.IO.Directory.Exists(_folder))
        {
            return;
        }

        foreach (var path in System.IO.Directory.EnumerateFiles(_folder, $"{DirectoryIds.Import}*"))
        {
            var import = Path.GetFileNameWithoutExtension(path);
            var isNeeded = running.Contains(import) || _arriving.ContainsKey(import);
            if (DirectoryIds.Is(DirectoryIds.Import, import) && !isNeeded)
            {
                File.Delete(path);
            }
        }
    }

    private string PathOf(string import, string extension) => Path.Combine(_folder, import + extension);

    private async Task<bool> Copy(Stream csv, FileStream file, CancellationToken cancellation)
    {
        var chunk = new byte[ChunkBytes];
        var length = await csv.ReadAtLeastAsync(chunk, 2, throwOnEndOfStream: false, cancellation);
        var text = Utf16Text.Detect(chunk.AsSpan(0, length));
        for (var total = (long)length; length > 0; total += length)
        {
            if (total > _bytesMax)
            {
                return false;
            }

            await file.WriteAsync(text?.ToUtf8(chunk.AsSpan(0, length)) ?? chunk.AsMemory(0, length), cancellation);
            length = await csv.ReadAsync(chunk, cancellation);
        }

        if (text is not null)
        {
            await file.WriteAsync(text.End(), cancellation);
        }

        return true;
    }
}
