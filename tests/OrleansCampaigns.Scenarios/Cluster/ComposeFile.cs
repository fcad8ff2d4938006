using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace OrleansCampaigns.Scenarios.Cluster;

/// <summary><c>docker-compose.yml</c>, as far as it is needed to start the same without containers.</summary>
internal sealed partial class ComposeFile
{
    private ComposeFile(Dictionary<string, ComposeService> services) => Services = services;

    public IReadOnlyDictionary<string, ComposeService> Services { get; }

    /// <summary>The services that run this software.</summary>
    public IEnumerable<ComposeService> Own => Services.Values.Where(service => service.IsOwn);

    /// <summary>Reads it.</summary>
    /// <param name="variables">What would stand in <c>.env</c>.</param>
    public static ComposeFile Read(IReadOnlyDictionary<string, string> variables)
    {
        var services = DeploymentFiles.ReadYaml("docker-compose.yml").Single()["services"]!.AsObject();
        return new(services.ToDictionary(
            service => service.Key, service => new ComposeService(service.Key, service.Value!, Fill)));

        string Fill(string text) => Variable().Replace(text, found =>
            variables.TryGetValue(found.Groups["name"].Value, out var value) && value.Length > 0 ? value
            : found.Groups["kind"].Value != "?" ? found.Groups["rest"].Value
            : throw new InvalidOperationException($"{found.Groups["name"]} {found.Groups["rest"]}"));
    }

    [GeneratedRegex(@"\$\{(?<name>\w+)(:(?<kind>[-?])(?<rest>[^}]*))?\}")]
    private static partial Regex Variable();
}

/// <summary>One service.</summary>
internal sealed class ComposeService(string name, JsonNode definition, Func<string, string> fill)
{
    public string Name => name;

    public bool IsOwn => (string?)definition["build"]?["dockerfile"] == "deploy/Containerfile";

    public string[] Command => Texts(definition["command"]);

    public string? HostName => (string?)definition["hostname"];

    public string? Restart => (string?)definition["restart"];

    public string[] HealthTest => Texts(definition["healthcheck"]?["test"]);

    public bool HasNoHealth => (string?)definition["healthcheck"]?["disable"] == "true";

    public TimeSpan StopGracePeriod => TimeSpan.FromSeconds(int.Parse(
        ((string)definition["stop_grace_period"]!).TrimEnd('s'), CultureInfo.InvariantCulture));

    public IEnumerable<string> Ports => Texts(definition["ports"]);

    public Dictionary<string, string> Environment => (definition["environment"]?.AsObject() ?? []).ToDictionary(
        variable => variable.Key, variable => fill((string?)variable.Value ?? ""));

    /// <summary>The services that it waits for, and until when.</summary>
    public Dictionary<string, string> DependsOn => (definition["depends_on"]?.AsObject() ?? []).ToDictionary(
        other => other.Key, other => (string)other.Value!["condition"]!);

    private string[] Texts(JsonNode? list) => [.. (list?.AsArray() ?? []).Select(item => fill((string)item!))];
}
