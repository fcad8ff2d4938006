using System.Globalization;
using Npgsql;
using Orleans.Runtime;
using Orleans.Storage;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Grains.Contacts;
using OrleansCampaigns.Storage.States;

namespace OrleansCampaigns.Storage.Postgres;

/// <summary>The states of contacts, read and written many at a time.</summary>
/// <remarks>
/// A statement costs a message each way and a commit a flush of the disk, however many rows they concern. Each row
/// keeps its own version check and its own answer. A write that ends in an exception may have landed; whoever asked
/// must read again.
/// </remarks>
internal sealed class PostgresContactStateStorage : IGrainStorage
{
    /// <summary>The only state that is kept here: its rows and their projection are the schema's concern.</summary>
    public const string StateName = "contact";

    private const int WritesMax = 256;
    private const int ReadsMax = 512;

    // While one statement is under way, the next one gathers: with a second one each would hold half as many.
    private const int BatchesMax = 1;
    private const int CollisionsMax = 5;

    private readonly NpgsqlDataSource _source;
    private readonly IGrainStorageSerializer _serializer;
    private readonly string _serviceId;
    private readonly JoinedCalls<ContactWrite, int?> _writes;
    private readonly JoinedCalls<string, StoredState?> _reads;

    public PostgresContactStateStorage(NpgsqlDataSource source, IGrainStorageSerializer serializer, string serviceId)
    {
        (_source, _serializer, _serviceId) = (source, serializer, serviceId);
        _writes = new(WritesMax, BatchesMax, Write, IsForAll);
        _reads = new(ReadsMax, BatchesMax, Read, IsForAll);
    }

    private sealed record StoredState(byte[]? Payload, int Version);

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var stored = await _reads.Call(KeyOf(stateName, grainId));
        grainState.RecordExists = stored?.Payload is not null;
        grainState.ETag = stored?.Version.ToString(CultureInfo.InvariantCulture);
        grainState.State = stored?.Payload is { } payload
            ? _serializer.Deserialize<T>(new BinaryData(payload))
            : Activator.CreateInstance<T>();
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var projection = (grainState.State as IProjectedState)?.TakeProjection();
        var payload = _serializer.Serialize(grainState.State).ToArray();
        grainState.ETag = await Write(KeyOf(stateName, grainId), grainState.ETag, payload, projection);
        grainState.RecordExists = true;
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (grainState.ETag is not null)
        {
            grainState.ETag = await Write(KeyOf(stateName, grainId), grainState.ETag, payload: null);
        }

        grainState.RecordExists = false;
        grainState.State = Activator.CreateInstance<T>();
    }

    private static bool IsForAll(Exception failure) => StorageUnavailableException.In(failure) is not null;

    private static string KeyOf(string stateName, GrainId grainId) => stateName == StateName
        ? grainId.Key.ToString()!
        : throw new ArgumentException($"Only the state {StateName} is kept here, not {stateName}.", nameof(stateName));

    private async Task<string> Write(
        string key, string? etag, byte[]? payload, ContactProjection? projection = null)
    {
        int? version = etag is null ? null : int.Parse(etag, CultureInfo.InvariantCulture);

        // No key in the message: it would end up in a log.
        var stored = await _writes.Call(new(key, version, payload, projection))
            ?? throw new InconsistentStateException(
                $"Somebody else has written a state {StateName} since it was read.");
        return stored.ToString(CultureInfo.InvariantCulture);
    }

    private async Task<IReadOnlyList<int?>> Write(IReadOnlyList<ContactWrite> batch)
    {
        var answers = new int?[batch.Count];
        var left = Enumerable.Range(0, batch.Count);
        while (true)
        {
            // Two activations of one grain may meet in a batch. One statement sees a row once, so they take turns.
            var places = new Dictionary<string, int>(batch.Count, StringComparer.Ordinal);
            var later = left.Where(i => !places.TryAdd(batch[i].Key, i)).ToList();
            foreach (var (key, version) in await Write([.. places.Values.Select(i => batch[i])], collisions: 0))
            {
                answers[places[key]] = version;
            }

            if (later.Count == 0)
            {
                return answers;
            }

            left = later;
        }
    }

    private async Task<List<(string Key, int Version)>> Write(ContactWrite[] writes, int collisions)
    {
        // Everybody takes the rows in the same order, so that nobody waits in a circle.
        Array.Sort(writes, (one, other) => string.CompareOrdinal(one.Key, other.Key));
        try
        {
            await using var command = ContactWrites.Create(_source, _serviceId, writes);
            var landed = new List<(string Key, int Version)>(writes.Length);
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                landed.Add((reader.GetString(0), reader.GetInt32(1)));
            }

            return landed;
        }
        catch (Exception failure) when (PostgresFailures.IsCollision(failure) && collisions < CollisionsMax)
        {
            // The server has rolled all of it back and says so.
            return await Write(writes, collisions + 1);
        }
        catch (Exception failure) when (PostgresFailures.IsOutage(failure))
        {
            throw PostgresFailures.ToOutage(failure);
        }
    }

    private async Task<IReadOnlyList<StoredState?>> Read(IReadOnlyList<string> keys)
    {
        try
        {
            await using var command = _source.CreateCommand(
                "SELECT place, payload, stored_version FROM read_contact_states($1, $2)");
            command.Parameters.Add(new() { Value = _serviceId });
            command.Parameters.Add(new() { Value = keys.ToArray() });
            var states = new StoredState?[keys.Count];
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                states[reader.GetInt32(0) - 1] = new(
                    reader.IsDBNull(1) ? null : reader.GetFieldValue<byte[]>(1), reader.GetInt32(2));
            }

            return states;
        }
        catch (Exception failure) when (PostgresFailures.IsOutage(failure))
        {
            throw PostgresFailures.ToOutage(failure);
        }
    }
}
