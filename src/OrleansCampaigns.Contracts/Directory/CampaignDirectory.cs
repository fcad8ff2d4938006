using System.Collections.Immutable;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Contracts.Directory;

/// <summary>A campaign in a listing.</summary>
public sealed record CampaignRow(
    CampaignId Id,
    string Name,
    CampaignStatus Status,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ScheduledAt,
    DateTimeOffset? EndedAt);

/// <summary>Which recipients of a campaign: every condition given must hold.</summary>
public sealed record RecipientFilter
{
    /// <summary>One of these outcomes.</summary>
    public ImmutableArray<Outcome> Outcomes { get; init; } = [];

    /// <summary>Excluded ones, or not excluded ones.</summary>
    public bool? Excluded { get; init; }

    /// <summary>Those in doubt, or not in doubt.</summary>
    public bool? InDoubt { get; init; }

    /// <summary>One of these recipient statuses.</summary>
    public ImmutableArray<RecipientStatus> RecipientStatuses { get; init; } = [];

    /// <summary>With whom something went wrong by the fault of one of these.</summary>
    public ImmutableArray<Blame> Faults { get; init; } = [];
}

/// <summary>One recipient of a campaign.</summary>
public sealed record RecipientRow
{
    /// <summary>The contact.</summary>
    public required ContactId Contact { get; init; }

    /// <summary>Its address.</summary>
    public required string Address { get; init; }

    /// <summary>Its name.</summary>
    public string? Name { get; init; }

    /// <summary>Its attributes.</summary>
    public ImmutableDictionary<string, string> Attributes { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Which occurrence of the address in the audience; the first is the one that is sent to.</summary>
    public int Occurrence { get; init; } = 1;

    /// <summary>The outcome; <see langword="null"/> when excluded.</summary>
    public Outcome? Outcome { get; init; }

    /// <summary>Why.</summary>
    public Cause Cause { get; init; }

    /// <summary>Why it is excluded.</summary>
    public string? Excluded { get; init; }

    /// <summary>Whether its fate is in doubt.</summary>
    public bool InDoubt { get; init; }

    /// <summary>How many attempts there were.</summary>
    public int Attempts { get; init; }

    /// <summary>When the next one is due.</summary>
    public DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>The code of the last reply; 0 when there was none.</summary>
    public int ReplyCode { get; init; }

    /// <summary>The enhanced code of the last reply.</summary>
    public string? EnhancedCode { get; init; }

    /// <summary>The text of the last reply.</summary>
    public string? ReplyText { get; init; }

    /// <summary>How far the contact went with the campaign.</summary>
    public RecipientStatus RecipientStatus { get; init; }

    /// <summary>The contact's status now.</summary>
    public ContactStatus ContactStatus { get; init; }

    /// <summary>When it last changed.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>When the e-mail was last accepted.</summary>
    public DateTimeOffset? SentAt { get; init; }

    /// <summary>When a person first opened it.</summary>
    public DateTimeOffset? OpenedAt { get; init; }

    /// <summary>When a person first followed a link.</summary>
    public DateTimeOffset? ClickedAt { get; init; }

    /// <summary>When the recipient unsubscribed by way of it.</summary>
    public DateTimeOffset? UnsubscribedAt { get; init; }

    /// <summary>When the recipient complained about it.</summary>
    public DateTimeOffset? ComplainedAt { get; init; }
}

/// <summary>Campaigns and their recipients, as tables.</summary>
public interface ICampaignDirectory
{
    /// <summary>One page of campaigns, newest first.</summary>
    Task<Result<Page<CampaignRow>>> Query(
        AccountId account, CampaignStatus? status, string? cursor, int limit, CancellationToken cancellation = default);

    /// <summary>One page of a campaign's recipients, in the order of partition and sequence.</summary>
    Task<Result<Page<RecipientRow>>> QueryRecipients(
        AccountId account,
        CampaignId campaign,
        RecipientFilter filter,
        string? cursor,
        int limit,
        CancellationToken cancellation = default);

    /// <summary>All recipients of a campaign, read page by page.</summary>
    IAsyncEnumerable<RecipientRow> ExportRecipients(
        AccountId account, CampaignId campaign, RecipientFilter filter, CancellationToken cancellation = default);
}

/// <summary>What an API key may do.</summary>
public enum ApiRole
{
    /// <summary>Everything in its account.</summary>
    Client = 1,

    /// <summary>Everything, in every account; also makes keys and grants licences.</summary>
    Administrator = 2,
}

/// <summary>An API key without its secret, of which only a hash is kept.</summary>
public sealed record ApiKey(
    string Id, AccountId Account, string Name, ApiRole Role, DateTimeOffset CreatedAt, DateTimeOffset? RevokedAt);

/// <summary>API keys, and the answers to requests that carry an <c>Idempotency-Key</c>.</summary>
public interface IAccessDirectory
{
    /// <summary>Makes a key; the secret is never seen again.</summary>
    Task<(ApiKey Key, string Secret)> CreateKey(
        AccountId account, string name, ApiRole role, CancellationToken cancellation = default);

    /// <summary>
    /// Makes an administrator key and shows it, if there is none that is not revoked. A key that could not be shown was
    /// never made: the next call tries again.
    /// </summary>
    /// <param name="show">Shows the secret; what it throws is thrown on, and nothing is stored.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>Whether there was none.</returns>
    Task<bool> CreateFirstAdministratorKey(Action<string> show, CancellationToken cancellation = default);

    /// <summary>The key with that secret, unless revoked or unknown.</summary>
    Task<ApiKey?> Authenticate(string secret, CancellationToken cancellation = default);

    /// <summary>Every key, of one account or of all.</summary>
    Task<IReadOnlyList<ApiKey>> QueryKeys(AccountId? account, CancellationToken cancellation = default);

    /// <summary>Revokes a key, unless it is the last of an administrator: no other could be made.</summary>
    /// <remarks>Of two administrators that revoke each other at the same moment, one stays.</remarks>
    Task<KeyRevocation> RevokeKey(string keyId, CancellationToken cancellation = default);

    /// <summary>
    /// Claims an idempotency key for a request. A claim that is not renewed for a minute is that of a process that
    /// died, and the next request is the first.
    /// </summary>
    /// <returns>
    /// <see langword="null"/> when the request is the first; otherwise what is known of the first: another fingerprint
    /// means another request under the same key, and no status means that it is not answered yet.
    /// </returns>
    Task<IdempotentAnswer?> Claim(
        AccountId account, string key, string fingerprint, CancellationToken cancellation = default);

    /// <summary>Tells that the request which claimed the key is still being handled.</summary>
    Task Renew(AccountId account, string key, CancellationToken cancellation = default);

    /// <summary>Keeps the answer for 24 hours.</summary>
    Task Answer(
        AccountId account,
        string key,
        int status,
        string contentType,
        string body,
        CancellationToken cancellation = default);

    /// <summary>Gives a claim back whose request came to nothing.</summary>
    Task Release(AccountId account, string key, CancellationToken cancellation = default);
}

/// <summary>What came of revoking a key.</summary>
public enum KeyRevocation
{
    /// <summary>There is no such key, or it is revoked already.</summary>
    Unknown = 0,

    /// <summary>It is revoked.</summary>
    Revoked = 1,

    /// <summary>It is the last key of an administrator, and stays.</summary>
    LastAdministrator = 2,
}

/// <summary>What is known of an earlier request with the same idempotency key.</summary>
public sealed record IdempotentAnswer(string Fingerprint, int? Status, string? ContentType, string? Body);
