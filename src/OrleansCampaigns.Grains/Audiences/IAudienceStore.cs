using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Grains.Audiences;

/// <summary>The audiences of campaigns: taken once, then read by partitions.</summary>
/// <remarks>
/// Outcomes in it are a projection, written in the same transaction as the contact grain's state: after any crash they
/// equal the grains.
/// </remarks>
public interface IAudienceStore
{
    /// <summary>What the audience would be now.</summary>
    Task<AudienceCount> Count(AccountId account, Audience audience, CancellationToken cancellation = default);

    /// <summary>Whether an audience has more members than that, before duplicates are taken out; without counting
    /// further.</summary>
    Task<bool> IsLargerThan(
        AccountId account, Audience audience, long limit, CancellationToken cancellation = default);

    /// <summary>The imports under way into what the audience is taken from: its lists, or, where a filter finds
    /// contacts of no list, the whole account.</summary>
    Task<IReadOnlyList<string>> FindImportsUnderWay(
        AccountId account, Audience audience, CancellationToken cancellation = default) =>
        Task.FromResult<IReadOnlyList<string>>([]);

    /// <summary>How far imports are; one that is not known is left out.</summary>
    Task<IReadOnlyList<AwaitedImport>> FindImports(
        AccountId account, IReadOnlyCollection<string> imports, CancellationToken cancellation = default) =>
        Task.FromResult<IReadOnlyList<AwaitedImport>>([]);

    /// <summary>Which lists of the audience do not exist.</summary>
    Task<IReadOnlyList<string>> FindUnknownLists(
        AccountId account, Audience audience, CancellationToken cancellation = default);

    /// <summary>How many contacts of the audience, that would be sent to, lack each of the fields.</summary>
    Task<IReadOnlyDictionary<string, long>> CountMissing(
        AccountId account,
        Audience audience,
        IReadOnlyCollection<string> fields,
        CancellationToken cancellation = default);

    /// <summary>
    /// For each of the fields the contact of the audience, among those that would be sent to, whose value is longest.
    /// </summary>
    Task<IReadOnlyList<Recipient>> FindLongest(
        AccountId account,
        Audience audience,
        IReadOnlyCollection<string> fields,
        CancellationToken cancellation = default) => Task.FromResult<IReadOnlyList<Recipient>>([]);

    /// <summary>
    /// Takes the audience for good. A second call for the same campaign returns what the first one took.
    /// </summary>
    Task<AudienceSnapshot> Take(
        AccountId account,
        CampaignId campaign,
        Audience audience,
        int partitionSize,
        DateTimeOffset now,
        CancellationToken cancellation = default);

    /// <summary>Stores the campaign's links, the first being number 1. Repeating it changes nothing.</summary>
    Task StoreLinks(CampaignId campaign, IReadOnlyList<string> links, CancellationToken cancellation = default);

    /// <summary>Forgets an audience that was taken for a start that came to nothing.</summary>
    Task Discard(CampaignId campaign, CancellationToken cancellation = default);

    /// <summary>
    /// The recipients of a partition after <paramref name="afterSeq"/> whose turn has not come, in order.
    /// </summary>
    Task<IReadOnlyList<Recipient>> Next(
        CampaignId campaign, int partition, long afterSeq, int limit, CancellationToken cancellation = default);

    /// <summary>The recipients of a partition whose retry is due, longest due first.</summary>
    Task<IReadOnlyList<Recipient>> Due(
        CampaignId campaign, int partition, DateTimeOffset now, int limit, CancellationToken cancellation = default);

    /// <summary>
    /// The recipients of a partition up to <paramref name="uptoSeq"/> without any record: the candidates of doubt.
    /// </summary>
    Task<IReadOnlyList<Recipient>> Undecided(
        CampaignId campaign, int partition, long uptoSeq, CancellationToken cancellation = default);

    /// <summary>Those of the given sequence numbers, as they stand.</summary>
    Task<IReadOnlyList<Recipient>> Find(
        CampaignId campaign, int partition, IReadOnlyCollection<long> seqs, CancellationToken cancellation = default);

    /// <summary>
    /// The recipients of a partition after <paramref name="afterSeq"/> that wait for a retry, in order.
    /// </summary>
    Task<IReadOnlyList<Recipient>> Waiting(
        CampaignId campaign, int partition, long afterSeq, int limit, CancellationToken cancellation = default);

    /// <summary>
    /// The failed recipients of a partition of an earlier pass, after <paramref name="afterSeq"/>, in order.
    /// </summary>
    Task<IReadOnlyList<Recipient>> Failed(
        CampaignId campaign,
        int partition,
        int beforePass,
        long afterSeq,
        int limit,
        CancellationToken cancellation = default);

    /// <summary>
    /// The recipients of a partition that nothing waits for although their outcome is temporary, in order: without a
    /// decision, or decided without a time for the next attempt.
    /// </summary>
    /// <remarks>Before a partition has come to its end, those whose turn has not come are among them.</remarks>
    Task<IReadOnlyList<Recipient>> Stranded(
        CampaignId campaign, int partition, long afterSeq, int limit, CancellationToken cancellation = default);

    /// <summary>
    /// The recipients of a partition after <paramref name="afterSeq"/> that nothing was decided on and whose contacts
    /// know of the campaign all the same, in order: by further occurrences of the address, or by what came back.
    /// </summary>
    Task<IReadOnlyList<Recipient>> Noted(
        CampaignId campaign, int partition, long afterSeq, int limit, CancellationToken cancellation = default);

    /// <summary>Leaves out every recipient of a partition that nothing was decided on and whose contact does not know
    /// of the campaign. Repeating it changes nothing.</summary>
    /// <remarks>
    /// They cost no write of a contact, like being queued: a contact that decides on one of them after all replaces
    /// this. One that only notes something does not.
    /// </remarks>
    /// <returns>How many there were.</returns>
    Task<int> ExcludeUndecided(
        CampaignId campaign,
        int partition,
        string reason,
        DateTimeOffset now,
        CancellationToken cancellation = default);

    /// <summary>Settles recipients in the table alone, because their contacts cannot be read or stored.</summary>
    Task Settle(
        CampaignId campaign,
        int partition,
        IReadOnlyCollection<long> seqs,
        Settlement settlement,
        DateTimeOffset now,
        CancellationToken cancellation = default);

    /// <summary>What is left of a partition: the last sequence number, and when its next retry is due.</summary>
    Task<PartitionState> GetState(CampaignId campaign, int partition, CancellationToken cancellation = default);

    /// <summary>What became of the audience, counted now.</summary>
    Task<(CampaignTotals Totals, DateTimeOffset? NextRetryAt)> Count(
        CampaignId campaign, CancellationToken cancellation = default);

    /// <summary>Whether the account never sends to an address, or to its domain or one above it.</summary>
    /// <remarks>Asked at the moment of sending. What is told to the account's grain is known to every later question.
    /// </remarks>
    Task<bool> IsSuppressed(AccountId account, string address, CancellationToken cancellation = default) =>
        Task.FromResult(false);

    /// <summary>Forgets what it may remember of an account's suppressions.</summary>
    void ForgetSuppressions(AccountId account)
    {
    }

    /// <summary>The profile that fills a template, or <see langword="null"/> when the contact does not exist.</summary>
    Task<Recipient?> FindContact(AccountId account, ContactId contact, CancellationToken cancellation = default);
}

/// <summary>An audience, counted.</summary>
/// <param name="Recipients">How many recipients.</param>
/// <param name="Sendable">How many of them may be sent to: valid, not a duplicate, available by status.</param>
public sealed record AudienceCount(long Recipients, long Sendable);

/// <summary>An import that a start waits for.</summary>
/// <param name="Id">Which import.</param>
/// <param name="IsRunning">Whether it is under way.</param>
/// <param name="Rows">How many rows it has read.</param>
/// <param name="Failure">The code of why it failed as a whole; <see langword="null"/> unless it did.</param>
public sealed record AwaitedImport(string Id, bool IsRunning, long Rows, string? Failure);

/// <summary>An audience, taken.</summary>
/// <param name="Recipients">How many recipients.</param>
/// <param name="Sendable">How many of them may be sent to: one licence each.</param>
/// <param name="Partitions">Into how many partitions it was cut.</param>
/// <param name="TakenAt">When.</param>
public sealed record AudienceSnapshot(long Recipients, long Sendable, int Partitions, DateTimeOffset TakenAt);

/// <summary>What the table says of recipients whose contacts cannot say it.</summary>
/// <remarks>One that was attempted before and is left out has had an outcome: it ends as Bounced.</remarks>
/// <param name="Outcome">A permanent outcome; <see langword="null"/> leaves the recipient out.</param>
/// <param name="Cause">Why.</param>
/// <param name="InDoubt">Whether the fate of an attempt is hidden.</param>
/// <param name="Attempt">The attempt that was made, or may have been; 0 for none.</param>
/// <param name="ReplyCode">What the server said to it, as a code.</param>
public sealed record Settlement(
    Outcome? Outcome = null, Cause Cause = Cause.None, bool InDoubt = false, int Attempt = 0, int? ReplyCode = null)
{
    /// <summary>Left out, or Bounced where there was an attempt before.</summary>
    public static Settlement LeftOut { get; } = new();

    /// <summary>An attempt that may have been made: nobody can be asked for another, so it counts as sent.</summary>
    public static Settlement Doubtful(int attempt) =>
        new(Domain.Delivery.Outcome.Sent, InDoubt: true, Attempt: attempt);

    /// <summary>A further occurrence of an address.</summary>
    public static Settlement Duplicated { get; } = new(Domain.Delivery.Outcome.Duplicated, Cause.DuplicateAddress);

    /// <summary>How an attempt ended. There is no next one: a temporary failure is the last word.</summary>
    public static Settlement Of(int attempt, AttemptReport report) => new(
        report.InDoubt ? Domain.Delivery.Outcome.Sent
            : report.Outcome.IsTemporary() ? Domain.Delivery.Outcome.Bounced
            : report.Outcome,
        report.InDoubt ? Cause.None : report.Cause,
        report.InDoubt,
        attempt,
        report.Reply?.Code);
}

/// <summary>What is left of a partition.</summary>
public sealed record PartitionState(long LastSeq, DateTimeOffset? NextRetryAt);

/// <summary>One recipient, with the profile that fills the template.</summary>
public sealed record Recipient
{
    /// <summary>Its place in the partition, from 1.</summary>
    public required long Seq { get; init; }

    /// <summary>The contact.</summary>
    public required ContactId Contact { get; init; }

    /// <summary>Which occurrence of the address in the audience; the first is the one that is sent to.</summary>
    public required int Occurrence { get; init; }

    /// <summary>Whether a licence was reserved for it.</summary>
    public bool IsReserved { get; init; } = true;

    /// <summary>The address; <see langword="null"/> when the contact was deleted since.</summary>
    public string? Address { get; init; }

    /// <summary>Whether the address is properly formatted.</summary>
    public bool AddressIsValid { get; init; } = true;

    /// <summary>The name.</summary>
    public string? Name { get; init; }

    /// <summary>The attributes.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init; } = new Dictionary<string, string>();

    /// <summary>How many attempts there were.</summary>
    public int Attempts { get; init; }

    /// <summary>Whether its contact has decided anything about it.</summary>
    public bool IsDecided { get; init; }

    /// <summary>The outcome so far.</summary>
    public Outcome Outcome { get; init; } = Outcome.Queued;

    /// <summary>Why.</summary>
    public Cause Cause { get; init; }
}
