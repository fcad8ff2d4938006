using System.Collections.Immutable;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Domain.Feedback;

namespace OrleansCampaigns.Contracts.Contacts;

/// <summary>A contact: the owner of its status, its outcomes and its history.</summary>
/// <remarks>Not reentrant: nothing comes between a decision and its write. Every command counts once.</remarks>
[Alias("Contacts.IContactGrain")]
public interface IContactGrain : IGrainWithStringKey
{
    /// <summary>Asks, at the moment of sending, whether an attempt may begin.</summary>
    /// <remarks>
    /// A refusal is recorded before the answer. While an attempt that was let begin is not recorded, a second one for
    /// the same turn is answered <see cref="TurnVerdict.Busy"/>.
    /// </remarks>
    /// <param name="turn">The turn.</param>
    /// <param name="rules">The rules of the campaign.</param>
    /// <param name="sender">The silo that would make the attempt: while it lives, nobody else may write the attempt
    /// off.</param>
    [Alias("Begin")]
    Task<TurnAnswer> Begin(Turn turn, DeliveryRules rules, SiloAddress sender);

    /// <summary>Records how an attempt ended. Durable when it returns.</summary>
    [Alias("Record")]
    Task<CampaignDelivery> Record(Turn turn, AttemptReport report, DeliveryRules rules);

    /// <summary>Takes back a begin whose attempt never reached a server; nothing is recorded.</summary>
    [Alias("Withdraw")]
    Task Withdraw(Turn turn);

    /// <summary>Settles an attempt of which no record exists after a crash.</summary>
    /// <remarks>Answers <see cref="TurnVerdict.Busy"/> while the silo that makes the attempt is alive.</remarks>
    [Alias("ResolveDoubt")]
    Task<TurnAnswer> ResolveDoubt(Turn turn, DeliveryRules rules);

    /// <summary>Records further occurrences of the address in one audience.</summary>
    [Alias("Duplicate")]
    Task Duplicate(CampaignId campaign, DateTimeOffset queuedAt, int upToOccurrence);

    /// <summary>Leaves the contact out of a campaign; no outcome, no history.</summary>
    [Alias("Exclude")]
    Task Exclude(CampaignId campaign, DateTimeOffset queuedAt, string reason);

    /// <summary>Gives up waiting retries of a cancelled campaign.</summary>
    [Alias("Abandon")]
    Task Abandon(CampaignId campaign);

    /// <summary>Sets a time for a retry that has none; in a campaign that goes on.</summary>
    [Alias("Mend")]
    Task Mend(CampaignId campaign);

    /// <summary>Puts a failed recipient back into the queue for a new pass.</summary>
    [Alias("Requeue")]
    Task Requeue(CampaignId campaign, int pass);

    /// <summary>Learns what came back for one campaign. Durable when it returns; the same event counts once.</summary>
    /// <param name="happened">The event.</param>
    /// <param name="rules">The rules of the campaign; <see langword="null"/> when it was cancelled: nothing of it is
    /// tried again.</param>
    [Alias("Learn")]
    Task<FeedbackAnswer> Learn(FeedbackEvent happened, DeliveryRules? rules);

    /// <summary>Unsubscribes the contact at an operator's word.</summary>
    [Alias("UnsubscribeByUs")]
    Task<Result<ContactState>> UnsubscribeByUs(string actor, string reason);

    /// <summary>Subscribes the contact again, with the consent on record.</summary>
    [Alias("Resubscribe")]
    Task<Result<ContactState>> Resubscribe(string actor, string consent);

    /// <summary>Notes that the contact left a list or was taken off it, as the directory has recorded; the same change
    /// counts once. An attempt to the list that has not reached a relay does not do so after the answer.</summary>
    /// <param name="listId">The list.</param>
    /// <param name="kept">The lists that the contact is still a member of.</param>
    /// <param name="change">What ended the membership.</param>
    [Alias("EndSubscription")]
    Task EndSubscription(string listId, ImmutableList<string> kept, SubscriptionChange change);

    /// <summary>Notes that the contact is a member of a list again, as the directory has recorded.</summary>
    [Alias("RenewSubscription")]
    Task RenewSubscription(string listId, SubscriptionChange change);

    /// <summary>Makes an unreachable or complaining contact available again.</summary>
    [Alias("Reinstate")]
    Task<Result<ContactState>> Reinstate(string actor, string reason);

    /// <summary>Learns how the contact stands by the word of a file. Durable when it returns; the same word twice
    /// changes nothing. An attempt that the word forbids, and that has not reached a relay, does not do so after the
    /// answer.</summary>
    [Alias("TakeStanding")]
    Task TakeStanding(ImportedStanding standing);

    /// <summary>Status, Last Status and where each recent campaign stands.</summary>
    [Alias("Describe")]
    Task<ContactState> Describe();

    /// <summary>What happened, oldest first, page by page.</summary>
    /// <param name="page">From 0; pages before the last are immutable.</param>
    [Alias("GetHistory")]
    Task<HistoryPage> GetHistory(int page);

    /// <summary>What the dashboard shows of it: nothing that says who it is or what a server said of it.</summary>
    [Alias("GetState")]
    Task<ContactSummary> GetState();
}

/// <summary>What a contact says to a turn.</summary>
public enum TurnVerdict
{
    /// <summary>The attempt may begin now.</summary>
    Begin = 1,

    /// <summary>No attempt: the outcome is recorded, now or before.</summary>
    Decided = 2,

    /// <summary>Somebody else is making this very attempt.</summary>
    Busy = 3,
}

/// <summary>A contact's answer to a turn.</summary>
[GenerateSerializer, Immutable, Alias("Contacts.TurnAnswer")]
public sealed record TurnAnswer([property: Id(0)] TurnVerdict Verdict, [property: Id(1)] CampaignDelivery? Delivery);

/// <summary>A contact as it stands.</summary>
[GenerateSerializer, Immutable, Alias("Contacts.ContactState")]
public sealed record ContactState
{
    /// <summary>Whether and why it can be sent to.</summary>
    [Id(0)] public ContactStatus Status { get; init; }

    /// <summary>When the status was last set.</summary>
    [Id(1)] public DateTimeOffset? StatusSince { get; init; }

    /// <summary>The Last Status.</summary>
    [Id(2)] public Outcome? LastStatus { get; init; }

    /// <summary>When the Last Status was assigned.</summary>
    [Id(3)] public DateTimeOffset? LastStatusAt { get; init; }

    /// <summary>Where each recent campaign stands.</summary>
    [Id(4)] public ImmutableList<CampaignDelivery> Deliveries { get; init; } = [];

    /// <summary>How many pages <see cref="IContactGrain.GetHistory"/> has; at least 1.</summary>
    [Id(5)] public int HistoryPages { get; init; }

    /// <summary>Until when an unavailable contact rests.</summary>
    [Id(6)] public DateTimeOffset? RestsUntil { get; init; }
}

/// <summary>One page of history, oldest first.</summary>
[GenerateSerializer, Immutable, Alias("Contacts.HistoryPage")]
public sealed record HistoryPage(
    [property: Id(0)] ImmutableList<HistoryEntry> Entries,
    [property: Id(1)] int Page,
    [property: Id(2)] int PageCount);

/// <summary>A contact as the dashboard shows it. Statuses are their names.</summary>
/// <param name="Status">Whether and why it can be sent to.</param>
/// <param name="StatusSince">When the status was last set.</param>
/// <param name="LastStatus">The Last Status.</param>
/// <param name="LastStatusAt">When the Last Status was assigned.</param>
/// <param name="Campaigns">How many campaigns it keeps at hand.</param>
/// <param name="RetriesWaiting">In how many of them a retry waits.</param>
/// <param name="Attempting">In how many of them an attempt is being made, as far as this activation knows.</param>
/// <param name="HistoryEntries">How many entries of history it keeps at hand.</param>
/// <param name="HistoryPages">How many pages of older history there are.</param>
[GenerateSerializer, Immutable, Alias("Contacts.ContactSummary")]
public sealed record ContactSummary(
    [property: Id(0)] string Status,
    [property: Id(1)] DateTimeOffset? StatusSince,
    [property: Id(2)] string? LastStatus,
    [property: Id(3)] DateTimeOffset? LastStatusAt,
    [property: Id(4)] int Campaigns,
    [property: Id(5)] int RetriesWaiting,
    [property: Id(6)] int Attempting,
    [property: Id(7)] int HistoryEntries,
    [property: Id(8)] int HistoryPages);
