using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Storage.Sqlite;

namespace OrleansCampaigns.Storage.Directory;

/// <summary>Contacts in the embedded database.</summary>
public sealed class ContactDirectory(SqliteDatabase database) : IContactDirectory
{
    private const string Columns = $"""
        c.id, c.address, c.address_valid, c.name, c.attributes, c.status, c.last_status, c.last_status_at, c.created_at,
        {ContactFilterSql.QueuedSince}, c.last_recipient_status
        """;

    private static readonly Refusal Unknown = Refusal.NotFound("contact.unknown", "There is no such contact.");

    /// <inheritdoc/>
    public Task<ContactRow?> Find(AccountId account, ContactId contact, CancellationToken cancellation = default) =>
        database.Read(connection => Find(connection, account, contact), cancellation);

    /// <inheritdoc/>
    public async Task<ContactRow?> FindByAddress(
        AccountId account, string address, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(address);
        return PreparedContact.CheckAddress(address) is null
            ? await Find(account, PreparedContact.Identify(database.ContactKey.Span, account, address).Id, cancellation)
            : null;
    }

    /// <inheritdoc/>
    public async Task<Result<ContactRow>> Create(
        AccountId account, ContactInput contact, CancellationToken cancellation = default)
    {
        var prepared = PreparedContact.Of(database.ContactKey.Span, account, contact);
        if (prepared.IsRefused)
        {
            return prepared.Refusal;
        }

        return await database.Write<Result<ContactRow>>(
            connection =>
            {
                if (Find(connection, account, prepared.Value.Id) is not null)
                {
                    return Refusal.Conflict(
                        "contact.exists", $"The address belongs to the contact {prepared.Value.Id}.");
                }

                using var writer = new ContactWriter(connection, account, database.Now);
                writer.Write(prepared.Value);
                return Find(connection, account, prepared.Value.Id)!;
            },
            cancellation);
    }

    /// <inheritdoc/>
    public async Task<Result<ContactRow>> Change(
        AccountId account,
        ContactId contact,
        string? name,
        IReadOnlyDictionary<string, string?> attributes,
        CancellationToken cancellation = default)
    {
        var refusal = PreparedContact.CheckName(name) ?? attributes
            .Select(attribute => PreparedContact.CheckAttribute(attribute.Key, attribute.Value ?? ""))
            .FirstOrDefault(refused => refused is not null);
        if (refusal is not null)
        {
            return refusal;
        }

        return await database.Write<Result<ContactRow>>(
            connection =>
            {
                if (Find(connection, account, contact) is not { } row)
                {
                    return Unknown;
                }

                var merged = new SortedDictionary<string, string>(row.Attributes, StringComparer.Ordinal);
                foreach (var (key, value) in attributes)
                {
                    if (value is null)
                    {
                        merged.Remove(key);
                    }
                    else
                    {
                        merged[key] = value;
                    }
                }

                if (PreparedContact.CheckCount(merged.Count) is { } tooMany)
                {
                    return tooMany;
                }

                // An empty name takes the name away; none leaves it.
                var newName = name is null ? row.Name : PreparedContact.TrimName(name);
                connection.Change(
                    """
                    UPDATE contacts SET name = $name, attributes = $attributes, search = $search, updated_at = $now
                    WHERE account = $account AND id = $id
                    """,
                    ("$name", newName), ("$attributes", DirectoryJson.Write(merged)),
                    ("$search", PreparedContact.SearchOf(row.Address, newName)),
                    ("$now", database.Now), ("$account", account.Value), ("$id", contact.Value));
                return Find(connection, account, contact)!;
            },
            cancellation);
    }

    /// <inheritdoc/>
    public async Task<Result<Page<ContactRow>>> Query(
        AccountId account, ContactFilter filter, string? cursor, int limit, CancellationToken cancellation = default)
    {
        if (ContactFilterSql.Check(filter) is { } refusal)
        {
            return refusal;
        }

        if (!Cursor.TryRead(cursor, "", key => ContactId.Parse(key) is not null, out var after))
        {
            return Cursor.Broken;
        }

        limit = Cursor.Limit(limit);
        return await database.Read(
            connection =>
            {
                var parts = ContactFilterSql.Split(filter)
                    .Select(part => Rows(connection, ContactFilterSql.Of(account, part), after, limit + 1))
                    .ToList();
                var rows = parts is [var single]
                    ? single
                    : [.. parts.SelectMany(part => part)
                        .OrderBy(row => row.Id.Value, StringComparer.Ordinal)
                        .Take(limit + 1)];
                return Cursor.Page(rows, limit, row => row.Id.Value);
            },
            cancellation);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ContactRow> Export(
        AccountId account, ContactFilter filter, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        string? cursor = null;
        do
        {
            var page = await Query(account, filter, cursor, Cursor.LimitMax, cancellation);
            if (page.IsRefused)
            {
                throw new ArgumentException(page.Refusal.Detail, nameof(filter));
            }

            foreach (var row in page.Value.Items)
            {
                yield return row;
            }

            cursor = page.Value.NextCursor;
        }
        while (cursor is not null);
    }

    /// <inheritdoc/>
    public Task<long> Count(AccountId account, ContactFilter filter, CancellationToken cancellation = default)
    {
        var sql = ContactFilterSql.Of(account, filter);
        return database.Read(
            connection => connection.Number($"SELECT count(*) FROM {sql.From} WHERE {sql.Where}", sql.Parameters),
            cancellation);
    }

    internal static string PageSql(ContactFilterSql sql) => $"""
        SELECT {Columns} FROM {sql.From} WHERE {sql.Where} AND {sql.Key} > $after ORDER BY {sql.Key} LIMIT $limit
        """;

    private static List<ContactRow> Rows(SqliteConnection connection, ContactFilterSql sql, string after, int limit) =>
        connection.Rows(Read, PageSql(sql), [.. sql.Parameters, ("$after", after), ("$limit", limit)]);

    private static ContactRow? Find(SqliteConnection connection, AccountId account, ContactId contact) =>
        connection.Row(
            Read,
            $"SELECT {Columns} FROM contacts c WHERE c.account = $account AND c.id = $id",
            ("$account", account.Value),
            ("$id", contact.Value));

    private static ContactRow Read(SqliteDataReader reader)
    {
        var queuedSince = reader.TimeOrNull(9);
        return new()
        {
            Id = new(reader.GetString(0)),
            Address = reader.GetString(1),
            AddressIsValid = reader.GetBoolean(2),
            Name = reader.TextOrNull(3),
            Attributes = DirectoryJson.ReadAttributes(reader.GetString(4)),
            Status = reader.Name<ContactStatus>(5),
            LastStatus = queuedSince is null ? reader.NameOrNull<Outcome>(6) : Outcome.Queued,
            LastStatusAt = queuedSince ?? reader.TimeOrNull(7),
            CreatedAt = reader.Time(8),
            LastRecipientStatus = reader.Name<RecipientStatus>(10),
        };
    }
}
