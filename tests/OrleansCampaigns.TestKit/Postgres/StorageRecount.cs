using Npgsql;

namespace OrleansCampaigns.TestKit.Postgres;

/// <summary>
/// What the stored states of a cluster say about one campaign, read from their JSON by nothing that wrote or projected
/// it, and where the tables that people query say something else.
/// </summary>
/// <remarks>Nothing here names an address or a contact: a difference is told by its place in the audience.</remarks>
public sealed class StorageRecount
{
    private readonly List<string> _differences = [];
    private readonly List<RecountedRecipient> _recipients = [];

    private StorageRecount()
    {
    }

    /// <summary>Where states and tables differ; empty when they are equal.</summary>
    public IReadOnlyList<string> Differences => _differences;

    /// <summary>Everybody in the audience, by what the states say.</summary>
    public IReadOnlyList<RecountedRecipient> Recipients => _recipients;

    /// <summary>What the account's ledger says about the campaign.</summary>
    public RecountedLicences? Licences { get; private set; }

    /// <summary>How many attempts the partitions' states still hold as begun or as to be begun again.</summary>
    public int LeftInPartitions { get; private set; }

    /// <summary>How many recipients the snapshot counted.</summary>
    public long Audience { get; private set; }

    /// <summary>How many recipients have an outcome; excluded ones have none.</summary>
    public long Count(string outcome) =>
        _recipients.Count(recipient => recipient.Excluded is null && recipient.Outcome == outcome);

    /// <summary>Reads all of it in one view of the database.</summary>
    public static async Task<StorageRecount> Read(string connectionString, string campaign)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync(
            System.Data.IsolationLevel.RepeatableRead);
        var recount = new StorageRecount();
        var contacts = await recount.ReadContacts(connection, await recount.ReadPages(connection));
        await recount.CompareContacts(connection, contacts);
        await recount.CompareRecipients(connection, contacts, campaign);
        await recount.ReadPartitions(connection, campaign);
        recount.Audience = await Rows(
            connection,
            "SELECT recipients FROM snapshots WHERE campaign_id = $1",
            reader => reader.GetInt64(0),
            campaign).SingleOrDefaultAsync();
        var ledgers = Rows(
            connection,
            """
            SELECT convert_from(PayloadBinary, 'UTF8') FROM OrleansStorage
            WHERE GrainTypeString = 'account' AND PayloadBinary IS NOT NULL
            """,
            reader => reader.GetString(0));
        await foreach (var ledger in ledgers)
        {
            recount.Licences ??= RecountedLicences.Find(ledger, campaign);
        }

        return recount;
    }

    private static async IAsyncEnumerable<T> Rows<T>(
        NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> read, params string[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new() { Value = parameter });
        }

        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            yield return read(reader);
        }
    }

    private async Task<Dictionary<string, Dictionary<(int, int), string>>> ReadPages(NpgsqlConnection connection)
    {
        var states = Rows(
            connection,
            """
            SELECT split_part(GrainIdExtensionString, ':', 3), split_part(GrainIdExtensionString, ':', 4)::int,
                ('x' || split_part(GrainIdExtensionString, ':', 5))::bit(32)::int,
                convert_from(decode(convert_from(PayloadBinary, 'UTF8')::json ->> 'page', 'base64'), 'UTF8')
            FROM OrleansStorage WHERE GrainTypeString = 'contact-page' AND PayloadBinary IS NOT NULL
            """,
            reader => (
                Contact: $"con_{reader.GetString(0)}",
                Page: (reader.GetInt32(1), reader.GetInt32(2)),
                State: reader.GetString(3)));
        var pages = new Dictionary<string, Dictionary<(int, int), string>>(StringComparer.Ordinal);
        await foreach (var (contact, page, state) in states)
        {
            if (!pages.TryGetValue(contact, out var known))
            {
                pages.Add(contact, known = []);
            }

            if (!known.TryAdd(page, state))
            {
                _differences.Add("A contact's page has two states.");
            }
        }

        return pages;
    }

    private async Task<Dictionary<string, RecountedContact>> ReadContacts(
        NpgsqlConnection connection, Dictionary<string, Dictionary<(int, int), string>> pages)
    {
        var states = Rows(
            connection,
            """
            SELECT split_part(GrainIdExtensionString, ':', 3), convert_from(PayloadBinary, 'UTF8') FROM OrleansStorage
            WHERE GrainTypeString = 'contact' AND PayloadBinary IS NOT NULL
            """,
            reader => (Contact: $"con_{reader.GetString(0)}", State: reader.GetString(1)));
        var contacts = new Dictionary<string, RecountedContact>(StringComparer.Ordinal);
        await foreach (var (contact, state) in states)
        {
            var read = new RecountedContact(state, pages.GetValueOrDefault(contact));
            if (!contacts.TryAdd(contact, read))
            {
                _differences.Add("A contact has two states.");
            }

            if (read.LacksPage)
            {
                _differences.Add("A contact lacks a page of its history.");
            }
        }

        return contacts;
    }

    private async Task CompareContacts(NpgsqlConnection connection, Dictionary<string, RecountedContact> contacts)
    {
        var number = 0;
        var known = new HashSet<string>(StringComparer.Ordinal);
        var rows = Rows(
            connection,
            """
            SELECT id, concat_ws('|', status, coalesce(status_since::text, '-'), coalesce(last_status, '-'),
                coalesce(last_status_at::text, '-'), last_recipient_status)
            FROM contacts ORDER BY created_at, id
            """,
            reader => (Contact: reader.GetString(0), Row: reader.GetString(1)));
        await foreach (var (contact, row) in rows)
        {
            number++;
            known.Add(contact);
            var expected = contacts.TryGetValue(contact, out var state) ? state.Row : RecountedContact.Never;
            if (row != expected)
            {
                _differences.Add($"Contact number {number}: the state says {expected}, the table {row}.");
            }
        }

        var unknown = contacts.Keys.Count(contact => !known.Contains(contact));
        if (unknown > 0)
        {
            _differences.Add($"{unknown} contacts have a state and no row.");
        }
    }

    private async Task CompareRecipients(
        NpgsqlConnection connection, Dictionary<string, RecountedContact> contacts, string campaign)
    {
        var audience = new HashSet<string>(StringComparer.Ordinal);
        var rows = Rows(
            connection,
            $"""
            SELECT r.contact_id, coalesce(c.address, ''), r.occurrence, {RecountedContact.RecipientColumns},
                r.partition, r.seq, coalesce(r.excluded = 'cancelled' AND k.status = 'Cancelled', false)
            FROM recipients r JOIN campaigns k ON k.id = r.campaign_id
                LEFT JOIN contacts c ON c.account = r.account AND c.id = r.contact_id
            WHERE r.campaign_id = $1
            """,
            reader => (
                Contact: reader.GetString(0), Address: reader.GetString(1), Occurrence: reader.GetInt32(2),
                Row: reader.GetString(3), Partition: reader.GetInt32(4), Seq: reader.GetInt64(5),
                IsCancelled: reader.GetBoolean(6)),
            campaign);
        await foreach (var row in rows)
        {
            audience.Add(row.Contact);
            var delivery = contacts.GetValueOrDefault(row.Contact)?.DeliveryOf(campaign);
            var expected = RecountedContact.RecipientRow(delivery, row.Occurrence);

            // Of those whose turn had not come when the campaign was cancelled the table knows alone.
            var isLeftOut = row.IsCancelled && expected == RecountedContact.Unknown;
            if (isLeftOut ? !RecountedContact.IsLeftOut(row.Row) : row.Row != expected)
            {
                _differences.Add(
                    $"Partition {row.Partition}, {row.Seq}: the state says {expected}, the table {row.Row}.");
            }

            var told = RecountedRecipient.Of(
                row.Address,
                row.Partition,
                row.Occurrence,
                delivery,
                contacts.GetValueOrDefault(row.Contact)?.HistoryOf(campaign));
            _recipients.Add(isLeftOut ? told with { Excluded = "cancelled" } : told);
        }

        var others = contacts.Count(
            pair => pair.Value.DeliveryOf(campaign) is not null && !audience.Contains(pair.Key));
        if (others > 0)
        {
            _differences.Add($"{others} contacts outside of the audience know the campaign.");
        }
    }

    private async Task ReadPartitions(NpgsqlConnection connection, string campaign)
    {
        var states = Rows(
            connection,
            """
            SELECT convert_from(PayloadBinary, 'UTF8') FROM OrleansStorage
            WHERE GrainTypeString = 'campaign-partition' AND PayloadBinary IS NOT NULL
                AND split_part(GrainIdExtensionString, ':', 2) = substr($1, 5)
            """,
            reader => reader.GetString(0),
            campaign);
        await foreach (var state in states)
        {
            using var json = System.Text.Json.JsonDocument.Parse(state);
            LeftInPartitions += json.RootElement.GetProperty("attempting").GetArrayLength()
                + json.RootElement.GetProperty("unattempted").GetArrayLength();
        }
    }
}
