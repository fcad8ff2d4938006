namespace OrleansCampaigns.Storage.Directory;

/// <summary>What can be set about the directory.</summary>
public sealed record DirectoryOptions
{
    /// <summary>Where files that are being imported are kept; without it <c>imports</c> next to the database.</summary>
    public string? SpoolFolder { get; init; }

    /// <summary>How large an imported file may be, in bytes.</summary>
    public long ImportBytesMax { get; init; } = 4L * 1024 * 1024 * 1024;
}
