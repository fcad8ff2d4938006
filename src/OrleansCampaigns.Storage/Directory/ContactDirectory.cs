using System.Data.Common;
using System.Runtime.CompilerServices;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Storage.Databases;

namespace OrleansCampaigns.Storage.Directory;

/// <summary>Contacts.</summary>
public sealed class ContactDirectory(IDatabase database) : IContactDirectory
{
    private readonly string _columns = $"""
        c.id, c.address, c.address_valid, c.name, c.attributes, c.status, c.last_status, c.last_status_at, c.created_at,
        {ContactFilterSql.QueuedSince(database.Dialect)}, c.last_recipient_status
        """;

    private static readonly Refusal Unknown = Refusal.NotFound("contact.unknown", "There is no such contact.");

    /// <summary>Up to how many contacts are read and sorted as a whole; tests take fewer for many.</summary>
    internal int SmallMax { get; init; } = database.Dialect.SmallSourceMax;

    /// <summary>How many contacts a page looks at; tests take fewer.</summary>
    internal int? ScannedMax { get; init; } = database.Dialect.ScannedMax;

    /// <inheritdoc/>
    public Task<ContactRow?> Find(AccountId account, ContactId contact, CancellationToken cancellation = default) =>
        database.Read(session => Find(session, account, contact), cancellation);

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

        var id = prepared.Value.Id;
        var exists = Refusal.Conflict("contact.exists", $"The address belongs to the contact {id}.");
        try
        {
            return await database.Write(
                async session =>
                {
                    using var writer = session.Dialect.Writer(session, account, database.Now);
                    var isNew = await Find(session, account, id) is null
                        && (await writer.Write([prepared.Value]))[0] == ContactWritten.Created;

                    // Somebody may have made it a moment ago, and then this has been merged into it.
                    return isNew ? (await Find(session, account, id))! : throw new RefusedException(exists);
                },
                cancellation);
        }
        catch (RefusedException refused)
        {
            return refused.Refusal;
        }
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
            async session =>
            {
                if (await Find(session, account, contact, session.Dialect.ForUpdate) is not { } row)
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
                await session.Change(
                    $"""
                    UPDATE contacts SET name = @name, attributes = {session.Dialect.Json("@attributes")},
                        search = @search, updated_at = @now
                    WHERE account = @account AND id = @id
                    """,
                    ("@name", newName), ("@attributes", DirectoryJson.Write(merged)),
                    ("@search", PreparedContact.SearchOf(row.Address, newName)),
                    ("@now", database.Now), ("@account", account.Value), ("@id", contact.Value));
                return (await Find(session, account, contact))!;
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
            async session =>
            {
                await session.KeepToIndexes(inOrder: false);
                var rows = new List<ContactRow>();
                string? end = null;
                foreach (var part in await Plan(session, account, filter))
                {
                    var (found, upTo) = await Rows(session, part, after, limit + 1);
                    rows.AddRange(found);
                    if (upTo is not null && (end is null || string.CompareOrdinal(upTo, end) < 0))
                    {
                        end = upTo;
                    }
                }

                // What comes after the end of one part may not be told before the rest of that part is known.
                rows = [.. rows
                    .Where(row => end is null || string.CompareOrdinal(row.Id.Value, end) <= 0)
                    .OrderBy(row => row.Id.Value, StringComparer.Ordinal)
                    .Take(limit + 1)];
                var page = Cursor.Page(rows, limit, row => row.Id.Value);
                return page.NextCursor is null && end is not null ? page with { NextCursor = Cursor.Write(end) } : page;
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
        var sql = ContactFilterSql.Of(database.Dialect, account, filter);
        return database.Read(
            async session =>
            {
                var read = sql with { Source = await ContactSource.FindSmall(session, sql, SmallMax) ?? sql.Source };
                return await session.Number($"SELECT count(*) FROM {read.From} WHERE {read.Where}", read.Parameters);
            },
            cancellation);
    }

    /// <summary>How a page is read: from a small source, or in parts that exclude one another, each in order.</summary>
    internal async Task<IReadOnlyList<ContactFilterSql>> Plan(
        DatabaseSession session, AccountId account, ContactFilter filter)
    {
        var whole = ContactFilterSql.Of(session.Dialect, account, filter);
        if (await ContactSource.FindSmall(session, whole, SmallMax) is { } small)
        {
            return [whole with { Source = small }];
        }

        if (ContactFilterSql.Split(filter).ToList() is not { Count: > 1 } split)
        {
            return [whole with { Source = whole.InOrder }];
        }

        var parts = new List<ContactFilterSql>(split.Count);
        foreach (var sql in split.Select(part => ContactFilterSql.Of(session.Dialect, account, part)))
        {
            parts.Add(sql with { Source = await ContactSource.FindSmall(session, sql, SmallMax) ?? sql.InOrder });
        }

        return parts;
    }

    internal string PageSql(ContactFilterSql sql) => $"""
        SELECT {_columns} FROM {sql.From} WHERE {sql.Where} AND {sql.Key} > @after ORDER BY {sql.Key} LIMIT @limit
        """;

    // The rows, and up to where they are all that there are when more was not looked at.
    private async Task<(List<ContactRow> Rows, string? UpTo)> Rows(
        DatabaseSession session, ContactFilterSql sql, string after, int limit)
    {
        (string, object?)[] parameters = [.. sql.Parameters, ("@after", after), ("@limit", limit)];
        await session.KeepToIndexes(inOrder: sql.Source is null or { IsOrdered: true });
        if (ScannedMax is not { } scanned || !sql.MayScan)
        {
            return (await session.Rows(Read, PageSql(sql), parameters), null);
        }

        // From a source each contact is looked up by itself.
        parameters = [.. parameters, ("@scanned", sql.Source is null ? scanned : (scanned + 1) / 2)];
        var rows = await session.Rows(
            Read,
            $"""
            SELECT {_columns} FROM {sql.ScannedFrom} WHERE {sql.ScannedWhere} ORDER BY {sql.Key} LIMIT @limit
            """,
            parameters);
        return rows.Count == limit
            ? (rows, null)
            : (rows, await session.Row(reader => reader.GetString(0), sql.LastScanned, parameters));
    }

    private Task<ContactRow?> Find(
        DatabaseSession session, AccountId account, ContactId contact, string locking = "") =>
        session.Row(
            Read,
            $"SELECT {_columns} FROM contacts c WHERE c.account = @account AND c.id = @id {locking}",
            ("@account", account.Value),
            ("@id", contact.Value));

    private static ContactRow Read(DbDataReader reader)
    {
        var (last, lastAt) = (reader.NameOrNull<Outcome>(6), reader.TimeOrNull(7));
        var queuedSince = reader.TimeOrNull(9);

        // Who waits for a first attempt received nothing of that campaign. Who waits for another one, after "retry
        // failed", is Queued by its own last status as well.
        var isAnotherCampaign = queuedSince is not null && (last, lastAt) != (Outcome.Queued, queuedSince);
        return new()
        {
            Id = new(reader.GetString(0)),
            Address = reader.GetString(1),
            AddressIsValid = reader.Flag(2),
            Name = reader.TextOrNull(3),
            Attributes = DirectoryJson.ReadAttributes(reader.GetString(4)),
            Status = reader.Name<ContactStatus>(5),
            LastStatus = queuedSince is null ? last : Outcome.Queued,
            LastStatusAt = queuedSince ?? lastAt,
            CreatedAt = reader.Time(8),
            LastRecipientStatus = isAnotherCampaign ? RecipientStatus.None : reader.Name<RecipientStatus>(10),
        };
    }
}
