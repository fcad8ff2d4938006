using OrleansCampaigns.Api.Lists;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Feedback;

namespace OrleansCampaigns.Api.Tracking;

/// <summary>Whom an unsubscribe token names.</summary>
/// <param name="Account">Whose contact it is.</param>
/// <param name="Contact">The contact.</param>
/// <param name="Campaign">The campaign whose e-mail the link was in.</param>
internal sealed record Subscriber(AccountId Account, ContactId Contact, CampaignId Campaign);

/// <summary>A list that a contact may leave, or come back to.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Proof">Shows that a page of ours offered it to this contact; goes back with the form.</param>
/// <param name="IsOn">Whether the contact is on it.</param>
internal sealed record OfferedList(string Name, string Proof, bool IsOn);

/// <summary>What a contact decides for itself, by the link in its e-mail.</summary>
/// <remarks>
/// The token is all the right that is needed, and it names one contact: nothing else of the request says whom a
/// decision is about.
/// </remarks>
internal sealed class Subscriptions(
    TrackedCampaigns campaigns,
    IFeedback feedback,
    IContactDirectory contacts,
    ISubscriptionDirectory subscriptions,
    ListMemberships memberships,
    IGrainFactory grains,
    RecipientTokens tokens,
    TimeProvider clock)
{
    /// <summary>How many lists one form holds; the directory tells no more of them.</summary>
    private const int OffersMax = 200;

    /// <summary>Whom the token names; <see langword="null"/> when it is none of ours.</summary>
    public async Task<Subscriber?> Find(string token) =>
        tokens.Read(TokenPurpose.Unsubscribe, token) is { } recipient
        && await campaigns.Find(recipient.Campaign) is { } campaign
            ? new(campaign.Account, recipient.Contact, recipient.Campaign)
            : null;

    /// <summary>The contact's address, hidden but for what its owner needs to know it by.</summary>
    public async Task<string> MaskedAddress(Subscriber who, CancellationToken cancellation) =>
        Mask((await contacts.Find(who.Account, who.Contact, cancellation))?.Address);

    /// <summary>The contact's status.</summary>
    public async Task<ContactStatus> Status(Subscriber who) =>
        (await grains.Contact(who.Account, who.Contact).Describe()).Status;

    /// <summary>Unsubscribes from everything; in force when it returns.</summary>
    /// <remarks>
    /// Every request is an event of its own: one that is repeated finds the contact unsubscribed and changes nothing,
    /// and one after a new subscription counts.
    /// </remarks>
    public async Task Unsubscribe(Subscriber who, string source)
    {
        await feedback.Apply(who.Account, who.Contact, new FeedbackEvent
        {
            Signal = FeedbackSignal.Unsubscribe,
            Campaign = who.Campaign,
            Key = Guid.NewGuid().ToString("N"),
            At = clock.GetUtcNow(),
            Source = source,
        });

        // Nobody is told so who is not: the answer of a mail server's robot rests on it.
        if (!IsUnsubscribed(await Status(who)))
        {
            throw new InvalidOperationException("An unsubscribe was taken and left the contact subscribed.");
        }
    }

    /// <summary>Subscribes again, where that is the contact's to decide; the consent goes on record.</summary>
    public async Task Resubscribe(Subscriber who) =>
        _ = await grains.Contact(who.Account, who.Contact).Resubscribe(
            "contact", $"By the button on the unsubscribe page, reached by the link in an e-mail of {who.Campaign}.");

    /// <summary>The lists that the contact is on, and those that it has left.</summary>
    /// <remarks>Lists that an operator took it off are not offered: that was not the contact's decision.</remarks>
    public async Task<List<OfferedList>> Offers(Subscriber who, CancellationToken cancellation) =>
    [
        .. (await subscriptions.Query(who.Account, who.Contact, cancellation))
            .Where(subscription => subscription.State != SubscriptionState.TakenOff)
            .Take(OffersMax)
            .OrderBy(subscription => subscription.Name, StringComparer.InvariantCultureIgnoreCase)
            .Select(subscription => new OfferedList(
                subscription.Name,
                Prove(who, subscription.ListId),
                subscription.State == SubscriptionState.Subscribed)),
    ];

    /// <summary>Leaves the lists that were offered and not kept, and comes back to those that were left before.
    /// </summary>
    /// <param name="who">The contact.</param>
    /// <param name="offered">The proofs of all lists on the form.</param>
    /// <param name="kept">The proofs of those that were checked.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task Keep(
        Subscriber who, IReadOnlyList<string?> offered, IReadOnlyList<string?> kept, CancellationToken cancellation)
    {
        var states = (await subscriptions.Query(who.Account, who.Contact, cancellation))
            .ToDictionary(subscription => subscription.ListId, subscription => subscription.State);
        foreach (var proof in offered.Take(OffersMax).Distinct(StringComparer.Ordinal))
        {
            if (Proven(who, proof) is not { } list || !states.TryGetValue(list, out var state))
            {
                continue;
            }

            // A membership that ended is ended again: an earlier request may have died before the contact knew.
            if (!kept.Contains(proof))
            {
                await memberships.End(
                    who.Account, list, who.Contact, Change(who, SubscriptionState.Left), cancellation);
            }
            else if (state == SubscriptionState.Left)
            {
                await memberships.Renew(
                    who.Account, list, who.Contact, Change(who, SubscriptionState.Subscribed), cancellation);
            }
        }
    }

    public static bool IsUnsubscribed(ContactStatus status) =>
        status is ContactStatus.Unsubscribed or ContactStatus.UnsubscribedByUs or ContactStatus.Complained;

    internal static string Mask(string? address)
    {
        var at = address?.LastIndexOf('@') ?? -1;
        return at < 1 ? "…" : $"{(char.IsLetterOrDigit(address![0]) ? address[..1] : "")}…{address[at..]}";
    }

    private SubscriptionChange Change(Subscriber who, SubscriptionState state) => new(
        state,
        clock.GetUtcNow(),
        "page",
        "contact",
        $"On the preference page, reached by the link in an e-mail of {who.Campaign}.");

    private string Prove(Subscriber who, string list) =>
        $"{list}.{tokens.Make(TokenPurpose.Unsubscribe, new(who.Campaign, who.Contact, 0), Bound(list))}";

    /// <remarks>Otherwise a forged form could put a contact on any list, which nobody asked for.</remarks>
    private string? Proven(Subscriber who, string? proof)
    {
        var end = proof?.IndexOf('.', StringComparison.Ordinal) ?? -1;
        return end > 0
            && tokens.Read(TokenPurpose.Unsubscribe, proof![(end + 1)..], Bound(proof[..end])) is { } named
            && (named.Campaign, named.Contact) == (who.Campaign, who.Contact)
                ? proof[..end]
                : null;
    }

    private static string Bound(string list) => $"list {list}";
}
