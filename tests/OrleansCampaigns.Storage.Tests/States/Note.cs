using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Orleans.Storage;
using OrleansCampaigns.Grains.Contacts;

namespace OrleansCampaigns.Storage.Tests.States;

/// <summary>A state of the tests: a text, and what the database is to project.</summary>
public sealed record Note(string Text, JsonNode? Projection = null)
{
    public Note()
        : this("")
    {
    }
}

/// <summary>A state of the tests that changes the directory.</summary>
public sealed class ProjectedNote(string text, ContactProjection? projection) : IProjectedState
{
    private ContactProjection? _projection = projection;

    public ProjectedNote()
        : this("", null)
    {
    }

    public string Text { get; init; } = text;

    public ContactProjection? TakeProjection() => Interlocked.Exchange(ref _projection, null);
}

/// <summary>JSON, because databases look into the states of contacts for what they project.</summary>
internal sealed class NoteSerializer : IGrainStorageSerializer
{
    // As the engine's states: what is not there is left out.
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public BinaryData Serialize<T>(T? input) => new(JsonSerializer.SerializeToUtf8Bytes(input, Options));

    public T? Deserialize<T>(BinaryData input) => JsonSerializer.Deserialize<T>(input.ToMemory().Span, Options)!;
}
