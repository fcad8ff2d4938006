using OrleansCampaigns.Domain;
using OrleansCampaigns.Grains.Mailboxes;
using OrleansCampaigns.Storage.Databases;

namespace OrleansCampaigns.Storage.Directory;

/// <summary>Compares addresses with contacts by the installation's own hash.</summary>
public sealed class ContactIdentity(IDatabase database) : IContactIdentity
{
    /// <inheritdoc/>
    public bool Owns(AccountId account, ContactId contact, string address) =>
        ContactId.Of(database.ContactKey.Span, account, address) == contact;
}
