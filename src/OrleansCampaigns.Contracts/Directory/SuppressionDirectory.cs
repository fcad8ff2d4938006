using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Contracts.Directory;

/// <summary>An address or a domain that an account never sends to.</summary>
public sealed record Suppression
{
    /// <summary>Which one: <c>con_…</c>, the keyed hash of an address, or a domain as A-labels.</summary>
    public required string Key { get; init; }

    /// <summary>The address, where the account has a contact with it; the suppression itself keeps the hash alone.
    /// </summary>
    public string? Address { get; init; }

    /// <summary>The domain, with all below it.</summary>
    public string? Domain { get; init; }

    /// <summary>Why.</summary>
    public string? Reason { get; init; }

    /// <summary>Where it came from: <c>api</c> or <c>import</c>.</summary>
    public required string Source { get; init; }

    /// <summary>Who said so.</summary>
    public string? Actor { get; init; }

    /// <summary>When it was first given.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>From when on it no longer counts; <see langword="null"/> for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>A suppression as it is given: exactly one of address, domain and key.</summary>
/// <param name="Address">Any spelling of an address, properly formatted or not.</param>
/// <param name="Domain">Any spelling of a domain.</param>
/// <param name="Reason">Why.</param>
/// <param name="ExpiresAt">From when on it no longer counts.</param>
/// <param name="Key">The key of an earlier export, where the address itself is not known.</param>
public sealed record SuppressionInput(
    string? Address, string? Domain, string? Reason, DateTimeOffset? ExpiresAt, string? Key = null)
{
    /// <summary>Where an export says that it came from; <see langword="null"/> unless it is imported again.</summary>
    public string? Source { get; init; }

    /// <summary>Who an export says it is by.</summary>
    public string? Actor { get; init; }

    /// <summary>When an export says it was given.</summary>
    public DateTimeOffset? CreatedAt { get; init; }
}

/// <summary>What adding suppressions came to.</summary>
/// <param name="Added">How many there were none of before.</param>
/// <param name="Updated">How many there were: the longer time and the latest reason hold.</param>
public sealed record SuppressionsAdded(int Added, int Updated);

/// <summary>What an import of suppressions came to.</summary>
/// <param name="Rows">How many rows were read, without the header.</param>
/// <param name="Added">How many of them gave a suppression that there was not.</param>
/// <param name="Updated">How many gave one that there was.</param>
/// <param name="Rejected">How many were left out.</param>
/// <param name="Errors">The first of these.</param>
public sealed record SuppressionImport(
    long Rows, long Added, long Updated, long Rejected, IReadOnlyList<ImportError> Errors);

/// <summary>Addresses and domains that an account never sends to.</summary>
/// <remarks>What is changed here is not in force before the account's grain has been told.</remarks>
public interface ISuppressionDirectory
{
    /// <summary>Adds suppressions, all or none.</summary>
    Task<Result<SuppressionsAdded>> Add(
        AccountId account,
        IReadOnlyList<SuppressionInput> suppressions,
        string? actor,
        CancellationToken cancellation = default);

    /// <summary>Adds those of a CSV file, row by row; the same file twice changes nothing more.</summary>
    /// <param name="account">Whose they are.</param>
    /// <param name="csv">The file, in UTF-8; with a header, or with an address or a domain on each line.</param>
    /// <param name="actor">Who says so.</param>
    /// <param name="reason">Why, where a row does not say.</param>
    /// <param name="cancellation">Ends it; what was read by then is in.</param>
    Task<Result<SuppressionImport>> Import(
        AccountId account, Stream csv, string? actor, string? reason, CancellationToken cancellation = default);

    /// <summary>The suppression of exactly this address, domain or key, or <see langword="null"/>.</summary>
    Task<Suppression?> Find(AccountId account, string what, CancellationToken cancellation = default);

    /// <summary>What is in force for an address, by itself or by its domain; <see langword="null"/> when nothing is.
    /// </summary>
    Task<Suppression?> FindFor(AccountId account, string address, CancellationToken cancellation = default);

    /// <summary>One page, in the order of keys; also those that no longer count.</summary>
    Task<Result<Page<Suppression>>> Query(
        AccountId account, string? cursor, int limit, CancellationToken cancellation = default);

    /// <summary>All of them, read page by page.</summary>
    IAsyncEnumerable<Suppression> Export(AccountId account, CancellationToken cancellation = default);

    /// <summary>Removes a suppression; whether there was one.</summary>
    Task<bool> Remove(AccountId account, string key, CancellationToken cancellation = default);
}
