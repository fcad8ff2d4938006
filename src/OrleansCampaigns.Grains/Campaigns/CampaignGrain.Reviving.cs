using OrleansCampaigns.Contracts;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;

namespace OrleansCampaigns.Grains.Campaigns;

internal sealed partial class CampaignGrain
{
    // Partitions that this activation has started and that have not reported since: they look for what is due.
    private readonly HashSet<int> _working = [];

    public async Task Revive(ContactId contact)
    {
        var campaign = Stored.Value.Campaign;
        if (campaign.Status == CampaignStatus.Cancelled)
        {
            // Whoever learned of the bounce did not know yet.
            await GrainFactory.Contact(campaign.Account, contact).Abandon(Id);
            return;
        }

        if (campaign.QueuedAt is null)
        {
            return;
        }

        var partition = contact.PartitionOf(campaign.Partitions);
        var revived = campaign.Revive(partition);
        if (!ReferenceEquals(revived, campaign))
        {
            await KeepReminded();
            await Write(revived);
            _working.Remove(partition);
            DriveSoon();
        }

        // Repeated after every failure: whoever delivers the bounce again comes here again.
        if (_working.Add(partition))
        {
            await StartPartition(partition, revived.Pass);
        }
    }

    public async Task AdmitFailure()
    {
        var admitted = Stored.Value.Campaign.AdmitFailure();
        if (!ReferenceEquals(admitted, Stored.Value.Campaign))
        {
            await Write(admitted);
        }
    }

    public async Task PartitionDone(int partition, int pass)
    {
        var campaign = Stored.Value.Campaign;
        if (pass == campaign.Pass && campaign.Status != CampaignStatus.Cancelled
            && (await audiences.GetState(Id, partition)).NextRetryAt is not null)
        {
            // A bounce came in after the partition had looked for the last time. Whatever comes in after this look
            // revives the campaign, whose turn that is only after this one.
            await StartPartition(partition, pass);
            return;
        }

        _working.Remove(partition);
        var done = campaign.PartitionDone(partition, pass);
        if (!ReferenceEquals(done, campaign))
        {
            await Write(done);
        }

        if (done.AllPartitionsDone)
        {
            DriveSoon();
        }
    }

    private async Task StartPartition(int partition, int pass)
    {
        try
        {
            await GrainFactory.Partition(Id, partition).Start(pass);
        }
        catch
        {
            _working.Remove(partition);
            throw;
        }
    }
}
