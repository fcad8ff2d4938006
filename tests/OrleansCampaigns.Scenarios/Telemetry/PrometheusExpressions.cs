using System.Text.RegularExpressions;

namespace OrleansCampaigns.Scenarios.Telemetry;

/// <summary>Finds out what an expression of Prometheus speaks of.</summary>
internal static partial class PrometheusExpressions
{
    /// <summary>The series that it reads.</summary>
    public static IEnumerable<string> Series(string expression) =>
        Names().Matches(Groupings().Replace(Matchers().Replace(expression, ""), ""))
            .Select(match => match.Value)
            .Where(name => name.Contains('_', StringComparison.Ordinal) && !Functions.Contains(name));

    /// <summary>The labels that it asks for or groups by.</summary>
    public static IEnumerable<string> Labels(string expression) =>
        Matchers().Matches(expression).SelectMany(match => Matched().Matches(match.Value).Select(one => one.Groups[1]))
            .Concat(Groupings().Matches(Matchers().Replace(expression, ""))
                .SelectMany(match => Names().Matches(match.Groups[1].Value)).Cast<Group>())
            .Select(group => group.Value)
            .Where(label => label is not ("le" or "instance" or "job")); // Prometheus' own.

    private static readonly string[] Functions = ["histogram_quantile", "max_over_time", "__rate_interval"];

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Matchers();

    [GeneratedRegex(@"([a-z_]+)\s*(?:=~|!~|!=|=)")]
    private static partial Regex Matched();

    [GeneratedRegex(@"\b(?:by|without|on)\s*\(([^)]*)\)")]
    private static partial Regex Groupings();

    [GeneratedRegex(@"\b[a-z_][a-z0-9_]*\b")]
    private static partial Regex Names();
}
