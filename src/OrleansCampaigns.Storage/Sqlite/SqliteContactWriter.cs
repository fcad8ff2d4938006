using Microsoft.Data.Sqlite;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Storage.Databases;
using OrleansCampaigns.Storage.Directory;

namespace OrleansCampaigns.Storage.Sqlite;

/// <summary>Writes contacts one by one, with statements that are prepared once.</summary>
internal sealed class SqliteContactWriter : IContactWriter
{
    private readonly SqliteConnection _connection;
    private readonly PreparedStatement _insert;
    private readonly PreparedStatement _merge;

    public SqliteContactWriter(SqliteConnection connection, AccountId account, long now)
    {
        _connection = connection;
        _insert = new(
            connection,
            """
            INSERT INTO contacts (
                account, id, hash, address, address_valid, name, attributes, search, created_at, updated_at)
            VALUES ($account, $0, $1, $2, $3, $4, $5, $6, $now, $now)
            ON CONFLICT (account, id) DO NOTHING
            """,
            7,
            ("$account", account.Value),
            ("$now", now));

        // What is not given stays. The merged attributes are counted, because two short lists can make one too long.
        _merge = new(
            connection,
            """
            UPDATE contacts SET
                name = coalesce($1, name),
                search = CASE WHEN $1 IS NULL THEN search ELSE $2 END,
                attributes = json_patch(attributes, $3),
                updated_at = $now
            WHERE account = $account AND id = $0
              AND (SELECT count(*) FROM json_each(json_patch(attributes, $3))) <= $max
            """,
            4,
            ("$account", account.Value),
            ("$now", now),
            ("$max", PreparedContact.AttributesMax));
    }

    public Task<IReadOnlyList<ContactWritten>> Write(IReadOnlyList<PreparedContact> contacts)
    {
        var written = new ContactWritten[contacts.Count];
        for (var i = 0; i < written.Length; i++)
        {
            written[i] = Write(contacts[i]);
        }

        return Task.FromResult<IReadOnlyList<ContactWritten>>(written);
    }

    public async Task<(IReadOnlyList<int> Occurrences, int Added)> AddOccurrences(
        string import, string list, IReadOnlyList<ContactId> contacts)
    {
        using var occur = new PreparedStatement(
            _connection,
            """
            INSERT INTO import_occurrences VALUES ($import, $0, 1)
            ON CONFLICT (import_id, contact_id) DO UPDATE SET occurrence = occurrence + 1 RETURNING occurrence
            """,
            1,
            ("$import", import));
        var occurrences = new int[contacts.Count];
        for (var i = 0; i < occurrences.Length; i++)
        {
            occurrences[i] = (int)occur.Number(contacts[i].Value);
        }

        return (occurrences, await AddMembers(list, [.. contacts.Zip(occurrences)]));
    }

    public Task<int> AddMembers(string list, IReadOnlyList<(ContactId Contact, int Occurrence)> members)
    {
        using var insert = new PreparedStatement(
            _connection, "INSERT INTO list_members VALUES ($list, $0, $1) ON CONFLICT DO NOTHING", 2, ("$list", list));
        var added = 0;
        foreach (var (contact, occurrence) in members)
        {
            added += insert.Execute(contact.Value, occurrence);
        }

        return Task.FromResult(added);
    }

    public void Dispose()
    {
        _insert.Dispose();
        _merge.Dispose();
    }

    private ContactWritten Write(PreparedContact contact)
    {
        var (id, search) = (contact.Id.Value, contact.Search);
        var created = _insert.Execute(
            id,
            contact.Hash,
            contact.Address,
            contact.AddressIsValid ? 1 : 0,
            contact.Name,
            contact.Attributes,
            search);
        if (created == 1)
        {
            return ContactWritten.Created;
        }

        if (contact.Name is null && !contact.HasAttributes)
        {
            return ContactWritten.Existed;
        }

        return _merge.Execute(id, contact.Name, search, contact.Attributes) == 1
            ? ContactWritten.Existed
            : ContactWritten.TooManyAttributes;
    }
}
