using OrleansCampaigns.Domain;
using OrleansCampaigns.Storage.Directory;

namespace OrleansCampaigns.Storage.Databases;

/// <summary>What writing one contact came to.</summary>
internal enum ContactWritten
{
    Created = 1,
    Existed = 2,
    TooManyAttributes = 3,
}

/// <summary>Writes many contacts and memberships in one transaction.</summary>
/// <remarks>It writes profile data only. Status and outcomes belong to the contact's grain.</remarks>
internal interface IContactWriter : IDisposable
{
    /// <summary>Makes the contacts, or merges what is given into those that exist, one after the other.</summary>
    /// <returns>What became of each, in their order.</returns>
    Task<IReadOnlyList<ContactWritten>> Write(IReadOnlyList<PreparedContact> contacts);

    /// <summary>Counts how often each contact has occurred in an import by now, and makes each occurrence a
    /// member.</summary>
    /// <returns>Which occurrence each is, in their order, and how many were no members before.</returns>
    Task<(IReadOnlyList<int> Occurrences, int Added)> AddOccurrences(
        string import, string list, IReadOnlyList<ContactId> contacts);

    /// <summary>Makes occurrences of contacts members; how many were none before.</summary>
    Task<int> AddMembers(string list, IReadOnlyList<(ContactId Contact, int Occurrence)> members);
}
