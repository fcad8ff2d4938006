using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Storage.Imports;

/// <summary>Keeps the files of imports until they are read.</summary>
/// <remarks>A file is complete and durable before its import is written down.</remarks>
internal interface IImportFiles
{
    /// <summary>How often somebody else's imports are looked for; <see langword="null"/> when there is nobody
    /// else.</summary>
    TimeSpan? LookEvery { get; }

    /// <summary>Takes a file in full; refused when it is too large.</summary>
    /// <remarks>Whatever ends it otherwise leaves nothing, or what <see cref="CleanUp"/> removes.</remarks>
    Task<Refusal?> Keep(string import, Stream csv, CancellationToken cancellation);

    /// <summary>From now on the database says whether the file is needed.</summary>
    void Arrived(string import);

    /// <summary>The file, to be read from any place; <see langword="null"/> when it is gone.</summary>
    Task<Stream?> Open(string import, CancellationToken cancellation);

    /// <summary>Removes a file, if it is still there.</summary>
    Task Remove(string import, CancellationToken cancellation);

    /// <summary>Removes whatever belongs to no running import and is not just arriving.</summary>
    /// <param name="running">Reads from the database which imports are running. It is asked after the files have been
    /// looked at: an import that is written down between the two is in its answer, and its file stays.</param>
    /// <param name="cancellation">Ends it; what is left over then is removed the next time.</param>
    Task CleanUp(Func<CancellationToken, Task<IReadOnlySet<string>>> running, CancellationToken cancellation);
}
