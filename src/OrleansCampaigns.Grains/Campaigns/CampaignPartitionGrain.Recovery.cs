using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Campaigns;
using OrleansCampaigns.Contracts.Contacts;
using OrleansCampaigns.Grains.Audiences;

namespace OrleansCampaigns.Grains.Campaigns;

internal sealed partial class CampaignPartitionGrain
{
    private const int BatchSize = 500;

    /// <summary>
    /// Settles what an earlier activation may have begun: the stored window, minus what contacts have recorded.
    /// </summary>
    /// <returns>Whether nothing is left in doubt; <see langword="false"/> while a living silo still makes an
    /// attempt.</returns>
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

        var isClear = true;
        foreach (var recipient in first.Concat(further).DistinctBy(recipient => recipient.Seq))
        {
            var turn = RecipientSender.TurnOf(recipient, plan, Campaign);
            var answer = await GrainFactory.Contact(
                plan.Account, recipient.Contact).ResolveDoubt(turn, RulesOf(plan));
            isClear &= answer.Verdict != TurnVerdict.Busy;
        }

        if (isClear && attempting.Count > 0)
        {
            record.State.Attempting = [];
            await Write();
        }

        return isClear;
    }

    /// <summary>Gives up what waits for a retry in a cancelled campaign.</summary>
    private async Task<bool> AbandonWaiting(CampaignPlan plan)
    {
        long afterSeq = 0;
        while (true)
        {
            var batch = await audiences.Waiting(Campaign, Number, afterSeq, BatchSize);
            if (batch.Count == 0)
            {
                return true;
            }

            await ForEach(batch, recipient => GrainFactory.Contact(plan.Account, recipient.Contact).Abandon(Campaign));
            afterSeq = batch[^1].Seq;
        }
    }

    /// <summary>Puts the failed ones whose cause allows it back into the queue.</summary>
    private async Task RequeueFailed(CampaignPlan plan)
    {
        var pass = plan.Pass;
        long afterSeq = 0;
        while (true)
        {
            var batch = await audiences.Failed(Campaign, Number, pass, afterSeq, BatchSize);
            if (batch.Count == 0)
            {
                break;
            }

            await ForEach(
                batch, recipient => GrainFactory.Contact(plan.Account, recipient.Contact).Requeue(Campaign, pass));
            afterSeq = batch[^1].Seq;
        }

        record.State.PassRequeued = pass;
        await Write();
    }

    private static Task ForEach(IReadOnlyList<Recipient> recipients, Func<Recipient, Task> act) =>
        Parallel.ForEachAsync(
        recipients,
        new ParallelOptions { MaxDegreeOfParallelism = 16, TaskScheduler = TaskScheduler.Current },
        async (recipient, _) => await act(recipient));
}
