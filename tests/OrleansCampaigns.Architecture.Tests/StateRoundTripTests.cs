using System.Collections;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using OrleansCampaigns.Grains;
using OrleansCampaigns.Grains.Campaigns;

namespace OrleansCampaigns.Architecture.Tests;

/// <summary>Whatever a grain stores is read again as it was, property by property.</summary>
public class StateRoundTripTests
{
    public static TheoryData<string> States => [.. StoredTypes.Select(type => type.FullName!)];

    public static TheoryData<string> StatesThatAreStoredNew =>
        [.. StoredTypes.Where(type => type != typeof(CampaignRecord)).Select(type => type.FullName!)];

    private static IEnumerable<Type> StoredTypes => typeof(StateJson).GetCustomAttributesData()
        .Where(attribute => attribute.AttributeType == typeof(JsonSerializableAttribute))
        .Select(attribute => (Type)attribute.ConstructorArguments[0].Value!);

    [Theory]
    [MemberData(nameof(States))]
    public void A_state_survives_its_storage_format(string name)
    {
        var type = StoredTypes.Single(type => type.FullName == name);
        var state = new SampleValues().Of(type);

        var stored = JsonSerializer.Serialize(state, type, StateJson.Default);
        var restored = JsonSerializer.Deserialize(stored, type, StateJson.Default);

        Assert.Equal(stored, JsonSerializer.Serialize(restored, type, StateJson.Default));
        VerifyNothingIsLeftOut(state, JsonNode.Parse(stored), name);
    }

    // A campaign is stored from its creation on, and then it has an account.
    [Theory]
    [MemberData(nameof(StatesThatAreStoredNew))]
    public void A_new_state_survives_its_storage_format(string name)
    {
        var type = StoredTypes.Single(type => type.FullName == name);
        var stored = JsonSerializer.Serialize(Activator.CreateInstance(type), type, StateJson.Default);

        var restored = JsonSerializer.Deserialize(stored, type, StateJson.Default);

        Assert.Equal(stored, JsonSerializer.Serialize(restored, type, StateJson.Default));
    }

    [Fact]
    public void Every_stored_state_is_registered()
    {
        var stored = typeof(StateJson).Assembly.GetTypes()
            .SelectMany(type => type.GetConstructors().SelectMany(constructor => constructor.GetParameters()))
            .Where(parameter => parameter.IsDefined(typeof(PersistentStateAttribute)))
            .Select(parameter => parameter.ParameterType.GetGenericArguments()[0]);

        Assert.Empty(stored.Except(StoredTypes));
    }

    // What the serializer skips would read as its default for ever; only a value that is not the default shows it.
    private static void VerifyNothingIsLeftOut(object? value, JsonNode? node, string path)
    {
        if (value is null || node is not (JsonObject or JsonArray))
        {
            Assert.False(value is not null && node is null, $"{path} is not stored.");
        }
        else if (value is IDictionary map && node is JsonObject entries)
        {
            Assert.Equal(map.Count, entries.Count);
            foreach (var (entry, stored) in map.Values.Cast<object>().Zip(entries))
            {
                VerifyNothingIsLeftOut(entry, stored.Value, $"{path}[{stored.Key}]");
            }
        }
        else if (value is IEnumerable items && node is JsonArray array)
        {
            Assert.Equal(items.Cast<object>().Count(), array.Count);
            foreach (var (item, stored) in items.Cast<object>().Zip(array))
            {
                VerifyNothingIsLeftOut(item, stored, $"{path}[]");
            }
        }
        else
        {
            foreach (var property in SampleValues.Settable(value.GetType()))
            {
                var name = property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name
                    ?? JsonNamingPolicy.CamelCase.ConvertName(property.Name);
                VerifyNothingIsLeftOut(property.GetValue(value), node[name], $"{path}.{property.Name}");
            }
        }
    }
}
