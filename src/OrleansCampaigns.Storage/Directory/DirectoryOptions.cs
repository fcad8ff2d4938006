namespace OrleansCampaigns.Storage.Directory;

/// <summary>What can be set about the directory.</summary>
public sealed record DirectoryOptions
{
    /// <summary>
    /// Where files that are being imported are kept; without it <c>imports</c> next to the embedded database. The
    /// cluster's database keeps them itself.
    /// </summary>
    public string? SpoolFolder { get; init; }

    /// <summary>How large an imported file may be, in bytes.</summary>
    public long ImportBytesMax { get; init; } = 4L * 1024 * 1024 * 1024;

    /// <summary>Whether this process reads imports, besides taking them.</summary>
    public bool ReadsImports { get; init; } = true;
}
