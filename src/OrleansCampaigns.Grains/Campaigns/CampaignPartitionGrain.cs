using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Runtime;
using Orleans.Runtime.Placement;
using Orleans.Storage;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Campaigns;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Grains.Audiences;
using OrleansCampaigns.Grains.Contacts;
using OrleansCampaigns.Grains.Delivery;
using OrleansCampaigns.Grains.Throttling;

namespace OrleansCampaigns.Grains.Campaigns;

/// <remarks>
/// One pump runs at a time, started by a timer and interleaving with calls, which only set flags: the pump alone
/// touches the stored state. A reminder brings the grain back until the pass is done; what is due is asked of the
/// audience, whose rows are projected from the contacts.
/// </remarks>
[GrainType("campaign-partition"), PartitionSpread]
internal sealed partial class CampaignPartitionGrain(
    [PersistentState("campaign-partition", StorageNames.Engine)] IPersistentState<PartitionRecord> record,
    IAudienceStore audiences,
    Compilations compilation,
    IMailRelays relays,
    SendingLimits limits,
    PumpPermits permits,
    RunningPumps pumps,
    IOtherPumps others,
    PartitionMoves moves,
    AttemptGate gate,
    CampaignFuses fuses,
    DeliveryMetrics metrics,
    ContactHealth health,
    ILocalSiloDetails silo,
    IOptions<EngineOptions> options,
    TimeProvider clock,
    ILogger<CampaignPartitionGrain> logger)
    : Grain, ICampaignPartitionGrain, IRemindable, IGrainMigrationParticipant, IDisposable
{
    private const string MovingKey = "moving";
    private const string ReminderName = "partition";

    // A request that runs for hours looks stuck to the runtime: a pump ends in time and the next one goes on.
    private static readonly TimeSpan PumpTimeMax = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan UnclearWait = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan WriteRetryMin = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan WriteRetryMax = TimeSpan.FromSeconds(5);

    // Keeps a reminder that a call has just asked for from being removed by a pump that has just become done.
    private readonly SemaphoreSlim _reminding = new(1, 1);

    private readonly ContactTroubles _troubles = new(health, clock);

    private CancellationTokenSource _stop = new();
    private IGrainTimer? _timer;
    private string? _trouble;
    private int _fruitless;
    private PartitionRun? _run;
    private bool _isPumping;
    private bool _pumpAgain;
    private bool _hasRecovered;
    private bool _isCurrent;
    private bool _isWanted;
    private bool _isMoving;
    private bool _isOutdated;

    private CampaignId Campaign => GrainKeys.ReadPartition(this.GetPrimaryKeyString()).Campaign;

    private int Number => GrainKeys.ReadPartition(this.GetPrimaryKeyString()).Partition;

    public async Task Start(int pass)
    {
        await _reminding.WaitAsync();
        try
        {
            _isWanted = true;
            await this.RegisterOrUpdateReminder(
                ReminderName, options.Value.ReminderPeriod, options.Value.ReminderPeriod);
        }
        finally
        {
            _reminding.Release();
        }

        await Wake();
    }

    public Task Pause()
    {
        _stop.Cancel();
        return Task.CompletedTask;
    }

    public Task Wake()
    {
        // A running pump knows an older plan: it ends, and the next one asks again.
        relays.TryAgain(Campaign);
        _stop.Cancel();
        PumpSoon();
        return Task.CompletedTask;
    }

    public Task ReceiveReminder(string reminderName, TickStatus status) => Continue();

    public Task Continue()
    {
        if (!_isPumping)
        {
            PumpSoon();
        }

        return Task.CompletedTask;
    }

    public Task<PartitionSummary> GetState() => Task.FromResult(new PartitionSummary(
        record.State.Cursor,
        _isPumping ? _run?.InFlight ?? 0 : 0,
        record.State.Attempting.Count,
        record.State.Unattempted.Count,
        record.State.PassRequeued,
        _isPumping,
        _hasRecovered));

    /// <summary>Goes on at once where it has moved to.</summary>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (_isMoving)
        {
            // What came along may be what a write that failed has left in memory: only what is stored counts.
            await record.ReadStateAsync(cancellationToken);
            _isMoving = false;
            PumpSoon();
        }
    }

    public void OnDehydrate(IDehydrationContext dehydrationContext) =>
        dehydrationContext.TryAddValue(MovingKey, _isMoving);

    public void OnRehydrate(IRehydrationContext rehydrationContext) =>
        rehydrationContext.TryGetValue(MovingKey, out _isMoving);

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_isMoving)
        {
            permits.PumpEnds(); // A silo that stops has waited for it to get this far.
        }

        return _stop.CancelAsync();
    }

    public void Dispose()
    {
        _stop.Dispose();
        _reminding.Dispose();
    }

    private void PumpSoon(TimeSpan after = default)
    {
        if (_isPumping)
        {
            _pumpAgain = true;
            return;
        }

        _timer?.Dispose();
        _timer = this.RegisterGrainTimer(
            static (self, _) => self.Pump(),
            this,
            new GrainTimerCreationOptions(after, Timeout.InfiniteTimeSpan) { Interleave = true, KeepAlive = true });
    }

    private async Task Pump()
    {
        if (_isPumping)
        {
            _pumpAgain = true;
            return;
        }

        _isPumping = true;
        _pumpAgain = false;
        if (!_isMoving)
        {
            permits.PumpBegins();
        }

        _isMoving = false; // Else it found no other silo, and is still counted.
        _stop.Dispose();
        _stop = CancellationTokenSource.CreateLinkedTokenSource(permits.Draining, moves.Changed);
        _stop.CancelAfter(PumpTimeMax);
        TimeSpan? again = null;
        try
        {
            again = await PumpOnce(_stop.Token);
        }
        catch (Exception failure)
        {
            LogPumpFailed(failure);
            await TellTrouble($"partition {Number} could not go on: {failure.GetType().Name}");
            DeactivateOnIdle(); // The reminder brings it back, with what is stored.
        }
        finally
        {
            _isPumping = false;
            if (_pumpAgain || again is not null)
            {
                GoOn(_pumpAgain ? TimeSpan.Zero : again!.Value);
            }

            if (!_isMoving)
            {
                permits.PumpEnds();
            }
        }
    }

    // Here, or on the silo where the partition belongs now: this one may be stopping, another may have joined.
    private void GoOn(TimeSpan after)
    {
        if (moves.Elsewhere(this.GetGrainId()) is { } silo)
        {
            _isMoving = true;
            RequestContext.Set(IPlacementDirector.PlacementHintKey, silo);
            this.MigrateOnIdle();
        }
        else if (!permits.Draining.IsCancellationRequested)
        {
            PumpSoon(after);
        }
    }

    /// <returns>When to pump again; <see langword="null"/> when a reminder or a call will say so.</returns>
    private async Task<TimeSpan?> PumpOnce(CancellationToken stop)
    {
        _isWanted = false; // Whoever asks from here on may know more than what is read now.
        CampaignPlan? plan;
        try
        {
            plan = await GrainFactory.Campaign(Campaign).GetPlan();
        }
        catch (Exception away) when (away is OrleansException or TimeoutException)
        {
            return UnclearWait; // Its silo is stopping or gone; it will be found elsewhere.
        }

        if (plan is null || plan.Status == CampaignStatus.Paused)
        {
            return null;
        }

        if (plan.Status is not (CampaignStatus.Running or CampaignStatus.Cancelled))
        {
            await RemoveReminderUnlessWanted();
            return null;
        }

        if (!await IsAlone())
        {
            return UnclearWait;
        }

        using var running = pumps.Enter(Campaign, Number);
        if (!_hasRecovered)
        {
            _hasRecovered = await Recover(plan);
        }

        var isDone = plan.Status == CampaignStatus.Cancelled ? await AbandonWaiting(plan) : await Work(plan, stop);
        await TellTrouble(DescribeTrouble());
        if (!_hasRecovered)
        {
            return UnclearWait;
        }

        if (!isDone)
        {
            return stop.IsCancellationRequested ? TimeSpan.Zero : _troubles.Rest;
        }

        if (plan.Status == CampaignStatus.Running && await MendStranded(plan) is { } look)
        {
            return look;
        }

        if (!_isWanted)
        {
            await GrainFactory.Campaign(Campaign).PartitionDone(Number, plan.Pass);
            await RemoveReminderUnlessWanted();
        }

        return null; // Who is wanted has been told to pump again.
    }

    // Two activations may live while silos come and go. What the other one has in flight is not in doubt, and what is
    // in memory here may be from before it stored it.
    private async Task<bool> IsAlone()
    {
        if (_hasRecovered)
        {
            return true;
        }

        if (await others.Have(Campaign, Number))
        {
            _isCurrent = false;
            return false;
        }

        if (!_isCurrent)
        {
            await record.ReadStateAsync();
            _isCurrent = true;
        }

        return true;
    }

    private async Task<bool> Work(CampaignPlan plan, CancellationToken stop)
    {
        var isRequeued = record.State.PassRequeued >= plan.Pass || await RequeueFailed(plan);
        if (!relays.Knows(plan.Definition.Relay))
        {
            // The statistics say so; once it is configured again, the reminder goes on.
            return false;
        }

        var compiled = await compilation.Compile(Campaign, plan.Definition);
        if (compiled.Composer is not { } composer)
        {
            // Checked at the start; only a changed installation (another version, a key that is gone) leads here.
            LogContentBroken(compiled.Problems[0].Code);
            await GrainFactory.Campaign(Campaign).PartitionWaits(
                Number, $"the content no longer compiles: {compiled.Problems[0].Code}");
            return false;
        }

        var sender = new RecipientSender(
            Campaign,
            Number,
            plan,
            audiences,
            composer,
            RulesOf(plan),
            silo.SiloAddress,
            gate,
            GrainFactory,
            limits,
            fuses,
            metrics,
            health,
            clock,
            logger);
        using var trace = CampaignTrace.OfPump(plan.Trace, Number);
        var run = new PartitionRun(
            Campaign,
            Number,
            plan,
            sender,
            record.State,
            Write,
            audiences,
            relays,
            limits,
            permits,
            _troubles,
            GrainFactory,
            metrics,
            options.Value,
            trace,
            clock);
        _run = run;
        var isDone = await run.Send(stop, permits.Stopped);
        _hasRecovered &= !run.NeedsRecovery;
        return isDone && _hasRecovered && isRequeued;
    }

    private DeliveryRules RulesOf(CampaignPlan plan) => options.Value.RulesFor(
        plan.Definition.InDoubt, plan.Definition.Audience.Consents);

    /// <summary>Stores the state, and tries again when it is certain that nobody else has written.</summary>
    /// <remarks>
    /// A write that failed may have landed. Each write is stamped, so that a look tells: what is stored is either this
    /// write or the one before it, or another activation's. While the database is away it is waited for: what this
    /// activation knows would otherwise be in doubt. Any other failure ends the pump, which deactivates the grain.
    /// </remarks>
    private async Task Write()
    {
        if (_isOutdated)
        {
            // The look at what another has stored has brought its version, which must not be overwritten.
            throw new InconsistentStateException("Another activation has written the partition.");
        }

        var state = record.State;
        var before = state.Stamp;
        state.Stamp = Guid.NewGuid();
        try
        {
            await record.WriteStateAsync();
        }
        catch (Exception failure)
        {
            LogWriteFailed(failure.GetType().Name);
            var wait = WriteRetryMin;
            while (!await TryWriteAgain(state, before))
            {
                await Task.Delay(wait, clock, permits.Stopped);
                wait = wait * 2 < WriteRetryMax ? wait * 2 : WriteRetryMax;
            }
        }
    }

    private async Task<bool> TryWriteAgain(PartitionRecord state, Guid before)
    {
        try
        {
            await record.ReadStateAsync();
            var stored = record.State.Stamp;
            record.State = state;
            if (stored != before && stored != state.Stamp)
            {
                _isOutdated = true;
                throw new InconsistentStateException("Another activation has written the partition.");
            }

            if (stored != state.Stamp)
            {
                await record.WriteStateAsync();
            }

            return true; // Else it had landed.
        }
        catch (Exception outage) when (StorageUnavailableException.In(outage) is not null)
        {
            record.State = state;
            return false;
        }
    }

    private string? DescribeTrouble() => _troubles.Count > 0
        ? $"{_troubles.Count} contacts of partition {Number} can be neither read nor stored; they are tried again"
        : _fruitless > 1 ? $"recipients of partition {Number} have no outcome and nothing waits for them" : null;

    // Whoever looks at the campaign is told what keeps it from coming to its end.
    private async Task TellTrouble(string? trouble)
    {
        if (trouble is null && _trouble is null)
        {
            return;
        }

        try
        {
            await GrainFactory.Campaign(Campaign).Tell(Number, trouble);
            _trouble = trouble;
        }
        catch (Exception away) when (Outages.Is(away))
        {
            // It is told with the next round.
        }
    }

    private async Task RemoveReminderUnlessWanted()
    {
        await _reminding.WaitAsync();
        try
        {
            if (!_isWanted && await this.GetReminder(ReminderName) is { } reminder)
            {
                await this.UnregisterReminder(reminder);
            }
        }
        finally
        {
            _reminding.Release();
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A partition could not go on; its reminder tries again.")]
    private partial void LogPumpFailed(Exception failure);

    [LoggerMessage(
        Level =
            LogLevel.Warning, Message = "A partition's state could not be stored ({Failure}); it is tried once more.")]
    private partial void LogWriteFailed(string failure);

    [LoggerMessage(
        Level = LogLevel.Error, Message = "A running campaign's content no longer compiles ({Code}); nothing is sent.")]
    private partial void LogContentBroken(string code);
}
