using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.Serialization;

namespace OrleansCampaigns.Scenarios.Cluster;

/// <summary>The files of the repository that describe a deployment.</summary>
internal static class DeploymentFiles
{
    private const string Prefix = "ORLEANSCAMPAIGNS_";

    public static string Root { get; } = FindRoot();

    public static string PathOf(string file) => Path.Combine(Root, file);

    /// <summary>The documents of a YAML file, with anchors and merge keys resolved; every value is a text.</summary>
    public static List<JsonNode> ReadYaml(string file)
    {
        using var reader = new StreamReader(PathOf(file));
        var parser = new MergingParser(new Parser(reader));
        var deserializer = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build();
        var documents = new List<JsonNode>();
        parser.Consume<StreamStart>();
        while (parser.Accept<DocumentStart>(out _))
        {
            documents.Add(ToJson(deserializer.Deserialize<object>(parser))!);
        }

        return documents;
    }

    /// <summary>The lines <c>NAME=value</c> of a file; comments are left out.</summary>
    public static Dictionary<string, string> ReadVariables(string file) =>
        File.ReadLines(PathOf(file))
            .Where(line => line.Contains('=', StringComparison.Ordinal) && !line.StartsWith('#'))
            .ToDictionary(line => line.Split('=', 2)[0], line => line.Split('=', 2)[1]);

    /// <summary>Whether an environment variable is one of this software's settings, and which.</summary>
    public static string? SettingOf(string variable) => variable.StartsWith(Prefix, StringComparison.Ordinal)
        ? variable[Prefix.Length..].Replace("__", ":", StringComparison.Ordinal)
        : null;

    /// <summary>The settings among environment variables.</summary>
    public static Dictionary<string, string> SettingsOf(IEnumerable<KeyValuePair<string, string>> variables) =>
        variables.Where(variable => SettingOf(variable.Key) is not null)
            .ToDictionary(variable => SettingOf(variable.Key)!, variable => variable.Value);

    /// <summary>All texts and names anywhere in a document.</summary>
    public static IEnumerable<string> TextsIn(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(pair => TextsIn(pair.Value).Prepend(pair.Key)),
        JsonArray list => list.SelectMany(TextsIn),
        null => [],
        _ => [node.ToString()],
    };

    private static JsonNode? ToJson(object? value) => value switch
    {
        null => null,
        IDictionary<object, object> map => new JsonObject(map.Select(
            pair => KeyValuePair.Create($"{pair.Key}", ToJson(pair.Value)))),
        IList<object> list => new JsonArray([.. list.Select(ToJson)]),
        bool flag => JsonValue.Create(flag ? "true" : "false"),
        _ => JsonValue.Create(Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture)),
    };

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "OrleansCampaigns.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No OrleansCampaigns.sln lies above {AppContext.BaseDirectory}.");
    }
}
