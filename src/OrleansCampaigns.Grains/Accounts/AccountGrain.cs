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
    public Task<Ledger> GetLedger() => Task.FromResult(record.State.Ledger);

    public Task<Reservation?> GetReservation(CampaignId campaign) =>
        Task.FromResult(record.State.Ledger.Reservations.GetValueOrDefault(campaign));

    public async Task<Result<Ledger>> Grant(long amount, string actor, string reason)
    {
        var granted = record.State.Ledger.Grant(amount, actor, reason, clock.GetUtcNow());
        return granted.IsRefused ? granted.Refusal : await Commit(granted.Value);
    }

    public async Task<Result<Reservation>> Reserve(CampaignId campaign, int pass, long amount)
    {
        var ledger = options.Value.AreLicencesUnlimited
            ? record.State.Ledger.Cover(campaign, pass, amount, clock.GetUtcNow())
            : record.State.Ledger;
        var reserved = ledger.Reserve(campaign, pass, amount, clock.GetUtcNow());
        return reserved.IsRefused ? reserved.Refusal : (await Commit(reserved.Value)).Reservations[campaign];
    }

    public Task Release(CampaignId campaign) => Commit(record.State.Ledger.Release(campaign, clock.GetUtcNow()));

    public Task Report(CampaignId campaign, long deducted) => Commit(record.State.Ledger.Report(campaign, deducted));

    public async Task<Reservation?> Settle(CampaignId campaign, long deducted)
    {
        var ledger = await Commit(record.State.Ledger.Settle(campaign, deducted, clock.GetUtcNow()));
        return ledger.Reservations.GetValueOrDefault(campaign);
    }

    public Task TellSuppressions() => gates.Shut(GrainKeys.ReadAccount(this.GetPrimaryKeyString()));

    public Task<AccountSummary> GetState()
    {
        var ledger = record.State.Ledger;
        var open = ledger.Reservations.Values.Count(reservation => !reservation.IsSettled);
        return Task.FromResult(new AccountSummary(
            ledger.Balance, ledger.Held, ledger.DeductedTotal, open, ledger.Reservations.Count - open));
    }

    private async Task<Ledger> Commit(Ledger next)
    {
        if (ReferenceEquals(next, record.State.Ledger))
        {
            return next;
        }

        record.State = new AccountRecord { Ledger = next };
        try
        {
            await record.WriteStateAsync();
        }
        catch
        {
            DeactivateOnIdle(); // The write may have landed; reload rather than trust memory.
            throw;
        }

        return next;
    }
}

internal sealed class AccountRecord
{
    public Ledger Ledger { get; set; } = new();
}
