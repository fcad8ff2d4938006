namespace OrleansCampaigns.Architecture.Tests;

/// <summary>The checkout that these tests were built from.</summary>
internal static class Repository
{
    /// <summary>The folder of the solution, found by walking up from where the tests run.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Every C# file of src and tests; projects that do not exist yet simply have none.</summary>
    public static IReadOnlyList<SourceFile> Sources { get; } =
        [.. FilesIn("src", "*.cs").Concat(FilesIn("tests", "*.cs")).Select(SourceFile.Read)];

    /// <summary>The files of src alone.</summary>
    public static IEnumerable<SourceFile> Product =>
        Sources.Where(source => source.Path.StartsWith("src/", StringComparison.Ordinal));

    /// <summary>The files of tests alone.</summary>
    public static IEnumerable<SourceFile> Tests =>
        Sources.Where(source => source.Path.StartsWith("tests/", StringComparison.Ordinal));

    /// <summary>The full paths of the files below a folder of the repository, build output left out.</summary>
    public static IEnumerable<string> FilesIn(string folder, string pattern)
    {
        var full = Path.Combine(Root, folder);
        return Directory.Exists(full)
            ? Directory.EnumerateFiles(full, pattern, SearchOption.AllDirectories)
                .Where(file => !Relative(file).Split('/').Any(part => part is "bin" or "obj"))
                .Order(StringComparer.Ordinal)
            : [];
    }

    /// <summary>A path below the root, with forward slashes everywhere.</summary>
    public static string Relative(string full) => Path.GetRelativePath(Root, full).Replace('\\', '/');

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "OrleansCampaigns.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No OrleansCampaigns.sln lies above {AppContext.BaseDirectory}.");
    }
}
