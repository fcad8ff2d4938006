using OrleansCampaigns.Contracts.Accounts;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Licences;

namespace OrleansCampaigns.Api.Tests.Fakes;

/// <summary>The real ledger, in memory.</summary>
public sealed class FakeAccountGrain(TimeProvider clock) : IAccountGrain
{
    public Ledger Ledger { get; set; } = new();

    public Task<Ledger> GetLedger() => Task.FromResult(Ledger);

    public Task<Result<Ledger>> Grant(long amount, string actor, string reason)
    {
        var granted = Ledger.Grant(amount, actor, reason, clock.GetUtcNow());
        Ledger = granted.Value ?? Ledger;
        return Task.FromResult(granted);
    }

    public Task<Result<Reservation>> Reserve(CampaignId campaign, int pass, long amount) =>
        throw new NotSupportedException();

    public Task Release(CampaignId campaign) => throw new NotSupportedException();

    public Task Report(CampaignId campaign, long deducted) => throw new NotSupportedException();

    public Task<Reservation?> Settle(CampaignId campaign, long deducted) => throw new NotSupportedException();

    public Task<Reservation?> GetReservation(CampaignId campaign) => throw new NotSupportedException();

    /// <summary>How often every silo was told.</summary>
    public int SuppressionsTold { get; private set; }

    public Task TellSuppressions()
    {
        SuppressionsTold++;
        return Task.CompletedTask;
    }

    public Task<AccountSummary> GetState() => throw new NotSupportedException();
}
