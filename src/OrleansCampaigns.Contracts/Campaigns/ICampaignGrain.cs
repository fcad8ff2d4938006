using System.Collections.Immutable;
using Orleans.Concurrency;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Licences;

namespace OrleansCampaigns.Contracts.Campaigns;

/// <summary>A campaign: the owner of its definition and its lifecycle.</summary>
/// <remarks>
/// It touches partitions, never recipients. Each command names the account that asks; a campaign of another account is
/// not found. Every command may be repeated.
/// </remarks>
[Alias("Campaigns.ICampaignGrain")]
public interface ICampaignGrain : IGrainWithStringKey
{
    /// <summary>
    /// For what takes its time: counting a large audience, waiting for a relay, or waiting for a start that takes one.
    /// </summary>
    private const string LongAnswer = "00:00:30";

    /// <summary>Makes a draft.</summary>
    [Alias("Create")]
    Task<Result<CampaignView>> Create(AccountId account, CampaignDefinition definition);

    /// <summary>Changes a draft.</summary>
    [Alias("Change")]
    Task<Result<CampaignView>> Change(AccountId account, CampaignDefinition definition);

    /// <summary>The campaign as it stands.</summary>
    /// <remarks>Reads what the last write left: safe between the steps of a command.</remarks>
    [AlwaysInterleave]
    [Alias("Get")]
    Task<Result<CampaignView>> Get(AccountId account);

    /// <summary>Checks everything that starting checks, and changes nothing.</summary>
    /// <remarks>Reads only, and may wait seconds for a relay, which must keep no command waiting.</remarks>
    [AlwaysInterleave]
    [Alias("Validate")]
    [ResponseTimeout(LongAnswer)]
    Task<Result<ValidationReport>> Validate(AccountId account);

    /// <summary>The message as one contact would get it.</summary>
    [Alias("Preview")]
    Task<Result<MessagePreview>> Preview(AccountId account, ContactId contact);

    /// <summary>Sends the message once to <paramref name="address"/>, outside every count.</summary>
    /// <param name="account">Who asks.</param>
    /// <param name="address">Where to.</param>
    /// <param name="contact">Whose fields fill the template; without it every field shows its own name.</param>
    /// <remarks>Reads only, and may wait seconds for a relay, which must keep no command waiting.</remarks>
    [AlwaysInterleave]
    [Alias("TestSend")]
    [ResponseTimeout(LongAnswer)]
    Task<Result<TestSendReport>> TestSend(AccountId account, string address, ContactId? contact);

    /// <summary>Lets it start by itself.</summary>
    [Alias("Schedule")]
    Task<Result<CampaignView>> Schedule(AccountId account, DateTimeOffset at);

    /// <summary>Takes a scheduled campaign back to a draft.</summary>
    [Alias("Unschedule")]
    Task<Result<CampaignView>> Unschedule(AccountId account);

    /// <summary>Starts it. Durable when it returns; the audience is taken afterwards.</summary>
    /// <remarks>A request with a key counts once, whatever became of the answer to it.</remarks>
    [Alias("Start")]
    Task<Result<CampaignView>> Start(AccountId account, RequestKey? request = null);

    /// <summary>No new SMTP transaction begins once this has returned.</summary>
    [Alias("Pause")]
    [ResponseTimeout(LongAnswer)]
    Task<Result<CampaignView>> Pause(AccountId account);

    /// <summary>Sending goes on.</summary>
    [Alias("Resume")]
    Task<Result<CampaignView>> Resume(AccountId account);

    /// <summary>Ends it for good.</summary>
    [Alias("Cancel")]
    [ResponseTimeout(LongAnswer)]
    Task<Result<CampaignView>> Cancel(AccountId account);

    /// <summary>Tries the failed ones again whose cause allows it, as a new pass.</summary>
    /// <remarks>A request with a key counts once, whatever became of the answer to it.</remarks>
    [Alias("RetryFailed")]
    Task<Result<CampaignView>> RetryFailed(AccountId account, RequestKey? request = null);

    /// <summary>What became of the audience, at most a second old.</summary>
    /// <remarks>Reads only; two at once count twice, which is harmless.</remarks>
    [AlwaysInterleave]
    [Alias("GetStatistics")]
    Task<Result<CampaignStatistics>> GetStatistics(AccountId account);

    /// <summary>What partitions need to know; <see langword="null"/> before the campaign runs.</summary>
    /// <remarks>Reads what the last write left: safe between the steps of a command.</remarks>
    [AlwaysInterleave]
    [Alias("GetPlan")]
    Task<CampaignPlan?> GetPlan();

    /// <summary>A recipient whose e-mail came back for now waits for a retry: its partition sends again.</summary>
    /// <remarks>
    /// Durable when it returns. A campaign that had finished runs again; one that was cancelled stays so, and the
    /// contact gives the retry up.
    /// </remarks>
    [Alias("Revive")]
    Task Revive(ContactId contact);

    /// <summary>An e-mail that counted as sent came back for good: a campaign that had finished did so with failures.
    /// </summary>
    /// <remarks>Durable when it returns, and costs nothing where it is known.</remarks>
    [Alias("AdmitFailure")]
    Task AdmitFailure();

    /// <summary>A partition has nothing left to do in a pass.</summary>
    [Alias("PartitionDone")]
    Task PartitionDone(int partition, int pass);

    /// <summary>What keeps a partition from its end; <see langword="null"/> when nothing does any more.</summary>
    /// <remarks>
    /// Shown by the statistics, and not stored: a partition that is still in trouble tells again. Touches nothing that
    /// a command decides on: safe between its steps.
    /// </remarks>
    [AlwaysInterleave]
    [Alias("Tell")]
    Task Tell(int partition, string? trouble);

    /// <summary>A partition waits for something that people can mend; null when it no longer does.</summary>
    /// <param name="partition">Which one.</param>
    /// <param name="reason">For people, without addresses.</param>
    /// <remarks>Kept in memory for the statistics only: safe between the steps of a command.</remarks>
    [AlwaysInterleave]
    [Alias("PartitionWaits")]
    Task PartitionWaits(int partition, string? reason);

    /// <summary>Pauses it by itself, because it is refused everywhere alike. An operator resumes it.</summary>
    /// <remarks>Durable when it returns; does nothing unless it runs.</remarks>
    [Alias("PauseBecause")]
    Task PauseBecause(string reason);

    /// <summary>What the dashboard shows of it: nothing of its content, its sender or its audience.</summary>
    /// <remarks>Reads what the last write left: safe between the steps of a command.</remarks>
    [AlwaysInterleave]
    [Alias("GetState")]
    Task<CampaignSummary> GetState();
}

/// <summary>A campaign as its owner sees it.</summary>
[GenerateSerializer, Immutable, Alias("Campaigns.CampaignView")]
public sealed record CampaignView
{
    /// <summary>Which campaign.</summary>
    [Id(0)] public required CampaignId Id { get; init; }

    /// <summary>Where it is in its life.</summary>
    [Id(1)] public required CampaignStatus Status { get; init; }

    /// <summary>What its author decided.</summary>
    [Id(2)] public required CampaignDefinition Definition { get; init; }

    /// <summary>When it was created.</summary>
    [Id(3)] public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it starts by itself.</summary>
    [Id(4)] public DateTimeOffset? ScheduledAt { get; init; }

    /// <summary>When it was started.</summary>
    [Id(5)] public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    [Id(6)] public DateTimeOffset? EndedAt { get; init; }

    /// <summary>How many recipients its audience holds, once taken.</summary>
    [Id(7)] public long AudienceSize { get; init; }

    /// <summary>Which pass it is in.</summary>
    [Id(8)] public int Pass { get; init; }

    /// <summary>Why the last start came to nothing.</summary>
    [Id(9)] public Refusal? StartRefusal { get; init; }

    /// <summary>Why it paused by itself; <see langword="null"/> when an operator paused it.</summary>
    [Id(10)] public string? PauseReason { get; init; }

    /// <summary>What is to be known of the start although it succeeded, such as an import that failed.</summary>
    [Id(20)] public string? StartNote { get; init; }

    /// <summary>What the start waits for: imports, with the rows that they have read.</summary>
    [Id(21)] public string? WaitingFor { get; init; }
}

/// <summary>What a partition needs to know about its campaign.</summary>
[GenerateSerializer, Immutable, Alias("Campaigns.CampaignPlan")]
public sealed record CampaignPlan
{
    /// <summary>Whose it is.</summary>
    [Id(0)] public required AccountId Account { get; init; }

    /// <summary>Running, Paused, Cancelled, or over.</summary>
    [Id(1)] public required CampaignStatus Status { get; init; }

    /// <summary>What is sent, by whom, how.</summary>
    [Id(2)] public required CampaignDefinition Definition { get; init; }

    /// <summary>When the audience was taken.</summary>
    [Id(3)] public required DateTimeOffset QueuedAt { get; init; }

    /// <summary>Which pass.</summary>
    [Id(4)] public required int Pass { get; init; }

    /// <summary>The trace that its sending belongs to (W3C trace context), if there is one.</summary>
    [Id(5)] public string? Trace { get; init; }
}

/// <summary>What validation found out.</summary>
/// <param name="Audience">How many recipients the audience would hold now.</param>
/// <param name="LicencesNeeded">How many licences a start would reserve at most.</param>
/// <param name="LicencesFree">How many are free.</param>
/// <param name="Problems">What forbids a start; empty when nothing does.</param>
[GenerateSerializer, Immutable, Alias("Campaigns.ValidationReport")]
public sealed record ValidationReport(
    [property: Id(0)] long Audience,
    [property: Id(1)] long LicencesNeeded,
    [property: Id(2)] long LicencesFree,
    [property: Id(3)] ImmutableList<Refusal> Problems)
{
    /// <summary>The imports that a start would wait for; their rows are not all in the numbers.</summary>
    [Id(20)] public ImmutableList<string> Imports { get; init; } = [];

    /// <summary>What is likely a mistake, and forbids nothing.</summary>
    [Id(21)] public ImmutableList<Refusal> Warnings { get; init; } = [];
}

/// <summary>A message as one contact would get it.</summary>
[GenerateSerializer, Immutable, Alias("Campaigns.MessagePreview")]
public sealed record MessagePreview(
    [property: Id(0)] string Subject,
    [property: Id(1)] string Html,
    [property: Id(2)] string Text,
    [property: Id(3)] ImmutableDictionary<string, string> Headers);

/// <summary>How a test send ended.</summary>
[GenerateSerializer, Immutable, Alias("Campaigns.TestSendReport")]
public sealed record TestSendReport([property: Id(0)] AttemptReport Report);

/// <summary>The statistics of a campaign.</summary>
[GenerateSerializer, Immutable, Alias("Campaigns.CampaignStatistics")]
public sealed record CampaignStatistics
{
    /// <summary>Where the campaign is in its life.</summary>
    [Id(0)] public required CampaignStatus Status { get; init; }

    /// <summary>What became of the audience.</summary>
    [Id(1)] public required CampaignTotals Totals { get; init; }

    /// <summary>What the campaign holds of the account's licences; all zero before the start.</summary>
    [Id(2)] public required Reservation Licences { get; init; }

    /// <summary>When the next retry is due.</summary>
    [Id(3)] public DateTimeOffset? NextRetryAt { get; init; }

    /// <summary>
    /// What keeps the campaign waiting, such as a relay that is down; <see langword="null"/> when nothing does.
    /// </summary>
    [Id(4)] public string? WaitingFor { get; init; }
}

/// <summary>A campaign as the dashboard shows it.</summary>
/// <param name="Status">Where it is in its life, by name.</param>
/// <param name="ScheduledAt">When it starts by itself.</param>
/// <param name="StartedAt">When it was started.</param>
/// <param name="EndedAt">When it ended.</param>
/// <param name="AudienceSize">How many recipients its audience holds.</param>
/// <param name="Pass">Which pass it is in.</param>
/// <param name="PassBegun">Which pass every partition has been told of.</param>
/// <param name="Partitions">How many partitions it has.</param>
/// <param name="PartitionsDone">How many of them have nothing left to do in this pass.</param>
/// <param name="IsSettled">Whether its licences are settled.</param>
[GenerateSerializer, Immutable, Alias("Campaigns.CampaignSummary")]
public sealed record CampaignSummary(
    [property: Id(0)] string Status,
    [property: Id(1)] DateTimeOffset? ScheduledAt,
    [property: Id(2)] DateTimeOffset? StartedAt,
    [property: Id(3)] DateTimeOffset? EndedAt,
    [property: Id(4)] long AudienceSize,
    [property: Id(5)] int Pass,
    [property: Id(6)] int PassBegun,
    [property: Id(7)] int Partitions,
    [property: Id(8)] int PartitionsDone,
    [property: Id(9)] bool IsSettled);
