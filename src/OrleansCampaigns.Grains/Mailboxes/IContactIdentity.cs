using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Grains.Mailboxes;

/// <summary>Tells whether an address is a known contact's, without looking anything up.</summary>
public interface IContactIdentity
{
    /// <summary>Whether <paramref name="address"/> is the address of <paramref name="contact"/>.</summary>
    bool Owns(AccountId account, ContactId contact, string address);
}
