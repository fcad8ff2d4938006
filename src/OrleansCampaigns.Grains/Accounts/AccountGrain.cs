using Microsoft.Extensions.Options;
using Orleans.Runtime;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Accounts;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Licences;
using OrleansCampaigns.Grains.Contacts;

namespace OrleansCampaigns.Grains.Accounts;

/// <remarks>Not reentrant: the balance that a decision was made on is the balance that is written.</remarks>
[GrainType("account")]
internal sealed class AccountGrain(
    [PersistentState("account", StorageNames.Engine)] IPersistentState<AccountRecord> record,
    AttemptGates gates,
    IOptions<EngineOptions> options,
    TimeProvider clock) : Grain, IAccountGrain
{
    private Stored<AccountRecord> Stored => field ??= new(record, DeactivateOnIdle);

    public Task<Ledger> GetLedger() => Task.FromResult(Stored.Value.Ledger);

    public Task<Reservation?> GetReservation(CampaignId campaign) =>
        Task.FromResult(Stored.Value.Ledger.Reservations.GetValueOrDefault(campaign));

    public async Task<Result<Ledger>> Grant(long amount, string actor, string reason, RequestKey? request)
    {
        var granted = Stored.Value.Ledger.Grant(amount, actor, reason, request, clock.GetUtcNow());
        return granted.IsRefused ? granted.Refusal : await Commit(granted.Value);
    }

    public async Task<Result<CampaignId>> NameCampaign(RequestKey request, CampaignId proposed)
    {
        var known = Stored.Value.Campaigns.Knows(request);
        if (known.IsRefused)
        {
            return known.Refusal;
        }

        if (!known.Value)
        {
            var named = Stored.Value.Campaigns.Add(request with { Answer = proposed.Value });
            await Stored.Write(Stored.Value with { Campaigns = named });
        }

        return new CampaignId(Stored.Value.Campaigns.Find(request)!.Answer!);
    }

    public async Task<Result<Reservation>> Reserve(CampaignId campaign, int pass, long amount)
    {
        var ledger = options.Value.AreLicencesUnlimited
            ? Stored.Value.Ledger.Cover(campaign, pass, amount, clock.GetUtcNow())
            : Stored.Value.Ledger;
        var reserved = ledger.Reserve(campaign, pass, amount, clock.GetUtcNow());
        return reserved.IsRefused ? reserved.Refusal : (await Commit(reserved.Value)).Reservations[campaign];
    }

    public Task Release(CampaignId campaign, bool forGood) => Commit(forGood
        ? Stored.Value.Ledger.Close(campaign, clock.GetUtcNow())
        : Stored.Value.Ledger.Release(campaign, clock.GetUtcNow()));

    public Task Report(CampaignId campaign, long deducted) => Commit(Stored.Value.Ledger.Report(campaign, deducted));

    public async Task<Reservation?> Settle(CampaignId campaign, long deducted)
    {
        var ledger = await Commit(Stored.Value.Ledger.Settle(campaign, deducted, clock.GetUtcNow()));
        return ledger.Reservations.GetValueOrDefault(campaign);
    }

    public Task TellSuppressions() => gates.Shut(GrainKeys.ReadAccount(this.GetPrimaryKeyString()));

    public Task<AccountSummary> GetState()
    {
        var ledger = Stored.Value.Ledger;
        var open = ledger.Reservations.Values.Count(reservation => !reservation.IsSettled);
        return Task.FromResult(new AccountSummary(
            ledger.Balance, ledger.Held, ledger.DeductedTotal, open, ledger.Reservations.Count - open));
    }

    private async Task<Ledger> Commit(Ledger next)
    {
        if (ReferenceEquals(next, Stored.Value.Ledger))
        {
            return next;
        }

        await Stored.Write(Stored.Value with { Ledger = next });
        return next;
    }
}

/// <summary>What is stored of an account.</summary>
internal sealed record AccountRecord
{
    public Ledger Ledger { get; init; } = new();

    /// <summary>The requests with a key that have made a campaign, and which.</summary>
    public AnsweredRequests Campaigns { get; init; } = new();
}
