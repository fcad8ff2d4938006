using System.Collections.Immutable;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Domain.Feedback;

namespace OrleansCampaigns.Domain.Contacts;

/// <summary>
/// A contact as a pure value: its status, where every campaign stands with it, and what happened, in order.
/// </summary>
/// <remarks>
/// A command that changes nothing returns the same instance: every command may arrive twice and counts once.
/// The state is bounded: <see cref="TakePage"/> moves the oldest part away.
/// </remarks>
public sealed partial record Contact
{
    /// <summary>How many entries of history a contact keeps at hand before the oldest move to a page.</summary>
    public const int HistoryMax = 60;

    /// <summary>How many entries one page takes; more only where one command added more than fit.</summary>
    public const int PageSize = 40;

    /// <summary>How many campaigns a contact keeps at hand.</summary>
    public const int DeliveriesMax = 32;

    /// <summary>Whether and why it can be sent to.</summary>
    public ContactStatus Status { get; init; }

    /// <summary>When the status was last set.</summary>
    public DateTimeOffset? StatusSince { get; init; }

    /// <summary>Whether an e-mail was ever accepted for it.</summary>
    public bool HasReceived { get; init; }

    /// <summary>The Last Status: the outcome of the latest campaign that had one.</summary>
    public Outcome? LastOutcome { get; init; }

    /// <summary>Why the last outcome came about.</summary>
    public Cause LastCause { get; init; }

    /// <summary>When the last outcome was assigned.</summary>
    public DateTimeOffset? LastOutcomeAt { get; init; }

    /// <summary>The campaign that the last outcome belongs to.</summary>
    public CampaignId? LastCampaign { get; init; }

    /// <summary>Where each recent campaign stands.</summary>
    public ImmutableList<CampaignDelivery> Deliveries { get; init; } = [];

    /// <summary>What happened lately, oldest first.</summary>
    public ImmutableList<HistoryEntry> History { get; init; } = [];

    /// <summary>How many pages of older history there are, numbered from 0.</summary>
    public int PageCount { get; init; }

    /// <summary>Which writing of each page counts: two activations may both write one of the same number.</summary>
    public ImmutableList<int> PageStamps { get; init; } = [];

    /// <summary>Campaigns whose audience was taken at or before this time may have been moved to a page.</summary>
    public DateTimeOffset? DeliveriesMovedUpTo { get; init; }

    /// <summary>Bounces that came before their attempt was recorded; they apply with that record.</summary>
    public ImmutableList<FeedbackEvent> PendingFeedback { get; init; } = [];

    /// <summary>Where <paramref name="campaign"/> stands, or <see langword="null"/>.</summary>
    public CampaignDelivery? DeliveryOf(CampaignId campaign) =>
        Deliveries.Find(delivery => delivery.Campaign == campaign);

    /// <summary>Until when a status that rests forbids sending; <see langword="null"/> when it does not rest.</summary>
    public DateTimeOffset? RestsUntil(RestPolicy rest) => Status switch
    {
        ContactStatus.MailboxFull => StatusSince + rest.MailboxFull,
        ContactStatus.Unavailable => StatusSince + rest.Unavailable,
        _ => null,
    };

    /// <summary>The oldest history and the campaigns that are over for good, to be stored before the rest is.</summary>
    /// <param name="stamp">Tells this writing of the page from any other.</param>
    /// <returns><see langword="null"/> while everything fits.</returns>
    public (ContactPage Page, Contact Remainder)? TakePage(int stamp = 0)
    {
        if (History.Count <= HistoryMax && Deliveries.Count <= DeliveriesMax)
        {
            return null;
        }

        // An abandoned retry of a cancelled campaign never becomes permanent, and yet nothing waits for it.
        var movable = Deliveries.Where(
            delivery => delivery.IsOver || delivery is { Decided: true, NextAttemptAt: null })
            .OrderBy(delivery => delivery.UpdatedAt)
            .Take(Math.Max(0, Deliveries.Count - (DeliveriesMax / 2)))
            .ToList();
        var entries = History.Count > HistoryMax
            ? History.Take(Math.Max(PageSize, History.Count - HistoryMax)).ToImmutableList()
            : [];
        if (movable.Count == 0 && entries.Count == 0)
        {
            return null;
        }

        var moved = movable.Select(delivery => delivery.QueuedAt).DefaultIfEmpty(DateTimeOffset.MinValue).Max();
        return (
            new ContactPage { Entries = entries, Deliveries = [.. movable] },
            this with
            {
                History = History.RemoveRange(0, entries.Count),
                Deliveries = Deliveries.RemoveRange(movable),
                PageCount = PageCount + 1,
                PageStamps = PageStamps.Add(stamp),
                DeliveriesMovedUpTo = DeliveriesMovedUpTo is { } before && before > moved ? before : moved,
            });
    }

    private Contact Add(HistoryEntry entry) => this with { History = History.Add(entry) };

    private Contact Put(CampaignDelivery delivery)
    {
        var at = Deliveries.FindIndex(known => known.Campaign == delivery.Campaign);
        return this with { Deliveries = at < 0 ? Deliveries.Add(delivery) : Deliveries.SetItem(at, delivery) };
    }

    private Contact Move(ContactTrigger trigger, DateTimeOffset now)
    {
        var contact = trigger == ContactTrigger.Sent ? this with { HasReceived = true } : this;
        var next = ContactStatusTable.Next(contact.Status, trigger, contact.HasReceived);

        // A rest starts anew with every failure that confirms it.
        var confirmsRest = trigger != ContactTrigger.None && ContactStatusTable.Of(next).Rests;
        return next == Status && !confirmsRest ? contact : contact with { Status = next, StatusSince = now };
    }
}

/// <summary>An immutable page of what a contact no longer keeps at hand.</summary>
public sealed record ContactPage
{
    /// <summary>The entries, oldest first.</summary>
    public ImmutableList<HistoryEntry> Entries { get; init; } = [];

    /// <summary>Campaigns that were over for good.</summary>
    public ImmutableList<CampaignDelivery> Deliveries { get; init; } = [];
}
