using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.CompilerServices;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Architecture.Tests;

/// <summary>Makes values of any stored type in which no property has its default.</summary>
internal sealed class SampleValues
{
    private int _number;

    public static IEnumerable<PropertyInfo> Settable(Type type) => type
        .GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(property => property.SetMethod is { IsPublic: true } && property.GetIndexParameters().Length == 0);

    public object Of(Type type)
    {
        _number++;
        var wanted = Nullable.GetUnderlyingType(type) ?? type;
        return Simple(wanted) ?? Collection(wanted) ?? Record(wanted);
    }

    private object? Simple(Type type) => type switch
    {
        _ when type == typeof(string) => $"text {_number}",
        _ when type == typeof(bool) => true,
        _ when type == typeof(int) => _number,
        _ when type == typeof(uint) => (uint)_number,
        _ when type == typeof(long) => (long)_number << 33,
        _ when type == typeof(double) => _number + 0.25,
        _ when type == typeof(byte[]) => new byte[] { 1, 2, (byte)_number },
        _ when type == typeof(DateTimeOffset) => DateTimeOffset.UnixEpoch.AddMinutes(_number).AddTicks(1),
        _ when type == typeof(TimeSpan) => TimeSpan.FromSeconds(_number),
        _ when type == typeof(AccountId) => new AccountId($"account-{_number}"),
        _ when type == typeof(CampaignId) => new CampaignId($"cmp_{_number:x32}"),
        _ when type == typeof(ContactId) => new ContactId($"con_{_number:x32}"),
        _ when type == typeof(Guid) => new Guid(_number, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1),
        { IsEnum: true } => Enum.GetValues(type).Cast<object>().Last(),
        _ => null,
    };

    private object? Collection(Type type)
    {
        if (!type.IsGenericType)
        {
            return null;
        }

        var kind = type.GetGenericTypeDefinition();
        var items = type.GetGenericArguments();
        var maker = kind switch
        {
            _ when kind == typeof(ImmutableDictionary<,>) => nameof(Map),
            _ when kind == typeof(ImmutableArray<>) => nameof(Array),
            _ when kind == typeof(ImmutableList<>) => nameof(ImmutableItems),
            _ when kind == typeof(ImmutableHashSet<>) => nameof(Set),
            _ when kind == typeof(List<>) || kind == typeof(IReadOnlyList<>) => nameof(Items),
            _ when kind == typeof(Dictionary<,>) || kind == typeof(IReadOnlyDictionary<,>) => nameof(PlainMap),
            _ => null,
        };
        return maker is null
            ? null
            : typeof(SampleValues).GetMethod(maker, BindingFlags.NonPublic | BindingFlags.Instance)!
                .MakeGenericMethod(items).Invoke(this, null);
    }

    private List<T> Items<T>() => [(T)Of(typeof(T)), (T)Of(typeof(T))];

    private ImmutableList<T> ImmutableItems<T>() => [.. Items<T>()];

    private ImmutableArray<T> Array<T>() => [.. Items<T>()];

    private ImmutableHashSet<T> Set<T>() => [.. Items<T>()];

    private Dictionary<TKey, TValue> PlainMap<TKey, TValue>()
        where TKey : notnull =>
        new() { [(TKey)Of(typeof(TKey))] = (TValue)Of(typeof(TValue)) };

    private ImmutableDictionary<TKey, TValue> Map<TKey, TValue>()
        where TKey : notnull =>
        PlainMap<TKey, TValue>().ToImmutableDictionary();

    // No constructor runs: every property is set, and one that is forgotten stays null and is noticed.
    private object Record(Type type)
    {
        Assert.True(
            type.Namespace?.StartsWith("OrleansCampaigns", StringComparison.Ordinal) == true,
            $"Teach {nameof(SampleValues)} how to make a {type}.");
        var record = RuntimeHelpers.GetUninitializedObject(type);
        foreach (var property in Settable(type))
        {
            property.SetValue(record, Of(property.PropertyType));
        }

        return record;
    }
}
