using Microsoft.Extensions.Logging;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Campaigns;
using OrleansCampaigns.Contracts.Contacts;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Grains.Audiences;

namespace OrleansCampaigns.Grains.Campaigns;

internal sealed partial class CampaignPartitionGrain
{
    private const int BatchSize = 500;

    /// <summary>
    /// Settles what an earlier activation may have begun: the stored window, minus what contacts have recorded.
    /// </summary>
    /// <returns>Whether nothing is left in doubt; <see langword="false"/> while a living silo still makes an
    /// attempt, or while a contact fails.</returns>
    private async Task<bool> Recover(CampaignPlan plan)
    {
        var unattempted = record.State.Unattempted.ToHashSet();
        var first = (await audiences.Undecided(Campaign, Number, record.State.Cursor))
            .Where(recipient => recipient.Occurrence == 1 && !unattempted.Contains(recipient.Seq));
        var attempting = record.State.Attempting.ToDictionary(known => known.Seq, known => known.Attempt);
        var further = attempting.Count == 0
            ? []
            : (await audiences.Find(Campaign, Number, attempting.Keys))
                .Where(recipient => recipient.Attempts < attempting[recipient.Seq]);

        var isClear = await ForEach(
            [.. first.Concat(further).DistinctBy(recipient => recipient.Seq)],
            recipient => ResolveDoubt(recipient, plan),
            recipient => Settlement.Doubtful(recipient.Attempts + 1));
        if (isClear && attempting.Count > 0)
        {
            record.State.Attempting = [];
            await Write();
        }

        return isClear;
    }

    private async Task<bool> ResolveDoubt(Recipient recipient, CampaignPlan plan)
    {
        var turn = RecipientSender.TurnOf(recipient, plan, Campaign);
        var answer = await GrainFactory.Contact(plan.Account, recipient.Contact).ResolveDoubt(turn, RulesOf(plan));
        return answer.Verdict != TurnVerdict.Busy;
    }

    /// <summary>Ends what a cancelled campaign leaves: retries are given up, and whose turn has not come is left out.
    /// </summary>
    /// <returns>Whether nothing of it is left.</returns>
    private async Task<bool> AbandonWaiting(CampaignPlan plan)
    {
        var isDone = await ForAll(
            afterSeq => audiences.Waiting(Campaign, Number, afterSeq, BatchSize),
            recipient => Abandon(recipient, plan),
            recipient => Settlement.LeftOut);
        if (!_hasRecovered)
        {
            return false; // What is in doubt was decided by an attempt, should there have been one.
        }

        // First those whose contacts know nothing: what is noted from here on takes nothing back.
        await audiences.ExcludeUndecided(Campaign, Number, Exclusions.Cancelled, clock.GetUtcNow());
        isDone &= await ForAll(
            afterSeq => audiences.Noted(Campaign, Number, afterSeq, BatchSize),
            recipient => LeaveOut(recipient, plan),
            recipient => Settlement.LeftOut);

        // Put back into the queue, and without a time: a retry that was given up before.
        return await ForAll(
            afterSeq => audiences.Stranded(Campaign, Number, afterSeq, BatchSize),
            recipient => recipient.Outcome == Outcome.Queued ? Abandon(recipient, plan) : Task.FromResult(true),
            recipient => Settlement.LeftOut) && isDone;
    }

    private async Task<bool> Abandon(Recipient recipient, CampaignPlan plan)
    {
        await GrainFactory.Contact(plan.Account, recipient.Contact).Abandon(Campaign);
        return true;
    }

    private async Task<bool> LeaveOut(Recipient recipient, CampaignPlan plan)
    {
        await GrainFactory.Contact(plan.Account, recipient.Contact)
            .Exclude(Campaign, plan.QueuedAt, Exclusions.Cancelled);
        return true;
    }

    /// <summary>Puts the failed ones whose cause allows it back into the queue.</summary>
    /// <returns>Whether all are.</returns>
    private async Task<bool> RequeueFailed(CampaignPlan plan)
    {
        var pass = plan.Pass;
        var isDone = await ForAll(
            afterSeq => audiences.Failed(Campaign, Number, pass, afterSeq, BatchSize),
            async recipient =>
            {
                await GrainFactory.Contact(plan.Account, recipient.Contact).Requeue(Campaign, pass);
                return true;
            },
            recipient => null); // It has failed, and so it stays.
        if (isDone)
        {
            record.State.PassRequeued = pass;
            await Write();
        }

        return isDone;
    }

    /// <summary>Sees to those who have no permanent outcome and whom nothing waits for, once nothing else is left.
    /// </summary>
    /// <remarks>
    /// There are none, unless something was undone by a crash or done by hand. Each is settled, or due again. Where
    /// that leads to nothing, the next look comes later and later.
    /// </remarks>
    /// <returns>When to look again; <see langword="null"/> when there are none.</returns>
    private async Task<TimeSpan?> MendStranded(CampaignPlan plan)
    {
        var found = 0;
        await ForAll(
            async afterSeq =>
            {
                var batch = await audiences.Stranded(Campaign, Number, afterSeq, BatchSize);
                found += batch.Count;
                return batch;
            },
            recipient => Mend(recipient, plan),
            recipient => recipient.Occurrence > 1 ? Settlement.Duplicated
                : recipient.IsDecided ? Settlement.LeftOut
                : Settlement.Doubtful(recipient.Attempts + 1));
        if (found == 0)
        {
            _fruitless = 0;
            return null;
        }

        LogStranded(found);
        var wait = _fruitless == 0 ? TimeSpan.Zero : UnclearWait * Math.Pow(2, Math.Min(_fruitless, 20));
        _fruitless++;
        return wait < options.Value.ReminderPeriod ? wait : options.Value.ReminderPeriod;
    }

    private async Task<bool> Mend(Recipient recipient, CampaignPlan plan)
    {
        var contact = GrainFactory.Contact(plan.Account, recipient.Contact);
        if (recipient.Occurrence > 1)
        {
            await contact.Duplicate(Campaign, plan.QueuedAt, recipient.Occurrence);
            return true;
        }

        if (recipient.IsDecided)
        {
            await contact.Mend(Campaign);
            return true;
        }

        return await ResolveDoubt(recipient, plan);
    }

    /// <summary>Does something with every recipient of a list that is read in batches.</summary>
    private async Task<bool> ForAll(
        Func<long, Task<IReadOnlyList<Recipient>>> read,
        Func<Recipient, Task<bool>> act,
        Func<Recipient, Settlement?> settle)
    {
        var isDone = true;
        long afterSeq = 0;
        while (await read(afterSeq) is { Count: > 0 } batch)
        {
            isDone &= await ForEach(batch, act, settle);
            afterSeq = batch[^1].Seq;
        }

        return isDone;
    }

    /// <summary>Does something with each of some recipients, one contact's failure being no other's.</summary>
    /// <param name="recipients">The recipients; those that failed a moment ago rest.</param>
    /// <param name="act">Asks the contact; answers whether it is done with.</param>
    /// <param name="settle">What the table is to say of one whose contact is given up; <see langword="null"/> for
    /// nothing new.</param>
    /// <returns>Whether all are done with.</returns>
    /// <exception cref="Exception">An outage: it would meet the others, too.</exception>
    private async Task<bool> ForEach(
        IReadOnlyList<Recipient> recipients,
        Func<Recipient, Task<bool>> act,
        Func<Recipient, Settlement?> settle)
    {
        var isDone = true;
        await Parallel.ForEachAsync(
            recipients,
            new ParallelOptions { MaxDegreeOfParallelism = 16, TaskScheduler = TaskScheduler.Current },
            async (recipient, _) =>
            {
                if (_troubles.Rests(recipient.Seq) || !await Try(recipient, act, settle))
                {
                    isDone = false;
                }
            });
        return isDone;
    }

    private async Task<bool> Try(
        Recipient recipient, Func<Recipient, Task<bool>> act, Func<Recipient, Settlement?> settle)
    {
        try
        {
            var isDone = await act(recipient);
            _troubles.Forget(recipient.Seq);
            return isDone;
        }
        catch (Exception failure) when (!Outages.Is(failure))
        {
            LogContactFailed(failure.GetType().Name);
            if (!_troubles.Fails(recipient.Seq))
            {
                return false;
            }
        }

        if (settle(recipient) is { } settlement)
        {
            await audiences.Settle(Campaign, Number, [recipient.Seq], settlement, clock.GetUtcNow());
        }

        return true;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A contact could be neither read nor stored ({Failure}).")]
    private partial void LogContactFailed(string failure);

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "{Recipients} recipients had no outcome and nothing waited for them.")]
    private partial void LogStranded(int recipients);
}
