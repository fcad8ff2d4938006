using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Storage.Databases;

namespace OrleansCampaigns.Storage.Directory;

/// <summary>API keys and idempotency keys.</summary>
/// <remarks>
/// A secret has 256 random bits, so that one round of SHA-256 keeps it: there is nothing to guess and nothing to salt.
/// </remarks>
public sealed class AccessDirectory(IDatabase database) : IAccessDirectory
{
    private const string Prefix = "oc_";
    private const string AdministratorsLock = "administrators";
    private const string Base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    // 62^43 is the first power above 2^256.
    private const int SecretLength = 43;

    private const string Columns = "id, account, name, role, created_at, revoked_at";

    // Whoever claimed a key and has not said for so long that it is at work has died: its caller may try again.
    private static readonly long ClaimsKeptMilliseconds = (long)TimeSpan.FromMinutes(1).TotalMilliseconds;

    private static readonly long AnswersKeptMilliseconds = (long)TimeSpan.FromHours(24).TotalMilliseconds;

    /// <inheritdoc/>
    public Task<(ApiKey Key, string Secret)> CreateKey(
        AccountId account, string name, ApiRole role, CancellationToken cancellation = default)
    {
        if (DirectoryNames.Check(ref name, "key.name") is { } refusal)
        {
            throw new ArgumentException(refusal.Detail, nameof(name));
        }

        return database.Write(session => Insert(session, account, name, role), cancellation);
    }

    /// <inheritdoc/>
    /// <remarks>It is shown before the transaction ends, so that a key which is stored has been shown.</remarks>
    public Task<bool> CreateFirstAdministratorKey(Action<string> show, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(show);
        return database.Write(
            async session =>
            {
                await session.Lock(AdministratorsLock);
                if (await session.Holds(
                    "SELECT EXISTS (SELECT 1 FROM api_keys WHERE role = 'Administrator' AND revoked_at IS NULL)"))
                {
                    return false;
                }

                var (_, secret) = await Insert(
                    session, AccountId.Main, "First administrator", ApiRole.Administrator);
                show(secret);
                return true;
            },
            cancellation);
    }

    /// <inheritdoc/>
    public async Task<ApiKey?> Authenticate(string secret, CancellationToken cancellation = default)
    {
        if (secret?.Length != Prefix.Length + SecretLength)
        {
            return null;
        }

        // The index compares hashes, whose bytes nobody can choose; the last word has a comparison in constant time.
        var hash = Hash(secret);
        return await database.Read(
            session => session.Row(
                reader => IsEqual(reader.GetString(6), hash) ? Read(reader) : null,
                $"SELECT {Columns}, hash FROM api_keys WHERE hash = @hash AND revoked_at IS NULL",
                ("@hash", hash)),
            cancellation);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ApiKey>> QueryKeys(AccountId? account, CancellationToken cancellation = default) =>
        await database.Read(
            session => session.Rows(
                Read,
                $"SELECT {Columns} FROM api_keys WHERE account = coalesce(CAST(@account AS text), account) ORDER BY id",
                ("@account", account?.Value)),
            cancellation);

    /// <inheritdoc/>
    public Task<KeyRevocation> RevokeKey(string keyId, CancellationToken cancellation = default) =>
        database.Write(
            async session =>
            {
                // One after the other, or else two administrators could each count the other and both be revoked.
                await session.Lock(AdministratorsLock);
                if (await session.Holds(
                    """
                    SELECT EXISTS (
                        SELECT 1 FROM api_keys WHERE id = @id AND role = 'Administrator' AND revoked_at IS NULL)
                    AND NOT EXISTS (
                        SELECT 1 FROM api_keys WHERE id <> @id AND role = 'Administrator' AND revoked_at IS NULL)
                    """,
                    ("@id", keyId)))
                {
                    return KeyRevocation.LastAdministrator;
                }

                return await session.Change(
                    "UPDATE api_keys SET revoked_at = @now WHERE id = @id AND revoked_at IS NULL",
                    ("@now", database.Now),
                    ("@id", keyId)) == 1 ? KeyRevocation.Revoked : KeyRevocation.Unknown;
            },
            cancellation);

    /// <inheritdoc/>
    public Task<IdempotentAnswer?> Claim(
        AccountId account, string key, string fingerprint, CancellationToken cancellation = default) =>
        database.Write(
            async session =>
            {
                // Or else a claim could be released between finding it and reading it.
                await session.Lock(LockOf(account, key));
                var now = database.Now;
                await session.Change(
                    """
                    DELETE FROM idempotent_requests
                    WHERE created_at <= @expired OR (status IS NULL AND created_at <= @abandoned)
                    """,
                    ("@expired", now - AnswersKeptMilliseconds),
                    ("@abandoned", now - ClaimsKeptMilliseconds));
                var isFirst = await session.Change(
                    """
                    INSERT INTO idempotent_requests (account, key, fingerprint, created_at)
                    VALUES (@account, @key, @fingerprint, @now) ON CONFLICT (account, key) DO NOTHING
                    """,
                    ("@account", account.Value), ("@key", key), ("@fingerprint", fingerprint), ("@now", now)) == 1;
                return isFirst ? null : await session.Row(
                    reader => new IdempotentAnswer(
                        reader.GetString(0),
                        reader.IsDBNull(1) ? null : reader.GetInt32(1),
                        reader.TextOrNull(2),
                        reader.TextOrNull(3)),
                    """
                    SELECT fingerprint, status, content_type, body FROM idempotent_requests
                    WHERE account = @account AND key = @key
                    """,
                    ("@account", account.Value),
                    ("@key", key));
            },
            cancellation);

    /// <inheritdoc/>
    public Task Renew(AccountId account, string key, CancellationToken cancellation = default) =>
        database.Write(
            session => session.Change(
                """
                UPDATE idempotent_requests SET created_at = @now
                WHERE account = @account AND key = @key AND status IS NULL
                """,
                ("@now", database.Now),
                ("@account", account.Value),
                ("@key", key)),
            cancellation);

    /// <inheritdoc/>
    public Task Answer(
        AccountId account,
        string key,
        int status,
        string contentType,
        string body,
        CancellationToken cancellation = default) =>
        database.Write(
            session => session.Change(
                """
                UPDATE idempotent_requests SET status = @status, content_type = @type, body = @body, created_at = @now
                WHERE account = @account AND key = @key AND status IS NULL
                """,
                ("@status", status), ("@type", contentType), ("@body", body), ("@now", database.Now),
                ("@account", account.Value), ("@key", key)),
            cancellation);

    /// <inheritdoc/>
    public Task Release(AccountId account, string key, CancellationToken cancellation = default) =>
        database.Write(
            async session =>
            {
                await session.Lock(LockOf(account, key));
                return await session.Change(
                    "DELETE FROM idempotent_requests WHERE account = @account AND key = @key AND status IS NULL",
                    ("@account", account.Value),
                    ("@key", key));
            },
            cancellation);

    private static string LockOf(AccountId account, string key) => $"claim {account.Value} {key}";

    private async Task<(ApiKey Key, string Secret)> Insert(
        DatabaseSession session, AccountId account, string name, ApiRole role)
    {
        var now = database.Now;
        var secret = Prefix + RandomNumberGenerator.GetString(Base62, SecretLength);
        var key = new ApiKey(
            DirectoryIds.Create(DirectoryIds.Key, now),
            account,
            name,
            role,
            DateTimeOffset.FromUnixTimeMilliseconds(now),
            null);
        await session.Change(
            """
            INSERT INTO api_keys (id, account, name, role, hash, created_at)
            VALUES (@id, @account, @name, @role, @hash, @now)
            """,
            ("@id", key.Id), ("@account", account.Value), ("@name", name), ("@role", role.ToString()),
            ("@hash", Hash(secret)), ("@now", now));
        return (key, secret);
    }

    private static string Hash(string secret) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    private static bool IsEqual(string hash, string other) =>
        CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(hash), Encoding.ASCII.GetBytes(other));

    private static ApiKey Read(DbDataReader reader) =>
        new(
            reader.GetString(0),
            new(reader.GetString(1)),
            reader.GetString(2),
            reader.Name<ApiRole>(3),
            reader.Time(4),
            reader.TimeOrNull(5));
}
