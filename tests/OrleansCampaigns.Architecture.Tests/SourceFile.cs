namespace OrleansCampaigns.Architecture.Tests;

/// <summary>One C# file, as it is and with its comments and texts blanked.</summary>
/// <param name="Path">Below the root of the repository.</param>
/// <param name="Lines">As they are.</param>
/// <param name="Code">The same lines with comments, strings and characters replaced by blanks.</param>
internal sealed record SourceFile(string Path, IReadOnlyList<string> Lines, IReadOnlyList<string> Code)
{
    public static SourceFile Read(string full)
    {
        var text = File.ReadAllText(full).Replace("\r\n", "\n", StringComparison.Ordinal).TrimEnd('\n');
        return Of(Repository.Relative(full), text);
    }

    public static SourceFile Of(string path, string text) =>
        new(path, text.Split('\n'), CodeText.Blank(text).Split('\n'));

    /// <inheritdoc/>
    public override string ToString() => Path;
}
