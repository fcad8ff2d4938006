using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Licences;

namespace OrleansCampaigns.Contracts.Accounts;

/// <summary>An account: the owner of the licence ledger.</summary>
/// <remarks>Campaigns reserve and settle in blocks; nothing here is ever called per message.</remarks>
[Alias("Accounts.IAccountGrain")]
public interface IAccountGrain : IGrainWithStringKey
{
    /// <summary>The ledger as it stands.</summary>
    [Alias("GetLedger")]
    Task<Ledger> GetLedger();

    /// <summary>Adds licences, or takes back unused ones.</summary>
    /// <remarks>A request with a key counts once, whatever became of the answer to it.</remarks>
    [Alias("Grant")]
    Task<Result<Ledger>> Grant(long amount, string actor, string reason, RequestKey? request = null);

    /// <summary>Names the campaign that a request with a key makes: the same one, however often it arrives.</summary>
    /// <param name="request">The request.</param>
    /// <param name="proposed">The name, should the request be new.</param>
    [Alias("NameCampaign")]
    Task<Result<CampaignId>> NameCampaign(RequestKey request, CampaignId proposed);

    /// <summary>Holds licences for a pass of a campaign: all of them or none. Counts once per pass.</summary>
    [Alias("Reserve")]
    Task<Result<Reservation>> Reserve(CampaignId campaign, int pass, long amount);

    /// <summary>Gives back what a start reserved that came to nothing.</summary>
    /// <param name="campaign">The campaign.</param>
    /// <param name="forGood">Whether it never starts again: a reservation that comes late holds nothing.</param>
    [Alias("Release")]
    Task Release(CampaignId campaign, bool forGood = false);

    /// <summary>Notes how many a campaign has used so far.</summary>
    [Alias("Report")]
    Task Report(CampaignId campaign, long deducted);

    /// <summary>Ends a campaign's reservation and releases what it did not use. Counts once per pass.</summary>
    [Alias("Settle")]
    Task<Reservation?> Settle(CampaignId campaign, long deducted);

    /// <summary>What a campaign holds or held.</summary>
    [Alias("GetReservation")]
    Task<Reservation?> GetReservation(CampaignId campaign);

    /// <summary>Makes changed suppressions known to every silo. An attempt of the account that has not reached a relay
    /// asks anew before it does so.</summary>
    [Alias("TellSuppressions")]
    Task TellSuppressions();

    /// <summary>What the dashboard shows of it: amounts, and not who granted them or why.</summary>
    [Alias("GetState")]
    Task<AccountSummary> GetState();
}

/// <summary>An account as the dashboard shows it.</summary>
/// <param name="Balance">Licences that no campaign holds.</param>
/// <param name="Held">Licences that campaigns hold and have not used yet.</param>
/// <param name="DeductedTotal">Licences used up since the beginning.</param>
/// <param name="Open">How many campaigns hold licences.</param>
/// <param name="Settled">How many campaigns that are settled it remembers.</param>
[GenerateSerializer, Immutable, Alias("Accounts.AccountSummary")]
public sealed record AccountSummary(
    [property: Id(0)] long Balance,
    [property: Id(1)] long Held,
    [property: Id(2)] long DeductedTotal,
    [property: Id(3)] int Open,
    [property: Id(4)] int Settled);
