using Microsoft.Extensions.DependencyInjection;
using Orleans.Placement;
using Orleans.Runtime;
using Orleans.Runtime.Placement;
using OrleansCampaigns.Contracts;

namespace OrleansCampaigns.Grains.Campaigns;

/// <summary>Deals the partitions of a campaign out to the active silos, in turn.</summary>
/// <remarks>
/// At random, a campaign of four partitions may land on one silo of three. Every silo deals the same way, so that a
/// partition that asks again after a silo came or went learns where it belongs now.
/// </remarks>
[GenerateSerializer, Immutable, Alias("Campaigns.PartitionSpread")]
internal sealed class PartitionSpread : PlacementStrategy
{
    /// <summary>The silo that a partition belongs to; <see langword="null"/> when there is none.</summary>
    public static SiloAddress? Choose(GrainId partition, IEnumerable<SiloAddress> silos)
    {
        var dealt = silos.Order().ToList();
        if (dealt.Count == 0)
        {
            return null;
        }

        var (campaign, number) = GrainKeys.ReadPartition(partition.Key.ToString()!);
        var first = GrainId.Create("spread", campaign.Value).GetUniformHashCode();
        return dealt[(int)((first + (uint)number) % (uint)dealt.Count)];
    }
}

/// <summary>Places a partition where <see cref="PartitionSpread"/> says.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class PartitionSpreadAttribute() : PlacementAttribute(new PartitionSpread());

internal sealed class PartitionSpreadDirector : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(
        PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var silos = context.GetCompatibleSilos(target);
        return Task.FromResult(
            IPlacementDirector.GetPlacementHint(target.RequestContextData, silos)
            ?? PartitionSpread.Choose(target.GrainIdentity, silos)
            ?? throw new SiloUnavailableException("No silo takes partitions."));
    }
}

/// <summary>Watches silos come and go, and tells running pumps to look where they belong.</summary>
internal sealed class PartitionMoves : ISiloStatusListener, ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private readonly ISiloStatusOracle _silos;
    private readonly Lock _lock = new();
    private CancellationTokenSource _changed = new();
    private bool _isDraining;
    private int _count;

    public PartitionMoves(ISiloStatusOracle silos) => _silos = silos;

    /// <summary>How often a silo has come or gone, as far as this one knows.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Cancelled when the next silo comes or goes.</summary>
    public CancellationToken Changed
    {
        get
        {
            lock (_lock)
            {
                return _changed.Token;
            }
        }
    }

    /// <summary>The other silo that a partition belongs to now; <see langword="null"/> when it belongs here.</summary>
    public SiloAddress? Elsewhere(GrainId partition)
    {
        var silos = _silos.GetApproximateSiloStatuses(onlyActive: true).Keys
            .Where(silo => !_isDraining || silo != _silos.SiloAddress);
        var silo = PartitionSpread.Choose(partition, silos);
        return silo == _silos.SiloAddress ? null : silo;
    }

    public void SiloStatusChangeNotification(SiloAddress updatedSilo, SiloStatus status)
    {
        if (status is SiloStatus.Active or SiloStatus.ShuttingDown or SiloStatus.Dead)
        {
            CancellationTokenSource changed;
            lock (_lock)
            {
                changed = _changed;
                _changed = new();
            }

            Interlocked.Increment(ref _count);
            changed.Cancel();
        }
    }

    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(
        nameof(PartitionMoves),
        ServiceLifecycleStage.Active,
        _ =>
        {
            _silos.SubscribeToSiloStatusEvents(this);
            return Task.CompletedTask;
        },
        _ =>
        {
            _silos.UnSubscribeFromSiloStatusEvents(this);
            return Task.CompletedTask;
        });

    /// <summary>From now on no partition belongs here.</summary>
    public void Drain() => _isDraining = true;

    public void Dispose() => _changed.Dispose();
}
