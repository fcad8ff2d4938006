using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Orleans.Runtime;
using OrleansCampaigns.Contracts.Campaigns;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Grains.Delivery;

namespace OrleansCampaigns.Grains.Campaigns;

/// <summary>
/// Bounds how many partitions of a silo send at the same time, and ends them all when the silo stops.
/// </summary>
/// <remarks>
/// Few partitions at a time mean large windows, so that a partition's write is shared by many messages. A partition
/// gives its permit back after every <see cref="SliceMax"/> recipients, and both permits and lanes are given out in
/// fair turns, so that a small campaign is not stuck behind a large one.
/// When the silo stops, pumps finish what is in flight while grains can still be called, and hand over to other silos:
/// nothing is left in doubt.
/// </remarks>
internal sealed class PumpPermits(IOptions<EngineOptions> options, PartitionMoves moves)
    : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    public const int SliceMax = 500;

    // A relay serves those who wait for a lane in order: so few wait there, and the others where turns are fair. More
    // than one, because relays that share a campaign's messages are not equally quick.
    private const int ReservationsMax = 4;

    // Beside another account even a campaign on few lanes has so much of a window in flight.
    private const int SharesPerWindow = 4;

    // A line for each relay: a relay that is down keeps nobody waiting who uses another.
    private readonly ConcurrentDictionary<string, FairQueue> _permits = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, FairQueue> _lanes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, InFlight> _inFlight = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _drain = new();
    private readonly CancellationTokenSource _stopped = new();
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _pumping;

    /// <summary>Cancelled when the silo begins to stop.</summary>
    public CancellationToken Draining => _drain.Token;

    /// <summary>Cancelled when the silo has waited long enough: what is not recorded by now stays in doubt.</summary>
    public CancellationToken Stopped => _stopped.Token;

    /// <summary>Where attempts are made: rendering and SMTP need many threads, and a grain has one at a time.</summary>
    public TaskScheduler Threads { get; init; } = TaskScheduler.Default;

    /// <summary>Makes an attempt outside grain turns, on a lane that was taken here.</summary>
    public Task<TurnResult> Run(CampaignPlan plan, Func<Task<TurnResult>> attempt) => Task.Factory.StartNew(
        async () =>
        {
            try
            {
                return await attempt();
            }
            finally
            {
                Leave(plan, 1);
            }
        },
        CancellationToken.None,
        TaskCreationOptions.DenyChildAttach,
        Threads).Unwrap();

    /// <summary>So many lanes that were taken here come to nothing.</summary>
    public void Leave(CampaignPlan plan, int lanes)
    {
        if (lanes > 0)
        {
            InFlightOf(plan).GiveBack(plan.Account, lanes);
        }
    }

    /// <summary>Waits for a permit, good for <see cref="SliceMax"/> recipients.</summary>
    public Task<FairQueue.Turn> Take(CampaignId campaign, CampaignPlan plan, CancellationToken cancellation) =>
        PermitsOf(plan).Take(plan.Account, campaign, SliceMax, cancellation);

    /// <summary>Whether an account that is owed something waits for a permit that another holds.</summary>
    public bool AreWanted(CampaignPlan plan) => PermitsOf(plan).HasWaitingBefore(plan.Account);

    /// <summary>Gives a permit back.</summary>
    /// <param name="permit">The permit.</param>
    /// <param name="plan">Whose it was.</param>
    /// <param name="used">For how many recipients it was good.</param>
    public void GiveBack(FairQueue.Turn permit, CampaignPlan plan, int used)
    {
        permit.End(used);
        InFlightOf(plan).Look();
    }

    /// <summary>Waits for lanes of a relay that takes the campaign's messages: at most <paramref name="max"/>, and none
    /// where every such relay refuses them for now.</summary>
    /// <remarks>Each is run once, or left.</remarks>
    public async Task<IReadOnlyList<IMailLane>> TakeLanes(
        IMailRelays relays,
        CampaignId campaign,
        CampaignPlan plan,
        LaneRequest wanted,
        int max,
        CancellationToken cancellation)
    {
        var room = await InFlightOf(plan).Take(
            plan.Account,
            max,
            relays.CountLanes(wanted.Relay),
            () => PermitsOf(plan).StandingOf(plan.Account),
            cancellation);
        IReadOnlyList<IMailLane> lanes = [];
        try
        {
            using var turn = await _lanes.GetOrAdd(wanted.Relay ?? "", _ => new(ReservationsMax))
                .Take(plan.Account, campaign, room, cancellation);
            lanes = await relays.ReserveFor(wanted, room, cancellation);
            turn.End(lanes.Count);
            return lanes;
        }
        finally
        {
            Leave(plan, room - lanes.Count);
        }
    }

    public void PumpBegins()
    {
        lock (_lock)
        {
            _pumping++;
        }
    }

    public void PumpEnds()
    {
        lock (_lock)
        {
            _pumping--;
            if (_pumping == 0 && _drain.IsCancellationRequested)
            {
                _drained.TrySetResult();
            }
        }
    }

    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(
        nameof(PumpPermits), ServiceLifecycleStage.Active, _ => Task.CompletedTask, Drain);

    public void Dispose()
    {
        _drain.Dispose();
        _stopped.Dispose();
    }

    private FairQueue PermitsOf(CampaignPlan plan) =>
        _permits.GetOrAdd(plan.Definition.Relay ?? "", _ => new(options.Value.PumpsMax));

    private InFlight InFlightOf(CampaignPlan plan) =>
        _inFlight.GetOrAdd(
            plan.Definition.Relay ?? "", _ => new(Math.Max(1, options.Value.WindowMax / SharesPerWindow)));

    private async Task Drain(CancellationToken cancellation)
    {
        moves.Drain();
        await _drain.CancelAsync();
        lock (_lock)
        {
            if (_pumping == 0)
            {
                _drained.TrySetResult();
            }
        }

        try
        {
            await _drained.Task.WaitAsync(cancellation);
        }
        finally
        {
            await _stopped.CancelAsync();
        }
    }
}
