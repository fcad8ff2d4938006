using System.Collections.Immutable;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Storage.Databases;
using OrleansCampaigns.Storage.Directory;

namespace OrleansCampaigns.Storage.Postgres;

/// <summary>Writes contacts many at a time, in the order of their identifiers, as everybody locks them.</summary>
internal sealed class PostgresContactWriter(DatabaseSession session, AccountId account, long now) : IContactWriter
{
    public async Task<IReadOnlyList<ContactWritten>> Write(IReadOnlyList<PreparedContact> contacts)
    {
        // Stable, so that rows of one contact stay in their order.
        var places = Enumerable.Range(0, contacts.Count).ToArray();
        if (!IsInOrder(contacts))
        {
            places = [.. places.OrderBy(i => contacts[i].Id.Value, StringComparer.Ordinal)];
        }

        var firsts = places.Where((place, n) => n == 0 || contacts[place].Id != contacts[places[n - 1]].Id).ToArray();
        var created = await Insert(Array.ConvertAll(firsts, place => contacts[place]));
        var written = new ContactWritten[contacts.Count];
        Array.Fill(written, ContactWritten.Existed);
        foreach (var place in firsts)
        {
            if (created is null || created.Contains(contacts[place].Id.Value))
            {
                written[place] = ContactWritten.Created;
            }
        }

        var additions = Array.FindAll(places, place => written[place] == ContactWritten.Existed
            && (contacts[place].Name is not null || contacts[place].HasAttributes));
        if (additions.Length > 0)
        {
            await Merge(contacts, additions, written);
        }

        return written;
    }

    /// <inheritdoc/>
    /// <remarks>
    /// A member knows which import has named it last, so that what an import has reached needs no table of its own. The
    /// imports of a list come one after the other.
    /// </remarks>
    public async Task<(IReadOnlyList<int> Occurrences, int Added)> AddOccurrences(
        string import, string list, IReadOnlyList<ContactId> contacts)
    {
        var counts = new Dictionary<string, int>(contacts.Count, StringComparer.Ordinal);
        foreach (var contact in contacts)
        {
            counts[contact.Value] = counts.GetValueOrDefault(contact.Value) + 1;
        }

        // Most are new to the list and occur once.
        var ids = counts.Keys.ToArray();
        var firsts = await NameFirst(import, list, ids);
        if (firsts == ids.Length && ids.Length == contacts.Count)
        {
            return (Enumerable.Repeat(1, firsts).ToArray(), firsts);
        }

        var added = firsts == ids.Length ? [.. ids] : await FindNamed(list, ids);
        var reached = new Dictionary<string, int>(StringComparer.Ordinal);
        var more = await NameMore(import, list, counts, added.ToHashSet(StringComparer.Ordinal), reached);
        var occurrences = new int[contacts.Count];
        for (var i = 0; i < occurrences.Length; i++)
        {
            var id = contacts[i].Value;
            occurrences[i] = reached[id] = reached.GetValueOrDefault(id) + 1;
        }

        return (occurrences, added.Count + more);
    }

    public async Task<int> AddMembers(string list, IReadOnlyList<(ContactId Contact, int Occurrence)> members) =>
        await session.Change(
            """
            INSERT INTO list_members (list_id, contact_id, occurrence)
            SELECT @list, g.id, g.occurrence FROM unnest(@ids, @occurrences) AS g(id, occurrence)
            ON CONFLICT DO NOTHING
            """,
            ("@list", list),
            ("@ids", members.Select(member => member.Contact.Value).ToArray()),
            ("@occurrences", members.Select(member => member.Occurrence).ToArray()));

    public void Dispose()
    {
    }

    // What comes after the occurrences that were just added: the second one, or the next after what was reached.
    private async Task<int> NameMore(
        string import,
        string list,
        Dictionary<string, int> counts,
        HashSet<string> added,
        Dictionary<string, int> reached)
    {
        var rows = await session.Rows(
            reader => (Id: reader.GetString(0), Occurrence: reader.GetInt32(1)),
            """
            SELECT contact_id, max(occurrence) FROM list_members
            WHERE list_id = @list AND contact_id = ANY(@ids)
                AND import_number = (SELECT number FROM imports WHERE id = @import)
            GROUP BY contact_id
            """,
            ("@list", list), ("@import", import), ("@ids", counts.Keys.Where(id => !added.Contains(id)).ToArray()));
        foreach (var (id, occurrence) in rows)
        {
            reached[id] = occurrence;
        }

        var ids = new List<string>();
        var occurrences = new List<int>();
        foreach (var (id, count) in counts)
        {
            var before = reached.GetValueOrDefault(id);
            for (var next = before + (added.Contains(id) ? 2 : 1); next <= before + count; next++)
            {
                ids.Add(id);
                occurrences.Add(next);
            }
        }

        return (int)await session.Number(
            """
            WITH named AS (
                INSERT INTO list_members (list_id, contact_id, occurrence, import_number)
                SELECT @list, g.id, g.occurrence, (SELECT number FROM imports WHERE id = @import)
                FROM unnest(@ids, @occurrences) AS g(id, occurrence)
                ON CONFLICT (list_id, contact_id, occurrence) DO UPDATE SET import_number = excluded.import_number
                RETURNING xmax = 0 AS is_new
            )
            SELECT count(*) FROM named WHERE is_new
            """,
            ("@list", list), ("@import", import), ("@ids", ids.ToArray()), ("@occurrences", occurrences.ToArray()));
    }

    // How many were no members. Only where some were is it worth asking which.
    private Task<int> NameFirst(string import, string list, string[] ids) => session.Change(
        """
        INSERT INTO list_members (list_id, contact_id, occurrence, import_number)
        SELECT @list, g.id, 1, (SELECT number FROM imports WHERE id = @import) FROM unnest(@ids) AS g(id)
        ON CONFLICT DO NOTHING
        """,
        ("@list", list), ("@import", import), ("@ids", ids));

    private Task<List<string>> FindNamed(string list, string[] ids) => session.Rows(
        reader => reader.GetString(0),
        """
        SELECT contact_id FROM list_members
        WHERE list_id = @list AND contact_id = ANY(@ids) AND occurrence = 1 AND xmin = pg_current_xact_id()::xid
        """,
        ("@list", list), ("@ids", ids));

    private static bool IsInOrder(IReadOnlyList<PreparedContact> contacts)
    {
        var i = 1;
        while (i < contacts.Count && string.CompareOrdinal(contacts[i - 1].Id.Value, contacts[i].Id.Value) <= 0)
        {
            i++;
        }

        return i >= contacts.Count;
    }

    // Which are new; null when all are. Nobody writes twice in one transaction: what it has inserted, this has.
    private async Task<HashSet<string>?> Insert(PreparedContact[] contacts)
    {
        var ids = Array.ConvertAll(contacts, contact => contact.Id.Value);
        var count = await session.Change(
            """
            INSERT INTO contacts (
                account, id, hash, address, address_valid, name, attributes, search, created_at, updated_at)
            SELECT @account, g.id, g.hash, g.address, g.valid, g.name, g.attributes::jsonb, g.search, @now, @now
            FROM unnest(@ids, @hashes, @addresses, @valid, @names, @attributes, @searches)
                AS g(id, hash, address, valid, name, attributes, search)
            ON CONFLICT (account, id) DO NOTHING
            """,
            ("@account", account.Value),
            ("@now", now),
            ("@ids", ids),
            ("@hashes", Array.ConvertAll(contacts, contact => (int)contact.Hash)),
            ("@addresses", Array.ConvertAll(contacts, contact => contact.Address)),
            ("@valid", Array.ConvertAll(contacts, contact => contact.AddressIsValid ? 1 : 0)),
            ("@names", Array.ConvertAll(contacts, contact => contact.Name)),
            ("@attributes", Array.ConvertAll(contacts, contact => contact.Attributes)),
            ("@searches", Array.ConvertAll(contacts, contact => contact.Search)));
        if (count == contacts.Length)
        {
            return null;
        }

        var created = await session.Rows(
            reader => reader.GetString(0),
            """
            SELECT id FROM contacts
            WHERE account = @account AND id = ANY(@ids) AND xmin = pg_current_xact_id()::xid
            """,
            ("@account", account.Value),
            ("@ids", ids));
        return new(created, StringComparer.Ordinal);
    }

    // What is not given stays. The merged attributes are counted, because two short lists can make one too long.
    private async Task Merge(IReadOnlyList<PreparedContact> contacts, int[] additions, ContactWritten[] written)
    {
        var stored = await session.Rows(
            reader => (Id: reader.GetString(0), Profile: new Profile(
                reader.TextOrNull(1), DirectoryJson.ReadAttributes(reader.GetString(2)))),
            """
            SELECT id, name, attributes FROM contacts WHERE account = @account AND id = ANY(@ids)
            ORDER BY id FOR UPDATE
            """,
            ("@account", account.Value),
            ("@ids", additions.Select(place => contacts[place].Id.Value).Distinct().ToArray()));
        var profiles = stored.ToDictionary(row => row.Id, row => row.Profile, StringComparer.Ordinal);
        var changed = new SortedDictionary<string, PreparedContact>(StringComparer.Ordinal);
        foreach (var place in additions)
        {
            var (contact, profile) = (contacts[place], profiles[contacts[place].Id.Value]);
            var merged = profile.Attributes.SetItems(
                contact.HasAttributes ? DirectoryJson.ReadAttributes(contact.Attributes) : []);
            if (merged.Count > PreparedContact.AttributesMax)
            {
                written[place] = ContactWritten.TooManyAttributes;
                continue;
            }

            var name = contact.Name ?? profile.Name;
            if (name != profile.Name || !ReferenceEquals(merged, profile.Attributes))
            {
                profiles[contact.Id.Value] = new(name, merged);
                changed[contact.Id.Value] = contact with
                {
                    Name = name,
                    Attributes = DirectoryJson.Write(new SortedDictionary<string, string>(
                        merged, StringComparer.Ordinal)),
                };
            }
        }

        if (changed.Count > 0)
        {
            await Update([.. changed.Values]);
        }
    }

    private Task<int> Update(PreparedContact[] contacts) => session.Change(
        """
        UPDATE contacts c SET
            name = g.name, search = g.search, attributes = g.attributes::jsonb, updated_at = @now
        FROM unnest(@ids, @names, @searches, @attributes) AS g(id, name, search, attributes)
        WHERE c.account = @account AND c.id = g.id
        """,
        ("@account", account.Value),
        ("@now", now),
        ("@ids", Array.ConvertAll(contacts, contact => contact.Id.Value)),
        ("@names", Array.ConvertAll(contacts, contact => contact.Name)),
        ("@searches", Array.ConvertAll(contacts, contact => contact.Search)),
        ("@attributes", Array.ConvertAll(contacts, contact => contact.Attributes)));

    private sealed record Profile(string? Name, ImmutableDictionary<string, string> Attributes);
}
