using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Grains.Campaigns;

/// <summary>The fuses of the campaigns that this silo sends for.</summary>
/// <remarks>
/// The count is kept in memory, the pause that it leads to is stored by the campaign: a crash before it costs at most
/// as many refusals again.
/// </remarks>
internal sealed class CampaignFuses(IOptions<EngineOptions> options)
{
    private const int CountMax = 10_000;

    private readonly ConcurrentDictionary<CampaignId, Fuse> _fuses = new();

    /// <summary>Learns how an attempt ended.</summary>
    /// <returns>Why the campaign is to be paused; <see langword="null"/> when it is not.</returns>
    public string? Learn(CampaignId campaign, string domain, AttemptReport report)
    {
        if (report.Outcome.IsFailure())
        {
            if (_fuses.Count > CountMax)
            {
                _fuses.Clear(); // It only takes them longer to blow.
            }

            return _fuses.GetOrAdd(campaign, _ => new(options.Value.Fuse.Limits)).Refuse(domain, report);
        }

        if (report.Outcome == Outcome.Sent)
        {
            Reset(campaign);
        }

        return null;
    }

    /// <summary>Counts anew.</summary>
    public void Reset(CampaignId campaign) => _fuses.TryRemove(campaign, out _);
}
