using System.Collections.Concurrent;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Contacts;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Contacts;

namespace OrleansCampaigns.Storage.Tests.Imports;

/// <summary>The real contacts, in memory: what an import says of them is all that happens to them.</summary>
public sealed class LearningContacts : IContactStandings
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);

    private readonly ConcurrentDictionary<ContactId, Contact> _contacts = new();

    /// <summary>How often a silo was asked that is away, before it answered.</summary>
    public int Outages { get; private set; }

    /// <summary>How often the next calls find no silo.</summary>
    public int AwayFor { get; set; }

    /// <summary>Contacts that cannot be read.</summary>
    public HashSet<ContactId> Broken { get; } = [];

    public Contact this[ContactId contact] => _contacts.GetValueOrDefault(contact) ?? new();

    public Task<IReadOnlyList<int>> Tell(
        AccountId account,
        IReadOnlyList<(ContactId Contact, ImportedStanding Standing)> standings,
        CancellationToken cancellation = default)
    {
        if (AwayFor > 0)
        {
            AwayFor--;
            Outages++;
            throw new StorageUnavailableException("No silo answers.");
        }

        foreach (var (contact, standing) in standings.Where(one => !Broken.Contains(one.Contact)))
        {
            _contacts[contact] = this[contact].TakeStanding(standing, Now);
        }

        return Task.FromResult<IReadOnlyList<int>>(
            [.. standings.Index().Where(one => Broken.Contains(one.Item.Contact)).Select(one => one.Index)]);
    }
}
