using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;

namespace OrleansCampaigns.Contracts.Directory;

/// <summary>How a contact stands to one list.</summary>
/// <param name="ListId">The list.</param>
/// <param name="Name">Its name, for people.</param>
/// <param name="State">How the contact stands to it.</param>
/// <param name="Since">Since when; <see langword="null"/> for members of whom nothing else is known than that they
/// were added.</param>
/// <param name="History">What changed it, oldest first; adding a contact that never left is no change.</param>
public sealed record Subscription(
    string ListId,
    string Name,
    SubscriptionState State,
    DateTimeOffset? Since,
    IReadOnlyList<SubscriptionChange> History);

/// <summary>Contacts that were added to a list.</summary>
/// <param name="List">The list afterwards.</param>
/// <param name="LeftOut">How many contacts of the request were left out, because they had left the list or were taken
/// off it.</param>
public sealed record MembersAdded(ContactList List, int LeftOut)
{
    /// <summary>How many members the list has now.</summary>
    public long Members => List.Members;
}

/// <summary>Memberships: who is on a list, who left it, and by whose word.</summary>
public interface ISubscriptionDirectory
{
    /// <summary>Ends a membership. A contact that left by itself stays so whatever an operator says.</summary>
    /// <returns>What is in force now: this change, or the one that had ended the membership before;
    /// <see langword="null"/> when there is no such list or the contact never was a member.</returns>
    Task<SubscriptionChange?> End(
        AccountId account,
        string listId,
        ContactId contact,
        SubscriptionChange change,
        CancellationToken cancellation = default);

    /// <summary>Makes a contact a member again that left or was taken off; the change's reason is its consent.
    /// </summary>
    /// <returns>Whether there is such a list and such a contact.</returns>
    Task<bool> Renew(
        AccountId account,
        string listId,
        ContactId contact,
        SubscriptionChange change,
        CancellationToken cancellation = default);

    /// <summary>How a contact stands to every list that is not hidden, by name; at most 200.</summary>
    Task<IReadOnlyList<Subscription>> Query(
        AccountId account, ContactId contact, CancellationToken cancellation = default);
}
