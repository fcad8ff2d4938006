using System.Collections.Immutable;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Domain.Campaigns;

/// <summary>A campaign's lifecycle as a pure value.</summary>
/// <remarks>
/// Every command returns the campaign after it, or a refusal. A repeated command returns the same instance: a caller
/// that timed out must be able to retry blindly. A repeated Start or RetryFailed is refused, so that nobody takes an
/// earlier start for the one that was asked for.
/// </remarks>
public sealed record Campaign
{
    /// <summary>Which campaign; <see langword="null"/> before it is created.</summary>
    public CampaignId? Id { get; init; }

    /// <summary>Whose it is.</summary>
    public AccountId Account { get; init; }

    /// <summary>Where it is in its life.</summary>
    public CampaignStatus Status { get; init; } = CampaignStatus.Draft;

    /// <summary>What its author decided.</summary>
    public CampaignDefinition Definition { get; init; } = new();

    /// <summary>When it was created.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it starts by itself.</summary>
    public DateTimeOffset? ScheduledAt { get; init; }

    /// <summary>When it was started.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>When its audience was taken.</summary>
    public DateTimeOffset? QueuedAt { get; init; }

    /// <summary>How many recipients its audience holds.</summary>
    public long AudienceSize { get; init; }

    /// <summary>Into how many partitions the audience is cut.</summary>
    public int Partitions { get; init; }

    /// <summary>Which partitions have nothing left to do in this pass.</summary>
    public ImmutableHashSet<int> PartitionsDone { get; init; } = [];

    /// <summary>1, and one more for each "retry failed".</summary>
    public int Pass { get; init; } = 1;

    /// <summary>The totals when it ended; what has come back since is not among them.</summary>
    public CampaignTotals? FinalTotals { get; init; }

    /// <summary>Whether the licences of the latest pass have been settled.</summary>
    public bool IsSettled { get; init; }

    /// <summary>Why the last start came to nothing.</summary>
    public Refusal? StartRefusal { get; init; }

    /// <summary>The requests with a key that have started it or tried its failed ones again.</summary>
    public AnsweredRequests Requests { get; init; } = new();

    /// <summary>Why it paused by itself; <see langword="null"/> unless it did.</summary>
    public string? PauseReason { get; init; }

    /// <summary>The imports that the start waits for, or waited for; empty before it has looked, and when there are
    /// none.</summary>
    public ImmutableList<string> AwaitedImports { get; init; } = [];

    /// <summary>What is to be known of the start although it succeeded: an import that it waited for failed.</summary>
    public string? StartNote { get; init; }

    /// <summary>Makes a draft.</summary>
    public Result<Campaign> Create(
        CampaignId id, AccountId account, CampaignDefinition definition, DateTimeOffset now) =>
        Id is not null
            ? this
            : this with { Id = id, Account = account, Definition = definition, CreatedAt = now };

    /// <summary>Whether a command was carried out before; a refusal when another request has its key.</summary>
    public Result<bool> Knows(RequestKey? request) => Requests.Knows(request);

    /// <summary>With the request that a command came by.</summary>
    public Campaign By(RequestKey? request) => request is null ? this : this with { Requests = Requests.Add(request) };

    /// <summary>Changes a draft.</summary>
    public Result<Campaign> Change(CampaignDefinition definition) => Status switch
    {
        not CampaignStatus.Draft => Conflict("campaign.not_draft", "changed"),
        _ when Definition == definition && StartRefusal is null => this,
        _ => this with { Definition = definition, StartRefusal = null },
    };

    /// <summary>Lets it start by itself; a second call moves the time.</summary>
    public Result<Campaign> Schedule(DateTimeOffset at, DateTimeOffset now) => Status switch
    {
        _ when at <= now =>
            Refusal.Invalid("campaign.schedule.past", "scheduledAt must be in the future.", "scheduledAt"),
        CampaignStatus.Draft or CampaignStatus.Scheduled =>
            ScheduledAt == at && Status == CampaignStatus.Scheduled
                ? this
                : this with { Status = CampaignStatus.Scheduled, ScheduledAt = at, StartRefusal = null },
        _ => Conflict("campaign.already_started", "scheduled"),
    };

    /// <summary>Takes a scheduled campaign back to a draft.</summary>
    public Result<Campaign> Unschedule() => Status switch
    {
        CampaignStatus.Draft => this,
        CampaignStatus.Scheduled => this with { Status = CampaignStatus.Draft, ScheduledAt = null },
        _ => Conflict("campaign.already_started", "unscheduled"),
    };

    /// <summary>Starts it. Starting a campaign twice starts it once.</summary>
    public Result<Campaign> Start(DateTimeOffset now) => Status switch
    {
        CampaignStatus.Draft or CampaignStatus.Scheduled =>
            this with
            {
                Status = CampaignStatus.Starting,
                StartedAt = now,
                StartRefusal = null,
                StartNote = null,
                AwaitedImports = [],
            },
        _ => Conflict("campaign.already_started", "started"),
    };

    /// <summary>The start came to nothing: too few licences, or nobody to send to.</summary>
    public Campaign FailStart(Refusal refusal) => Status == CampaignStatus.Starting
        ? this with { Status = CampaignStatus.Draft, StartedAt = null, ScheduledAt = null, StartRefusal = refusal }
        : this;

    /// <summary>The audience is taken and the licences are reserved: sending begins.</summary>
    public Campaign Run(long audienceSize, int partitions, DateTimeOffset queuedAt) => Status == CampaignStatus.Starting
        ? this with
        {
            Status = CampaignStatus.Running,
            AudienceSize = audienceSize,
            Partitions = partitions,
            QueuedAt = queuedAt,
        }
        : this;

    /// <summary>No new attempt begins until it is resumed.</summary>
    /// <param name="reason">Why it does so by itself; <see langword="null"/> when it is told to.</param>
    public Result<Campaign> Pause(string? reason = null) => Status switch
    {
        CampaignStatus.Paused => this,
        CampaignStatus.Running => this with { Status = CampaignStatus.Paused, PauseReason = reason },
        _ => Conflict("campaign.not_running", "paused"),
    };

    /// <summary>Sending goes on.</summary>
    public Result<Campaign> Resume() => Status switch
    {
        CampaignStatus.Running => this,
        CampaignStatus.Paused => this with { Status = CampaignStatus.Running, PauseReason = null },
        _ => Conflict("campaign.not_paused", "resumed"),
    };

    /// <summary>Ends it for good; nothing comes back.</summary>
    public Result<Campaign> Cancel(DateTimeOffset now) => Status switch
    {
        CampaignStatus.Cancelled => this,
        CampaignStatus.Finished or CampaignStatus.FinishedWithFailures =>
            Conflict("campaign.already_ended", "cancelled"),
        _ => this with
        {
            Status = CampaignStatus.Cancelled,
            EndedAt = now,
            PartitionsDone = [],
            IsSettled = !Status.HasStarted()
        },
    };

    /// <summary>Tries those again that failed for a reason that may have passed.</summary>
    public Result<Campaign> RetryFailed() => Status switch
    {
        CampaignStatus.FinishedWithFailures when IsSettled => this with
        {
            Status = CampaignStatus.Running,
            Pass = Pass + 1,
            PartitionsDone = [],
            EndedAt = null,
            FinalTotals = null,
            IsSettled = false,
        },
        CampaignStatus.FinishedWithFailures => Conflict("campaign.settling", "retried until its licences are settled"),
        CampaignStatus.Starting or CampaignStatus.Running or CampaignStatus.Paused =>
            Conflict("campaign.not_ended", "tried again as a whole until every recipient's own retries are over"),
        _ => Conflict("campaign.nothing_failed", "retried"),
    };

    /// <summary>A recipient of <paramref name="partition"/> waits for a retry, because its e-mail came back.</summary>
    /// <remarks>
    /// A campaign that had finished runs again, in the same pass: its licences stay settled, because whoever is sent to
    /// again was charged before. A cancelled one stays so.
    /// </remarks>
    public Campaign Revive(int partition) => Status switch
    {
        CampaignStatus.Running or CampaignStatus.Paused => PartitionsDone.Contains(partition)
            ? this with { PartitionsDone = PartitionsDone.Remove(partition) }
            : this,
        CampaignStatus.Finished or CampaignStatus.FinishedWithFailures => this with
        {
            Status = CampaignStatus.Running,
            PartitionsDone = [.. Enumerable.Range(0, Partitions).Where(other => other != partition)],
            EndedAt = null,
            FinalTotals = null,
            IsSettled = false,
        },
        _ => this,
    };

    /// <summary>An e-mail that counted as sent came back for good: it was no finish without failures.</summary>
    public Campaign AdmitFailure() => Status == CampaignStatus.Finished
        ? this with { Status = CampaignStatus.FinishedWithFailures }
        : this;

    /// <summary>A partition has nothing left to do in <paramref name="pass"/>.</summary>
    public Campaign PartitionDone(int partition, int pass) => pass != Pass || PartitionsDone.Contains(partition)
        ? this
        : this with { PartitionsDone = PartitionsDone.Add(partition) };

    /// <summary>Whether every partition is done.</summary>
    public bool AllPartitionsDone => PartitionsDone.Count == Partitions;

    /// <summary>Every recipient has its outcome.</summary>
    public Campaign Finish(CampaignTotals totals, DateTimeOffset now) =>
        Status is CampaignStatus.Running or CampaignStatus.Paused
        ? this with
        {
            Status = totals.HasFailures ? CampaignStatus.FinishedWithFailures : CampaignStatus.Finished,
            FinalTotals = totals,
            EndedAt = now,
        }
        : this;

    /// <summary>The licences are settled.</summary>
    public Campaign Settle(CampaignTotals totals) =>
        IsSettled ? this : this with { IsSettled = true, FinalTotals = totals };

    private Refusal Conflict(string code, string verb) =>
        Refusal.Conflict(code, $"A campaign that is {Status} cannot be {verb}.");
}
