using System.ComponentModel;

namespace OrleansCampaigns.TestKit.Baselines;

/// <summary>The earlier version whose processes run beside this build's: a commit, built from this clone.</summary>
/// <remarks>
/// It is built once for a clone, into <c>artifacts/baseline</c>, and taken from there until the commit is another one.
/// Processes that want it at the same time wait for the one that builds it.
/// </remarks>
public static class Baseline
{
    /// <summary>The file that names the commit, from the root of the repository.</summary>
    public const string File = "tests/baseline.txt";

    private static readonly TimeSpan LockLimit = TimeSpan.FromMinutes(10);

    private static readonly Lazy<Task<string>> Built = new(Build);

    private static string Root { get; } = FindRoot();

    /// <summary>The full hash that <see cref="File"/> names.</summary>
    public static string Commit { get; } = ReadCommit(System.IO.File.ReadAllLines(Path.Combine(Root, File)));

    /// <summary>Why there can be none here, or <see langword="null"/>.</summary>
    /// <remarks>In CI there must be one: there <see cref="Executable"/> fails where elsewhere a test is skipped.
    /// </remarks>
    public static async Task<string?> Missing() =>
        Environment.GetEnvironmentVariable("CI") is "true" or "1" ? null : await FaultOfClone();

    /// <summary>The baseline's <c>orleans-campaigns.dll</c>; the first call may take a minute.</summary>
    /// <exception cref="InvalidOperationException">The clone lacks the commit, or it does not build.</exception>
    public static Task<string> Executable() => Built.Value;

    /// <summary>The one line that is a full hash; lines that begin with <c>#</c> and empty ones are skipped.</summary>
    /// <exception cref="FormatException">There is no such line, or another one beside it.</exception>
    public static string ReadCommit(IEnumerable<string> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        string[] named = [.. lines.Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#')];
        return named is [{ Length: 40 } commit] && commit.All(char.IsAsciiHexDigitLower)
            ? commit
            : throw new FormatException($"{File} must name one commit by its full hash, in a line of its own.");
    }

    private static async Task<string> Build()
    {
        var folder = Path.Combine(Root, "artifacts", "baseline");
        var executable = Path.Combine(folder, Commit, "orleans-campaigns.dll");
        Directory.CreateDirectory(folder);
        await using var held = await Eventually.Get(
            "another process has built the baseline", () => Task.FromResult(TryLock(folder)), LockLimit);
        if (!System.IO.File.Exists(executable))
        {
            if (await FaultOfClone() is { } fault)
            {
                throw new InvalidOperationException(fault);
            }

            await BaselineBuild.Publish(Root, Commit, Path.Combine(folder, Commit));
        }

        return executable;
    }

    // The lock ends with its process, however that ends.
    private static FileStream? TryLock(string folder)
    {
        try
        {
            return new(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static async Task<string?> FaultOfClone()
    {
        var (exitCode, said) = await AskGit();
        return exitCode == 0 ? null : $"""
            This clone has no commit {Commit}, which {File} names as the baseline.
            A shallow clone gets it by: git fetch --unshallow
            git said: {said.Trim()}
            """;
    }

    private static async Task<(int ExitCode, string Said)> AskGit()
    {
        try
        {
            return await BaselineBuild.Run(Root, "git", ["cat-file", "-e", $"{Commit}^{{commit}}"]);
        }
        catch (Win32Exception missing)
        {
            return (-1, missing.Message);
        }
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (System.IO.File.Exists(Path.Combine(folder.FullName, File)))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No {File} lies above {AppContext.BaseDirectory}.");
    }
}
