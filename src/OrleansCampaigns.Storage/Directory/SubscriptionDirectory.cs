using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Storage.Databases;

namespace OrleansCampaigns.Storage.Directory;

/// <summary>Memberships that ended, and what changed them.</summary>
/// <remarks>
/// Every change of a list's members holds the row of the list (PostgreSQL) or the file (SQLite), so a departure and an
/// import of the same contact come one after the other, and the departure is seen by every later one.
/// </remarks>
public sealed class SubscriptionDirectory(IDatabase database) : ISubscriptionDirectory
{
    /// <inheritdoc/>
    public Task<SubscriptionChange?> End(
        AccountId account,
        string listId,
        ContactId contact,
        SubscriptionChange change,
        CancellationToken cancellation = default) =>
        database.Write(
            async session =>
            {
                if (await ListDirectory.Find(session, account, listId, session.Dialect.ForUpdate) is null)
                {
                    return null;
                }

                var removed = await session.Change(
                    "DELETE FROM list_members WHERE list_id = @list AND contact_id = @contact",
                    ("@list", listId),
                    ("@contact", contact.Value));
                await ListDirectory.CountMembers(session, listId, -removed);
                var before = await FindState(session, listId, contact);
                if (removed == 0 && before is null)
                {
                    return null;
                }

                // What a contact said itself outweighs what an operator says later.
                if (removed > 0 || (before != change.State && before != SubscriptionState.Left))
                {
                    await Put(session, listId, contact, change);
                    await Note(session, listId, contact, change);
                }

                return (await Changes(session, contact))[listId].Last();
            },
            cancellation);

    /// <inheritdoc/>
    public Task<bool> Renew(
        AccountId account,
        string listId,
        ContactId contact,
        SubscriptionChange change,
        CancellationToken cancellation = default) =>
        database.Write(
            async session =>
            {
                if (await ListDirectory.Find(session, account, listId, session.Dialect.ForUpdate) is null
                    || !await session.Holds(
                        "SELECT EXISTS (SELECT 1 FROM contacts WHERE account = @account AND id = @contact)",
                        ("@account", account.Value),
                        ("@contact", contact.Value)))
                {
                    return false;
                }

                await Renew(session, listId, [contact], change);
                using var writer = session.Dialect.Writer(session, account, database.Now);
                await ListDirectory.CountMembers(session, listId, await writer.AddMembers(listId, [(contact, 1)]));
                return true;
            },
            cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Subscription>> Query(
        AccountId account, ContactId contact, CancellationToken cancellation = default) =>
        database.Read<IReadOnlyList<Subscription>>(
            async session =>
            {
                var rows = await session.Rows(
                    reader => (
                        Id: reader.GetString(0),
                        Name: reader.GetString(1),
                        State: reader.NameOrNull<SubscriptionState>(2),
                        Since: reader.TimeOrNull(3)),
                    $"""
                    SELECT l.id, l.name, d.state, d.since FROM lists l
                    LEFT JOIN departures d ON d.list_id = l.id AND d.contact_id = @contact
                    WHERE l.account = @account AND l.hidden = 0 AND (d.state IS NOT NULL OR EXISTS (
                        SELECT 1 FROM list_members m WHERE m.list_id = l.id AND m.contact_id = @contact))
                    ORDER BY l.name, l.id LIMIT {ListDirectory.ListsOfContactMax}
                    """,
                    ("@account", account.Value),
                    ("@contact", contact.Value));
                var changes = await Changes(session, contact);
                return
                [
                    .. rows.Select(row => new Subscription(
                        row.Id,
                        row.Name,
                        row.State ?? SubscriptionState.Subscribed,
                        row.Since ?? changes[row.Id].LastOrDefault()?.At,
                        [.. changes[row.Id]])),
                ];
            },
            cancellation);

    /// <summary>Those of the contacts that left the list or were taken off it.</summary>
    internal static async Task<HashSet<string>> FindDeparted(
        DatabaseSession session, string listId, IEnumerable<ContactId> contacts)
    {
        // Most lists have none, and an import asks for every ten thousand rows.
        var any = await session.Holds(
            "SELECT EXISTS (SELECT 1 FROM departures WHERE list_id = @list)", ("@list", listId));
        return any
            ? new(
                await session.Rows(
                    reader => reader.GetString(0),
                    $"""
                    SELECT contact_id FROM departures
                    WHERE list_id = @list AND {session.Dialect.IsAmong("contact_id", "@ids")}
                    """,
                    ("@list", listId),
                    ("@ids", session.Dialect.ToParameter(contacts.Select(contact => contact.Value).Distinct()))),
                StringComparer.Ordinal)
            : [];
    }

    /// <summary>Takes departures back, with the consent on record; contacts that never left are passed over.</summary>
    internal static async Task Renew(
        DatabaseSession session, string listId, IEnumerable<ContactId> contacts, SubscriptionChange change)
    {
        foreach (var contact in await FindDeparted(session, listId, contacts))
        {
            await session.Change(
                "DELETE FROM departures WHERE list_id = @list AND contact_id = @contact",
                ("@list", listId),
                ("@contact", contact));
            await Note(session, listId, new(contact), change);
        }
    }

    private static async Task<ILookup<string, SubscriptionChange>> Changes(
        DatabaseSession session, ContactId contact)
    {
        var changes = await session.Rows(
            reader => (List: reader.GetString(0), Change: new SubscriptionChange(
                reader.Name<SubscriptionState>(1),
                reader.Time(2),
                reader.GetString(3),
                reader.TextOrNull(4),
                reader.TextOrNull(5))),
            """
            SELECT list_id, state, at, source, actor, reason FROM subscription_changes
            WHERE contact_id = @contact ORDER BY id
            """,
            ("@contact", contact.Value));
        return changes.ToLookup(pair => pair.List, pair => pair.Change, StringComparer.Ordinal);
    }

    private static async Task<SubscriptionState?> FindState(
        DatabaseSession session, string listId, ContactId contact)
    {
        var states = await session.Rows(
            reader => reader.Name<SubscriptionState>(0),
            "SELECT state FROM departures WHERE list_id = @list AND contact_id = @contact",
            ("@list", listId),
            ("@contact", contact.Value));
        return states.Count == 0 ? null : states[0];
    }

    private static Task<int> Put(
        DatabaseSession session, string listId, ContactId contact, SubscriptionChange change) =>
        session.Change(
            """
            INSERT INTO departures (list_id, contact_id, state, since) VALUES (@list, @contact, @state, @at)
            ON CONFLICT (list_id, contact_id) DO UPDATE SET state = excluded.state, since = excluded.since
            """,
            ("@list", listId), ("@contact", contact.Value), ("@state", change.State.ToString()),
            ("@at", change.At.ToUnixTimeMilliseconds()));

    private static Task<int> Note(
        DatabaseSession session, string listId, ContactId contact, SubscriptionChange change)
    {
        var at = change.At.ToUnixTimeMilliseconds();
        return session.Change(
            """
            INSERT INTO subscription_changes (id, list_id, contact_id, state, at, source, actor, reason)
            VALUES (@id, @list, @contact, @state, @at, @source, @actor, @reason)
            """,
            ("@id", DirectoryIds.Create(DirectoryIds.SubscriptionChange, at)), ("@list", listId),
            ("@contact", contact.Value), ("@state", change.State.ToString()), ("@at", at), ("@source", change.Source),
            ("@actor", change.Actor), ("@reason", change.Reason));
    }
}
