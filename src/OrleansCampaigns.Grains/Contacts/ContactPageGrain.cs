using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Contacts;
using Orleans.Runtime;

namespace OrleansCampaigns.Grains.Contacts;

/// <summary>One page of a contact's older history.</summary>
/// <remarks>
/// Its contact writes it before it counts it. Each writing has a name of its own, so that an activation that has been
/// overtaken cannot replace a page that counts by its own, which never will.
/// </remarks>
[Alias("Contacts.IContactPageGrain")]
internal interface IContactPageGrain : IGrainWithStringKey
{
    /// <summary>Stores the page. Durable when it returns.</summary>
    [Alias("Write")]
    Task Write(byte[] page);

    /// <summary>The page, as it was written.</summary>
    [Alias("Read")]
    Task<byte[]?> Read();

    /// <summary>What the dashboard shows of it: how many octets are stored.</summary>
    [Alias("GetState")]
    Task<int> GetState();
}

[GrainType("contact-page")]
internal sealed class ContactPageGrain(
    [PersistentState("contact-page", StorageNames.Engine)] IPersistentState<ContactPageRecord> record)
    : Grain, IContactPageGrain
{
    private Stored<ContactPageRecord> Stored => field ??= new(record, DeactivateOnIdle);

    public async Task Write(byte[] page)
    {
        await Stored.Write(new ContactPageRecord { Page = page });

        // Read again once in a blue moon: no reason to stay in memory.
        DeactivateOnIdle();
    }

    public Task<byte[]?> Read() => Task.FromResult(Stored.Value.Page);

    public Task<int> GetState() => Task.FromResult(Stored.Value.Page?.Length ?? 0);

    public static string KeyOf(AccountId account, ContactId contact, int page, int stamp) =>
        $"ch:{account}:{contact.Value.AsSpan(4)}:{page}:{stamp:x8}";
}

internal sealed class ContactPageRecord
{
    public byte[]? Page { get; set; }
}
