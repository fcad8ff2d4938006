using System.Globalization;

namespace OrleansCampaigns.Scenarios.Cluster;

/// <summary>What <c>deploy/Containerfile</c> says.</summary>
internal static class ContainerFile
{
    /// <summary>Its instructions, each in one line.</summary>
    public static IReadOnlyList<string> Lines { get; } =
    [
        .. string.Join('\n', File.ReadLines(DeploymentFiles.PathOf("deploy/Containerfile"))
                .Where(line => !line.StartsWith('#')))
            .Replace("\\\n", " ", StringComparison.Ordinal)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries),
    ];

    /// <summary>The ports of the last stage.</summary>
    public static IEnumerable<int> Ports => Of("EXPOSE").Select(
        port => int.Parse(port, CultureInfo.InvariantCulture));

    /// <summary>The environment of the last stage.</summary>
    public static IReadOnlyDictionary<string, string> Variables { get; } =
        Of("ENV").Select(word => word.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);

    private static IEnumerable<string> Of(string instruction) => Lines
        .Skip(Lines.Index().Last(line => line.Item.StartsWith("FROM ", StringComparison.Ordinal)).Index)
        .Where(line => line.StartsWith($"{instruction} ", StringComparison.Ordinal))
        .SelectMany(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1));
}
