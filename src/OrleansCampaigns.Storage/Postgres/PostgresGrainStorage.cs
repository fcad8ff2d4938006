using Orleans.Runtime;
using Orleans.Storage;
using OrleansCampaigns.Contracts;

namespace OrleansCampaigns.Storage.Postgres;

/// <summary>Orleans' own ADO.NET storage, with outages that callers know as such.</summary>
internal sealed class PostgresGrainStorage(IGrainStorage storage) : IGrainStorage
{
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        Run(() => storage.ReadStateAsync(stateName, grainId, grainState));

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        Run(() => storage.WriteStateAsync(stateName, grainId, grainState));

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        Run(() => storage.ClearStateAsync(stateName, grainId, grainState));

    private static async Task Run(Func<Task> call)
    {
        try
        {
            await call();
        }
        catch (Exception failure) when (PostgresFailures.IsOutage(failure))
        {
            throw PostgresFailures.ToOutage(failure);
        }
    }
}
