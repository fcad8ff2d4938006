using System.Collections.Immutable;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Contracts.Directory;

/// <summary>One page of a listing.</summary>
/// <param name="Items">The items, in the listing's order.</param>
/// <param name="NextCursor">What to ask for next; <see langword="null"/> at the end. Opaque to callers.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);

/// <summary>A contact as the directory knows it: profile data, and the projection of its grain.</summary>
public sealed record ContactRow
{
    /// <summary>Which contact.</summary>
    public required ContactId Id { get; init; }

    /// <summary>The address: normalised where it is properly formatted, else as it was given.</summary>
    public required string Address { get; init; }

    /// <summary>Whether the address is properly formatted.</summary>
    public bool AddressIsValid { get; init; } = true;

    /// <summary>The name, if given.</summary>
    public string? Name { get; init; }

    /// <summary>Whatever else was given.</summary>
    public ImmutableDictionary<string, string> Attributes { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Whether and why it can be sent to.</summary>
    public ContactStatus Status { get; init; }

    /// <summary>The Last Status; Queued while it waits in a campaign that is under way.</summary>
    public Outcome? LastStatus { get; init; }

    /// <summary>When the Last Status was assigned.</summary>
    public DateTimeOffset? LastStatusAt { get; init; }

    /// <summary>How far it went with the campaign that its Last Status is of.</summary>
    public RecipientStatus LastRecipientStatus { get; init; }

    /// <summary>When it was uploaded.</summary>
    public DateTimeOffset CreatedAt { get; init; }
}

/// <summary>A contact to be written, as an import or the API gives it.</summary>
/// <param name="Address">As given; kept and marked when it is not properly formatted.</param>
/// <param name="Name">The name; <see langword="null"/> leaves an existing one.</param>
/// <param name="Attributes">Further fields; existing ones of other names stay.</param>
public sealed record ContactInput(string Address, string? Name, IReadOnlyDictionary<string, string> Attributes);

/// <summary>Contacts: profile data is written here, status and outcomes only by their grains.</summary>
public interface IContactDirectory
{
    /// <summary>The contact, or <see langword="null"/>.</summary>
    Task<ContactRow?> Find(AccountId account, ContactId contact, CancellationToken cancellation = default);

    /// <summary>The contact with an equal address, or <see langword="null"/>.</summary>
    Task<ContactRow?> FindByAddress(AccountId account, string address, CancellationToken cancellation = default);

    /// <summary>Makes a contact; refused <c>contact.exists</c> or <c>contact.address</c>.</summary>
    Task<Result<ContactRow>> Create(AccountId account, ContactInput contact, CancellationToken cancellation = default);

    /// <summary>Changes name and attributes; an attribute with a <see langword="null"/> value is removed.</summary>
    Task<Result<ContactRow>> Change(
        AccountId account,
        ContactId contact,
        string? name,
        IReadOnlyDictionary<string, string?> attributes,
        CancellationToken cancellation = default);

    /// <summary>One page of the contacts that a filter finds, in the order of their identifiers.</summary>
    Task<Result<Page<ContactRow>>> Query(
        AccountId account, ContactFilter filter, string? cursor, int limit, CancellationToken cancellation = default);

    /// <summary>All contacts that a filter finds, read page by page.</summary>
    IAsyncEnumerable<ContactRow> Export(
        AccountId account, ContactFilter filter, CancellationToken cancellation = default);

    /// <summary>How many contacts a filter finds.</summary>
    Task<long> Count(AccountId account, ContactFilter filter, CancellationToken cancellation = default);
}

/// <summary>A list of contacts.</summary>
/// <param name="Id">Which list; printed <c>lst_…</c>.</param>
/// <param name="Name">For people; unique in the account.</param>
/// <param name="Members">How many members; one address imported twice in one file is two.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="IsHidden">Whether it holds the recipients given with a campaign, and is not shown among lists.</param>
public sealed record ContactList(string Id, string Name, long Members, DateTimeOffset CreatedAt, bool IsHidden = false)
{
    /// <summary>The name that contacts read on the preference page; <see langword="null"/> for <see cref="Name"/>.
    /// </summary>
    public string? PublicName { get; init; }

    /// <summary>What the list is about, for contacts.</summary>
    public string? Description { get; init; }

    /// <summary>Whether the preference page leaves it out: contacts cannot leave it alone.</summary>
    public bool IsUnlisted { get; init; }
}

/// <summary>What is to become of a list; what is <see langword="null"/> stays.</summary>
/// <param name="Name">For operators; unique in the account.</param>
/// <param name="PublicName">For contacts; empty for none.</param>
/// <param name="Description">For contacts; empty for none.</param>
/// <param name="IsUnlisted">Whether the preference page leaves it out.</param>
public sealed record ListChange(
    string? Name = null, string? PublicName = null, string? Description = null, bool? IsUnlisted = null);

/// <summary>What an account says of itself.</summary>
/// <param name="PublicName">Who writes, as contacts read it; <see langword="null"/> for the sender of the
/// campaign.</param>
public sealed record AccountProfile(string? PublicName = null);

/// <summary>Accounts, as far as people see them.</summary>
public interface IAccountDirectory
{
    /// <summary>What the account says of itself; an account that never said anything has an empty profile.</summary>
    Task<AccountProfile> Find(AccountId account, CancellationToken cancellation = default);

    /// <summary>Replaces it.</summary>
    Task Put(AccountId account, AccountProfile profile, CancellationToken cancellation = default);
}

/// <summary>A saved filter.</summary>
public sealed record ContactView(string Id, string Name, ContactFilter Filter, DateTimeOffset CreatedAt);

/// <summary>Lists and views.</summary>
public interface IListDirectory
{
    /// <summary>Makes a list; refused <c>list.name</c> or <c>list.exists</c>.</summary>
    Task<Result<ContactList>> CreateList(
        AccountId account,
        string name,
        bool hidden = false,
        ListChange? description = null,
        CancellationToken cancellation = default);

    /// <summary>The list, or <see langword="null"/>.</summary>
    Task<ContactList?> FindList(AccountId account, string listId, CancellationToken cancellation = default);

    /// <summary>One page of the lists that are not hidden, newest first.</summary>
    Task<Result<Page<ContactList>>> QueryLists(
        AccountId account, string? cursor, int limit, CancellationToken cancellation = default);

    /// <summary>The lists that a contact is on and that are not hidden, by name; at most 200.</summary>
    Task<IReadOnlyList<ContactList>> QueryListsOf(
        AccountId account, ContactId contact, CancellationToken cancellation = default);

    /// <summary>Changes a list.</summary>
    Task<Result<ContactList>> ChangeList(
        AccountId account, string listId, ListChange change, CancellationToken cancellation = default);

    /// <summary>Deletes a list; its contacts stay.</summary>
    Task<bool> DeleteList(AccountId account, string listId, CancellationToken cancellation = default);

    /// <summary>Adds contacts, making those that do not exist; an address given twice is two members.</summary>
    /// <remarks>Contacts that left the list or were taken off it are left out, unless <paramref name="renewal"/> says
    /// by which consent they are members again.</remarks>
    Task<Result<MembersAdded>> AddMembers(
        AccountId account,
        string listId,
        IReadOnlyList<ContactInput> contacts,
        SubscriptionChange? renewal = null,
        CancellationToken cancellation = default);

    /// <summary>Saves a filter; refused <c>view.name</c> or <c>view.exists</c>.</summary>
    Task<Result<ContactView>> CreateView(
        AccountId account, string name, ContactFilter filter, CancellationToken cancellation = default);

    /// <summary>The view, or <see langword="null"/>.</summary>
    Task<ContactView?> FindView(AccountId account, string viewId, CancellationToken cancellation = default);

    /// <summary>Every view, by name; an account has at most 1,000.</summary>
    Task<IReadOnlyList<ContactView>> QueryViews(AccountId account, CancellationToken cancellation = default);

    /// <summary>Gives a view another name and filter; what was made with it before keeps the earlier one.</summary>
    /// <returns>Refused <c>view.unknown</c>, <c>view.exists</c>, or for the name or filter.</returns>
    Task<Result<ContactView>> ChangeView(
        AccountId account,
        string viewId,
        string name,
        ContactFilter filter,
        CancellationToken cancellation = default);

    /// <summary>Deletes a view.</summary>
    Task<bool> DeleteView(AccountId account, string viewId, CancellationToken cancellation = default);
}
