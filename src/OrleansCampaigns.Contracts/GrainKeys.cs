using OrleansCampaigns.Contracts.Accounts;
using OrleansCampaigns.Contracts.Campaigns;
using OrleansCampaigns.Contracts.Contacts;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Contracts.Throttling;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Contracts;

/// <summary>The one place that knows how grain keys are spelled.</summary>
/// <remarks>
/// The prefixes keep ADO.NET storage from reading a key as a GUID or a number, which would put two keys into one row.
/// </remarks>
public static class GrainKeys
{
    /// <summary>The grain of an account.</summary>
    public static IAccountGrain Account(this IGrainFactory grains, AccountId account) =>
        grains.GetGrain<IAccountGrain>($"ac:{account}");

    /// <summary>The grain that counts an account's test messages.</summary>
    public static ITestSendsGrain TestSends(this IGrainFactory grains, AccountId account) =>
        grains.GetGrain<ITestSendsGrain>($"ts:{account}");

    /// <summary>The grain of a contact.</summary>
    public static IContactGrain Contact(this IGrainFactory grains, AccountId account, ContactId contact) =>
        grains.GetGrain<IContactGrain>($"ct:{account}:{contact.Value.AsSpan(4)}");

    /// <summary>The grain of a campaign.</summary>
    public static ICampaignGrain Campaign(this IGrainFactory grains, CampaignId campaign) =>
        grains.GetGrain<ICampaignGrain>($"cp:{campaign.Value.AsSpan(4)}");

    /// <summary>The grain of one partition of a campaign's audience.</summary>
    public static ICampaignPartitionGrain Partition(this IGrainFactory grains, CampaignId campaign, int partition) =>
        grains.GetGrain<ICampaignPartitionGrain>($"cx:{campaign.Value.AsSpan(4)}:{partition}");

    /// <summary>The grain that reads a mailbox.</summary>
    public static IMailboxGrain Mailbox(this IGrainFactory grains, string name) =>
        grains.GetGrain<IMailboxGrain>($"mb:{name}");

    /// <summary>
    /// The grain of a limit: a mail domain's by its name, and others' by a name with a slash, which no domain has.
    /// </summary>
    public static IThrottleGrain Throttle(this IGrainFactory grains, string name) =>
        grains.GetGrain<IThrottleGrain>($"dt:{name}");

    /// <summary>The one grain that knows which domains are slowed.</summary>
    public static ISlowedDomainsGrain SlowedDomains(this IGrainFactory grains) =>
        grains.GetGrain<ISlowedDomainsGrain>("ds:all");

    /// <summary>Reads an account's key.</summary>
    public static AccountId ReadAccount(string key) => new(key["ac:".Length..]);

    /// <summary>Reads a contact's key.</summary>
    public static (AccountId Account, ContactId Contact) ReadContact(string key)
    {
        var parts = key.Split(':');
        return (new(parts[1]), new($"con_{parts[2]}"));
    }

    /// <summary>Reads a campaign's key.</summary>
    public static CampaignId ReadCampaign(string key) => new($"cmp_{key.AsSpan("cp:".Length)}");

    /// <summary>Reads a partition's key.</summary>
    public static (CampaignId Campaign, int Partition) ReadPartition(string key)
    {
        var parts = key.Split(':');
        return (new($"cmp_{parts[1]}"), int.Parse(parts[2], System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>Reads a limit's key.</summary>
    public static string ReadThrottle(string key) => key["dt:".Length..];

    /// <summary>Reads a mailbox's key.</summary>
    public static string ReadMailbox(string key) => key["mb:".Length..];
}
