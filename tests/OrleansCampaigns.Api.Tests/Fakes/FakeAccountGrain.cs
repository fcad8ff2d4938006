using OrleansCampaigns.Contracts.Accounts;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Licences;

namespace OrleansCampaigns.Api.Tests.Fakes;

/// <summary>The real ledger, in memory.</summary>
public sealed class FakeAccountGrain(TimeProvider clock) : IAccountGrain
{
    public Ledger Ledger { get; set; } = new();

    public Task<Ledger> GetLedger() => Task.FromResult(Ledger);

    /// <summary>Whether the next command is carried out and its answer is lost.</summary>
    public bool LosesAnswer { get; set; }

    private AnsweredRequests Campaigns { get; set; } = new();

    public Task<Result<Ledger>> Grant(long amount, string actor, string reason, RequestKey? request = null)
    {
        var granted = Ledger.Grant(amount, actor, reason, request, clock.GetUtcNow());
        Ledger = granted.Value ?? Ledger;
        return Answer(granted);
    }

    public Task<Result<CampaignId>> NameCampaign(RequestKey request, CampaignId proposed)
    {
        var known = Campaigns.Knows(request);
        if (known.IsRefused)
        {
            return Task.FromResult<Result<CampaignId>>(known.Refusal);
        }

        Campaigns = known.Value ? Campaigns : Campaigns.Add(request with { Answer = proposed.Value });
        return Answer<Result<CampaignId>>(new CampaignId(Campaigns.Find(request)!.Answer!));
    }

    private Task<T> Answer<T>(T answer)
    {
        if (!LosesAnswer)
        {
            return Task.FromResult(answer);
        }

        LosesAnswer = false;
        throw new TimeoutException("The answer was lost.");
    }

    public Task<Result<Reservation>> Reserve(CampaignId campaign, int pass, long amount) =>
        throw new NotSupportedException();

    public Task Release(CampaignId campaign, bool forGood = false) => throw new NotSupportedException();

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
