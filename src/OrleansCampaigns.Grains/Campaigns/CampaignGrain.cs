using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Runtime;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Campaigns;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Licences;
using OrleansCampaigns.Grains.Audiences;
using OrleansCampaigns.Grains.Delivery;
using OrleansCampaigns.Grains.Throttling;

namespace OrleansCampaigns.Grains.Campaigns;

/// <remarks>
/// Commands decide, write and answer; what they set in motion is done by <see cref="Drive"/>, which can be run again at
/// any time: a reminder does so until the campaign is over and settled. The reminder is registered before the state is
/// written that needs it, because a needless reminder removes itself and a missing one is never missed.
/// </remarks>
[GrainType("campaign")]
internal sealed partial class CampaignGrain(
    [PersistentState("campaign", StorageNames.Engine)] IPersistentState<CampaignRecord> record,
    [PersistentState("campaign-definition", StorageNames.Engine)] IPersistentState<DefinitionRecord> definition,
    IAudienceStore audiences,
    Compilations compilation,
    IMailRelays relays,
    PartitionMoves moves,
    SendingLimits limits,
    SiloWatch watch,
    IOptions<EngineOptions> options,
    TimeProvider clock,
    ILogger<CampaignGrain> logger) : Grain, ICampaignGrain, IRemindable
{
    private const string ReminderName = "campaign";
    private static readonly TimeSpan StatisticsAge = TimeSpan.FromMilliseconds(500);

    private IGrainTimer? _driver;
    private (long At, CampaignTotals Totals, DateTimeOffset? NextRetryAt)? _counted;
    private int _writes;
    private int _changesSeen = -1;
    private long? _changedAt;
    private int _fruitless;

    private Stored<CampaignRecord> Stored => field ??= new(record, DeactivateOnIdle);

    private Stored<DefinitionRecord> StoredDefinition => field ??= new(definition, DeactivateOnIdle);

    private CampaignDefinition Definition => StoredDefinition.Value.Definition;

    private Campaign Campaign => Stored.Value.Campaign with { Definition = Definition };

    // A relay can vanish from the configuration while campaigns still name it.
    private RelayState Relay => Definition.Relay is var wanted && relays.Knows(wanted)
        ? relays.GetState(wanted)
        : new RelayState(wanted ?? "default", IsUp: false, "not configured", NextProbeAt: null);

    private CampaignId Id => GrainKeys.ReadCampaign(this.GetPrimaryKeyString());

    public async Task<Result<CampaignView>> Create(AccountId account, CampaignDefinition newDefinition)
    {
        var created = Stored.Value.Campaign.Create(Id, account, newDefinition, clock.GetUtcNow());
        if (created.IsRefused || ReferenceEquals(created.Value, Stored.Value.Campaign))
        {
            return View();
        }

        await WriteDefinition(newDefinition);
        await Write(created.Value);
        return View();
    }

    public async Task<Result<CampaignView>> Change(AccountId account, CampaignDefinition newDefinition)
    {
        if (NotFound(account) is { } missing)
        {
            return missing;
        }

        var changed = Stored.Value.Campaign.Change(newDefinition);
        if (changed.IsRefused)
        {
            return changed.Refusal;
        }

        await WriteDefinition(newDefinition);
        await Write(changed.Value);
        return View();
    }

    public Task<Result<CampaignView>> Get(AccountId account) =>
        Task.FromResult<Result<CampaignView>>(NotFound(account) is { } missing ? missing : View());

    public Task<CampaignPlan?> GetPlan() => Task.FromResult(Stored.Value.Campaign is { QueuedAt: { } queuedAt } campaign
        ? new CampaignPlan
        {
            Account = campaign.Account,
            Status = campaign.Status,
            Definition = Definition,
            QueuedAt = queuedAt,
            Pass = campaign.Pass,
            Trace = Stored.Value.Trace,
        }
        : null);

    public Task<Result<CampaignView>> Schedule(AccountId account, DateTimeOffset at) =>
        Command(account, campaign => campaign.Schedule(at, clock.GetUtcNow()));

    public Task<Result<CampaignView>> Unschedule(AccountId account) =>
        Command(account, campaign => campaign.Unschedule());

    public async Task<Result<CampaignView>> Start(AccountId account, RequestKey? request)
    {
        if (NotFound(account) is { } missing)
        {
            return missing;
        }

        if (Repeated(request) is { } repeated)
        {
            return repeated;
        }

        if (Stored.Value.Campaign.Start(clock.GetUtcNow()) is { IsRefused: true } refused)
        {
            return refused.Refusal!;
        }

        var problem = Refusal.Of((await FindProblems(deep: false)).Problems);
        return problem ?? await Command(account, campaign => campaign.Start(clock.GetUtcNow()), request);
    }

    public async Task<Result<CampaignView>> Pause(AccountId account)
    {
        var paused = await Command(account, campaign => campaign.Pause());
        if (!paused.IsRefused)
        {
            await TellPartitions(partition => partition.Pause());
        }

        return paused;
    }

    public Task<Result<CampaignView>> Resume(AccountId account) =>
        CommandAndWake(account, campaign => campaign.Resume());

    public Task<Result<CampaignView>> Cancel(AccountId account) =>
        CommandAndWake(account, campaign => campaign.Cancel(clock.GetUtcNow()));

    public async Task<Result<CampaignView>> RetryFailed(AccountId account, RequestKey? request) =>
        (NotFound(account) is null ? Repeated(request) : null)
        ?? await Command(account, campaign => campaign.RetryFailed(), request);

    // The command was carried out and its answer was lost.
    private Result<CampaignView>? Repeated(RequestKey? request) => Stored.Value.Campaign.Knows(request) switch
    {
        { IsRefused: true } other => other.Refusal!,
        { Value: true } => View(),
        _ => null,
    };

    public async Task<Result<CampaignStatistics>> GetStatistics(AccountId account)
    {
        if (NotFound(account) is { } missing)
        {
            return missing;
        }

        var campaign = Stored.Value.Campaign;
        var (totals, nextRetryAt) = campaign.QueuedAt is null
            ? (new CampaignTotals(), null)
            : await Count(); // Also after the end: bounces, opens and clicks come for days.
        var reservation = campaign.QueuedAt is null
            ? null
            : await GrainFactory.Account(campaign.Account).GetReservation(Id);
        var relay = Relay;
        return new CampaignStatistics
        {
            Status = campaign.Status,
            Totals = totals,
            NextRetryAt = nextRetryAt,
            Licences = reservation is { IsSettled: false } held
                ? held with { Deducted = totals.Deducted }
                : reservation ?? new Reservation(0, 0, 0, IsSettled: false),
            WaitingFor = WaitingFor(campaign, relay, totals, nextRetryAt),
        };
    }

    public Task<CampaignSummary> GetState()
    {
        var campaign = Stored.Value.Campaign;
        return Task.FromResult(new CampaignSummary(
            campaign.Status.ToString(),
            campaign.ScheduledAt,
            campaign.StartedAt,
            campaign.EndedAt,
            campaign.AudienceSize,
            campaign.Pass,
            Stored.Value.PassBegun,
            campaign.Partitions,
            campaign.PartitionsDone.Count,
            campaign.IsSettled));
    }

    private async Task<(CampaignTotals Totals, DateTimeOffset? NextRetryAt)> Count()
    {
        if (_counted is { } counted && clock.GetElapsedTime(counted.At) < StatisticsAge)
        {
            return (counted.Totals, counted.NextRetryAt);
        }

        var writes = _writes;
        var now = clock.GetTimestamp();
        var (totals, nextRetryAt) = await audiences.Count(Id);
        if (writes == _writes)
        {
            // Else it may be older than what the campaign has become meanwhile.
            _counted = (now, totals, nextRetryAt);
        }

        return (totals, nextRetryAt);
    }

    private async Task<Result<CampaignView>> Command(
        AccountId account, Func<Campaign, Result<Campaign>> command, RequestKey? request = null)
    {
        if (NotFound(account) is { } missing)
        {
            return missing;
        }

        CampaignTrace.Link(Stored.Value.Trace);
        var decided = command(Stored.Value.Campaign);
        if (decided.IsRefused)
        {
            return decided.Refusal;
        }

        if (!ReferenceEquals(decided.Value, Stored.Value.Campaign))
        {
            if (decided.Value.Status != CampaignStatus.Draft)
            {
                await KeepReminded();
            }

            await Write(decided.Value.By(request));
            DriveSoon();
        }

        return View();
    }

    private async Task<Result<CampaignView>> CommandAndWake(AccountId account, Func<Campaign, Result<Campaign>> command)
    {
        var decided = await Command(account, command);
        if (!decided.IsRefused)
        {
            await TellPartitions(partition => partition.Wake());
        }

        return decided;
    }

    private Task<IGrainReminder> KeepReminded() => this.RegisterOrUpdateReminder(
        ReminderName, options.Value.ReminderPeriod, options.Value.ReminderPeriod);

    private Task TellPartitions(Func<ICampaignPartitionGrain, Task> tell, IEnumerable<int>? partitions = null) =>
        Parallel.ForEachAsync(
            partitions ?? Enumerable.Range(0, Stored.Value.Campaign.Partitions),
            new ParallelOptions { MaxDegreeOfParallelism = 32, TaskScheduler = TaskScheduler.Current },
            async (partition, _) => await tell(GrainFactory.Partition(Id, partition)));

    private Refusal? NotFound(AccountId account) =>
        Stored.Value.Campaign.Id is null || Stored.Value.Campaign.Account != account
        ? Refusal.NotFound("campaign.unknown", "There is no such campaign.")
        : null;

    private CampaignView View()
    {
        var campaign = Campaign;
        return new CampaignView
        {
            Id = Id,
            Status = campaign.Status,
            Definition = campaign.Definition,
            CreatedAt = campaign.CreatedAt,
            ScheduledAt = campaign.ScheduledAt,
            StartedAt = campaign.StartedAt,
            EndedAt = campaign.EndedAt,
            AudienceSize = campaign.AudienceSize,
            Pass = campaign.Pass,
            StartRefusal = campaign.StartRefusal,
            PauseReason = campaign.PauseReason,
            StartNote = campaign.StartNote,
            WaitingFor = campaign.Status == CampaignStatus.Starting ? _importsAwaited : null,
        };
    }

    private async Task WriteDefinition(CampaignDefinition next)
    {
        await StoredDefinition.Write(new DefinitionRecord { Definition = next });
    }

    private async Task Write(Campaign next, int? passBegun = null)
    {
        var before = Stored.Value.Campaign;
        await Stored.Write(new CampaignRecord
        {
            Campaign = next with { Definition = new() },
            PassBegun = passBegun ?? Stored.Value.PassBegun,
            Projection = CampaignProjection.Of(next with { Definition = Definition }),
            Trace = TraceOf(next),
        });
        _counted = null;
        _writes++;
        if (next.Status != CampaignStatus.Running)
        {
            watch.Forget(Id);
        }

        Tell(before, next);
    }

    // The request that starts it names the trace; one that is scheduled belongs to the request which did that.
    private string? TraceOf(Campaign next) =>
        next.Status is CampaignStatus.Scheduled or CampaignStatus.Starting
        && next.Status != Stored.Value.Campaign.Status
            ? CampaignTrace.Current ?? Stored.Value.Trace
            : Stored.Value.Trace;
}
