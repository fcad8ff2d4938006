using System.Collections.Concurrent;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Storage.Directory;
using OrleansCampaigns.Storage.Sqlite;

namespace OrleansCampaigns.Storage.Imports;

/// <summary>Keeps the files of imports in a folder.</summary>
/// <remarks>
/// A file under its final name is complete and on the disk; only then is its import written down. What a crash leaves
/// over has no import, or one that ended, and is removed at the next start.
/// </remarks>
internal sealed class ImportSpool : IImportFiles
{
    private const string Complete = ".csv";
    private const string Partial = ".part";

    private readonly string _folder;
    private readonly long _bytesMax;
    private readonly ConcurrentDictionary<string, bool> _arriving = new();

    public ImportSpool(SqliteDatabase database, DirectoryOptions options)
    {
        _folder = options.SpoolFolder ?? Path.Combine(Path.GetDirectoryName(database.Path)!, "imports");
        _bytesMax = options.ImportBytesMax;
    }

    /// <summary>One process owns the folder.</summary>
    public TimeSpan? LookEvery => null;

    /// <inheritdoc/>
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
                if (!await ImportUpload.Copy(
                    csv, octets => file.WriteAsync(octets, cancellation), _bytesMax, cancellation))
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

    /// <inheritdoc/>
    public void Arrived(string import) => _arriving.TryRemove(import, out _);

    /// <inheritdoc/>
    public Task<Stream?> Open(string import, CancellationToken cancellation)
    {
        try
        {
            return Task.FromResult<Stream?>(new FileStream(
                PathOf(import, Complete), FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0));
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return Task.FromResult<Stream?>(null);
        }
    }

    /// <inheritdoc/>
    public Task Remove(string import, CancellationToken cancellation)
    {
        File.Delete(PathOf(import, Complete));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task CleanUp(
        Func<CancellationToken, Task<IReadOnlySet<string>>> running, CancellationToken cancellation)
    {
        if (!System.IO.Directory.Exists(_folder))
        {
            return;
        }

        // A file stops arriving only once its import is written down. So a file that did not arrive when it was listed
        // is either left over, or its import is in what the database says afterwards.
        var left = System.IO.Directory.EnumerateFiles(_folder, $"{DirectoryIds.Import}*")
            .Select(path => (Path: path, Import: Path.GetFileNameWithoutExtension(path)))
            .Where(file => DirectoryIds.Is(DirectoryIds.Import, file.Import) && !_arriving.ContainsKey(file.Import))
            .ToList();
        var needed = await running(cancellation);
        foreach (var file in left.Where(file => !needed.Contains(file.Import)))
        {
            File.Delete(file.Path);
        }
    }

    private string PathOf(string import, string extension) => Path.Combine(_folder, import + extension);
}
