namespace OrleansCampaigns.Storage.Files;

/// <summary>
/// Files and folders that only the user of this process may read: addresses and signing keys are in them. Their modes
/// are given when they are made, so that no umask decides. Windows has access lists of its own, which are left alone.
/// </summary>
public static class PrivateFiles
{
    private const UnixFileMode File = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Folder = File | UnixFileMode.UserExecute;
    private const UnixFileMode Others = ~Folder;

    /// <summary>Makes a folder, and those above it, if it is missing; one that is there stays as it is.</summary>
    public static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            System.IO.Directory.CreateDirectory(path);
        }
        else if (!System.IO.Directory.Exists(path))
        {
            System.IO.Directory.CreateDirectory(path, Folder);
        }
    }

    /// <summary>How a file is opened that may have to be made.</summary>
    public static FileStreamOptions Options(FileMode mode, FileAccess access, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = share };
        if (!OperatingSystem.IsWindows() && mode is not (FileMode.Open or FileMode.Truncate))
        {
            options.UnixCreateMode = File;
        }

        return options;
    }

    /// <summary>Takes the rights of other users away from a file or folder that is there.</summary>
    /// <returns>Whether they had any.</returns>
    /// <exception cref="UnauthorizedAccessException">It belongs to another user.</exception>
    public static bool Tighten(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return false;
        }

        var mode = System.IO.File.GetUnixFileMode(path);
        if ((mode & Others) == 0)
        {
            return false;
        }

        System.IO.File.SetUnixFileMode(path, mode & Folder);
        return true;
    }

    /// <summary>Whether every user of the machine may read a file; false when it is not there.</summary>
    public static bool IsReadByAll(string path) =>
        !OperatingSystem.IsWindows() && System.IO.File.Exists(path)
        && System.IO.File.GetUnixFileMode(path).HasFlag(UnixFileMode.OtherRead);
}
