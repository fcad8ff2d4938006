using System.Globalization;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;

namespace OrleansCampaigns.Api.Tests.Fakes;

/// <summary>Lists and views in memory.</summary>
public sealed class FakeLists(FakeContacts directory, TimeProvider clock)
    : IListDirectory, ISubscriptionDirectory, IAccountDirectory
{
    public List<(AccountId Account, ContactList List)> Lists { get; } = [];

    public Dictionary<AccountId, AccountProfile> Profiles { get; } = [];

    public List<(AccountId Account, ContactView View)> Views { get; } = [];

    public List<(string List, ContactId Contact)> Members { get; } = [];

    /// <summary>What ended or renewed memberships, in order.</summary>
    public List<(string List, ContactId Contact, SubscriptionChange Change)> Changes { get; } = [];

    /// <summary>What adding members is refused with, if it is.</summary>
    public Refusal? MembersRefused { get; set; }

    public ContactList Add(string name, bool hidden = false, AccountId? account = null)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"lst_{Lists.Count + 1}");
        var list = new ContactList(id, name, 0, clock.GetUtcNow(), hidden);
        Lists.Add((account ?? AccountId.Main, list));
        return list;
    }

    public ContactView AddView(string name, ContactFilter filter)
    {
        var view = new ContactView(
            string.Create(CultureInfo.InvariantCulture, $"viw_{Views.Count + 1}"), name, filter, clock.GetUtcNow());
        Views.Add((AccountId.Main, view));
        return view;
    }

    public Task<Result<ContactList>> CreateList(
        AccountId account,
        string name,
        bool hidden = false,
        ListChange? description = null,
        CancellationToken cancellation = default) =>
        Lists.Exists(known => known.Account == account && known.List.Name == name)
            ? Task.FromResult<Result<ContactList>>(
                Refusal.Conflict("list.exists", "There is a list of that name already."))
            : ChangeList(account, Add(name, hidden, account).Id, description ?? new(), cancellation);

    public Task<ContactList?> FindList(AccountId account, string listId, CancellationToken cancellation = default) =>
        Task.FromResult(Lists.Find(known => known.Account == account && known.List.Id == listId).List ?? null);

    public Task<Result<Page<ContactList>>> QueryLists(
        AccountId account, string? cursor, int limit, CancellationToken cancellation = default) =>
        FakePages.Cut(Lists.Where(known =>
            known.Account == account && !known.List.IsHidden).Select(known => known.List), cursor, limit);

    public Task<IReadOnlyList<ContactList>> QueryListsOf(
        AccountId account, ContactId contact, CancellationToken cancellation = default) =>
        Task.FromResult<IReadOnlyList<ContactList>>(
        [
            .. Lists
                .Where(known => known.Account == account && !known.List.IsHidden)
                .Select(known => known.List)
                .Where(list => Members.Contains((list.Id, contact))),
        ]);

    public Task<Result<ContactList>> ChangeList(
        AccountId account, string listId, ListChange change, CancellationToken cancellation = default) =>
        Task.FromResult<Result<ContactList>>(
            Lists.Exists(known => known.List.Name == change.Name && known.List.Id != listId)
                ? Refusal.Conflict("list.exists", "There is a list of that name already.")
                : Put(listId, list => list with
                {
                    Name = change.Name ?? list.Name,
                    PublicName = change.PublicName ?? list.PublicName,
                    Description = change.Description ?? list.Description,
                    IsUnlisted = change.IsUnlisted ?? list.IsUnlisted,
                }));

    public Task<bool> DeleteList(AccountId account, string listId, CancellationToken cancellation = default) =>
        Task.FromResult(Lists.RemoveAll(known => known.Account == account && known.List.Id == listId) > 0);

    public Task<Result<MembersAdded>> AddMembers(
        AccountId account,
        string listId,
        IReadOnlyList<ContactInput> contacts,
        SubscriptionChange? renewal = null,
        CancellationToken cancellation = default)
    {
        if (MembersRefused is not null)
        {
            return Task.FromResult<Result<MembersAdded>>(MembersRefused);
        }

        var leftOut = 0;
        var told = new List<MemberAdded>();
        foreach (var contact in contacts)
        {
            var id = FakeContacts.IdOf(account, contact.Address);
            var result = directory.Rows.ContainsKey((account, id))
                ? MemberChange.Known
                : MemberChange.Created;
            directory.Add(FakeContacts.Row(id, contact), account);
            if (renewal is not null && StateOf(listId, id) != SubscriptionState.Subscribed)
            {
                Changes.Add((listId, id, renewal));
            }

            if (StateOf(listId, id) is SubscriptionState.Left or SubscriptionState.TakenOff)
            {
                leftOut++;
                result = MemberChange.LeftOut;
            }
            else
            {
                Members.Add((listId, id));
            }

            told.Add(new MemberAdded(id, contact.Address, true, result));
        }

        return Task.FromResult<Result<MembersAdded>>(new MembersAdded(
            Put(listId, list => list with { Members = list.Members + contacts.Count - leftOut }), leftOut, told));
    }

    public Task<SubscriptionChange?> End(
        AccountId account,
        string listId,
        ContactId contact,
        SubscriptionChange change,
        CancellationToken cancellation = default)
    {
        var wasMember = Members.RemoveAll(member => member == (listId, contact)) > 0;
        if (wasMember || (StateOf(listId, contact) == SubscriptionState.TakenOff
            && change.State == SubscriptionState.Left))
        {
            Changes.Add((listId, contact, change));
        }

        return Task.FromResult(Changes.LastOrDefault(known => (known.List, known.Contact) == (listId, contact)).Change
            ?? null);
    }

    public Task<bool> Renew(
        AccountId account,
        string listId,
        ContactId contact,
        SubscriptionChange change,
        CancellationToken cancellation = default)
    {
        Changes.Add((listId, contact, change));
        Members.Add((listId, contact));
        return Task.FromResult(true);
    }

    public Task<IReadOnlyList<Subscription>> Query(
        AccountId account, ContactId contact, CancellationToken cancellation = default) =>
        Task.FromResult<IReadOnlyList<Subscription>>(
        [
            .. from known in Lists
               where known.Account == account && !known.List.IsHidden
               let changes = Changes
                   .Where(change => (change.List, change.Contact) == (known.List.Id, contact))
                   .Select(change => change.Change).ToList()
               where Members.Contains((known.List.Id, contact)) || changes.Count > 0
               select new Subscription(
                   known.List.Id,
                   known.List.Name,
                   changes.LastOrDefault()?.State ?? SubscriptionState.Subscribed,
                   changes.LastOrDefault()?.At,
                   changes)
               {
                   PublicName = known.List.PublicName,
                   Description = known.List.Description,
                   IsUnlisted = known.List.IsUnlisted,
               },
        ]);

    public Task<AccountProfile> Find(AccountId account, CancellationToken cancellation = default) =>
        Task.FromResult(Profiles.GetValueOrDefault(account) ?? new());

    public Task Put(AccountId account, AccountProfile profile, CancellationToken cancellation = default)
    {
        Profiles[account] = profile;
        return Task.CompletedTask;
    }

    private SubscriptionState StateOf(string listId, ContactId contact) => Changes
        .LastOrDefault(known => (known.List, known.Contact) == (listId, contact))
        .Change?.State ?? SubscriptionState.Subscribed;

    public Task<Result<ContactView>> CreateView(
        AccountId account, string name, ContactFilter filter, CancellationToken cancellation = default) =>
        Task.FromResult<Result<ContactView>>(Views.Exists(known => known.View.Name == name)
            ? Refusal.Conflict("view.exists", "There is a view of that name already.")
            : AddView(name, filter));

    public Task<ContactView?> FindView(AccountId account, string viewId, CancellationToken cancellation = default) =>
        Task.FromResult(Views.Find(known => known.Account == account && known.View.Id == viewId).View ?? null);

    public Task<IReadOnlyList<ContactView>> QueryViews(AccountId account, CancellationToken cancellation = default) =>
        Task.FromResult<IReadOnlyList<ContactView>>(
            [.. Views.Where(known => known.Account == account).Select(known => known.View)]);

    public Task<Result<ContactView>> ChangeView(
        AccountId account,
        string viewId,
        string name,
        ContactFilter filter,
        CancellationToken cancellation = default)
    {
        var at = Views.FindIndex(known => known.Account == account && known.View.Id == viewId);
        if (at < 0 || Views.Exists(known => known.View.Name == name && known.View.Id != viewId))
        {
            return Task.FromResult<Result<ContactView>>(at < 0
                ? Refusal.NotFound("view.unknown", "There is no such view.")
                : Refusal.Conflict("view.exists", "There is a view of that name already."));
        }

        Views[at] = (account, Views[at].View with { Name = name, Filter = filter });
        return Task.FromResult<Result<ContactView>>(Views[at].View);
    }

    public Task<bool> DeleteView(AccountId account, string viewId, CancellationToken cancellation = default) =>
        Task.FromResult(Views.RemoveAll(known => known.Account == account && known.View.Id == viewId) > 0);

    private ContactList Put(string id, Func<ContactList, ContactList> change)
    {
        var at = Lists.FindIndex(known => known.List.Id == id);
        Lists[at] = (Lists[at].Account, change(Lists[at].List));
        return Lists[at].List;
    }
}
