using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;

namespace OrleansCampaigns.Storage.Directory;

/// <summary>How the directory's tables hold what has no columns of its own.</summary>
internal static class DirectoryJson
{
    private const string FileProperty = "file";

    // Letters stay readable in the file; nothing of it is ever put into a page of HTML as it stands.
    private static readonly DirectoryJsonContext Context = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter() },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    public static string Write(SortedDictionary<string, string> attributes) =>
        attributes.Count == 0 ? "{}" : JsonSerializer.Serialize(attributes, Context.SortedDictionaryStringString);

    public static string Write(ContactFilter filter) => JsonSerializer.Serialize(filter, Context.ContactFilter);

    /// <summary>What a request says of a file, and beside it how the file is read.</summary>
    public static string Write(ImportOptions options, ImportFile file)
    {
        var json = JsonSerializer.SerializeToNode(options, Context.ImportOptions)!.AsObject();
        json[FileProperty] = JsonSerializer.SerializeToNode(file, Context.ImportFile);
        return json.ToJsonString(Context.Options);
    }

    public static string Write(IEnumerable<string> texts) =>
        JsonSerializer.Serialize([.. texts], Context.StringArray);

    public static string Write(Refusal refusal) => JsonSerializer.Serialize(refusal, Context.Refusal);

    public static ImmutableDictionary<string, string> ReadAttributes(string json) =>
        json == "{}"
            ? ImmutableDictionary<string, string>.Empty
            : JsonSerializer.Deserialize(json, Context.ImmutableDictionaryStringString)!;

    public static ContactFilter ReadFilter(string json) => JsonSerializer.Deserialize(json, Context.ContactFilter)!;

    public static ImportOptions ReadOptions(string json) => JsonSerializer.Deserialize(json, Context.ImportOptions)!;

    public static ImportFile ReadFile(string json)
    {
        using var read = JsonDocument.Parse(json);
        return read.RootElement.TryGetProperty(FileProperty, out var file)
            ? file.Deserialize(Context.ImportFile)!
            : new();
    }

    public static Refusal ReadRefusal(string json) => JsonSerializer.Deserialize(json, Context.Refusal)!;
}

[JsonSerializable(typeof(ContactFilter))]
[JsonSerializable(typeof(ImportOptions))]
[JsonSerializable(typeof(ImportFile))]
[JsonSerializable(typeof(Refusal))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(ImmutableDictionary<string, string>))]
[JsonSerializable(typeof(SortedDictionary<string, string>))]
internal sealed partial class DirectoryJsonContext : JsonSerializerContext;
