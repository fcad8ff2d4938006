using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Placement;
using Orleans.Runtime;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Contacts;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Domain.Feedback;

namespace OrleansCampaigns.Grains.Contacts;

/// <remarks>
/// Not reentrant: nothing may come between deciding and writing. A begun attempt is remembered in memory only: it keeps
/// two partitions (or two activations of one) from sending the same e-mail at the same time, and after a crash the
/// partition's stored window says what was begun. It lives where it is asked for: mostly where its partition sends.
/// </remarks>
[GrainType("contact"), PreferLocalPlacement, CollectionAgeLimit(Minutes = 2)]
internal sealed class ContactGrain(
    [PersistentState("contact", StorageNames.Contacts)] IPersistentState<ContactRecord> record,
    IOptions<EngineOptions> options,
    IOptions<TrackingOptions> tracking,
    ISiloStatusOracle silos,
    AttemptGates gates,
    TimeProvider clock) : Grain, IContactGrain
{
    // Longer than any relay may take for one transaction.
    private static readonly TimeSpan AttemptMax = TimeSpan.FromMinutes(30);

    private readonly Dictionary<CampaignId, (int Attempt, SiloAddress Sender, long Since)> _begun = [];

    private Stored<ContactRecord> Stored => field ??= new(record, DeactivateOnIdle);

    private Contact Contact => Stored.Value.Contact;

    public async Task<TurnAnswer> Begin(Turn turn, DeliveryRules rules, SiloAddress sender)
    {
        await Recall(turn.Campaign, turn.QueuedAt);
        if (IsBeingMade(turn))
        {
            return new(TurnVerdict.Busy, Contact.DeliveryOf(turn.Campaign));
        }

        var decision = Contact.Begin(turn, rules, clock.GetUtcNow());
        if (decision.MayBegin)
        {
            _begun[turn.Campaign] = (turn.Attempt, sender, clock.GetTimestamp());
            DelayDeactivation(AttemptMax); // What is begun is known here alone.
            return new(TurnVerdict.Begin, Contact.DeliveryOf(turn.Campaign));
        }

        await Commit(decision.Contact);
        Leave();
        return new(TurnVerdict.Decided, Contact.DeliveryOf(turn.Campaign));
    }

    public async Task<CampaignDelivery> Record(Turn turn, AttemptReport report, DeliveryRules rules)
    {
        await Recall(turn.Campaign, turn.QueuedAt);
        if (_begun.TryGetValue(turn.Campaign, out var begun) && begun.Attempt > turn.Attempt)
        {
            // Too late to clear up a doubt: because of it the e-mail is being sent again.
            return Contact.DeliveryOf(turn.Campaign)!;
        }

        await Commit(Contact.Record(turn, report, rules, JitterSeed(turn), clock.GetUtcNow()));
        _begun.Remove(turn.Campaign);
        Leave();
        return Contact.DeliveryOf(turn.Campaign)!;
    }

    public Task Withdraw(Turn turn)
    {
        if (_begun.TryGetValue(turn.Campaign, out var begun) && begun.Attempt == turn.Attempt)
        {
            _begun.Remove(turn.Campaign);
        }

        return Task.CompletedTask;
    }

    public async Task<TurnAnswer> ResolveDoubt(Turn turn, DeliveryRules rules)
    {
        await Recall(turn.Campaign, turn.QueuedAt);

        // An attempt that was begun so long ago has ended, and what was to be said of it was lost: it is in doubt.
        if (IsBeingMade(turn) && clock.GetElapsedTime(_begun[turn.Campaign].Since) < AttemptMax)
        {
            return new(TurnVerdict.Busy, Contact.DeliveryOf(turn.Campaign));
        }

        await Commit(Contact.ResolveDoubt(turn, rules, JitterSeed(turn), clock.GetUtcNow()));
        _begun.Remove(turn.Campaign);
        return new(TurnVerdict.Decided, Contact.DeliveryOf(turn.Campaign));
    }

    public async Task Duplicate(CampaignId campaign, DateTimeOffset queuedAt, int upToOccurrence)
    {
        await Recall(campaign, queuedAt);
        await Commit(Contact.Duplicate(campaign, queuedAt, upToOccurrence, clock.GetUtcNow()));
    }

    public async Task Exclude(CampaignId campaign, DateTimeOffset queuedAt, string reason)
    {
        await Recall(campaign, queuedAt);
        _begun.Remove(campaign);
        await Commit(Contact.Exclude(campaign, queuedAt, reason, clock.GetUtcNow()));
        Leave();
    }

    public async Task Abandon(CampaignId campaign)
    {
        await Recall(campaign, DateTimeOffset.MinValue);
        await Commit(Contact.Abandon(campaign, clock.GetUtcNow()));
    }

    public async Task Mend(CampaignId campaign)
    {
        await Recall(campaign, DateTimeOffset.MinValue);
        await Commit(Contact.Mend(campaign, clock.GetUtcNow()));
    }

    public async Task Requeue(CampaignId campaign, int pass)
    {
        await Recall(campaign, DateTimeOffset.MinValue);
        await Commit(Contact.Requeue(campaign, pass, clock.GetUtcNow()));
    }

    public async Task<FeedbackAnswer> Learn(FeedbackEvent happened, DeliveryRules? rules)
    {
        // Without the time of its audience a campaign may be on any page.
        await Recall(happened.Campaign, happened.QueuedAt ?? DateTimeOffset.MinValue);
        var machines = new MachineRules(tracking.Value.MachineWindow, tracking.Value.MachineBurst);
        var (learned, effect) = Contact.Learn(happened, rules, machines, JitterBase, clock.GetUtcNow());
        await Commit(learned);
        if (happened.Signal is FeedbackSignal.Unsubscribe or FeedbackSignal.Complaint)
        {
            await ShutGates();
        }

        return new(effect, Contact.DeliveryOf(happened.Campaign));
    }

    public Task<Result<ContactState>> UnsubscribeByUs(string actor, string reason) =>
        Change(Contact.UnsubscribeByUs(actor, reason, clock.GetUtcNow()), ContactStatus.UnsubscribedByUs);

    public Task<Result<ContactState>> Resubscribe(string actor, string consent) =>
        Change(Contact.Resubscribe(actor, consent, clock.GetUtcNow()), ContactStatus.New, ContactStatus.Active);

    public Task<Result<ContactState>> Reinstate(string actor, string reason) =>
        Change(Contact.Reinstate(actor, reason, clock.GetUtcNow()), ContactStatus.New, ContactStatus.Active);

    public async Task EndSubscription(string listId, ImmutableList<string> kept, SubscriptionChange change)
    {
        await Commit(Contact.EndSubscription(listId, kept, change));
        await ShutAllGates();
    }

    public Task RenewSubscription(string listId, SubscriptionChange change) =>
        Commit(Contact.RenewSubscription(listId, change));

    public async Task TakeStanding(ImportedStanding standing)
    {
        await Commit(Contact.TakeStanding(standing, clock.GetUtcNow()));
        await ShutGates();
        Leave(); // A file has a million contacts, too.
    }

    public Task<ContactState> Describe() => Task.FromResult(new ContactState
    {
        Status = Contact.Status,
        StatusSince = Contact.StatusSince,
        RestsUntil = Contact.RestsUntil(options.Value.Rest),
        LastStatus = Contact.LastOutcome,
        LastStatusAt = Contact.LastOutcomeAt,
        Deliveries = Contact.Deliveries,
        HistoryPages = Contact.PageCount + 1,
    });

    public async Task<HistoryPage> GetHistory(int page)
    {
        var entries = page == Contact.PageCount
            ? Contact.History
            : page >= 0 && page < Contact.PageCount ? (await ReadPage(page)).Entries : [];
        return new(entries, page, Contact.PageCount + 1);
    }

    public Task<ContactSummary> GetState() => Task.FromResult(new ContactSummary(
        Contact.Status.ToString(),
        Contact.StatusSince,
        Contact.LastOutcome?.ToString(),
        Contact.LastOutcomeAt,
        Contact.Deliveries.Count,
        Contact.Deliveries.Count(delivery => delivery.NextAttemptAt is not null),
        _begun.Count,
        Contact.History.Count,
        Contact.PageCount));

    // A campaign has a million contacts and needs each for a moment: what is in memory must not grow with it.
    private void Leave()
    {
        if (_begun.Count == 0)
        {
            DeactivateOnIdle();
        }
    }

    // A change that the table does not allow is refused; one that already holds is simply confirmed.
    private async Task<Result<ContactState>> Change(Contact next, params ContactStatus[] wanted)
    {
        if (ReferenceEquals(next, Contact) && !wanted.Contains(Contact.Status))
        {
            return Refusal.Conflict(
                "contact.status",
                $"A contact that is {ContactStatusTable.Of(Contact.Status).DisplayName} cannot be changed so.");
        }

        await Commit(next);
        await ShutGates();
        return await Describe();
    }

    // Consent comes last: an attempt that was let begin and has not reached its relay must not do so after the answer.
    // Also when nothing changed, because an earlier call may have died between the write and this.
    private async Task ShutGates()
    {
        if (Contact.Status is ContactStatus.Unsubscribed or ContactStatus.UnsubscribedByUs or ContactStatus.Complained)
        {
            await ShutAllGates();
        }
    }

    private Task ShutAllGates()
    {
        var (account, contact) = GrainKeys.ReadContact(this.GetPrimaryKeyString());
        return gates.Shut(account, contact, _begun.Values.Select(begun => begun.Sender));
    }

    private async Task Commit(Contact next)
    {
        if (ReferenceEquals(next, Contact))
        {
            return;
        }

        var (account, contact) = GrainKeys.ReadContact(this.GetPrimaryKeyString());
        var projection = ContactProjection.Of(account, contact, Contact, next);
        var stamp = Random.Shared.Next(1, int.MaxValue);
        if (next.TakePage(stamp) is { } taken)
        {
            var page = JsonSerializer.SerializeToUtf8Bytes(taken.Page, StateJson.Default.ContactPage);
            await Page(next.PageCount, stamp).Write(page);
            next = taken.Remainder;
        }

        await Stored.Write(new ContactRecord { Contact = next, Projection = projection });
    }

    // A campaign that ended long ago may have been moved to a page; what was decided then still holds.
    private async Task Recall(CampaignId campaign, DateTimeOffset queuedAt)
    {
        if (Contact.DeliveriesMovedUpTo is not { } moved || queuedAt > moved
            || Contact.DeliveryOf(campaign) is not null)
        {
            return;
        }

        for (var page = Contact.PageCount - 1; page >= 0; page--)
        {
            var found = (await ReadPage(page)).Deliveries.Find(delivery => delivery.Campaign == campaign);
            if (found is not null)
            {
                Stored.Value.Contact = Contact with { Deliveries = Contact.Deliveries.Add(found) };
                return;
            }
        }
    }

    private async Task<ContactPage> ReadPage(int page)
    {
        var stamp = page < Contact.PageStamps.Count ? Contact.PageStamps[page] : 0;
        var bytes = await Page(page, stamp).Read()
            ?? throw new InvalidOperationException($"Page {page} of a contact is missing.");
        return JsonSerializer.Deserialize(bytes, StateJson.Default.ContactPage)!;
    }

    private IContactPageGrain Page(int page, int stamp)
    {
        var (account, contact) = GrainKeys.ReadContact(this.GetPrimaryKeyString());
        return GrainFactory.GetGrain<IContactPageGrain>(ContactPageGrain.KeyOf(account, contact, page, stamp));
    }

    private bool IsBeingMade(Turn turn) => _begun.TryGetValue(turn.Campaign, out var begun)
        && begun.Attempt >= turn.Attempt
        && !silos.IsDeadSilo(begun.Sender);

    private int JitterSeed(Turn turn) => JitterBase + turn.Attempt;

    // The same on every silo and in every replay; another for every contact and, together with it, every attempt.
    private int JitterBase => int.Parse(
        this.GetPrimaryKeyString().AsSpan()[^7..], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
