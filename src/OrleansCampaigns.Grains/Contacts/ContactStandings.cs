using System.Collections.Concurrent;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Contacts;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Contacts;

namespace OrleansCampaigns.Grains.Contacts;

/// <remarks>Keeps nothing, so it may run in any process.</remarks>
internal sealed class ContactStandings(IGrainFactory grains) : IContactStandings
{
    private const int AtOnceMax = 64;

    public async Task<IReadOnlyList<int>> Tell(
        AccountId account,
        IReadOnlyList<(ContactId Contact, ImportedStanding Standing)> standings,
        CancellationToken cancellation)
    {
        var failed = new ConcurrentBag<int>();
        await Parallel.ForEachAsync(
            standings.Index(),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnceMax, CancellationToken = cancellation },
            async (one, _) =>
            {
                try
                {
                    await grains.Contact(account, one.Item.Contact).TakeStanding(one.Item.Standing);
                }
                catch (Exception fault) when (!Outages.Is(fault))
                {
                    failed.Add(one.Index);
                }
            });
        return [.. failed.Order()];
    }
}
