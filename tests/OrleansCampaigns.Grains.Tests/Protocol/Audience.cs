using System.Collections.Immutable;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Grains.Audiences;

namespace OrleansCampaigns.Grains.Tests.Protocol;

/// <summary>The rows of one campaign's audience; what became of them is read from the stored contacts.</summary>
internal sealed class AudienceRows(Storage storage, CampaignId campaign, IReadOnlyList<string> addresses)
{
    private static readonly byte[] ContactKey = new byte[32];

    public sealed record Row(int Partition, Recipient Recipient, string Key)
    {
        public string Address => Recipient.Address!;
    }

    private readonly Dictionary<Row, string> _leftOut = [];
    private readonly Dictionary<Row, Settlement> _settled = [];

    /// <summary>The partitions that have read recipients to send to.</summary>
    public HashSet<int> Readers { get; } = [];

    public AudienceSnapshot? Snapshot { get; private set; }

    public IReadOnlyList<Row> Rows { get; private set; } = [];

    public static ContactId ContactOf(string address) => ContactId.Of(ContactKey, AccountId.Main, address);

    public static string KeyOf(string address) => $"ct:{AccountId.Main}:{ContactOf(address).Value[4..]}";

    public AudienceSnapshot Take(int partitionSize, DateTimeOffset now)
    {
        if (Snapshot is null)
        {
            var partitions = Math.Max(1, (addresses.Count + partitionSize - 1) / partitionSize);
            Rows =
            [
                .. addresses.Index()
                    .GroupBy(known => known.Item)
                    .SelectMany(same => same.Select((known, nth) => (known.Item, Occurrence: nth + 1)))
                    .GroupBy(known => ContactOf(known.Item).PartitionOf(partitions))
                    .SelectMany(placed => placed.Select((known, nth) => RowOf(
                        placed.Key, nth + 1, known.Item, known.Occurrence))),
            ];
            var sendable = Rows.Count(row => row.Recipient.IsReserved);
            Snapshot = new(Rows.Count, sendable, partitions, now);
        }

        return Snapshot;
    }

    public void Discard()
    {
        Snapshot = null;
        Rows = [];
        _leftOut.Clear();
        _settled.Clear();
    }

    /// <summary>What the table alone says of a row; <see langword="null"/> where its contact has a say.</summary>
    public Settlement? SettlementOf(Row row) => _settled.GetValueOrDefault(row);

    /// <summary>Why a row is left out without its contact knowing; <see langword="null"/> when it is not.</summary>
    public string? LeftOut(Row row) => row.Recipient.Occurrence == 1 && Delivery(row)?.Decided == true ? null
        : row.Recipient.Occurrence > 1 && IsRecorded(row) ? null
        : _leftOut.GetValueOrDefault(row);

    public int ExcludeUndecided(int partition, string reason)
    {
        var undecided = Rows.Where(row => row.Partition == partition && !IsDecided(row) && !IsNoted(row)).ToList();
        undecided.ForEach(row => _leftOut[row] = reason);
        return undecided.Count;
    }

    /// <summary>Whether its contact knows of the campaign and has decided nothing.</summary>
    public bool IsNoted(Row row) => row.Recipient.Occurrence == 1 && !IsDecided(row) && Delivery(row) is not null;

    public int Settle(int partition, IReadOnlyCollection<long> seqs, Settlement settlement)
    {
        foreach (var row in Rows.Where(row => row.Partition == partition && seqs.Contains(row.Recipient.Seq)))
        {
            _settled[row] = settlement;
        }

        return seqs.Count;
    }

    /// <summary>Whether its outcome is temporary and nothing waits for it.</summary>
    public bool IsStranded(Row row) => _settled.ContainsKey(row) || LeftOut(row) is not null ? false
        : row.Recipient.Occurrence > 1 ? !IsRecorded(row)
        : Delivery(row) is not { } known || known.IsStranded || !known.Decided;

    public Contact Contact(Row row) => storage.ContactOf(row.Key);

    /// <summary>Where the campaign stands with a row; <see langword="null"/> while nothing is known.</summary>
    public CampaignDelivery? Delivery(Row row) => Contact(row).DeliveryOf(campaign);

    public bool IsDecided(Row row) => _settled.ContainsKey(row) || LeftOut(row) is not null
        || (row.Recipient.Occurrence == 1 ? Delivery(row)?.Decided == true : IsRecorded(row));

    // The tables know milliseconds. A clock that stands still would never come to the rest of one.
    public DateTimeOffset? NextAttemptAt(Row row) =>
        row.Recipient.Occurrence == 1 && !_settled.ContainsKey(row) && Delivery(row)?.NextAttemptAt is { } at
            ? DateTimeOffset.FromUnixTimeMilliseconds(at.ToUnixTimeMilliseconds())
            : null;

    public Recipient Read(Row row) => row.Recipient.Occurrence == 1 && Delivery(row) is { } known
        ? row.Recipient with
        {
            Attempts = known.Attempts,
            Outcome = known.Outcome,
            Cause = known.Cause,
            IsDecided = known.Decided,
        }
        : row.Recipient;

    public (CampaignTotals Totals, DateTimeOffset? NextRetryAt) Count()
    {
        var known = Rows.Where(row => row.Recipient.Occurrence == 1 && !_settled.ContainsKey(row))
            .Select(Delivery).OfType<CampaignDelivery>().ToList();
        return (new CampaignTotals
        {
            Audience = Snapshot?.Recipients ?? 0,
            Outcomes = Rows.Where(row => ExclusionOf(row) is null).GroupBy(OutcomeOf)
                .ToImmutableDictionary(same => same.Key, same => (long)same.Count()),
            Excluded = Rows.Select(ExclusionOf).OfType<string>().GroupBy(reason => reason)
                .ToImmutableDictionary(same => same.Key, same => (long)same.Count()),
            Attempts = known.Sum(delivery => delivery.Attempts),
            RetriesWaiting = Rows.Count(row => NextAttemptAt(row) is not null),
            Deducted = known.Count(delivery => delivery.Charged)
                + _settled.Values.Count(settlement => settlement.Attempt > 0),
            InDoubt = known.Count(delivery => delivery.InDoubt)
                + _settled.Values.Count(settlement => settlement.InDoubt),
        }, Rows.Min(NextAttemptAt));
    }

    private bool IsRecorded(Row row) => Delivery(row)?.DuplicatesUpTo >= row.Recipient.Occurrence;

    private string? ExclusionOf(Row row) =>
        _settled.TryGetValue(row, out var settled)
            && (settled.Outcome is not null || Delivery(row)?.Attempts > 0) ? null
        : settled is not null ? Exclusions.Unprocessable
        : LeftOut(row) ?? (row.Recipient.Occurrence == 1 ? Delivery(row)?.Excluded : null);

    private Outcome OutcomeOf(Row row) =>
        _settled.TryGetValue(row, out var settled) ? settled.Outcome ?? Outcome.Bounced
        : row.Recipient.Occurrence == 1 ? Delivery(row)?.Outcome ?? Outcome.Queued
        : IsRecorded(row) ? Outcome.Duplicated
        : Outcome.Queued;

    private Row RowOf(int partition, long seq, string address, int occurrence)
    {
        var isValid = EmailAddress.Parse(address) is not null;
        var status = storage.ContactOf(KeyOf(address)).Status;
        return new(
            partition,
            new()
            {
                Seq = seq,
                Contact = ContactOf(address),
                Occurrence = occurrence,
                Address = address,
                AddressIsValid = isValid,
                IsReserved = isValid && occurrence == 1 && status is ContactStatus.New or ContactStatus.Active,
            },
            KeyOf(address));
    }
}

/// <summary>The audience as one process reads it.</summary>
internal sealed class ModelAudience(World world, Node node) : IAudienceStore
{
    private AudienceRows Rows => world.Audience;

    public Task<AudienceCount> Count(AccountId account, Audience audience, CancellationToken cancellation = default) =>
        Read(() => new AudienceCount(world.Addresses.Count, world.Addresses.Count));

    public Task<bool> IsLargerThan(
        AccountId account, Audience audience, long limit, CancellationToken cancellation = default) =>
        Read(() => world.Addresses.Count > limit);

    public Task<IReadOnlyList<string>> FindUnknownLists(
        AccountId account, Audience audience, CancellationToken cancellation = default) =>
        Read<IReadOnlyList<string>>(() => []);

    public Task<IReadOnlyDictionary<string, long>> CountMissing(
        AccountId account,
        Audience audience,
        IReadOnlyCollection<string> fields,
        CancellationToken cancellation = default) =>
        throw new NotSupportedException();

    public Task<AudienceSnapshot> Take(
        AccountId account,
        CampaignId campaign,
        Audience audience,
        int partitionSize,
        DateTimeOffset now,
        CancellationToken cancellation = default) =>
        world.Step(node, "take the audience", () => Rows.Take(partitionSize, now));

    public Task StoreLinks(
        CampaignId campaign, IReadOnlyList<string> links, CancellationToken cancellation = default) =>
        throw new NotSupportedException();

    public Task Discard(CampaignId campaign, CancellationToken cancellation = default) =>
        world.Step(node, "discard the audience", () =>
        {
            Rows.Discard();
            return 0;
        });

    public Task<IReadOnlyList<Recipient>> Next(
        CampaignId campaign, int partition, long afterSeq, int limit, CancellationToken cancellation = default)
    {
        Rows.Readers.Add(partition);
        return Select(partition, limit, row => row.Recipient.Seq > afterSeq);
    }

    public Task<IReadOnlyList<Recipient>> Due(
        CampaignId campaign, int partition, DateTimeOffset now, int limit, CancellationToken cancellation = default) =>
        Select(partition, limit, row => Rows.NextAttemptAt(row) <= now);

    public Task<IReadOnlyList<Recipient>> Undecided(
        CampaignId campaign, int partition, long uptoSeq, CancellationToken cancellation = default) =>
        Select(partition, int.MaxValue, row => row.Recipient.Seq <= uptoSeq && !Rows.IsDecided(row));

    public Task<IReadOnlyList<Recipient>> Find(
        CampaignId campaign, int partition, IReadOnlyCollection<long> seqs, CancellationToken cancellation = default) =>
        Select(partition, int.MaxValue, row => seqs.Contains(row.Recipient.Seq));

    public Task<IReadOnlyList<Recipient>> Waiting(
        CampaignId campaign, int partition, long afterSeq, int limit, CancellationToken cancellation = default) =>
        Select(partition, limit, row => row.Recipient.Seq > afterSeq && Rows.NextAttemptAt(row) is not null);

    public Task<IReadOnlyList<Recipient>> Failed(
        CampaignId campaign,
        int partition,
        int beforePass,
        long afterSeq,
        int limit,
        CancellationToken cancellation = default) =>
        Select(partition, limit, row => row.Recipient.Seq > afterSeq && row.Recipient.Occurrence == 1
            && Rows.Delivery(row) is { Excluded: null } known && known.Pass < beforePass && known.Outcome.IsFailure());

    public Task<IReadOnlyList<Recipient>> Stranded(
        CampaignId campaign, int partition, long afterSeq, int limit, CancellationToken cancellation = default) =>
        Select(partition, limit, row => row.Recipient.Seq > afterSeq && Rows.IsStranded(row));

    public Task<IReadOnlyList<Recipient>> Noted(
        CampaignId campaign, int partition, long afterSeq, int limit, CancellationToken cancellation = default) =>
        Select(partition, limit, row => row.Recipient.Seq > afterSeq && Rows.IsNoted(row));

    public Task<int> ExcludeUndecided(
        CampaignId campaign,
        int partition,
        string reason,
        DateTimeOffset now,
        CancellationToken cancellation = default) =>
        world.Step(node, $"leave out the rest of {partition}", () => Rows.ExcludeUndecided(partition, reason));

    public Task Settle(
        CampaignId campaign,
        int partition,
        IReadOnlyCollection<long> seqs,
        Settlement settlement,
        DateTimeOffset now,
        CancellationToken cancellation = default) => world.Step(
            node, $"settle {string.Join(',', seqs)} of {partition}", () => Rows.Settle(partition, seqs, settlement));

    public Task<PartitionState> GetState(
        CampaignId campaign, int partition, CancellationToken cancellation = default) =>
        Read(() => Rows.Rows.Where(row => row.Partition == partition).ToList() is var mine
            ? new PartitionState(mine.Max(row => (long?)row.Recipient.Seq) ?? 0, mine.Min(Rows.NextAttemptAt))
            : null!);

    public Task<(CampaignTotals Totals, DateTimeOffset? NextRetryAt)> Count(
        CampaignId campaign, CancellationToken cancellation = default) => Read(Rows.Count);

    public Task<Recipient?> FindContact(
        AccountId account, ContactId contact, CancellationToken cancellation = default) =>
        throw new NotSupportedException();

    private Task<T> Read<T>(Func<T> read) => node.IsRunning ? Task.FromResult(read()) : World.Never<T>();

    private Task<IReadOnlyList<Recipient>> Select(int partition, int limit, Func<AudienceRows.Row, bool> wanted) =>
        Read<IReadOnlyList<Recipient>>(() =>
        [
            .. Rows.Rows.Where(row => row.Partition == partition && wanted(row)).Take(limit).Select(Rows.Read),
        ]);
}
