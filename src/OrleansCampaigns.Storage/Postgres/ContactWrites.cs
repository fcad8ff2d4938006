using Npgsql;
using NpgsqlTypes;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Grains.Contacts;

namespace OrleansCampaigns.Storage.Postgres;

/// <summary>One contact's state on its way to the database.</summary>
/// <param name="Key">The key of its row.</param>
/// <param name="Version">The version that it must have; <see langword="null"/> when there must be none.</param>
/// <param name="Payload">The state; <see langword="null"/> clears it.</param>
/// <param name="Projection">What changes in the directory with it, if anything.</param>
internal sealed record ContactWrite(string Key, int? Version, byte[]? Payload, ContactProjection? Projection);

/// <summary>Many contacts' states, and what they change in the directory, as columns of one statement.</summary>
internal static class ContactWrites
{
    private const int Parameters = 44;

    private static readonly string Statement = "SELECT key, new_version FROM write_contact_states("
        + string.Join(", ", Enumerable.Range(1, Parameters).Select(i => $"${i}")) + ")";

    /// <summary>The statement that writes them, in the given order.</summary>
    public static NpgsqlCommand Create(NpgsqlDataSource source, string serviceId, IReadOnlyList<ContactWrite> writes)
    {
        var command = source.CreateCommand(Statement);
        var into = command.Parameters;
        into.Add(new() { Value = serviceId });
        Texts(into, writes, write => write.Key);
        Integers(into, writes, write => write.Version);
        into.Add(new()
        {
            Value = Column(writes, write => write.Payload),
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea,
        });
        AddContacts(into, writes);

        var deliveries = new List<(string Contact, DeliveryProjection Row)>(writes.Count);
        var links = new List<(string Contact, string Campaign, LinkProjection Row)>();
        foreach (var projection in writes.Select(write => write.Projection).OfType<ContactProjection>())
        {
            foreach (var delivery in projection.Deliveries)
            {
                deliveries.Add((projection.Contact, delivery));
                links.AddRange((delivery.Links ?? []).Select(link => (projection.Contact, delivery.Campaign, link)));
            }
        }

        AddDeliveries(into, deliveries);
        AddLinks(into, links);
        return command;
    }

    private static void AddContacts(NpgsqlParameterCollection into, IReadOnlyList<ContactWrite> writes)
    {
        Texts(into, writes, write => write.Projection?.Account);
        Texts(into, writes, write => write.Projection?.Contact);
        Texts(into, writes, write => write.Projection?.Status.ToString());
        Longs(into, writes, write => write.Projection?.StatusSince);
        Texts(into, writes, write => write.Projection?.LastStatus?.ToString());
        Longs(into, writes, write => write.Projection?.LastStatusAt);
        Texts(into, writes, write => write.Projection?.LastRecipientStatus?.ToString());
    }

    private static void AddDeliveries(
        NpgsqlParameterCollection into, List<(string Contact, DeliveryProjection Row)> deliveries)
    {
        Texts(into, deliveries, one => one.Contact);
        Texts(into, deliveries, one => one.Row.Campaign);
        Texts(into, deliveries, one => one.Row.Outcome.ToString());
        Texts(into, deliveries, one => one.Row.Cause.ToString());
        Texts(into, deliveries, one => one.Row.Excluded);
        Integers(into, deliveries, one => one.Row.Decided);
        Integers(into, deliveries, one => one.Row.InDoubt);
        Integers(into, deliveries, one => one.Row.Attempts);
        Integers(into, deliveries, one => one.Row.Pass);
        Integers(into, deliveries, one => one.Row.Charged);
        Longs(into, deliveries, one => one.Row.NextAttemptAt);
        Integers(into, deliveries, one => one.Row.ReplyCode);
        Texts(into, deliveries, one => one.Row.EnhancedCode);
        Texts(into, deliveries, one => one.Row.ReplyText);
        Texts(into, deliveries, one => one.Row.RecipientStatus.ToString());
        Integers(into, deliveries, one => one.Row.DuplicatesUpTo);
        Longs(into, deliveries, one => one.Row.UpdatedAt);
        Longs(into, deliveries, one => one.Row.SentAt);
        Integers(into, deliveries, one => one.Row.Overturned);
        Longs(into, deliveries, one => one.Row.OpenedAt);
        Integers(into, deliveries, one => one.Row.Opens);
        Integers(into, deliveries, one => one.Row.MachineOpens);
        Longs(into, deliveries, one => one.Row.ClickedAt);
        Integers(into, deliveries, one => one.Row.Clicks);
        Integers(into, deliveries, one => one.Row.MachineClicks);
        Longs(into, deliveries, one => one.Row.UnsubscribedAt);
        Longs(into, deliveries, one => one.Row.ComplainedAt);
    }

    private static void AddLinks(
        NpgsqlParameterCollection into, List<(string Contact, string Campaign, LinkProjection Row)> links)
    {
        Texts(into, links, one => one.Contact);
        Texts(into, links, one => one.Campaign);
        Integers(into, links, one => one.Row.Link);
        Integers(into, links, one => one.Row.Clicks);
        Integers(into, links, one => one.Row.MachineClicks);
        Longs(into, links, one => one.Row.FirstAt);
    }

    // A mail server may reply with what no text of the server can hold.
    private static void Texts<T>(NpgsqlParameterCollection into, IReadOnlyList<T> rows, Func<T, string?> column) =>
        into.Add(new()
        {
            Value = Column(rows, row => column(row) is { } text ? PlainText.Clean(text) : null),
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
        });

    private static void Integers<T>(NpgsqlParameterCollection into, IReadOnlyList<T> rows, Func<T, int?> column) =>
        into.Add(new()
        {
            Value = Column(rows, column),
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer,
        });

    private static void Longs<T>(NpgsqlParameterCollection into, IReadOnlyList<T> rows, Func<T, long?> column) =>
        into.Add(new()
        {
            Value = Column(rows, column),
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint,
        });

    private static TColumn[] Column<T, TColumn>(IReadOnlyList<T> rows, Func<T, TColumn> column)
    {
        var values = new TColumn[rows.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = column(rows[i]);
        }

        return values;
    }
}
