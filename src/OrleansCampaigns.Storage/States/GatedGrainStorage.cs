using Orleans.Runtime;
using Orleans.Storage;
using OrleansCampaigns.Storage.Sqlite;

namespace OrleansCampaigns.Storage.States;

/// <summary>Orleans' own ADO.NET storage behind the gate of the embedded database.</summary>
/// <remarks>
/// The provider's asynchronous calls block a thread on SQLite, and two writers would wait for each other by polling. So
/// writes come one at a time, and none of it happens on a grain's turn.
/// </remarks>
internal sealed class GatedGrainStorage(IGrainStorage storage, SqliteDatabase database) : IGrainStorage
{
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        database.GateRead(() => storage.ReadStateAsync(stateName, grainId, grainState));

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        database.Gate(() => storage.WriteStateAsync(stateName, grainId, grainState));

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        database.Gate(() => storage.ClearStateAsync(stateName, grainId, grainState));
}
