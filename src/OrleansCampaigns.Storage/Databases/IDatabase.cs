using OrleansCampaigns.Storage.Directory;
using OrleansCampaigns.Storage.Imports;

namespace OrleansCampaigns.Storage.Databases;

/// <summary>The database of an installation: the embedded one or the cluster's.</summary>
/// <remarks>What runs on it is written once; <see cref="SqlDialect"/> holds what the two say differently.</remarks>
public interface IDatabase
{
    /// <summary>The secret that contact identifiers are hashed with; known once the database is initialised.</summary>
    ReadOnlyMemory<byte> ContactKey { get; }

    /// <summary>The secret that Message-IDs and tokens are signed with; known once the database is
    /// initialised.</summary>
    ReadOnlyMemory<byte> SigningKey { get; }

    /// <summary>The time now, in Unix milliseconds.</summary>
    long Now { get; }

    /// <summary>What it says in its own way.</summary>
    internal SqlDialect Dialect { get; }

    /// <summary>Reads; everything that the session reads is of one consistent state.</summary>
    internal Task<T> Read<T>(Func<DatabaseSession, Task<T>> read, CancellationToken cancellation = default);

    /// <summary>Writes in one transaction. An exception rolls everything back.</summary>
    /// <remarks>
    /// It may be called again from its beginning when others wrote the same rows meanwhile, so it must keep nothing
    /// outside of the session.
    /// </remarks>
    internal Task<T> Write<T>(Func<DatabaseSession, Task<T>> write, CancellationToken cancellation = default);

    /// <summary>Holds a name that no other process may hold; <see langword="null"/> when another one does.</summary>
    /// <remarks>It is free again when the holder lets go of it, or its process ends.</remarks>
    internal Task<IAsyncDisposable?> TryHold(string name, CancellationToken cancellation = default);

    /// <summary>Tells those who plan statements how a table is filled now, after much has been written to it.</summary>
    internal Task Analyse(string table, CancellationToken cancellation = default);

    /// <summary>Whether a failure passes without anybody changing the statement.</summary>
    internal bool IsPassing(Exception failure);

    /// <summary>Whether a failure that does not pass may come of the values alone, so that others can be stored.
    /// </summary>
    internal bool IsOfValues(Exception failure);

    /// <summary>Where the files of imports are kept until they are read.</summary>
    internal IImportFiles OpenImportFiles(DirectoryOptions options);
}
