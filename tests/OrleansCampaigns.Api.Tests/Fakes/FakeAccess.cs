using System.Collections.Concurrent;
using System.Globalization;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Api.Tests.Fakes;

/// <summary>Keys and idempotent answers in memory.</summary>
public sealed class FakeAccess(TimeProvider clock) : IAccessDirectory
{
    private readonly List<(ApiKey Key, string Secret)> _keys = [];
    private readonly ConcurrentDictionary<(AccountId, string), IdempotentAnswer> _answers = new();

    /// <summary>How often a key was looked up.</summary>
    public int LookUps { get; private set; }

    /// <summary>What was kept of answers, as storage would hold it.</summary>
    public IEnumerable<IdempotentAnswer> Kept => _answers.Values;

    /// <summary>Whether keeping answers fails, as when the database is away.</summary>
    public bool KeepingFails { get; set; }

    public Task<(ApiKey Key, string Secret)> CreateKey(
        AccountId account, string name, ApiRole role, CancellationToken cancellation = default)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"key_{_keys.Count + 1}");
        var made = (new ApiKey(id, account, name, role, clock.GetUtcNow(), null), $"secret-{Guid.NewGuid():N}");
        _keys.Add(made);
        return Task.FromResult(made);
    }

    public Task<bool> CreateFirstAdministratorKey(Action<string> show, CancellationToken cancellation = default) =>
        throw new NotSupportedException();

    public Task<ApiKey?> Authenticate(string secret, CancellationToken cancellation = default)
    {
        LookUps++;
        return Task.FromResult(_keys.Find(key => key.Secret == secret && key.Key.RevokedAt is null).Key ?? null);
    }

    public Task<IReadOnlyList<ApiKey>> QueryKeys(AccountId? account, CancellationToken cancellation = default) =>
        Task.FromResult<IReadOnlyList<ApiKey>>(
            [.. _keys.Select(key => key.Key).Where(key => account is null || key.Account == account)]);

    public Task<KeyRevocation> RevokeKey(string keyId, CancellationToken cancellation = default)
    {
        var at = _keys.FindIndex(key => key.Key.Id == keyId && key.Key.RevokedAt is null);
        if (at < 0)
        {
            return Task.FromResult(KeyRevocation.Unknown);
        }

        if (_keys.Count(key => key.Key is { Role: ApiRole.Administrator, RevokedAt: null }) == 1
            && _keys[at].Key.Role == ApiRole.Administrator)
        {
            return Task.FromResult(KeyRevocation.LastAdministrator);
        }

        _keys[at] = (_keys[at].Key with { RevokedAt = clock.GetUtcNow() }, _keys[at].Secret);
        return Task.FromResult(KeyRevocation.Revoked);
    }

    public Task<IdempotentAnswer?> Claim(
        AccountId account, string key, string fingerprint, CancellationToken cancellation = default)
    {
        var claim = new IdempotentAnswer(fingerprint, null, null, null);
        var known = _answers.GetOrAdd((account, key), claim);
        return Task.FromResult(ReferenceEquals(known, claim) ? null : known);
    }

    /// <summary>How often a claim was renewed.</summary>
    public int Renewals { get; private set; }

    public Task Renew(AccountId account, string key, CancellationToken cancellation = default)
    {
        Assert.Null(_answers[(account, key)].Status);
        Renewals++;
        return Task.CompletedTask;
    }

    public Task Answer(
        AccountId account, string key, int status, string contentType, string body, CancellationToken cancellation =
            default)
    {
        if (KeepingFails)
        {
            throw new IOException("The disk is full.");
        }

        _answers[(account, key)] =
            _answers[(account, key)] with { Status = status, ContentType = contentType, Body = body };
        return Task.CompletedTask;
    }

    public Task Release(AccountId account, string key, CancellationToken cancellation = default)
    {
        _answers.TryRemove((account, key), out _);
        return Task.CompletedTask;
    }
}
