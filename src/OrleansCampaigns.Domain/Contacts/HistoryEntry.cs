using Orleans;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Domain.Contacts;

/// <summary>What sort of thing an entry of a contact's history tells.</summary>
public enum HistoryKind
{
    /// <summary>Put into our queue: at the audience's snapshot, or again by "retry failed".</summary>
    Queued = 1,

    /// <summary>An attempt that reached a server, with what it said.</summary>
    Attempt = 2,

    /// <summary>
    /// Our own decision, without an attempt: Invalid, Duplicated, Unsubscribed, third soft bounce, expired.
    /// </summary>
    Decision = 3,

    /// <summary>An attempt whose fate was hidden, and what we made of it.</summary>
    Doubt = 4,

    /// <summary>Waiting retries were given up because the campaign was cancelled.</summary>
    Abandoned = 5,

    /// <summary>The status was changed by an operator.</summary>
    StatusChange = 6,

    /// <summary>An e-mail that had been accepted came back after all.</summary>
    Bounce = 7,

    /// <summary>The contact complained about spam.</summary>
    Complaint = 8,

    /// <summary>The contact unsubscribed, by way of an e-mail.</summary>
    Unsubscribe = 9,

    /// <summary>A person opened the e-mail for the first time.</summary>
    Open = 10,

    /// <summary>A person followed a link for the first time.</summary>
    Click = 11,

    /// <summary>The contact left a list, was taken off it, or is a member again.</summary>
    Subscription = 12,
}

/// <summary>One thing that happened to a contact. History is append-only: success never erases failure.</summary>
[GenerateSerializer, Immutable, Alias("Contacts.HistoryEntry")]
public sealed record HistoryEntry
{
    /// <summary>When it happened; of what came back, when it was learned, so that entries are in order.</summary>
    [Id(0)] public required DateTimeOffset At { get; init; }

    /// <summary>What sort of thing.</summary>
    [Id(1)] public required HistoryKind Kind { get; init; }

    /// <summary>
    /// Who told us: <c>smtp</c>, <c>engine</c>, <c>recovery</c>, <c>api</c>, or the source of what came back.
    /// </summary>
    [Id(2)] public required string Source { get; init; }

    /// <summary>The campaign, where it concerns one.</summary>
    [Id(3)] public CampaignId? Campaign { get; init; }

    /// <summary>Which attempt of this campaign at this contact, from 1; 0 for entries that are no attempt.</summary>
    [Id(4)] public int Attempt { get; init; }

    /// <summary>The outcome that the entry assigns.</summary>
    [Id(5)] public Outcome? Outcome { get; init; }

    /// <summary>Why.</summary>
    [Id(6)] public Cause Cause { get; init; }

    /// <summary>Whether a crash or a lost connection hid the fate of the attempt.</summary>
    [Id(7)] public bool InDoubt { get; init; }

    /// <summary>What the server said, word for word up to 500 characters.</summary>
    [Id(8)] public SmtpReply? Reply { get; init; }

    /// <summary>The name of the relay that was used.</summary>
    [Id(9)] public string? Relay { get; init; }

    /// <summary>When the next attempt is due, after a temporary outcome.</summary>
    [Id(10)] public DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>The contact's status from here on, where the entry changed it.</summary>
    [Id(11)] public ContactStatus? Status { get; init; }

    /// <summary>The operator who did it.</summary>
    [Id(12)] public string? Actor { get; init; }

    /// <summary>Why the operator did it, or which consent was recorded.</summary>
    [Id(13)] public string? Reason { get; init; }

    /// <summary>Which pass of the campaign: 1, and one more for each "retry failed".</summary>
    [Id(14)] public int Pass { get; init; }

    /// <summary>The number of the link that was followed, from 1; 0 for entries that are no click.</summary>
    [Id(15)] public int Link { get; init; }

    /// <summary>The list, of entries about a membership.</summary>
    [Id(16)] public string? List { get; init; }

    /// <summary>How the contact stands to that list from here on.</summary>
    [Id(17)] public SubscriptionState? Subscription { get; init; }
}
