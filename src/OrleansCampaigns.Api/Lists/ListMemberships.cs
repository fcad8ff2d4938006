using System.Collections.Immutable;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;

namespace OrleansCampaigns.Api.Lists;

/// <summary>Ends and renews memberships: in the directory, and in the contact's own history.</summary>
/// <remarks>
/// The directory comes first: no later audience and no import holds the contact from then on. The contact's grain comes
/// second: campaigns that are under way ask it before each attempt. A request that dies between the two is repeated by
/// its caller, finds what the directory has recorded, and hands on the same change, which counts once.
/// </remarks>
internal sealed class ListMemberships(ISubscriptionDirectory directory, IGrainFactory grains)
{
    /// <summary>Ends a membership; in force for every attempt that begins after the answer.</summary>
    /// <returns>Whether the contact was a member of the list, now or before.</returns>
    public async Task<bool> End(
        AccountId account,
        string listId,
        ContactId contact,
        SubscriptionChange change,
        CancellationToken cancellation)
    {
        if (await directory.End(account, listId, contact, change, cancellation) is not { } inForce)
        {
            return false;
        }

        var kept = (await directory.Query(account, contact, cancellation))
            .Where(subscription => subscription.State == SubscriptionState.Subscribed)
            .Select(subscription => subscription.ListId);
        await grains.Contact(account, contact).EndSubscription(listId, kept.ToImmutableList(), inForce);
        return true;
    }

    /// <summary>Renews a membership by a consent that goes on record.</summary>
    /// <returns>Whether there is such a list and such a contact.</returns>
    public async Task<bool> Renew(
        AccountId account,
        string listId,
        ContactId contact,
        SubscriptionChange change,
        CancellationToken cancellation)
    {
        if (!await directory.Renew(account, listId, contact, change, cancellation))
        {
            return false;
        }

        await grains.Contact(account, contact).RenewSubscription(listId, change);
        return true;
    }
}
