using System.Text.Json;
using Orleans.Runtime;
using Orleans.Storage;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Grains.Campaigns;
using OrleansCampaigns.Grains.Contacts;

namespace OrleansCampaigns.Grains.Tests.Protocol;

/// <summary>What outlives every process: states with their versions, in the format in which they are stored.</summary>
internal sealed class Storage
{
    private readonly StateSerializer _serializer = new();
    private readonly Dictionary<(string State, string Key), (BinaryData Data, int Version)> _rows = [];
    private readonly Dictionary<string, Contact> _contacts = [];

    /// <summary>Stored in place of the partition's state: a protocol that is broken on purpose.</summary>
    public Action<PartitionRecord> Break { get; set; } = _ => { };

    /// <summary>The contacts by key, as the directory sees them.</summary>
    public Contact ContactOf(string key) => _contacts.GetValueOrDefault(key) ?? new();

    /// <summary>Keys of contacts whose state cannot be read.</summary>
    public HashSet<string> Unreadable { get; } = [];

    /// <summary>Keys of contacts that the database takes no state of.</summary>
    public HashSet<string> Unwritable { get; } = [];

    public (T? State, int Version) Read<T>(string state, string key)
        where T : class =>
        Unreadable.Contains(key) ? throw new JsonException("This is no state of a contact.") :
        _rows.TryGetValue((state, key), out var row) ? (_serializer.Deserialize<T>(row.Data), row.Version) : (null, 0);

    public BinaryData Serialize<T>(T state) => _serializer.Serialize(state);

    /// <summary>Stores it as the next version, if the one before is <paramref name="version"/>.</summary>
    public int Write<T>(string state, string key, BinaryData data, int version)
        where T : class
    {
        if (Unwritable.Contains(key))
        {
            throw new FormatException("The database cannot hold this.");
        }

        var stored = _rows.TryGetValue((state, key), out var row) ? row.Version : 0;
        if (stored != version)
        {
            throw new InconsistentStateException($"{state} {key} is at {stored} and not at {version}.");
        }

        if (typeof(T) == typeof(PartitionRecord))
        {
            var record = _serializer.Deserialize<PartitionRecord>(data)!;
            Break(record);
            data = _serializer.Serialize(record);
        }

        if (typeof(T) == typeof(ContactRecord))
        {
            var next = _serializer.Deserialize<ContactRecord>(data)!.Contact;
            AssertGrown(key, ContactOf(key), next);
            _contacts[key] = next;
        }

        _rows[(state, key)] = (data, stored + 1);
        return stored + 1;
    }

    // History is append-only, and a licence that was deducted stays so.
    private static void AssertGrown(string key, Contact before, Contact after)
    {
        Violation.Unless(
            before.History.Count <= after.History.Count
                && before.History.Zip(after.History).All(pair => Same(pair.First, pair.Second)),
            $"The history of {key} was rewritten.");
        foreach (var delivery in before.Deliveries.Where(known => known.Charged))
        {
            Violation.Unless(after.DeliveryOf(delivery.Campaign)!.Charged, $"The licence of {key} was undone.");
        }
    }

    private static bool Same(HistoryEntry one, HistoryEntry other) =>
        JsonSerializer.Serialize(one) == JsonSerializer.Serialize(other);
}

/// <summary>One activation's view of its state.</summary>
internal sealed class StoredState<T>(World world, Node node, string name, string key) : IPersistentState<T>
    where T : class, new()
{
    private readonly Dictionary<T, int> _readAt = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<int> _own = [];
    private int _version;

    public T State { get; set; } = new();

    public string? Etag => $"{_version}";

    public bool RecordExists => _version > 0;

    public void Load()
    {
        (var state, _version) = world.Storage.Read<T>(name, key);
        State = state ?? new();
        _readAt[State] = _version;
    }

    public Task ReadStateAsync()
    {
        if (!node.IsRunning)
        {
            return World.Never<int>();
        }

        Load();
        return Task.CompletedTask;
    }

    public async Task WriteStateAsync()
    {
        var (data, version) = (world.Storage.Serialize(State), _version);
        var state = State;
        var written = world.Step(node, $"write {name} {key}", () =>
        {
            var now = world.Storage.Write<T>(name, key, data, version);
            Violation.Unless(IsUpToDate(state, version), $"What another had stored of {key} is overwritten unread.");
            _own.Add(now);
            _readAt[state] = now;
            return now;
        });
        _version = typeof(T) == typeof(PartitionRecord) && world.AcknowledgesWindowsEarly
            ? version + 1
            : await written;
    }

    // Whatever was stored since this was read or written, this activation has stored itself.
    private bool IsUpToDate(T state, int version) => !_readAt.TryGetValue(state, out var readAt)
        || Enumerable.Range(readAt + 1, Math.Max(0, version - readAt)).All(_own.Contains);

    public Task ClearStateAsync() => throw new NotSupportedException();
}

/// <summary>An invariant that does not hold.</summary>
internal sealed class Violation(string message) : Exception(message)
{
    public static void Unless(bool holds, string message)
    {
        if (!holds)
        {
            throw new Violation(message);
        }
    }
}
