using System.Security.Cryptography;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Host.Demonstration;

/// <summary>
/// Knows one more administrator key, which is stored nowhere: an operator who keeps the demo's folder and serves it
/// afterwards is shown a first key, however the demo ended.
/// </summary>
internal sealed class DemoAccess(IAccessDirectory stored, string secret) : IAccessDirectory
{
    private static readonly ApiKey Demo =
        new("key_demo", AccountId.Main, "Demo", ApiRole.Administrator, DateTimeOffset.UnixEpoch, null);

    public static string MakeSecret() => $"demo_{RandomNumberGenerator.GetHexString(64)}";

    /// <summary>Puts it before the directory that is registered.</summary>
    public static void Add(IServiceCollection services, string secret)
    {
        var inner = services.Last(service => service.ServiceType == typeof(IAccessDirectory));
        services.AddSingleton<IAccessDirectory>(provider => new DemoAccess(
            (IAccessDirectory)(inner.ImplementationFactory?.Invoke(provider)
                ?? inner.ImplementationInstance
                ?? ActivatorUtilities.CreateInstance(provider, inner.ImplementationType!)),
            secret));
    }

    public async Task<ApiKey?> Authenticate(string given, CancellationToken cancellation = default) =>
        given == secret ? Demo : await stored.Authenticate(given, cancellation);

    public Task<(ApiKey Key, string Secret)> CreateKey(
        AccountId account, string name, ApiRole role, CancellationToken cancellation = default) =>
        stored.CreateKey(account, name, role, cancellation);

    public Task<bool> CreateFirstAdministratorKey(Action<string> show, CancellationToken cancellation = default) =>
        stored.CreateFirstAdministratorKey(show, cancellation);

    public Task<IReadOnlyList<ApiKey>> QueryKeys(AccountId? account, CancellationToken cancellation = default) =>
        stored.QueryKeys(account, cancellation);

    public Task<KeyRevocation> RevokeKey(string keyId, CancellationToken cancellation = default) =>
        stored.RevokeKey(keyId, cancellation);

    public Task<IdempotentAnswer?> Claim(
        AccountId account, string key, string fingerprint, CancellationToken cancellation = default) =>
        stored.Claim(account, key, fingerprint, cancellation);

    public Task Renew(AccountId account, string key, CancellationToken cancellation = default) =>
        stored.Renew(account, key, cancellation);

    public Task Answer(
        AccountId account,
        string key,
        int status,
        string contentType,
        string body,
        CancellationToken cancellation = default) =>
        stored.Answer(account, key, status, contentType, body, cancellation);

    public Task Release(AccountId account, string key, CancellationToken cancellation = default) =>
        stored.Release(account, key, cancellation);
}
