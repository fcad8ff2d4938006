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
    IReadOnlyList<SubscriptionChange> History)
{
    /// <summary>The name that contacts read, if it has one.</summary>
    public string? PublicName { get; init; }

    /// <summary>What it is about, for contacts.</summary>
    public string? Description { get; init; }

    /// <summary>Whether the preference page leaves it out.</summary>
    public bool IsUnlisted { get; init; }

    /// <summary>What contacts read as its name.</summary>
    public string ShownName => PublicName ?? Name;
}

/// <summary>What became of a contact that was to be added to a list.</summary>
public enum MemberChange
{
    /// <summary>There was no such contact: it was made, and is a member.</summary>
    Created = 1,

    /// <summary>There was such a contact: what was given of it is merged, and it is a member.</summary>
    Known = 2,

    /// <summary>It stands earlier in the same request: it is a member once more, and gets no second e-mail.</summary>
    Repeated = 3,

    /// <summary>It had left the list or was taken off it, and stays off.</summary>
    LeftOut = 4,
}

/// <summary>A contact that was to be added to a list.</summary>
/// <param name="Id">Which contact.</param>
/// <param name="Address">Its address, normalised where it is properly formatted.</param>
/// <param name="AddressIsValid">Whether the address is properly formatted.</param>
/// <param name="Change">What became of it.</param>
public sealed record MemberAdded(ContactId Id, string Address, bool AddressIsValid, MemberChange Change);

/// <summary>Contacts that were added to a list.</summary>
/// <param name="List">The list afterwards.</param>
/// <param name="LeftOut">How many contacts of the request were left out, because they had left the list or were taken
/// off it.</param>
/// <param name="Contacts">What became of each, in the order of the request.</param>
public sealed record MembersAdded(ContactList List, int LeftOut, IReadOnlyList<MemberAdded> Contacts)
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
    /// <returns>Whether there is such a list and such a contact, and the change is none of the preference page's that
    /// comes too often (<see cref="SubscriptionChange.ReturnsPerDayMax"/>).</returns>
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
