using System.Globalization;

namespace OrleansCampaigns.TestKit.Postgres;

/// <summary>Where PostgreSQL's programs are.</summary>
internal static class PostgresBinaries
{
    private const string Debian = "/usr/lib/postgresql";

    /// <summary>The folder of the newest version installed, or <see langword="null"/>.</summary>
    public static string? Folder { get; } = Candidates().FirstOrDefault(IsComplete);

    // Debian keeps every version apart and none of the server's programs in the search path.
    private static IEnumerable<string> Candidates()
    {
        var versions = Directory.Exists(Debian) ? Directory.GetDirectories(Debian) : [];
        return versions
            .OrderByDescending(folder => int.TryParse(
                Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
                ? version : 0)
            .Select(folder => Path.Combine(folder, "bin"))
            .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'));
    }

    private static bool IsComplete(string folder) =>
        File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "postgres"));
}
