using System.Runtime.CompilerServices;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;

namespace OrleansCampaigns.Api.Tests.Fakes;

/// <summary>Campaigns and recipients in memory.</summary>
public sealed class FakeCampaigns : ICampaignDirectory
{
    public List<CampaignRow> Campaigns { get; } = [];

    public List<RecipientRow> Recipients { get; } = [];

    /// <summary>The filter that was asked last.</summary>
    public RecipientFilter? Asked { get; private set; }

    public Task<Result<Page<CampaignRow>>> Query(
        AccountId account, CampaignStatus? status, string? cursor, int limit, CancellationToken cancellation =
            default) =>
        FakePages.Cut(Campaigns.Where(campaign => status is null || campaign.Status == status), cursor, limit);

    public Task<Result<Page<RecipientRow>>> QueryRecipients(
        AccountId account,
        CampaignId campaign,
        RecipientFilter filter,
        string? cursor,
        int limit,
        CancellationToken cancellation = default)
    {
        Asked = filter;
        return FakePages.Cut(Recipients, cursor, limit);
    }

    public async IAsyncEnumerable<RecipientRow> ExportRecipients(
        AccountId account,
        CampaignId campaign,
        RecipientFilter filter,
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        Asked = filter;
        foreach (var row in Recipients)
        {
            await Task.Yield();
            yield return row;
        }
    }
}
