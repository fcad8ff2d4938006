namespace OrleansCampaigns.Domain.Contacts;

public sealed partial record Contact
{
    /// <summary>The contact unsubscribed itself, by a link or one-click.</summary>
    public Contact Unsubscribe(string source, DateTimeOffset now) =>
        Change(ContactTrigger.Unsubscribed, source, actor: null, reason: null, now);

    /// <summary>An operator unsubscribed the contact.</summary>
    public Contact UnsubscribeByUs(string actor, string reason, DateTimeOffset now) =>
        Change(ContactTrigger.UnsubscribedByUs, "api", actor, reason, now);

    /// <summary>The contact complained about spam.</summary>
    public Contact Complain(string source, DateTimeOffset now) =>
        Change(ContactTrigger.Complained, source, actor: null, reason: null, now);

    /// <summary>The contact subscribed again; <paramref name="consent"/> says how it is known.</summary>
    public Contact Resubscribe(string actor, string consent, DateTimeOffset now) =>
        Change(ContactTrigger.Resubscribed, "api", actor, consent, now);

    /// <summary>An operator made an unreachable or complaining contact available again.</summary>
    public Contact Reinstate(string actor, string reason, DateTimeOffset now) =>
        Change(ContactTrigger.Reinstated, "api", actor, reason, now);

    // Refused to stay silent: a change that the table does not allow returns the same instance, and the caller says so.
    private Contact Change(ContactTrigger trigger, string source, string? actor, string? reason, DateTimeOffset now)
    {
        var next = ContactStatusTable.Next(Status, trigger, HasReceived);
        return next == Status ? this : (this with { Status = next, StatusSince = now }).Add(new HistoryEntry
        {
            At = now,
            Kind = HistoryKind.StatusChange,
            Source = source,
            Status = next,
            Actor = actor,
            Reason = reason,
        });
    }
}
