using System.Data.Common;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Storage.Databases;

namespace OrleansCampaigns.Storage.Directory;

/// <summary>Lists and views.</summary>
public sealed class ListDirectory(IDatabase database) : IListDirectory
{
    /// <summary>How many contacts one request may add: others wait for its one transaction.</summary>
    public const int MembersPerRequestMax = 20_000;

    /// <summary>How many lists of one contact are told.</summary>
    public const int ListsOfContactMax = 200;

    private const string Columns = "id, name, members, created_at, hidden, public_name, description, unlisted";

    private readonly ViewTable _views = new(database);

    internal static Refusal Unknown { get; } = Refusal.NotFound("list.unknown", "There is no such list.");

    /// <inheritdoc/>
    public async Task<Result<ContactList>> CreateList(
        AccountId account,
        string name,
        bool hidden = false,
        ListChange? description = null,
        CancellationToken cancellation = default)
    {
        if (DirectoryNames.Check(ref name, "list.name") is { } refusal)
        {
            return refusal;
        }

        return await database.Write<Result<ContactList>>(
            async session =>
            {
                var now = database.Now;
                var id = DirectoryIds.Create(DirectoryIds.List, now);
                await session.Lock($"lists {account.Value}");
                var made = await session.Change(
                    """
                    INSERT INTO lists (id, account, name, hidden, created_at, public_name, description, unlisted)
                    VALUES (@id, @account, @name, @hidden, @now, @public, @description, @unlisted)
                    ON CONFLICT (account, name) WHERE hidden = 0 DO NOTHING
                    """,
                    ("@id", id), ("@account", account.Value), ("@name", name), ("@hidden", hidden ? 1 : 0),
                    ("@now", now), ("@public", PreparedContact.TrimName(description?.PublicName)),
                    ("@description", PreparedContact.TrimName(description?.Description)),
                    ("@unlisted", description?.IsUnlisted == true ? 1 : 0));
                return made == 1 ? (await Find(session, account, id))! : Exists(name);
            },
            cancellation);
    }

    /// <inheritdoc/>
    public Task<ContactList?> FindList(AccountId account, string listId, CancellationToken cancellation = default) =>
        database.Read(session => Find(session, account, listId), cancellation);

    /// <inheritdoc/>
    public async Task<Result<Page<ContactList>>> QueryLists(
        AccountId account, string? cursor, int limit, CancellationToken cancellation = default)
    {
        // Nothing sorts after a tilde, which no identifier holds.
        if (!Cursor.TryRead(cursor, "~", key => DirectoryIds.Is(DirectoryIds.List, key), out var before))
        {
            return Cursor.Broken;
        }

        limit = Cursor.Limit(limit);
        return await database.Read(
            async session => Cursor.Page(
                await session.Rows(
                    Read,
                    $"""
                    SELECT {Columns} FROM lists WHERE account = @account AND hidden = 0 AND id < @before
                    ORDER BY id DESC LIMIT @limit
                    """,
                    ("@account", account.Value), ("@before", before), ("@limit", limit + 1)),
                limit,
                list => list.Id),
            cancellation);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<ContactList>> QueryListsOf(
        AccountId account, ContactId contact, CancellationToken cancellation = default) =>
        database.Read<IReadOnlyList<ContactList>>(
            async session => await session.Rows(
                Read,
                $"""
                SELECT {Columns} FROM lists
                WHERE account = @account AND hidden = 0
                    AND EXISTS (SELECT 1 FROM list_members WHERE list_id = lists.id AND contact_id = @contact)
                ORDER BY name, id LIMIT {ListsOfContactMax}
                """,
                ("@account", account.Value), ("@contact", contact.Value)),
            cancellation);

    /// <inheritdoc/>
    public async Task<Result<ContactList>> ChangeList(
        AccountId account, string listId, ListChange change, CancellationToken cancellation = default)
    {
        var name = change.Name;
        if (name is not null && DirectoryNames.Check(ref name, "list.name") is { } refusal)
        {
            return refusal;
        }

        return await database.Write<Result<ContactList>>(
            async session =>
            {
                if (await Find(session, account, listId, session.Dialect.ForUpdate) is not { } list)
                {
                    return Unknown;
                }

                await session.Lock($"lists {account.Value}");
                var isTaken = name is not null && !list.IsHidden && await session.Holds(
                    """
                    SELECT EXISTS (SELECT 1 FROM lists
                        WHERE account = @account AND name = @name AND hidden = 0 AND id <> @id)
                    """,
                    ("@account", account.Value), ("@name", name), ("@id", listId));
                if (isTaken)
                {
                    return Exists(name!);
                }

                list = list with
                {
                    Name = name ?? list.Name,
                    PublicName = change.PublicName is { } shown ? PreparedContact.TrimName(shown) : list.PublicName,
                    Description = change.Description is { } about ? PreparedContact.TrimName(about) : list.Description,
                    IsUnlisted = change.IsUnlisted ?? list.IsUnlisted,
                };
                await session.Change(
                    """
                    UPDATE lists SET name = @name, public_name = @public, description = @description,
                        unlisted = @unlisted
                    WHERE id = @id
                    """,
                    ("@name", list.Name), ("@public", list.PublicName), ("@description", list.Description),
                    ("@unlisted", list.IsUnlisted ? 1 : 0), ("@id", listId));
                return list;
            },
            cancellation);
    }

    /// <inheritdoc/>
    public async Task<bool> DeleteList(AccountId account, string listId, CancellationToken cancellation = default)
    {
        var deleted = await database.Write(
            async session =>
            {
                var gone = await session.Change(
                    "DELETE FROM lists WHERE id = @id AND account = @account", ("@id", listId),
                    ("@account", account.Value));
                return gone == 1
                    && await session.Change("INSERT INTO deleted_lists VALUES (@id)", ("@id", listId)) == 1;
            },
            cancellation);

        // The list is gone with the transaction above; its members go in steps, so that nobody waits for a million.
        if (deleted)
        {
            await DeletedLists.Empty(database, cancellation);
        }

        return deleted;
    }

    /// <inheritdoc/>
    public async Task<Result<MembersAdded>> AddMembers(
        AccountId account,
        string listId,
        IReadOnlyList<ContactInput> contacts,
        SubscriptionChange? renewal = null,
        CancellationToken cancellation = default)
    {
        if (contacts.Count > MembersPerRequestMax)
        {
            return Refusal.Invalid(
                "list.members.too_many", $"One request adds at most {MembersPerRequestMax:N0} contacts.", "contacts");
        }

        var prepared = new List<PreparedContact>(contacts.Count);
        for (var i = 0; i < contacts.Count; i++)
        {
            var contact = PreparedContact.Of(database.ContactKey.Span, account, contacts[i]);
            if (contact.IsRefused)
            {
                return At(i, contact.Refusal);
            }

            prepared.Add(contact.Value);
        }

        // All or nothing: a refusal is thrown so that the transaction goes with it, and caught right here.
        try
        {
            return await database.Write(
                session => AddMembers(session, account, listId, prepared, renewal), cancellation);
        }
        catch (RefusedException refused)
        {
            return refused.Refusal;
        }
    }

    /// <inheritdoc/>
    public Task<Result<ContactView>> CreateView(
        AccountId account, string name, ContactFilter filter, CancellationToken cancellation = default) =>
        _views.Create(account, name, filter, cancellation);

    /// <inheritdoc/>
    public Task<ContactView?> FindView(AccountId account, string viewId, CancellationToken cancellation = default) =>
        _views.Find(account, viewId, cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ContactView>> QueryViews(AccountId account, CancellationToken cancellation = default) =>
        _views.Query(account, cancellation);

    /// <inheritdoc/>
    public Task<Result<ContactView>> ChangeView(
        AccountId account,
        string viewId,
        string name,
        ContactFilter filter,
        CancellationToken cancellation = default) => _views.Change(account, viewId, name, filter, cancellation);

    /// <inheritdoc/>
    public Task<bool> DeleteView(AccountId account, string viewId, CancellationToken cancellation = default) =>
        _views.Delete(account, viewId, cancellation);

    internal static Task<ContactList?> Find(
        DatabaseSession session, AccountId account, string listId, string locking = "") =>
        session.Row(
            Read,
            $"SELECT {Columns} FROM lists WHERE id = @id AND account = @account {locking}",
            ("@id", listId),
            ("@account", account.Value));

    /// <summary>Keeps the count of a list.</summary>
    internal static Task CountMembers(DatabaseSession session, string listId, int more) => more == 0
        ? Task.CompletedTask
        : session.Change(
            "UPDATE lists SET members = members + @more WHERE id = @id", ("@more", more), ("@id", listId));

    private async Task<Result<MembersAdded>> AddMembers(
        DatabaseSession session,
        AccountId account,
        string listId,
        List<PreparedContact> contacts,
        SubscriptionChange? renewal)
    {
        // Nobody deletes the list meanwhile, and whoever counts its members waits.
        if (await Find(session, account, listId, session.Dialect.ForUpdate) is null)
        {
            return Unknown;
        }

        using var writer = session.Dialect.Writer(session, account, database.Now);
        var written = await writer.Write(contacts);
        if (written.ToList().IndexOf(ContactWritten.TooManyAttributes) is >= 0 and var full)
        {
            throw new RefusedException(At(full, PreparedContact.CheckCount(int.MaxValue)!));
        }

        if (renewal is not null)
        {
            await SubscriptionDirectory.Renew(session, listId, contacts.Select(contact => contact.Id), renewal);
        }

        var departed = await SubscriptionDirectory.FindDeparted(
            session, listId, contacts.Select(contact => contact.Id));
        var occurrences = new Dictionary<ContactId, int>(contacts.Count);
        var members = contacts.FindAll(contact => !departed.Contains(contact.Id.Value)).ConvertAll(contact => (
            contact.Id, occurrences[contact.Id] = occurrences.GetValueOrDefault(contact.Id) + 1));
        await CountMembers(session, listId, await writer.AddMembers(listId, members));
        return new MembersAdded(
            (await Find(session, account, listId))!, departed.Count, Tell(contacts, written, departed));
    }

    private static List<MemberAdded> Tell(
        List<PreparedContact> contacts, IReadOnlyList<ContactWritten> written, HashSet<string> departed)
    {
        var seen = new HashSet<ContactId>(contacts.Count);
        return
        [
            .. contacts.Select((contact, i) => new MemberAdded(
                contact.Id,
                contact.Address,
                contact.AddressIsValid,
                (departed.Contains(contact.Id.Value), seen.Add(contact.Id), written[i]) switch
                {
                    (true, _, _) => MemberChange.LeftOut,
                    (_, false, _) => MemberChange.Repeated,
                    (_, _, ContactWritten.Created) => MemberChange.Created,
                    _ => MemberChange.Known,
                })),
        ];
    }

    private static Refusal At(int index, Refusal refusal) =>
        refusal with { Field = $"contacts[{index}].{refusal.Field}" };

    private static Refusal Exists(string name) =>
        Refusal.Conflict("list.exists", $"There is a list named {name} already.");

    private static ContactList Read(DbDataReader reader) =>
        new(reader.GetString(0), reader.GetString(1), reader.GetInt64(2), reader.Time(3), reader.Flag(4))
        {
            PublicName = reader.TextOrNull(5),
            Description = reader.TextOrNull(6),
            IsUnlisted = reader.Flag(7),
        };
}
