using System.Collections.Concurrent;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Api.Tracking;

/// <summary>Who writes, as contacts read it on the preference page.</summary>
/// <remarks>
/// The account's public name, which may change at any time; without one the name, or else the address, that the
/// campaign is sent from. That no longer changes once e-mail is out, so it is asked for once: the campaign's definition
/// may hold megabytes.
/// </remarks>
internal sealed class SenderNames(IAccountDirectory accounts, IGrainFactory grains)
{
    private const int EntriesMax = 200;

    private readonly ConcurrentDictionary<CampaignId, string> _senders = new();

    public async Task<string?> Find(AccountId account, CampaignId campaign, CancellationToken cancellation)
    {
        if ((await accounts.Find(account, cancellation)).PublicName is { } name)
        {
            return name;
        }

        if (_senders.TryGetValue(campaign, out var known))
        {
            return known;
        }

        var sender = (await grains.Campaign(campaign).Get(account)).Value?.Definition.Sender;
        if ((sender?.Name ?? sender?.Address) is not { } found)
        {
            return null;
        }

        if (_senders.Count >= EntriesMax)
        {
            _senders.Clear();
        }

        return _senders[campaign] = found;
    }
}
