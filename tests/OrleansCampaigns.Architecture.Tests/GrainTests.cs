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
}
