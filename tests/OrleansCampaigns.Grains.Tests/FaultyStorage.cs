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
}

/// <summary>Says which writes fail.</summary>
public sealed class StorageFaults
{
    private int _writes;

    /// <summary>How many writes there were.</summary>
    public int Writes => _writes;

    /// <summary>Asked for each write with its number, from 1, and the name of the state.</summary>
    public Func<int, string, Fault?> Script { get; set; } = (_, _) => null;

    internal Fault? Next(string state) => Script(Interlocked.Increment(ref _writes), state);
}

/// <summary>The real storage, whose writes fail when they are told to.</summary>
internal sealed class FaultyStorage(IGrainStorage storage, StorageFaults faults) : IGrainStorage
{
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        storage.ReadStateAsync(stateName, grainId, grainState);

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var fault = faults.Next(stateName);
        if (fault == Fault.BeforeWrite)
        {
            throw new IOException("The disk is full.");
        }

        await storage.WriteStateAsync(stateName, grainId, grainState);
        if (fault == Fault.AfterWrite)
        {
            throw new IOException("The connection was lost.");
        }
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        storage.ClearStateAsync(stateName, grainId, grainState);
}
