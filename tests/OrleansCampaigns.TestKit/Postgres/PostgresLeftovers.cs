using System.Diagnostics;
using System.Globalization;

namespace OrleansCampaigns.TestKit.Postgres;

/// <summary>Removes servers whose guard was killed as well as their owner.</summary>
internal static class PostgresLeftovers
{
    public static void Remove()
    {
        foreach (var folder in Directory.EnumerateDirectories(Path.GetTempPath(), $"{PostgresGuard.FolderPrefix}*"))
        {
            try
            {
                if (ReadId(Path.Combine(folder, "owner")) is { } owner && Find(owner) is null)
                {
                    Remove(folder);
                }
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                // Somebody else's, or removed by somebody else at this moment.
            }
        }
    }

    private static void Remove(string folder)
    {
        // The first line of this file is the server's process, which names its folder on its command line.
        if (ReadId(Path.Combine(folder, "data", "postmaster.pid")) is { } id
            && File.Exists($"/proc/{id}/cmdline")
            && File.ReadAllText($"/proc/{id}/cmdline").Contains(folder, StringComparison.Ordinal)
            && Find(id) is { } server)
        {
            server.Kill(entireProcessTree: true);
            server.WaitForExit(TimeSpan.FromSeconds(10));
        }

        Directory.Delete(folder, recursive: true);
    }

    private static int? ReadId(string file) =>
        File.Exists(file)
        && int.TryParse(
            File.ReadLines(file).FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? id
            : null;

    private static Process? Find(int id)
    {
        try
        {
            return Process.GetProcessById(id);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
