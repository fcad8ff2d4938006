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
    private readonly SqliteCommand _insert;
    private readonly SqliteCommand _merge;
    private readonly SqliteCommand _member;

    public ContactWriter(SqliteConnection connection, AccountId account, long now)
    {
        _insert = connection.Command(
            """
            INSERT INTO contacts (account, id, hash, address, address_valid, name, attributes, search, created_at, updated_at)
            VALUES ($account, $id, $hash, $address, $valid, $name, $attributes, $search, $now, $now)
            ON CONFLICT (account, id) DO NOTHING
            """,
            ("$account", account.Value), ("$id", null), ("$hash", null), ("$address", null), ("$valid", null),
            ("$name", null), ("$attributes", null), ("$search", null), ("$now", now));

        // What is not given stays. The merged attributes are counted, because two short lists can make one too long.
        _merge = connection.Command(
            """
            UPDATE contacts SET
                name = coalesce($name, name),
                search = CASE WHEN $name IS NULL THEN search ELSE $search END,
                attributes = json_patch(attributes, $attributes),
                updated_at = $now
            WHERE account = $account AND id = $id
              AND (SELECT count(*) FROM json_each(json_patch(attributes, $attributes))) <= $max
            """,
            ("$account", account.Value), ("$id", null), ("$name", null), ("$attributes", null), ("$search", null),
            ("$now", now), ("$max", PreparedContact.AttributesMax));
        _member = connection.Command(
            "INSERT INTO list_members VALUES ($list, $id, $occurrence) ON CONFLICT DO NOTHING",
            ("$list", null), ("$id", null), ("$occurrence", null));
    }

    /// <summary>Makes the contact, or merges what is given into the one that exists.</summary>
    public ContactWritten Write(PreparedContact contact)
    {
        var attributes = DirectoryJson.Write(contact.Attributes);
        Set(_insert, "$id", contact.Id.Value);
        Set(_insert, "$hash", contact.Hash);
        Set(_insert, "$address", contact.Address);
        Set(_insert, "$valid", contact.AddressIsValid ? 1 : 0);
        Set(_insert, "$name", contact.Name);
        Set(_insert, "$attributes", attributes);
        Set(_insert, "$search", contact.Search);
        if (_insert.ExecuteNonQuery() == 1)
        {
            return ContactWritten.Created;
        }

        if (contact.Name is null && contact.Attributes.Count == 0)
        {
            return ContactWritten.Existed;
        }

        Set(_merge, "$id", contact.Id.Value);
        Set(_merge, "$name", contact.Name);
        Set(_merge, "$attributes", attributes);
        Set(_merge, "$search", contact.Search);
        return _merge.ExecuteNonQuery() == 1 ? ContactWritten.Existed : ContactWritten.TooManyAttributes;
    }

    /// <summary>Makes an occurrence of the contact a member; whether it was none before.</summary>
    public bool AddMember(string list, ContactId contact, int occurrence)
    {
        Set(_member, "$list", list);
        Set(_member, "$id", contact.Value);
        Set(_member, "$occurrence", occurrence);
        return _member.ExecuteNonQuery() == 1;
    }

    public void Dispose()
    {
        _insert.Dispose();
        _merge.Dispose();
        _member.Dispose();
    }

    private static void Set(SqliteCommand command, string name, object? value) =>
        command.Parameters[name].Value = value ?? DBNull.Value;
}
