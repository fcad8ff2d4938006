using OrleansCampaigns.Domain.Audiences;

namespace OrleansCampaigns.Domain.Contacts;

public sealed partial record Contact
{
    /// <summary>An operator unsubscribed the contact.</summary>
    public Contact UnsubscribeByUs(string actor, string reason, DateTimeOffset now) =>
        Change(ContactTrigger.UnsubscribedByUs, actor, reason, now);

    /// <summary>The actor of a change that a link of an e-mail made: every holder of the link.</summary>
    public const string Itself = "contact";

    /// <summary>How often a day a contact may subscribe again by a link.</summary>
    /// <remarks>Leaving is always possible. Coming back has a bound, or one link would fill the history.</remarks>
    public const int ReturnsPerDayMax = 3;

    /// <summary>How often links may do so at all; then only an operator does, with a consent.</summary>
    public const int ReturnsMax = 20;

    /// <summary>How often the contact has subscribed again by a link.</summary>
    public int Returns { get; init; }

    /// <summary>The contact subscribed again; <paramref name="consent"/> says how it is known.</summary>
    /// <remarks>By <see cref="Itself"/> at most <see cref="ReturnsPerDayMax"/> times a day and
    /// <see cref="ReturnsMax"/> times in all; beyond that nothing changes.</remarks>
    public Contact Resubscribe(string actor, string consent, DateTimeOffset now)
    {
        if (actor != Itself)
        {
            return Change(ContactTrigger.Resubscribed, actor, consent, now);
        }

        var today = History.Count(entry => entry.Kind == HistoryKind.StatusChange && entry.Actor == Itself
            && entry.At > now - TimeSpan.FromDays(1));
        var back = today < ReturnsPerDayMax && Returns < ReturnsMax
            ? Change(ContactTrigger.Resubscribed, actor, consent, now)
            : this;
        return ReferenceEquals(back, this) ? this : back with { Returns = Returns + 1 };
    }

    /// <summary>An operator made an unreachable or complaining contact available again.</summary>
    public Contact Reinstate(string actor, string reason, DateTimeOffset now) =>
        Change(ContactTrigger.Reinstated, actor, reason, now);

    // Refused to stay silent: a change that the table does not allow returns the same instance, and the caller says so.
    private Contact Change(ContactTrigger trigger, string actor, string reason, DateTimeOffset now)
    {
        var next = ContactStatusTable.Next(Status, trigger, HasReceived);
        return next == Status ? this : (this with { Status = next, StatusSince = now }).Add(new HistoryEntry
        {
            At = now,
            Kind = HistoryKind.StatusChange,
            Source = actor == Itself ? SubscriptionChange.PageSource : "api",
            Status = next,
            Actor = actor,
            Reason = reason,
        });
    }
}
