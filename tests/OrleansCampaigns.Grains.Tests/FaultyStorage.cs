using System.Text.Json;
using Orleans.Runtime;
using Orleans.Storage;

namespace OrleansCampaigns.Grains.Tests;

/// <summary>Where a write fails.</summary>
public enum Fault
{
    /// <summary>Nothing is written.</summary>
    BeforeWrite,

    /// <summary>It is written, but the answer is lost.</summary>
    AfterWrite,

    /// <summary>Another activation of the grain has written meanwhile.</summary>
    AfterAnother,
}

/// <summary>Says which writes fail.</summary>
public sealed class StorageFaults
{
    private int _writes;

    /// <summary>How many writes there were.</summary>
    public int Writes => _writes;

    /// <summary>Asked for each write with its number, from 1, and the name of the state.</summary>
    public Func<int, string, Fault?> Script { get; set; } = (_, _) => null;

    /// <summary>Whether the state of a grain, by its key, cannot be read.</summary>
    public Func<string, bool> IsUnreadable { get; set; } = _ => false;

    /// <summary>Awaited after each write, with its number.</summary>
    public Func<int, Task> OnWritten { get; set; } = _ => Task.CompletedTask;

    internal Fault? Next(string state) => Script(Interlocked.Increment(ref _writes), state);
}

/// <summary>The real storage, whose writes fail when they are told to.</summary>
internal sealed class FaultyStorage(IGrainStorage storage, StorageFaults faults) : IGrainStorage
{
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        faults.IsUnreadable(grainId.Key.ToString()!)
            ? Task.FromException(new JsonException("This is no state of a grain."))
            : storage.ReadStateAsync(stateName, grainId, grainState);

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var fault = faults.Next(stateName);
        if (fault == Fault.BeforeWrite)
        {
            throw new IOException("The disk is full.");
        }

        if (fault == Fault.AfterAnother)
        {
            await WriteAsAnother<T>(stateName, grainId);
        }

        await storage.WriteStateAsync(stateName, grainId, grainState);
        await faults.OnWritten(faults.Writes);
        if (fault == Fault.AfterWrite)
        {
            throw new IOException("The connection was lost.");
        }
    }

    // What is stored stays as it is, and yet it is another version of it.
    private async Task WriteAsAnother<T>(string stateName, GrainId grainId)
    {
        var stored = new GrainState<T>();
        await storage.ReadStateAsync(stateName, grainId, stored);
        if (stored.RecordExists)
        {
            await storage.WriteStateAsync(stateName, grainId, stored);
        }
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        storage.ClearStateAsync(stateName, grainId, grainState);
}
