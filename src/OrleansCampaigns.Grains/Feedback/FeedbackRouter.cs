using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Domain.Feedback;

namespace OrleansCampaigns.Grains.Feedback;

/// <summary>Takes events to their contact, and a temporary bounce from there back to its campaign.</summary>
/// <remarks>
/// Keeps nothing that lasts, so it may run in any process. Opens, clicks and wishes cost one call; a bounce needs its
/// campaign's rules, which are asked for every few seconds. What they say may be that old: only a bounce of a campaign
/// that was cancelled meanwhile notices, and reviving it puts that right.
/// </remarks>
internal sealed class FeedbackRouter(IGrainFactory grains, IOptions<EngineOptions> options, TimeProvider clock)
    : IFeedback
{
    private const int CampaignsMax = 1_000;
    private static readonly TimeSpan PlanAgeMax = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<CampaignId, KnownPlan> _plans = new();

    /// <summary>What is needed of a campaign's plan, which itself may hold megabytes of attachments.</summary>
    private sealed record KnownPlan(
        AccountId Account, CampaignStatus Status, DateTimeOffset QueuedAt, InDoubtPolicy InDoubt, long AskedAt);

    public async Task<FeedbackAnswer> Apply(
        AccountId account, ContactId contact, FeedbackEvent happened, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        DeliveryRules? rules = null;
        if (happened.Signal == FeedbackSignal.Bounce)
        {
            if (await GetPlan(happened.Campaign) is not { } plan || plan.Account != account)
            {
                return new(FeedbackEffect.Ignored, null);
            }

            rules = RulesOf(plan);
        }

        var grain = grains.Contact(account, contact);
        var answer = await grain.Learn(happened with { QueuedAt = null }, rules);
        if (answer is { Effect: FeedbackEffect.Ignored, Delivery: null }
            && await FindQueuedAt(account, happened.Campaign) is { } queuedAt)
        {
            answer = await grain.Learn(happened with { QueuedAt = queuedAt }, rules);
        }

        if (happened.Signal == FeedbackSignal.Bounce)
        {
            await TellCampaign(contact, happened.Campaign, answer);
        }

        return answer;
    }

    // Also when the event was known: an earlier delivery of it may have died before it came here.
    private async Task TellCampaign(ContactId contact, CampaignId campaign, FeedbackAnswer answer)
    {
        if (answer.Effect is not (FeedbackEffect.Applied or FeedbackEffect.Repeated) || answer.Delivery is null)
        {
            return;
        }

        if (answer.Delivery.NextAttemptAt is not null)
        {
            await grains.Campaign(campaign).Revive(contact);
        }
        else if (answer.Delivery.Outcome.IsFailure())
        {
            await grains.Campaign(campaign).AdmitFailure();
        }
    }

    /// <summary>When the audience was taken that the contact may be in, although it knows nothing of it yet.</summary>
    /// <remarks>
    /// Only as long as e-mails may be on their way: once a campaign has finished, each of its recipients knows it.
    /// </remarks>
    private async Task<DateTimeOffset?> FindQueuedAt(AccountId account, CampaignId campaign) =>
        await Ask(campaign) is { } plan
        && plan.Account == account
        && plan.Status is CampaignStatus.Running or CampaignStatus.Paused or CampaignStatus.Cancelled
            ? plan.QueuedAt
            : null;

    private async Task<KnownPlan?> GetPlan(CampaignId campaign) =>
        _plans.TryGetValue(campaign, out var known) && clock.GetElapsedTime(known.AskedAt) < PlanAgeMax
            ? known
            : await Ask(campaign);

    private async Task<KnownPlan?> Ask(CampaignId campaign)
    {
        var now = clock.GetTimestamp();
        if (await grains.Campaign(campaign).GetPlan() is not { } plan)
        {
            return null;
        }

        if (_plans.Count >= CampaignsMax)
        {
            _plans.Clear(); // Asked for again at no great cost.
        }

        return _plans[campaign] = new(plan.Account, plan.Status, plan.QueuedAt, plan.Definition.InDoubt, now);
    }

    private DeliveryRules? RulesOf(KnownPlan plan) => plan.Status == CampaignStatus.Cancelled
        ? null
        : options.Value.RulesFor(plan.InDoubt);
}
