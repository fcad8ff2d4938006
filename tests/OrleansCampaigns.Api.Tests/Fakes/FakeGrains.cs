using System.Collections.Concurrent;
using System.Reflection;
using OrleansCampaigns.Contracts.Accounts;
using OrleansCampaigns.Contracts.Campaigns;
using OrleansCampaigns.Contracts.Contacts;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Api.Tests.Fakes;

/// <summary>Grains in memory, one per key, made when they are first asked for.</summary>
public class FakeGrains : DispatchProxy
{
    private readonly ConcurrentDictionary<string, object> _grains = new(StringComparer.Ordinal);
    private TimeProvider _clock = TimeProvider.System;

    /// <summary>Every grain that was asked for.</summary>
    public IReadOnlyCollection<string> Keys => [.. _grains.Keys];

    public static (IGrainFactory Factory, FakeGrains Grains) Create(TimeProvider clock)
    {
        var factory = Create<IGrainFactory, FakeGrains>();
        var grains = (FakeGrains)(object)factory;
        grains._clock = clock;
        return (factory, grains);
    }

    public FakeContactGrain Contact(AccountId account, ContactId contact) =>
        Contact($"ct:{account}:{contact.Value.AsSpan("con_".Length)}");

    public FakeContactGrain Contact(string key) => (FakeContactGrain)Of(typeof(IContactGrain), key);

    public FakeCampaignGrain Campaign(string key) => (FakeCampaignGrain)Of(typeof(ICampaignGrain), key);

    public FakeAccountGrain Account(string key) => (FakeAccountGrain)Of(typeof(IAccountGrain), key);

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        targetMethod is { Name: nameof(IGrainFactory.GetGrain), IsGenericMethod: true } && args is [string key, ..]
            ? Of(targetMethod.GetGenericArguments()[0], key)
            : throw new NotSupportedException(targetMethod?.ToString());

    private object Of(Type type, string key) => _grains.GetOrAdd(key, _ => type switch
    {
        _ when type == typeof(IContactGrain) => new FakeContactGrain(_clock),
        _ when type == typeof(ICampaignGrain) => new FakeCampaignGrain(key, _clock),
        _ when type == typeof(IAccountGrain) => new FakeAccountGrain(_clock),
        _ => throw new NotSupportedException(type.Name),
    });
}
