using Microsoft.Extensions.Logging;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Grains.Campaigns;

internal sealed partial class CampaignGrain
{
    // What an operator follows: one line for each step of a campaign's life, after the step is stored.
    private void Tell(Campaign before, Campaign after)
    {
        switch (before.Status, after.Status)
        {
            case (CampaignStatus.Cancelled, CampaignStatus.Cancelled):
                if (!before.IsSettled && after is { IsSettled: true, FinalTotals: { } rest })
                {
                    LogEnded(Id, CampaignStatus.Cancelled, SecondsOf(after), Describe(rest));
                }

                break;
            case (_, CampaignStatus.Draft) when after.StartRefusal is { } refusal && before.StartRefusal != refusal:
                LogNotStarted(Id, refusal.Code);
                break;
            case var (old, now) when old == now:
                break;
            case (_, CampaignStatus.Scheduled):
                LogScheduled(Id, after.ScheduledAt);
                break;
            case (CampaignStatus.Starting, CampaignStatus.Running):
                LogStarted(Id, after.AudienceSize, after.Partitions);
                break;
            case (CampaignStatus.Paused, CampaignStatus.Running):
                LogResumed(Id);
                break;
            case (_, CampaignStatus.Running) when after.Pass > before.Pass:
                LogRetried(Id, after.Pass);
                break;
            case (_, CampaignStatus.Running):
                LogRevived(Id);
                break;
            case (_, CampaignStatus.Paused):
                LogPaused(Id);
                break;
            case (_, CampaignStatus.Cancelled):
                LogCancelled(Id, before.Status);
                break;
            case (CampaignStatus.Running or CampaignStatus.Paused, _) when after.FinalTotals is { } totals:
                LogEnded(Id, after.Status, SecondsOf(after), Describe(totals));
                break;
        }
    }

    private static double SecondsOf(Campaign ended) => ended is { StartedAt: { } began, EndedAt: { } end }
        ? Math.Round((end - began).TotalSeconds, 1)
        : 0;

    private static string Describe(CampaignTotals totals)
    {
        var parts = totals.Outcomes.Where(pair => pair.Value > 0).OrderBy(pair => pair.Key)
            .Select(pair => $"{pair.Key} {pair.Value}")
            .Append($"excluded {totals.Excluded.Values.Sum()}");
        return $"{string.Join(", ", parts)}; {totals.InDoubt} in doubt, {totals.Attempts} attempts, "
            + $"{totals.Deducted} licences deducted";
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Campaign {Campaign} is scheduled for {At:u}.")]
    private partial void LogScheduled(CampaignId campaign, DateTimeOffset? at);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Campaign {Campaign} did not start: {Code}.")]
    private partial void LogNotStarted(CampaignId campaign, string code);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Campaign {Campaign} started: {Recipients} recipients in {Partitions} partitions.")]
    private partial void LogStarted(CampaignId campaign, long recipients, int partitions);

    [LoggerMessage(Level = LogLevel.Information, Message = "Campaign {Campaign} is paused.")]
    private partial void LogPaused(CampaignId campaign);

    [LoggerMessage(Level = LogLevel.Information, Message = "Campaign {Campaign} is resumed.")]
    private partial void LogResumed(CampaignId campaign);

    [LoggerMessage(
        Level = LogLevel.Information, Message = "Campaign {Campaign} tries its failed recipients again: pass {Pass}.")]
    private partial void LogRetried(CampaignId campaign, int pass);

    [LoggerMessage(
        Level = LogLevel.Information, Message = "Campaign {Campaign} runs again, because an e-mail came back.")]
    private partial void LogRevived(CampaignId campaign);

    [LoggerMessage(Level = LogLevel.Information, Message = "Campaign {Campaign} is cancelled; it was {Status}.")]
    private partial void LogCancelled(CampaignId campaign, CampaignStatus status);

    [LoggerMessage(
        Level = LogLevel.Information, Message = "Campaign {Campaign} ended as {Status} after {Seconds} s: {Totals}.")]
    private partial void LogEnded(CampaignId campaign, CampaignStatus status, double seconds, string totals);
}
