using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Grains.Audiences;

namespace OrleansCampaigns.Storage.Audiences;

public sealed partial class AudienceStore
{
    private const string IsUndecided = "r.decided = 0 AND r.excluded IS NULL AND r.next_attempt_at IS NULL";

    // A row changes for the first time with what its contact stores.
    private const string IsNoted = "r.occurrence = 1 AND r.updated_at IS NOT NULL";

    /// <inheritdoc/>
    public Task<IReadOnlyList<Recipient>> Stranded(
        CampaignId campaign, int partition, long afterSeq, int limit, CancellationToken cancellation = default) =>
        Recipients(
            campaign,
            partition,
            """
            AND r.seq > @after AND r.outcome IN ('Queued', 'SoftBounced', 'Deferred')
                AND r.next_attempt_at IS NULL AND r.excluded IS NULL
            ORDER BY r.seq LIMIT @limit
            """,
            cancellation,
            ("@after", afterSeq),
            ("@limit", limit));

    /// <inheritdoc/>
    public Task<IReadOnlyList<Recipient>> Noted(
        CampaignId campaign, int partition, long afterSeq, int limit, CancellationToken cancellation = default) =>
        Recipients(
            campaign,
            partition,
            $"AND r.seq > @after AND r.occurrence = 1 AND {IsUndecided} AND {IsNoted} ORDER BY r.seq LIMIT @limit",
            cancellation,
            ("@after", afterSeq),
            ("@limit", limit));

    /// <inheritdoc/>
    public Task<int> ExcludeUndecided(
        CampaignId campaign,
        int partition,
        string reason,
        DateTimeOffset now,
        CancellationToken cancellation = default) =>
        database.Write(
            session => session.Change(
                $"""
                UPDATE recipients AS r SET excluded = @reason, decided = 1, updated_at = @now
                WHERE r.campaign_id = @campaign AND r.partition = @partition AND {IsUndecided} AND NOT ({IsNoted})
                """,
                ("@campaign", campaign.Value),
                ("@partition", partition),
                ("@reason", reason),
                ("@now", now.ToUnixTimeMilliseconds())),
            cancellation);

    /// <inheritdoc/>
    public Task Settle(
        CampaignId campaign,
        int partition,
        IReadOnlyCollection<long> seqs,
        Settlement settlement,
        DateTimeOffset now,
        CancellationToken cancellation = default)
    {
        var set = settlement.Outcome is null
            ? """
              outcome = CASE WHEN attempts > 0 THEN 'Bounced' ELSE outcome END,
              cause = CASE WHEN attempts > 0 THEN 'Other' ELSE cause END,
              excluded = CASE WHEN attempts > 0 THEN NULL ELSE @excluded END
              """
            : """
              outcome = @outcome, cause = @cause, excluded = NULL, in_doubt = @doubt,
              attempts = CASE WHEN attempts < @attempt THEN @attempt ELSE attempts END,
              charged = CASE WHEN @attempt > 0 THEN 1 ELSE charged END,
              reply_code = coalesce(@reply, reply_code)
              """;
        return database.Write(
            session => session.Change(
                $"""
                UPDATE recipients SET {set}, decided = 1, next_attempt_at = NULL, updated_at = @now
                WHERE campaign_id = @campaign AND partition = @partition AND {database.Dialect.IsAmong("seq", "@seqs")}
                """,
                [
                    ("@campaign", campaign.Value),
                    ("@partition", partition),
                    ("@seqs", database.Dialect.ToParameter(seqs)),
                    ("@now", now.ToUnixTimeMilliseconds()),
                    .. settlement.Outcome is { } outcome
                        ? (IEnumerable<(string, object?)>)
                        [
                            ("@outcome", outcome.ToString()),
                            ("@cause", settlement.Cause.ToString()),
                            ("@doubt", settlement.InDoubt ? 1 : 0),
                            ("@attempt", settlement.Attempt),
                            ("@reply", (long?)settlement.ReplyCode),
                        ]
                        : [("@excluded", Exclusions.Unprocessable)],
                ]),
            cancellation);
    }
}
