using System.Collections.Immutable;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Campaigns;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Domain.Licences;

namespace OrleansCampaigns.Api.Tests.Fakes;

/// <summary>The real lifecycle, in memory; nothing is sent.</summary>
public sealed class FakeCampaignGrain(string key, TimeProvider clock) : ICampaignGrain
{
    public Campaign Campaign { get; set; } = new();

    public CampaignStatistics? Statistics { get; set; }

    public ValidationReport Report { get; set; } = new(0, 0, 0, ImmutableList<Refusal>.Empty);

    /// <summary>What every command is refused with, if it is.</summary>
    public Refusal? Refused { get; set; }

    /// <summary>What every command fails with, if it does.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Whether the next command is carried out and its answer is lost.</summary>
    public bool LosesAnswer { get; set; }

    /// <summary>What a command waits for before it is answered.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    /// <summary>Signals that a command has arrived.</summary>
    public TaskCompletionSource Arrived { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How many commands arrived.</summary>
    public int Commands { get; private set; }

    public (string Address, ContactId? Contact)? Tested { get; private set; }

    public Task<Result<CampaignView>> Create(AccountId account, CampaignDefinition definition) =>
        Command(account, campaign =>
            campaign.Create(GrainKeys.ReadCampaign(key), account, definition, clock.GetUtcNow()), isNew: true);

    public Task<Result<CampaignView>> Change(AccountId account, CampaignDefinition definition) =>
        Command(account, campaign => campaign.Change(definition));

    public Task<Result<CampaignView>> Get(AccountId account) => Task.FromResult(Unknown(account) ?? View());

    public Task<Result<ValidationReport>> Validate(AccountId account) =>
        Task.FromResult<Result<ValidationReport>>(Unknown(account)?.Refusal is { } refusal ? refusal : Report);

    public Task<Result<MessagePreview>> Preview(AccountId account, ContactId contact) =>
        Task.FromResult<Result<MessagePreview>>(Unknown(account)?.Refusal is { } refusal
            ? refusal
            : new MessagePreview(
                "Hello", "<p>Hello</p>", "Hello", ImmutableDictionary<string, string>.Empty.Add("Subject", "Hello")));

    public Task<Result<TestSendReport>> TestSend(AccountId account, string address, ContactId? contact)
    {
        Tested = (address, contact);
        return Task.FromResult<Result<TestSendReport>>(Unknown(account)?.Refusal is { } refusal
            ? refusal
            : new TestSendReport(new AttemptReport
            {
                Outcome = Outcome.SoftBounced,
                Cause = Cause.MailboxFull,
                Reply = new SmtpReply(452, "4.2.2", "Mailbox full"),
            }));
    }

    public Task<Result<CampaignView>> Schedule(AccountId account, DateTimeOffset at) =>
        Command(account, campaign => campaign.Schedule(at, clock.GetUtcNow()));

    public Task<Result<CampaignView>> Unschedule(AccountId account) =>
        Command(account, campaign => campaign.Unschedule());

    public Task<Result<CampaignView>> Start(AccountId account, RequestKey? request = null) =>
        Command(account, campaign => campaign.Knows(request) is { Value: true }
            ? campaign
            : campaign.Start(clock.GetUtcNow()) is { IsRefused: false } started
                ? started.Value!.By(request)
                : campaign.Start(clock.GetUtcNow()));

    public Task<Result<CampaignView>> Pause(AccountId account) => Command(account, campaign => campaign.Pause());

    public Task<Result<CampaignView>> Resume(AccountId account) => Command(account, campaign => campaign.Resume());

    public Task<Result<CampaignView>> Cancel(AccountId account) =>
        Command(account, campaign => campaign.Cancel(clock.GetUtcNow()));

    public Task<Result<CampaignView>> RetryFailed(AccountId account, RequestKey? request = null) =>
        Command(account, campaign => campaign.RetryFailed());

    public Task<Result<CampaignStatistics>> GetStatistics(AccountId account) =>
        Task.FromResult<Result<CampaignStatistics>>(Unknown(account)?.Refusal is { } refusal
            ? refusal
            : Statistics ?? new CampaignStatistics
            {
                Status = Campaign.Status,
                Totals = new(),
                Licences = new Reservation(0, 0, 0, IsSettled: false),
            });

    public Task<CampaignPlan?> GetPlan() => throw new NotSupportedException();

    public Task Revive(ContactId contact) => throw new NotSupportedException();

    public Task AdmitFailure() => throw new NotSupportedException();

    public Task PartitionWaits(int partition, string? reason) => throw new NotSupportedException();

    public Task PauseBecause(string reason) => throw new NotSupportedException();

    public Task PartitionDone(int partition, int pass) => throw new NotSupportedException();

    public Task Tell(int partition, string? trouble) => throw new NotSupportedException();

    public Task<CampaignSummary> GetState() => throw new NotSupportedException();

    private async Task<Result<CampaignView>> Command(
        AccountId account, Func<Campaign, Result<Campaign>> decide, bool isNew = false)
    {
        Commands++;
        Arrived.TrySetResult();
        await Gate;
        if (Failure is not null)
        {
            throw Failure;
        }

        if (Refused is not null || (!isNew && Unknown(account) is not null))
        {
            return Refused ?? Unknown(account)!.Refusal!;
        }

        var decided = decide(Campaign);
        if (decided.IsRefused)
        {
            return decided.Refusal;
        }

        Campaign = decided.Value;
        if (LosesAnswer)
        {
            LosesAnswer = false;
            throw new TimeoutException("The answer was lost.");
        }

        return View();
    }

    private Result<CampaignView>? Unknown(AccountId account) => Campaign.Id is null || Campaign.Account != account
        ? (Result<CampaignView>)Refusal.NotFound("campaign.unknown", "There is no such campaign.")
        : null;

    private Result<CampaignView> View() => new CampaignView
    {
        Id = Campaign.Id!.Value,
        Status = Campaign.Status,
        Definition = Campaign.Definition,
        CreatedAt = Campaign.CreatedAt,
        ScheduledAt = Campaign.ScheduledAt,
        StartedAt = Campaign.StartedAt,
        EndedAt = Campaign.EndedAt,
        AudienceSize = Campaign.AudienceSize,
        Pass = Campaign.Pass,
        StartRefusal = Campaign.StartRefusal,
    };
}
