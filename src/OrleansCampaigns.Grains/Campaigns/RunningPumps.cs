using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using Orleans.Runtime.Services;
using Orleans.Services;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Grains.Campaigns;

/// <summary>The partitions that this silo sends for right now.</summary>
/// <remarks>
/// While silos come and go, the directory may lose sight of a partition that works on, and let another activation of it
/// begin. What the first one has in flight is for it to record: so the second one looks here before it settles what an
/// earlier activation may have begun. A silo that is dead cannot be asked, and what it had begun is in doubt.
/// </remarks>
internal sealed class RunningPumps
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(CampaignId, int), int> _running = [];

    /// <summary>A pump that may have attempts in flight begins; it ends when the result is disposed.</summary>
    public IDisposable Enter(CampaignId campaign, int partition)
    {
        lock (_lock)
        {
            _running[(campaign, partition)] = _running.GetValueOrDefault((campaign, partition)) + 1;
        }

        return new Running(this, (campaign, partition));
    }

    /// <summary>Whether a pump of this partition may have attempts in flight here.</summary>
    public bool Has(CampaignId campaign, int partition)
    {
        lock (_lock)
        {
            return _running.ContainsKey((campaign, partition));
        }
    }

    private void Leave((CampaignId, int) partition)
    {
        lock (_lock)
        {
            if (--_running[partition] == 0)
            {
                _running.Remove(partition);
            }
        }
    }

    private sealed class Running(RunningPumps pumps, (CampaignId, int) partition) : IDisposable
    {
        public void Dispose() => pumps.Leave(partition);
    }
}

/// <summary>One silo's pumps, as other silos ask about them.</summary>
[Alias("Campaigns.IRunningPumpsService")]
internal interface IRunningPumpsService : IGrainService
{
    /// <summary>Whether a pump of this partition may have attempts in flight on the silo.</summary>
    [Alias("Has")]
    Task<bool> Has(CampaignId campaign, int partition);
}

internal sealed class RunningPumpsService(RunningPumps pumps, GrainId id, Silo silo, ILoggerFactory loggers)
    : GrainService(id, silo, loggers), IRunningPumpsService
{
    public Task<bool> Has(CampaignId campaign, int partition) => Task.FromResult(pumps.Has(campaign, partition));
}

/// <summary>Whether a partition is sent for by another silo.</summary>
internal interface IOtherPumps
{
    /// <summary>Whether another silo says that a pump of this partition may have attempts in flight there.</summary>
    Task<bool> Have(CampaignId campaign, int partition);
}

/// <summary>The pumps of all other silos.</summary>
internal sealed class OtherPumps(IServiceProvider services, ISiloStatusOracle silos, TimeProvider clock)
    : GrainServiceClient<IRunningPumpsService>(services), IOtherPumps
{
    // A silo that does not answer in time hangs, and one that does not know the question is of a version before: what
    // either has in flight is settled as that of a dead one, as it always was.
    private static readonly TimeSpan AnswerMax = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public async Task<bool> Have(CampaignId campaign, int partition)
    {
        var others = silos.GetApproximateSiloStatuses(onlyActive: false)
            .Where(silo => silo.Value is not (SiloStatus.None or SiloStatus.Dead) && silo.Key != silos.SiloAddress)
            .Select(silo => Ask(silo.Key, campaign, partition));
        return (await Task.WhenAll(others)).Contains(true);
    }

    private async Task<bool> Ask(SiloAddress silo, CampaignId campaign, int partition)
    {
        try
        {
            return await GetGrainService(silo).Has(campaign, partition).WaitAsync(AnswerMax, clock);
        }
        catch (Exception)
        {
            return false;
        }
    }
}
