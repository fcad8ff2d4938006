using System.Security.Cryptography;
using System.Text;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Storage.Tests;

/// <summary>Rows that the grains' projections would have written.</summary>
internal static class TestData
{
    /// <summary>An identifier that is always the same for the same word.</summary>
    public static CampaignId Campaign(string word) =>
        new("cmp_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(word))[..16]));

    public static Task Campaign(this TestDatabase test, string word, string status = "Running", AccountId? account = null) =>
        test.Execute(
            "INSERT INTO campaigns VALUES ($0, $1, $2, $3, 1000, 2000, NULL)",
            Campaign(word).Value, (account ?? TestDatabase.Account).Value, word, status);

    public static Task Recipient(
        this TestDatabase test,
        string campaign,
        int partition,
        long seq,
        ContactId contact,
        int occurrence = 1,
        string outcome = "Queued",
        string cause = "None",
        int decided = 0,
        string? excluded = null,
        int inDoubt = 0,
        long? nextAttemptAt = null) =>
        test.Execute(
            """
            INSERT INTO recipients (campaign_id, partition, seq, account, contact_id, occurrence, reserved, outcome, cause,
                excluded, decided, in_doubt, attempts, next_attempt_at)
            VALUES ($0, $1, $2, $3, $4, $5, 1, $6, $7, $8, $9, $10, $11, $12)
            """,
            Campaign(campaign).Value, partition, seq, TestDatabase.Account.Value, contact.Value, occurrence, outcome, cause,
            excluded, decided, inDoubt, decided, nextAttemptAt);
}
