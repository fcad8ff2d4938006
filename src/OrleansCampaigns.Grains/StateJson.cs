using System.Text.Json;
using System.Text.Json.Serialization;
using Orleans.Storage;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Grains.Accounts;
using OrleansCampaigns.Grains.Campaigns;
using OrleansCampaigns.Grains.Contacts;
using OrleansCampaigns.Grains.Mailboxes;
using OrleansCampaigns.Grains.Throttling;

namespace OrleansCampaigns.Grains;

/// <summary>The storage format of every state: JSON without type names, from generated code.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(AccountRecord))]
[JsonSerializable(typeof(CampaignRecord))]
[JsonSerializable(typeof(DefinitionRecord))]
[JsonSerializable(typeof(PartitionRecord))]
[JsonSerializable(typeof(ContactRecord))]
[JsonSerializable(typeof(ContactPage))]
[JsonSerializable(typeof(ContactPageRecord))]
[JsonSerializable(typeof(MailboxRecord))]
[JsonSerializable(typeof(ThrottleRecord))]
[JsonSerializable(typeof(SlowedDomainsRecord))]
internal sealed partial class StateJson : JsonSerializerContext;

/// <summary>Serializes grain states with <see cref="StateJson"/>.</summary>
public sealed class StateSerializer : IGrainStorageSerializer
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentNullException">There is no state. Clearing one is the storage's, and stores no text.
    /// </exception>
    public BinaryData Serialize<T>(T? input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new(JsonSerializer.SerializeToUtf8Bytes(input, typeof(T), StateJson.Default));
    }

    /// <inheritdoc/>
    /// <exception cref="JsonException">It is no state, or says <c>null</c>: taken for a fresh one, it would be written
    /// over.</exception>
    public T? Deserialize<T>(BinaryData input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return (T?)JsonSerializer.Deserialize(input.ToMemory().Span, typeof(T), StateJson.Default)
            ?? throw new JsonException("A stored state says null.");
    }
}
