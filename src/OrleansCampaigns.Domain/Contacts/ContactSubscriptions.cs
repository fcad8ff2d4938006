using System.Collections.Immutable;
using OrleansCampaigns.Domain.Audiences;

namespace OrleansCampaigns.Domain.Contacts;

/// <summary>A list that a contact is no member of any more.</summary>
/// <param name="ListId">The list.</param>
/// <param name="Change">What ended the membership.</param>
/// <param name="Kept">The lists that the contact was still a member of then: a campaign to one of them as well may
/// still reach it.</param>
public sealed record ListDeparture(string ListId, SubscriptionChange Change, ImmutableList<string> Kept);

public sealed partial record Contact
{
    /// <summary>How many departures a contact keeps at hand; they matter to campaigns under way alone.</summary>
    public const int DeparturesMax = 50;

    /// <summary>The lists that the contact left or was taken off, oldest first.</summary>
    /// <remarks>The directory decides who is a member; this stops what was on its way when that changed.</remarks>
    public ImmutableList<ListDeparture> Departures { get; init; } = [];

    /// <summary>The contact left a list, or was taken off it.</summary>
    /// <param name="listId">The list.</param>
    /// <param name="kept">The lists that it is still a member of.</param>
    /// <param name="change">What the directory has recorded: the same change counts once.</param>
    public Contact EndSubscription(string listId, ImmutableList<string> kept, SubscriptionChange change)
    {
        var known = Departures.Find(departure => departure.ListId == listId);
        if (known is not null && known.Change.At >= change.At)
        {
            return this;
        }

        var departures = (known is null ? Departures : Departures.Remove(known)).Add(new(listId, change, kept));
        return (this with
        {
            Departures = departures.Count > DeparturesMax ? departures.RemoveAt(0) : departures,
        }).Note(listId, change);
    }

    /// <summary>The contact is a member of a list again that it had left or was taken off.</summary>
    public Contact RenewSubscription(string listId, SubscriptionChange change) =>
        Departures.Find(departure => departure.ListId == listId) is { } known && known.Change.At < change.At
            ? (this with { Departures = Departures.Remove(known) }).Note(listId, change)
            : this;

    /// <summary>Whether a campaign to these lists, whose audience was taken at <paramref name="queuedAt"/>, reaches the
    /// contact by none of them any more.</summary>
    private bool HasLeft(ImmutableList<string> lists, DateTimeOffset queuedAt, DateTimeOffset? before = null)
    {
        // What ended before the audience was taken is not in the audience.
        var left = Departures.FindAll(
            departure => lists.Contains(departure.ListId) && departure.Change.At >= queuedAt
                && !(departure.Change.At >= before));
        return !left.IsEmpty
            && !left[^1].Kept.Exists(kept => lists.Contains(kept) && !left.Exists(one => one.ListId == kept));
    }

    private Contact Note(string listId, SubscriptionChange change) => Add(new HistoryEntry
    {
        At = change.At,
        Kind = HistoryKind.Subscription,
        Source = change.Source,
        List = listId,
        Subscription = change.State,
        Actor = change.Actor,
        Reason = change.Reason,
    });
}
