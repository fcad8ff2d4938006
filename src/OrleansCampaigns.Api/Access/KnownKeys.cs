using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Api.Access;

/// <summary>Remembers keys for moments, so that a busy caller costs no look-up per request.</summary>
/// <remarks>
/// A revoked key is refused everywhere within five seconds, hence the short life. Unknown keys are not remembered: a
/// key that has just been made must work at once, and guesses must not fill the memory.
/// </remarks>
internal sealed class KnownKeys(IAccessDirectory directory, TimeProvider clock, ApiKeyLog log)
{
    private const int EntriesMax = 1_000;
    private const int SecretLengthMax = 200;
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<AccountId, byte> _accounts = new();

    public async ValueTask<ApiKey?> Find(string secret, CancellationToken cancellation)
    {
        if (secret.Length > SecretLengthMax)
        {
            log.Refused();
            return null;
        }

        // Kept by its hash: a memory dump of this process should not hand out keys.
        var hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
        if (_entries.TryGetValue(hash, out var entry) && clock.GetElapsedTime(entry.AskedAt) < Life)
        {
            return entry.Key;
        }

        var askedAt = clock.GetTimestamp();
        var key = await directory.Authenticate(secret, cancellation);
        if (key is null)
        {
            _entries.TryRemove(hash, out _);
            log.Refused();
            return null;
        }

        if (_entries.Count >= EntriesMax)
        {
            _entries.Clear();
        }

        _entries[hash] = new(key, askedAt);
        return key;
    }

    /// <summary>Whether there is such an account: it begins with its first key, and outlives it.</summary>
    /// <remarks>That there is one is remembered, as it stays so. That there is none is not: it may begin now.</remarks>
    public async ValueTask<bool> Have(AccountId account, CancellationToken cancellation)
    {
        if (account == AccountId.Main || _accounts.ContainsKey(account))
        {
            return true;
        }

        if ((await directory.QueryKeys(account, cancellation)).Count == 0)
        {
            return false;
        }

        if (_accounts.Count >= EntriesMax)
        {
            _accounts.Clear();
        }

        _accounts[account] = default;
        return true;
    }

    /// <summary>Forgets everything, so that a revocation takes effect here at once.</summary>
    public void Forget() => _entries.Clear();

    private readonly record struct Entry(ApiKey Key, long AskedAt);
}
