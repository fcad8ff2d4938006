using Microsoft.Data.Sqlite;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Storage.Sqlite;

namespace OrleansCampaigns.Storage.Directory;

/// <summary>What writing one contact came to.</summary>
internal enum ContactWritten
{
    Created = 1,
    Existed = 2,
    TooManyAttributes = 3,
}

/// <summary>Writes many contacts and memberships in one transaction, with statements that are prepared once.</summary>
/// <remarks>It writes profile data only. Status and outcomes belong to the contact's grain.</remarks>
internal sealed class ContactWriter : IDisposable
{
    private readonly PreparedStatement _insert;
    private readonly PreparedStatement _merge;
    private readonly PreparedStatement _member;

    public ContactWriter(SqliteConnection connection, AccountId account, long now)
    {
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
        _member = new(connection, "INSERT INTO list_members VALUES ($0, $1, $2) ON CONFLICT DO NOTHING", 3);
    }

    /// <summary>Makes the contact, or merges what is given into the one that exists.</summary>
    public ContactWritten Write(PreparedContact contact)
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

    /// <summary>Makes an occurrence of the contact a member; whether it was none before.</summary>
    public bool AddMember(string list, ContactId contact, int occurrence) =>
        _member.Execute(list, contact.Value, occurrence) == 1;

    public void Dispose()
    {
        _insert.Dispose();
        _merge.Dispose();
        _member.Dispose();
    }
}
