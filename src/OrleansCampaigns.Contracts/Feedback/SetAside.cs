using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Contracts.Feedback;

/// <summary>Messages that came back and were kept for people to look at.</summary>
/// <remarks>They belong to the installation: whose they are is just what nobody found out.</remarks>
public interface ISetAsideDirectory
{
    /// <summary>One page, newest first.</summary>
    Task<Result<Page<SetAsideMessage>>> Query(string? cursor, int limit, CancellationToken cancellation = default);

    /// <summary>The octets that were kept, or <see langword="null"/> when there is no such message.</summary>
    Task<ReadOnlyMemory<byte>?> Read(string id, CancellationToken cancellation = default);

    /// <summary>Removes a message for good; whether there was one.</summary>
    Task<bool> Delete(string id, CancellationToken cancellation = default);
}

/// <summary>A message that was set aside.</summary>
/// <param name="Id">Names it; printed <c>sam_…</c>.</param>
/// <param name="ReceivedAt">When it came.</param>
/// <param name="Source">Where it was collected: <c>smtp</c>, <c>api</c>, or a mailbox's name.</param>
/// <param name="Reason">One of <see cref="SetAsideReasons"/>.</param>
/// <param name="Kind">What it seemed to be: <c>bounce</c>, <c>complaint</c>, ….</param>
/// <param name="Octets">How large it was.</param>
/// <param name="IsTruncated">Whether only its beginning was kept.</param>
public sealed record SetAsideMessage(
    string Id,
    DateTimeOffset ReceivedAt,
    string Source,
    string Reason,
    string Kind,
    long Octets,
    bool IsTruncated);

/// <summary>Why messages are set aside. Public names: never change one.</summary>
public static class SetAsideReasons
{
    /// <summary>It is no message: there is no header to go by.</summary>
    public const string Unreadable = "unreadable";

    /// <summary>It came to an address of ours whose token does not verify: forged, altered, or of a lost key.</summary>
    public const string BadToken = "bad-token";

    /// <summary>It says something of an e-mail, and nothing in it tells which.</summary>
    public const string Unmatched = "unmatched";

    /// <summary>It is larger than what is read; only its header was kept.</summary>
    public const string TooLarge = "too-large";

    /// <summary>It came back to the return path of an e-mail of ours, and what it says is in no known form.</summary>
    public const string NotUnderstood = "not-understood";

    /// <summary>What it says was read and could not be applied: a fault of this software.</summary>
    public const string NotApplied = "not-applied";

    /// <summary>It was written to the postmaster, and is for people to read.</summary>
    public const string Postmaster = "postmaster";
}
