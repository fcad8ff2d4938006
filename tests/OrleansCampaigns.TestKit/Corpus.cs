namespace OrleansCampaigns.TestKit;

/// <summary>The labelled replies and messages that lie outside the project, if this machine has them.</summary>
public static class Corpus
{
    private const string Variable = "ORLEANSCAMPAIGNS_CORPUS";

    /// <summary>
    /// Their folder: the one that the environment names, else <c>shared/corpus</c> beside the checkout;
    /// <see langword="null"/> when there is none.
    /// </summary>
    public static string? Folder { get; } = Find();

    /// <summary>Why a test that needs the corpus is skipped.</summary>
    public static string Missing =>
        $"No labelled corpus: neither {Variable} nor a folder shared/corpus beside the checkout leads to one.";

    /// <summary>
    /// A file or folder of a corpus beside the first one, or <see langword="null"/> where there is none.
    /// </summary>
    public static string? Find(string corpus, params ReadOnlySpan<string> path)
    {
        if (Folder is null)
        {
            return null;
        }

        var found = Path.Combine([Folder, "..", corpus, .. path]);
        return File.Exists(found) || Directory.Exists(found) ? Path.GetFullPath(found) : null;
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
        {
            return Directory.Exists(named) ? named : null;
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "shared", "corpus");
            if (Directory.Exists(candidate))
            {
                return candidate;
            }
        }

        return null;
    }
}
