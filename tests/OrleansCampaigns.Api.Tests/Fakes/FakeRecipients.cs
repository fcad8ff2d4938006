using System.Text;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Api.Tests.Fakes;

/// <summary>Campaigns that have sent, in memory.</summary>
public sealed class FakeRecipients : IRecipientDirectory
{
    public Dictionary<CampaignId, TrackedCampaign> Campaigns { get; } = [];

    public CampaignEngagement Engagement { get; set; } = new([], []);

    /// <summary>How often a campaign was looked for.</summary>
    public int Looks { get; private set; }

    /// <summary>What looking fails with, if it does.</summary>
    public Exception? Failure { get; set; }

    /// <summary>What looking waits for.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public async Task<TrackedCampaign?> FindCampaign(CampaignId campaign, CancellationToken cancellation = default)
    {
        Looks++;
        await Gate;
        return Failure is null ? Campaigns.GetValueOrDefault(campaign) : throw Failure;
    }

    public Task<(AccountId Account, ContactId Contact)?> FindRecipient(
        CampaignId campaign, int partition, long seq, CancellationToken cancellation = default) =>
        throw new NotSupportedException();

    public Task<Result<CampaignEngagement>> GetEngagement(
        AccountId account, CampaignId campaign, CancellationToken cancellation = default) =>
        Task.FromResult<Result<CampaignEngagement>>(Engagement);
}

/// <summary>Messages that were set aside, in memory.</summary>
public sealed class FakeSetAside : ISetAsideDirectory
{
    public List<(SetAsideMessage Message, string Text)> Messages { get; } = [];

    public Task<Result<Page<SetAsideMessage>>> Query(
        string? cursor, int limit, CancellationToken cancellation = default) =>
        FakePages.Cut(Messages.Select(message => message.Message), cursor, limit);

    public Task<ReadOnlyMemory<byte>?> Read(string id, CancellationToken cancellation = default) =>
        Task.FromResult(Messages.Find(known => known.Message.Id == id).Text is { } text
            ? new ReadOnlyMemory<byte>(Encoding.UTF8.GetBytes(text))
            : (ReadOnlyMemory<byte>?)null);

    public Task<bool> Delete(string id, CancellationToken cancellation = default) =>
        Task.FromResult(Messages.RemoveAll(known => known.Message.Id == id) > 0);
}
