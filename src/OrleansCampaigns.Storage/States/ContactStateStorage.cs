using System.Globalization;
using Microsoft.Data.Sqlite;
using Orleans.Runtime;
using Orleans.Storage;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Storage.Sqlite;

namespace OrleansCampaigns.Storage.States;

/// <summary>The states of contacts in the same table as all others, with writes that share a transaction.</summary>
/// <remarks>
/// A durable commit costs one flush of the disk, however many rows it holds. While one batch is flushed the next one
/// gathers, so nobody waits for company. Each row keeps its own version check and its own answer.
/// </remarks>
internal sealed class ContactStateStorage(SqliteDatabase database, IGrainStorageSerializer serializer, string serviceId)
    : IGrainStorage
{
    private const int BatchMax = 256;

    private readonly Lock _lock = new();
    private readonly Queue<PendingWrite> _pending = new();
    private bool _isWriting;

    private sealed record PendingWrite(string StateName, string Key, long? Version, byte[]? Payload)
    {
        public TaskCompletionSource<long?> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var stored = await database.Read(connection => connection.Row(
            reader => Tuple.Create(reader.IsDBNull(0) ? null : reader.GetFieldValue<byte[]>(0), reader.GetInt64(1)),
            OrleansQueries.Texts["ReadFromStorageKey"],
            KeyOf(stateName, grainId.Key.ToString()!)));
        grainState.RecordExists = stored?.Item1 is not null;
        grainState.ETag = stored?.Item2.ToString(CultureInfo.InvariantCulture);
        grainState.State = stored?.Item1 is { } payload
            ? serializer.Deserialize<T>(new BinaryData(payload))
            : Activator.CreateInstance<T>();
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var payload = serializer.Serialize(grainState.State).ToArray();
        grainState.ETag = await Write(stateName, grainId, grainState.ETag, payload);
        grainState.RecordExists = true;
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (grainState.ETag is not null)
        {
            grainState.ETag = await Write(stateName, grainId, grainState.ETag, payload: null);
        }

        grainState.RecordExists = false;
        grainState.State = Activator.CreateInstance<T>();
    }

    private async Task<string> Write(string stateName, GrainId grainId, string? etag, byte[]? payload)
    {
        long? version = etag is null ? null : long.Parse(etag, CultureInfo.InvariantCulture);
        var write = new PendingWrite(stateName, grainId.Key.ToString()!, version, payload);
        lock (_lock)
        {
            _pending.Enqueue(write);
            if (!_isWriting)
            {
                _isWriting = true;
                _ = WritePending();
            }
        }

        // No key in the message: it would end up in a log.
        var stored = await write.Answer.Task
            ?? throw new InconsistentStateException(
                $"Somebody else has written a state {stateName} since it was read.");
        return stored.ToString(CultureInfo.InvariantCulture);
    }

    private async Task WritePending()
    {
        while (TakeBatch() is { Count: > 0 } batch)
        {
            try
            {
                var versions = await database.Write(connection => WriteAll(connection, batch));
                foreach (var (write, version) in batch.Zip(versions))
                {
                    write.Answer.SetResult(version);
                }
            }
            catch (Exception failure)
            {
                await FailOrSingleOut(batch, failure);
            }
        }
    }

    // One row that cannot be written must not take the others with it; an outage takes all.
    private async Task FailOrSingleOut(List<PendingWrite> batch, Exception failure)
    {
        foreach (var write in batch)
        {
            if (batch.Count == 1 || StorageUnavailableException.In(failure) is not null)
            {
                write.Answer.SetException(failure);
                continue;
            }

            try
            {
                write.Answer.SetResult((await database.Write(connection => WriteAll(connection, [write])))[0]);
            }
            catch (Exception own)
            {
                write.Answer.SetException(own);
            }
        }
    }

    private List<PendingWrite> TakeBatch()
    {
        lock (_lock)
        {
            var batch = new List<PendingWrite>(Math.Min(_pending.Count, BatchMax));
            while (batch.Count < BatchMax && _pending.TryDequeue(out var write))
            {
                batch.Add(write);
            }

            _isWriting = batch.Count > 0;
            return batch;
        }
    }

    private List<long?> WriteAll(SqliteConnection connection, List<PendingWrite> batch)
    {
        using var command = connection.Command(OrleansQueries.Texts["WriteToStorageKey"]);
        var versions = new List<long?>(batch.Count);
        foreach (var write in batch)
        {
            command.Parameters.Clear();
            foreach (var (name, value) in KeyOf(write.StateName, write.Key))
            {
                command.Parameters.AddWithValue(name, value);
            }

            // The hashes only serve the provider's own index, which this table does not need.
            command.Parameters.AddWithValue("@GrainIdHash", 0);
            command.Parameters.AddWithValue("@GrainTypeHash", 0);
            command.Parameters.AddWithValue("@PayloadBinary", (object?)write.Payload ?? DBNull.Value);
            command.Parameters.AddWithValue("@GrainStateVersion", (object?)write.Version ?? DBNull.Value);
            using var reader = command.ExecuteReader();
            versions.Add(reader.Read() ? reader.GetInt64(0) : null);
        }

        return versions;
    }

    private IEnumerable<(string Name, object? Value)> KeyOf(string stateName, string key) =>
    [
        ("@GrainIdExtensionString", key),
        ("@GrainTypeString", stateName),
        ("@ServiceId", serviceId),
        ("@GrainIdN0", 0),
        ("@GrainIdN1", 0),
    ];
}
