using System.Collections.Immutable;
using OrleansCampaigns.Contracts.Contacts;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Domain.Feedback;

namespace OrleansCampaigns.Api.Tests.Fakes;

/// <summary>The real contact, in memory, without storage.</summary>
public sealed class FakeContactGrain(TimeProvider clock) : IContactGrain
{
    public Contact Contact { get; set; } = new();

    /// <summary>Pages of older history.</summary>
    public List<HistoryPage> Pages { get; } = [];

    public Task<Result<ContactState>> UnsubscribeByUs(string actor, string reason) =>
        Change(Contact.UnsubscribeByUs(actor, reason, clock.GetUtcNow()));

    public Task<Result<ContactState>> Resubscribe(string actor, string consent) =>
        Change(Contact.Resubscribe(actor, consent, clock.GetUtcNow()));

    public Task<Result<ContactState>> Reinstate(string actor, string reason) =>
        Change(Contact.Reinstate(actor, reason, clock.GetUtcNow()));

    public Task EndSubscription(string listId, ImmutableList<string> kept, SubscriptionChange change)
    {
        Contact = Contact.EndSubscription(listId, kept, change);
        return Task.CompletedTask;
    }

    public Task RenewSubscription(string listId, SubscriptionChange change)
    {
        Contact = Contact.RenewSubscription(listId, change);
        return Task.CompletedTask;
    }

    public Task TakeStanding(ImportedStanding standing)
    {
        Contact = Contact.TakeStanding(standing, clock.GetUtcNow());
        return Task.CompletedTask;
    }

    public Task<ContactState> Describe() => Task.FromResult(new ContactState
    {
        Status = Contact.Status,
        StatusSince = Contact.StatusSince,
        LastStatus = Contact.LastOutcome,
        LastStatusAt = Contact.LastOutcomeAt,
        Deliveries = Contact.Deliveries,
    });

    public Task<HistoryPage> GetHistory(int page) => Task.FromResult(page < Pages.Count
        ? Pages[page] with { Page = page, PageCount = Pages.Count + 1 }
        : new HistoryPage(page == Pages.Count ? Contact.History : [], page, Pages.Count + 1));

    public Task<TurnAnswer> Begin(Turn turn, DeliveryRules rules, Orleans.Runtime.SiloAddress sender) =>
        throw new NotSupportedException();

    public Task<CampaignDelivery> Record(Turn turn, AttemptReport report, DeliveryRules rules) =>
        throw new NotSupportedException();

    public Task Withdraw(Turn turn) => throw new NotSupportedException();

    public Task<TurnAnswer> ResolveDoubt(Turn turn, DeliveryRules rules) => throw new NotSupportedException();

    public Task Duplicate(CampaignId campaign, DateTimeOffset queuedAt, int upToOccurrence) =>
        throw new NotSupportedException();

    public Task Exclude(CampaignId campaign, DateTimeOffset queuedAt, string reason) =>
        throw new NotSupportedException();

    public Task Mend(CampaignId campaign) => throw new NotSupportedException();

    public Task Abandon(CampaignId campaign) => throw new NotSupportedException();

    public Task<FeedbackAnswer> Learn(FeedbackEvent happened, DeliveryRules? rules) =>
        throw new NotSupportedException();

    public Task Requeue(CampaignId campaign, int pass) => throw new NotSupportedException();

    public Task<ContactSummary> GetState() => throw new NotSupportedException();

    private async Task<Result<ContactState>> Change(Contact next)
    {
        if (ReferenceEquals(next, Contact))
        {
            return Refusal.Conflict("contact.status", "A contact of this status cannot be changed so.");
        }

        Contact = next;
        return await Describe();
    }
}
