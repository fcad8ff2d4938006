using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Campaigns;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Grains.Audiences;
using OrleansCampaigns.Grains.Delivery;

namespace OrleansCampaigns.Grains.Campaigns;

internal sealed partial class CampaignGrain
{
    // How often a running campaign looks whether a silo has come or gone, and for how long it then sees to it that
    // every partition goes on: as long as one may still meet a silo that is on its way out.
    private static readonly TimeSpan LookPeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SettlePeriod = TimeSpan.FromSeconds(15);

    // A look that led to nothing is repeated after twice as long, up to about nine minutes.
    private const int FruitlessMax = 9;

    private Task<(Refusal? Refusal, AudienceSnapshot? Taken)>? _taking;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (Stored.Value.Campaign.Id is not null && !IsAtRest)
        {
            DriveSoon();
        }

        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        watch.Forget(Id);
        return Task.CompletedTask;
    }

    public Task ReceiveReminder(string reminderName, TickStatus status) => Drive();

    private bool IsAtRest => Stored.Value.Campaign is { Status: CampaignStatus.Draft } or { IsSettled: true };

    private void DriveSoon(TimeSpan? after = null)
    {
        _driver?.Dispose();
        _driver = this.RegisterGrainTimer(
            static (self, _) => self.Drive(),
            this,
            new GrainTimerCreationOptions(after ?? TimeSpan.Zero, Timeout.InfiniteTimeSpan) { KeepAlive = true });
    }

    /// <summary>Does the next thing that the campaign's status asks for. Safe to run again after any crash.</summary>
    private async Task Drive()
    {
        if (Stored.IsOutdated || StoredDefinition.IsOutdated)
        {
            return;
        }

        try
        {
            switch (Stored.Value.Campaign)
            {
                case { Id: null } or { Status: CampaignStatus.Draft }:
                    await RemoveReminder();
                    break;
                case { IsSettled: true } ended:
                    await LookBack(ended);
                    break;
                case { Status: CampaignStatus.Scheduled } scheduled:
                    await AwaitSchedule(scheduled);
                    break;
                case { Status: CampaignStatus.Starting }:
                    using (CampaignTrace.Begin("audience", Stored.Value.Trace))
                    {
                        await TakeAudience();
                    }

                    break;
                case { Status: CampaignStatus.Running or CampaignStatus.Paused }:
                    await Run();
                    break;
                default:
                    await WindUp();
                    break;
            }
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // Whoever looks wants to know why nothing moves. Should this grain have to be read anew, its reminder does.
            LogDriveFailed(failure, Stored.Value.Campaign.Status);
            DriveSoon(ReportPeriod);
            throw;
        }
    }

    private async Task AwaitSchedule(Campaign scheduled)
    {
        var wait = scheduled.ScheduledAt!.Value - clock.GetUtcNow();
        if (wait > TimeSpan.Zero)
        {
            // What is further away than a reminder's period is the reminder's business.
            if (wait <= options.Value.ReminderPeriod + TimeSpan.FromSeconds(1))
            {
                DriveSoon(wait);
            }

            return;
        }

        var problem = Refusal.Of((await FindProblems(deep: false)).Problems);
        var started = scheduled.Start(clock.GetUtcNow()).Value!;
        await Write(problem is null ? started : started.FailStart(problem));
        await Drive();
    }

    private async Task TakeAudience()
    {
        if (_taking is null && !await HaveImportsEnded())
        {
            return;
        }

        var campaign = Stored.Value.Campaign;
        if (LetTake(campaign) is not { } ended)
        {
            return;
        }

        var (refusal, found) = await ended;
        if (found is not { } taken)
        {
            await FailStart(refusal!);
            return;
        }

        var reserved = await GrainFactory.Account(campaign.Account).Reserve(Id, campaign.Pass, taken.Sendable);
        if (reserved.IsRefused)
        {
            await FailStart(reserved.Refusal);
            return;
        }

        // Stored before anybody can follow one. Nothing refuses this start any more.
        if ((await compilation.Compile(Id, Definition)).Composer is { Links.Count: > 0 } composer)
        {
            await audiences.StoreLinks(Id, composer.Links);
        }

        await Write(campaign.Run(taken.Recipients, taken.Partitions, taken.TakenAt));
        await Run();
    }

    // Taking an audience of millions lasts longer than the caller of a command waits: it is done outside of turns, so
    // that the campaign can be cancelled meanwhile.
    /// <returns>What was taken, once it is; until then <see langword="null"/>, and the campaign is driven again
    /// afterwards.</returns>
    private Task<(Refusal? Refusal, AudienceSnapshot? Taken)>? LetTake(Campaign campaign)
    {
        _taking ??= Take(campaign);
        if (_taking.IsCompleted)
        {
            var ended = _taking;
            _taking = null;
            return ended;
        }

        _ = GoOnAfter(_taking);
        return null;

        async Task GoOnAfter(Task taking)
        {
            const ConfigureAwaitOptions Here = ConfigureAwaitOptions.ContinueOnCapturedContext;
            await taking.ConfigureAwait(Here | ConfigureAwaitOptions.SuppressThrowing);
            DriveSoon();
        }
    }

    private async Task<(Refusal? Refusal, AudienceSnapshot? Taken)> Take(Campaign campaign)
    {
        if (await FindMissingFields() is { } missing)
        {
            return (missing, null);
        }

        var taken = await audiences.Take(
            campaign.Account, Id, Definition.Audience, options.Value.PartitionSize, clock.GetUtcNow());
        return taken.Recipients > 0
            ? (null, taken)
            : (EmptyAudience(), null);
    }

    private async Task FailStart(Refusal refusal)
    {
        // The next start takes its own audience.
        await audiences.Discard(Id);
        await GrainFactory.Account(Stored.Value.Campaign.Account).Release(Id);
        await Write(Stored.Value.Campaign.FailStart(refusal));
        await RemoveReminder();
    }

    private async Task Run()
    {
        var campaign = Stored.Value.Campaign;
        if (Stored.Value.PassBegun < campaign.Pass)
        {
            if (await ReserveForPass(campaign) is { } refusal)
            {
                var (final, _) = await audiences.Count(Id);
                await Write(
                    campaign.Finish(
                        final, clock.GetUtcNow()).Settle(final) with
                    { StartRefusal = refusal }, campaign.Pass);
                return;
            }

            await TellPartitions(partition => partition.Start(campaign.Pass));
            _working.UnionWith(Enumerable.Range(0, campaign.Partitions).Except(campaign.PartitionsDone));
            await Write(Stored.Value.Campaign, campaign.Pass);
        }

        if (Stored.Value.Campaign.AllPartitionsDone)
        {
            await Finish();
            return;
        }

        if (Stored.Value.Campaign.Status == CampaignStatus.Running)
        {
            await ContinuePartitions(campaign);
            await ReportProgress(campaign);
            DriveSoon(LookPeriod);
        }
    }

    // A silo that died took its partitions with it, and one that comes or goes may cut off what a partition asks for or
    // meet it halfway. Their reminders would bring them back within a period; this does it within a second or two of
    // the change being known, and after this grain itself has come back.
    private async Task ContinuePartitions(Campaign campaign)
    {
        if (moves.Count != _changesSeen)
        {
            _changesSeen = moves.Count;
            _changedAt = clock.GetTimestamp();
        }

        if (_changedAt is { } changed && clock.GetElapsedTime(changed) < SettlePeriod)
        {
            await TellPartitions(Continue, Enumerable.Range(0, campaign.Partitions).Except(campaign.PartitionsDone));
        }
    }

    private static async Task Continue(ICampaignPartitionGrain partition)
    {
        try
        {
            await partition.Continue();
        }
        catch (Exception failure) when (failure is OrleansException or TimeoutException)
        {
            // It is on a silo that is gone: the next look tells it again, elsewhere.
        }
    }

    // Failed recipients have their licence already, unless only a sent e-mail costs one. Whom no message could be made
    // for was never charged.
    private async Task<Refusal?> ReserveForPass(Campaign campaign)
    {
        if (campaign.Pass == 1)
        {
            return null;
        }

        var (totals, _) = await audiences.Count(Id);
        var failed = totals.Outcomes.Where(pair => pair.Key.IsFailure()).Sum(pair => pair.Value);
        var needed = totals.Unmade + (options.Value.DeductOn == DeductOn.Sent ? failed : 0);
        return (await GrainFactory.Account(campaign.Account).Reserve(Id, campaign.Pass, needed)).Refusal;
    }

    private async Task Finish()
    {
        var (totals, _) = await audiences.Count(Id);
        if (!totals.IsOver)
        {
            // Something came back after its partition was done: the partitions look again, and settle what they find.
            // Should that lead to nothing, they look less and less often.
            LogNotOver(totals.RetriesWaiting);
            await Write(Stored.Value.Campaign with { PartitionsDone = [] }, Stored.Value.Campaign.Pass - 1);
            DriveSoon(LookPeriod * Math.Pow(2, Math.Min(_fruitless++, FruitlessMax)));
            return;
        }

        _fruitless = 0;

        await GrainFactory.Account(Stored.Value.Campaign.Account).Settle(Id, totals.Deducted);
        await Write(Stored.Value.Campaign.Finish(totals, clock.GetUtcNow()).Settle(totals));
        await RemoveReminderUnlessInDoubt(totals);
    }

    // A silo that was taken for dead may still report an attempt that was written off, and be gone before it tells this
    // campaign that there is something to be tried again. While somebody is in doubt, the reminder looks for such for
    // a period: no silo lives that long without knowing what it was taken for.
    private async Task LookBack(Campaign ended)
    {
        if (ended.QueuedAt is null)
        {
            // A taking that an activation before has left behind may have landed late.
            await audiences.Discard(Id);
            if (IsLongOver(ended))
            {
                await RemoveReminder();
            }

            return;
        }

        var (totals, _) = await audiences.Count(Id);
        if (totals.RetriesWaiting == 0)
        {
            await (IsLongOver(ended) ? RemoveReminder() : RemoveReminderUnlessInDoubt(totals));
        }
        else if (ended.Status == CampaignStatus.Cancelled)
        {
            await TellPartitions(partition => partition.Start(ended.Pass)); // They give it up.
        }
        else
        {
            LogNotOver(totals.RetriesWaiting);
            var revived = Enumerable.Range(0, ended.Partitions).Aggregate(
                ended, (campaign, partition) => campaign.Revive(partition));
            await Write(revived, revived.Pass - 1);
            DriveSoon();
        }
    }

    private bool IsLongOver(Campaign ended) => clock.GetUtcNow() >= ended.EndedAt + options.Value.ReminderPeriod;

    // Nor before the period is over where a cancel came between "retry failed" and its end: such a silo may put another
    // failure back into the queue.
    private Task RemoveReminderUnlessInDoubt(CampaignTotals totals) =>
        totals.InDoubt > 0 || Stored.Value.Campaign is { Status: CampaignStatus.Cancelled, Pass: > 1 }
            ? Task.CompletedTask
            : RemoveReminder();

    // Cancelled: once no partition has anything in flight or waiting, the rest of the licences goes back.
    private async Task WindUp()
    {
        var campaign = Stored.Value.Campaign;
        if (!campaign.AllPartitionsDone)
        {
            await TellPartitions(partition => partition.Start(campaign.Pass));
            return;
        }

        if (campaign.QueuedAt is null)
        {
            await WindUpStart(campaign);
            return;
        }

        var (totals, _) = await audiences.Count(Id);
        await GrainFactory.Account(campaign.Account).Settle(Id, totals.Deducted);
        await Write(campaign.Settle(totals));
        await RemoveReminderUnlessInDoubt(totals);
    }

    // It was cancelled while it started: whatever had been taken for it by then goes back.
    private async Task WindUpStart(Campaign campaign)
    {
        if (_taking is not null && LetTake(campaign) is null)
        {
            return;
        }

        await audiences.Discard(Id);
        await GrainFactory.Account(campaign.Account).Release(Id, forGood: true);
        await Write(campaign.Settle(new CampaignTotals())); // The reminder looks back once more.
    }

    private async Task RemoveReminder()
    {
        if (await this.GetReminder(ReminderName) is { } reminder)
        {
            await this.UnregisterReminder(reminder);
        }
    }

    [LoggerMessage(
        Level = LogLevel.Error, Message = "A campaign that is {Status} could not go on; it is tried again.")]
    private partial void LogDriveFailed(Exception failure, CampaignStatus status);

    [LoggerMessage(
        Level =
            LogLevel.Warning, Message = "All partitions are done and {Waiting} retries wait; partitions look again.")]
    private partial void LogNotOver(long waiting);
}
