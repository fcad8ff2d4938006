using OrleansCampaigns.Storage.Files;

namespace OrleansCampaigns.Host.Serving;

/// <summary>
/// The folder of the embedded database, held for this process alone: two on the same file would each believe that the
/// other's writes are their own.
/// </summary>
/// <remarks>
/// The system holds the lock (flock) and lets go of it when the process ends, however it ends. File systems without
/// locks, such as some of networks, hold no other process off.
/// </remarks>
internal sealed class DataFolder : IDisposable
{
    private const string LockName = "lock";
    private const string Key = nameof(ServerSettings.Data);

    private readonly FileStream _lock;

    private DataFolder(FileStream held, IReadOnlyList<string> tightened) => (_lock, Tightened) = (held, tightened);

    /// <summary>What other users of the machine could read or enter, and cannot any more.</summary>
    public IReadOnlyList<string> Tightened { get; }

    /// <summary>Makes the folder if it is missing, holds it and closes it to other users.</summary>
    /// <exception cref="SettingsException">It cannot be used, or another process uses it.</exception>
    public static DataFolder Hold(ServerSettings settings)
    {
        var folder = Path.GetFullPath(settings.Data);
        try
        {
            PrivateFiles.CreateFolder(folder);
            var held = Lock(folder);
            try
            {
                return new DataFolder(held, Tighten(settings, folder));
            }
            catch
            {
                held.Dispose();
                throw;
            }
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"{Key}: the folder {folder} cannot be used: {unusable.Message}");
        }
    }

    public void Dispose() => _lock.Dispose();

    private static FileStream Lock(string folder)
    {
        try
        {
            return new FileStream(
                Path.Combine(folder, LockName),
                PrivateFiles.Options(FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException taken) when (IsTaken(taken))
        {
            throw new SettingsException(
                $"{Key}: the folder {folder} is in use by another process of OrleansCampaigns; "
                + "stop that one, or name another folder.");
        }
    }

    // EWOULDBLOCK of Linux, of macOS, and ERROR_SHARING_VIOLATION of Windows.
    private static bool IsTaken(IOException failure) => failure.HResult is 11 or 35 or unchecked((int)0x80070020);

    private static List<string> Tighten(ServerSettings settings, string folder)
    {
        var tightened = new List<string>();
        IEnumerable<string> paths =
        [
            folder,
            Path.Combine(folder, LockName),
            settings.DatabasePath,
            $"{settings.DatabasePath}-wal",
            $"{settings.DatabasePath}-shm",
            settings.SpoolFolder,
            .. Directory.Exists(settings.SpoolFolder) ? Directory.EnumerateFiles(settings.SpoolFolder) : [],
        ];
        foreach (var path in paths.Where(Path.Exists))
        {
            try
            {
                if (PrivateFiles.Tighten(path))
                {
                    tightened.Add(Path.GetFullPath(path));
                }
            }
            catch (UnauthorizedAccessException)
            {
                // It belongs to another user, such as a volume that a container is given: its owner decides.
            }
        }

        return tightened;
    }
}
