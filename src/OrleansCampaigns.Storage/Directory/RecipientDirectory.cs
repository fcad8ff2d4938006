using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Storage.Databases;

namespace OrleansCampaigns.Storage.Directory;

/// <summary>Recipients and links.</summary>
public sealed class RecipientDirectory(IDatabase database) : IRecipientDirectory
{
    private static readonly Refusal Unknown = Refusal.NotFound("campaign.unknown", "There is no such campaign.");

    // What happened for the first time, hour by hour: each column of times is one branch.
    private const string HoursSql = """
        SELECT hour * 3600000, sum(sent), sum(opened), sum(clicked), sum(bounced), sum(unsubscribed), sum(complained)
        FROM (
            SELECT sent_at / 3600000 AS hour, 1 AS sent, 0 AS opened, 0 AS clicked, 0 AS bounced, 0 AS unsubscribed,
                0 AS complained
            FROM recipients WHERE campaign_id = @campaign AND sent_at IS NOT NULL
            UNION ALL SELECT opened_at / 3600000, 0, 1, 0, 0, 0, 0
            FROM recipients WHERE campaign_id = @campaign AND opened_at IS NOT NULL
            UNION ALL SELECT clicked_at / 3600000, 0, 0, 1, 0, 0, 0
            FROM recipients WHERE campaign_id = @campaign AND clicked_at IS NOT NULL
            UNION ALL SELECT failed_at / 3600000, 0, 0, 0, 1, 0, 0
            FROM recipients WHERE campaign_id = @campaign AND failed_at IS NOT NULL AND excluded IS NULL
            UNION ALL SELECT unsubscribed_at / 3600000, 0, 0, 0, 0, 1, 0
            FROM recipients WHERE campaign_id = @campaign AND unsubscribed_at IS NOT NULL
            UNION ALL SELECT complained_at / 3600000, 0, 0, 0, 0, 0, 1
            FROM recipients WHERE campaign_id = @campaign AND complained_at IS NOT NULL
        ) AS happened
        GROUP BY hour ORDER BY hour
        """;

    private const string LinksSql = """
        SELECT l.link, l.url, count(*) FILTER (WHERE c.clicks > 0), coalesce(sum(c.clicks), 0),
            coalesce(sum(c.machine_clicks), 0)
        FROM campaign_links l LEFT JOIN link_clicks c ON c.campaign_id = l.campaign_id AND c.link = l.link
        WHERE l.campaign_id = @campaign
        GROUP BY l.link, l.url ORDER BY 4 DESC, 1
        """;

    /// <inheritdoc/>
    public Task<TrackedCampaign?> FindCampaign(CampaignId campaign, CancellationToken cancellation = default) =>
        database.Read(
            async session => await AccountOf(session, campaign) is { } account && await HasAudience(session, campaign)
                ? new TrackedCampaign(new(account), await session.Rows(
                    reader => reader.GetString(0),
                    "SELECT url FROM campaign_links WHERE campaign_id = @campaign ORDER BY link",
                    ("@campaign", campaign.Value)))
                : null,
            cancellation);

    /// <inheritdoc/>
    public async Task<(AccountId Account, ContactId Contact)?> FindRecipient(
        CampaignId campaign, int partition, long seq, CancellationToken cancellation = default)
    {
        var found = await database.Read(
            session => session.Row(
                reader => Tuple.Create(reader.GetString(0), reader.GetString(1)),
                """
                SELECT account, contact_id FROM recipients
                WHERE campaign_id = @campaign AND partition = @partition AND seq = @seq
                """,
                ("@campaign", campaign.Value), ("@partition", partition), ("@seq", seq)),
            cancellation);
        return found is null ? null : (new AccountId(found.Item1), new ContactId(found.Item2));
    }

    /// <inheritdoc/>
    public Task<Result<CampaignEngagement>> GetEngagement(
        AccountId account, CampaignId campaign, CancellationToken cancellation = default) =>
        database.Read<Result<CampaignEngagement>>(
            async session => await AccountOf(session, campaign) == account.Value
                ? new CampaignEngagement(
                    await session.Rows(
                        reader => new LinkStatistics(
                            reader.GetInt32(0), reader.GetString(1), reader.GetInt64(2), reader.GetInt64(3),
                            reader.GetInt64(4)),
                        LinksSql,
                        ("@campaign", campaign.Value)),
                    await session.Rows(
                        reader => new HourStatistics(
                            reader.Time(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3),
                            reader.GetInt64(4), reader.GetInt64(5), reader.GetInt64(6)),
                        HoursSql,
                        ("@campaign", campaign.Value)))
                : Unknown,
            cancellation);

    private static Task<bool> HasAudience(DatabaseSession session, CampaignId campaign) => session.Holds(
        "SELECT EXISTS (SELECT 1 FROM snapshots WHERE campaign_id = @campaign)", ("@campaign", campaign.Value));

    private static Task<string?> AccountOf(DatabaseSession session, CampaignId campaign) => session.Row(
        reader => reader.GetString(0),
        "SELECT account FROM campaigns WHERE id = @campaign",
        ("@campaign", campaign.Value));
}
