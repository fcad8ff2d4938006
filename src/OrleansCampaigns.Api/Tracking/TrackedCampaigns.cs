using System.Collections.Concurrent;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Api.Tracking;

/// <summary>Remembers whose a campaign is and where its links lead.</summary>
/// <remarks>
/// Neither changes once e-mail is out, so that what is remembered never grows old; and a link works while storage is
/// away, once it was asked for. What is not found is not remembered.
/// </remarks>
internal sealed class TrackedCampaigns(IRecipientDirectory directory)
{
    private const int EntriesMax = 200;

    private readonly ConcurrentDictionary<CampaignId, Task<TrackedCampaign?>> _entries = new();

    /// <summary>The campaign; <see langword="null"/> when it has sent nothing.</summary>
    public async Task<TrackedCampaign?> Find(CampaignId campaign)
    {
        if (_entries.Count >= EntriesMax && !_entries.ContainsKey(campaign))
        {
            _entries.Clear();
        }

        // Everybody who asks meanwhile waits for one look-up.
        var look = _entries.GetOrAdd(campaign, id => directory.FindCampaign(id));
        TrackedCampaign? found = null;
        try
        {
            return found = await look;
        }
        finally
        {
            if (found is null)
            {
                _entries.TryRemove(KeyValuePair.Create(campaign, look));
            }
        }
    }
}
