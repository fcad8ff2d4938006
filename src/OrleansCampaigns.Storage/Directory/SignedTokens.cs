using System.Security.Cryptography;
using System.Text;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Storage.Databases;

namespace OrleansCampaigns.Storage.Directory;

/// <summary>Remembers tokens beside the keys of idempotent requests, which live as long and mean the same.</summary>
internal sealed class SignedTokens(IDatabase database) : ISignedTokens
{
    private const int StatusUsed = 200;

    /// <inheritdoc/>
    public Task<bool> Use(
        string provider, string token, string content, CancellationToken cancellation = default)
    {
        // No account has a colon in its name.
        var account = $"webhook:{provider}";
        var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
        return database.Write(
            async session => await session.Change(
                """
                INSERT INTO idempotent_requests (account, key, fingerprint, created_at, status, content_type, body)
                VALUES (@account, @key, @content, @now, @status, '', '') ON CONFLICT (account, key) DO NOTHING
                """,
                ("@account", account), ("@key", key), ("@content", content), ("@now", database.Now),
                ("@status", StatusUsed)) == 1
                || await session.Row(
                    reader => reader.GetString(0),
                    "SELECT fingerprint FROM idempotent_requests WHERE account = @account AND key = @key",
                    ("@account", account),
                    ("@key", key)) == content,
            cancellation);
    }
}
