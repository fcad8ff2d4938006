using System.Reflection;
using OrleansCampaigns.Grains;
using Orleans.Runtime;

namespace OrleansCampaigns.Architecture.Tests;

public class GrainTests
{
    private static readonly List<Type> GrainClasses =
        [.. typeof(StorageNames).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(Grain)) && !type.IsAbstract)];

    [Fact]
    public void Grain_classes_are_internal_sealed_and_named()
    {
        Assert.NotEmpty(GrainClasses);
        Assert.All(GrainClasses, type =>
        {
            Assert.False(type.IsVisible, $"{type.Name} must be internal: callers know its interface.");
            Assert.True(type.IsSealed, $"{type.Name} must be sealed.");
            Assert.True(
                type.IsDefined(typeof(GrainTypeAttribute), inherit: false),
                $"{type.Name} needs a [GrainType]: its stored name must survive a renaming.");
        });
    }

    [Fact]
    public void Every_state_has_a_name_of_its_own()
    {
        // ADO.NET storage ignores the grain's type: two states of one name and key would share a row.
        var states = GrainClasses
            .SelectMany(type => type.GetConstructors().SelectMany(constructor => constructor.GetParameters()))
            .Select(parameter => parameter.GetCustomAttribute<PersistentStateAttribute>())
            .OfType<PersistentStateAttribute>()
            .ToList();

        Assert.NotEmpty(states);
        Assert.Equal(states.Count, states.DistinctBy(state => state.StateName).Count());
        Assert.All(
            states,
            state => Assert.Contains(state.StorageName, (string[])[StorageNames.Contacts, StorageNames.Engine]));
    }

    [Fact]
    public void The_dashboard_finds_one_plain_state_of_every_grain_that_stores_something()
    {
        // It calls every method without parameters that is named GetState or returns what the grain stores.
        var grains = GrainClasses.Where(type => StoredBy(type).Any()).ToList();

        Assert.NotEmpty(grains);
        Assert.All(grains, type =>
        {
            var shown = type.GetInterfaces().SelectMany(known => known.GetMethods())
                .Where(method => method.GetParameters().Length == 0 && IsShown(method, [.. StoredBy(type)]))
                .ToList();
            Assert.True(
                shown is [{ Name: "GetState" }],
                $"{type.Name} shows {string.Join(", ", shown.Select(method => method.Name))} instead of one GetState.");
            Assert.True(
                IsPlain(shown[0].ReturnType.GetGenericArguments()[0]),
                $"The state that {type.Name} shows holds more than names, numbers and times.");
        });
    }

    [Fact]
    public void A_state_for_the_dashboard_takes_nothing()
    {
        // Not even a token that has a default: the dashboard looks for methods without parameters, and calls no other.
        var states = GrainClasses.SelectMany(type => type.GetInterfaces()).Distinct()
            .Where(known => typeof(IAddressable).IsAssignableFrom(known))
            .SelectMany(known => known.GetMethods())
            .Where(method => method.Name == "GetState")
            .ToList();

        Assert.InRange(states.Count, 5, 100);
        Assert.All(states, method => Assert.True(
            method.GetParameters().Length == 0, $"{method.DeclaringType!.Name}.GetState must take nothing."));
    }

    private static IEnumerable<Type> StoredBy(Type grain) => grain.GetConstructors()
        .SelectMany(constructor => constructor.GetParameters())
        .Where(parameter => parameter.IsDefined(typeof(PersistentStateAttribute)))
        .Select(parameter => parameter.ParameterType.GetGenericArguments()[0]);

    private static bool IsShown(MethodInfo method, IReadOnlyCollection<Type> stored) =>
        method.ReturnType.GetGenericArguments() is [var result]
        && (method.Name == "GetState" || stored.Contains(result));

    private static bool IsPlain(Type state) => IsPlainValue(state)
        || SampleValues.Settable(state).All(property => IsPlainValue(property.PropertyType));

    private static bool IsPlainValue(Type type) => (Nullable.GetUnderlyingType(type) ?? type) is var value
        && (value.IsPrimitive
            || value == typeof(string) || value == typeof(DateTimeOffset) || value == typeof(TimeSpan));
}
