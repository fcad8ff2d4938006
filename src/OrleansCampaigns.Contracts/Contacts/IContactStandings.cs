using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Contacts;

namespace OrleansCampaigns.Contracts.Contacts;

/// <summary>Tells contacts how they stand by the word of a file.</summary>
public interface IContactStandings
{
    /// <summary>Tells each contact; durable when it returns. The same word twice changes nothing.</summary>
    /// <param name="account">Whose contacts they are.</param>
    /// <param name="standings">What the file says; each contact is in the directory already.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>The places of those that could not be told, each by a fault of its own.</returns>
    /// <exception cref="Exception">An outage (<see cref="Outages"/>): the same call works later.</exception>
    Task<IReadOnlyList<int>> Tell(
        AccountId account,
        IReadOnlyList<(ContactId Contact, ImportedStanding Standing)> standings,
        CancellationToken cancellation = default);
}
