using System.Globalization;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Json;

namespace OrleansCampaigns.Host.Settings;

/// <summary>
/// Finds keys that name no setting and values that cannot be read, wherever they come from. The binder passes over both
/// without a word: a misspelt limit does not limit, and an entry of a list with one bad value is not there.
/// </summary>
/// <remarks>What a value must be beyond its type is the validators' business. No text that may be a secret is told.
/// </remarks>
internal static class SettingsCheck
{
    private const int ShownMax = 40;
    private const int NamesMax = 15;

    /// <summary>Every problem, one sentence each, in the order of the keys.</summary>
    public static IReadOnlyList<string> FindProblems(IConfiguration configuration)
    {
        var problems = new List<string>();
        Check(configuration, KnownSettings.Root, new(configuration as IConfigurationRoot, problems));
        return problems;
    }

    private static void Check(IConfiguration place, SettingsNode node, Findings findings)
    {
        foreach (var section in place.GetChildren())
        {
            if (node.Children.TryGetValue(section.Key, out var child))
            {
                CheckPlace(section, child, findings);
            }
            else
            {
                findings.Add(section, $"is no setting. {Suggest(section, node)}");
            }
        }
    }

    private static void CheckPlace(IConfigurationSection section, SettingsNode node, Findings findings)
    {
        var hasChildren = section.GetChildren().Any();
        if (node.IsForeign)
        {
            return;
        }

        if (node.Value is not null)
        {
            if (hasChildren)
            {
                findings.Add(section, "is one value and holds no others.");
            }
            else
            {
                CheckValue(section, node, findings);
            }

            return;
        }

        if (!string.IsNullOrEmpty(section.Value))
        {
            findings.Add(section, $"is no value: {Describe(section.Path, node)}");
        }
        else if (node.Item is { } item)
        {
            CheckEntries(section, item, isNumbered: true, findings);
        }
        else if (node.Entry is { } entry)
        {
            CheckEntries(section, entry, isNumbered: false, findings);
        }
        else
        {
            Check(section, node, findings);
        }
    }

    private static void CheckEntries(
        IConfigurationSection section, SettingsNode node, bool isNumbered, Findings findings)
    {
        foreach (var entry in section.GetChildren())
        {
            if (isNumbered && !int.TryParse(entry.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            {
                findings.Add(entry, $"is no entry: those of {section.Path} are numbered from 0.");
            }
            else if (node.Value is null && entry.Value is null or "" && !entry.GetChildren().Any())
            {
                findings.Add(entry, "is an entry without anything in it.");
            }
            else
            {
                CheckPlace(entry, node, findings);
            }
        }
    }

    private static void CheckValue(IConfigurationSection section, SettingsNode node, Findings findings)
    {
        if (section.Value is not { } text)
        {
            if (!node.IsOptional)
            {
                findings.Add(section, "has no value: give it one, or leave its key out.");
            }
        }
        else if (node.ProblemOf(text) is { } problem)
        {
            findings.Add(section, $"{problem}, not '{(text.Length > ShownMax ? text[..ShownMax] + "…" : text)}'.");
        }
    }

    private static string Describe(string path, SettingsNode node) =>
        node.Item is not null ? $"it is a list, whose entries are {path}:0 and so on."
        : node.Entry is not null ? $"its entries have names, as in {path}:NAME."
        : $"it holds settings of its own, such as {path}:{node.Children.Keys.First()}.";

    private static string Suggest(IConfigurationSection unknown, SettingsNode node)
    {
        if (KnownSettings.Elsewhere.TryGetValue(unknown.Path, out var elsewhere))
        {
            return $"It is set by {elsewhere}.";
        }

        var parent = unknown.Path[..^unknown.Key.Length];
        if (Nearest(unknown.Key, node.Children.Keys) is { } near)
        {
            return $"Did you mean {parent}{near}?";
        }

        // Under the right name at the wrong place, such as Relays for Mail:Relays.
        if (PlacesOf(unknown.Key, KnownSettings.Root, "").FirstOrDefault() is { } place)
        {
            return $"Did you mean {place}?";
        }

        var names = node.Children.Keys.Order(StringComparer.Ordinal).Take(NamesMax).ToList();
        var more = node.Children.Count > NamesMax ? " and others" : "";
        return $"Known here: {string.Join(", ", names)}{more}.";
    }

    private static string? Nearest(string name, IEnumerable<string> known) => known
        .Select(other => (Name: other, Distance: Distance(name.ToUpperInvariant(), other.ToUpperInvariant())))
        .Where(other => other.Distance <= Math.Max(2, name.Length / 3)
            && other.Distance < Math.Min(name.Length, other.Name.Length))
        .OrderBy(other => other.Distance)
        .Select(other => other.Name)
        .FirstOrDefault();

    private static IEnumerable<string> PlacesOf(string name, SettingsNode node, string path)
    {
        foreach (var (key, child) in node.Children)
        {
            if (key.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                yield return path + key;
            }

            foreach (var place in PlacesOf(name, child, $"{path}{key}:"))
            {
                yield return place;
            }
        }
    }

    // How many letters must be changed, added or left out (Levenshtein).
    private static int Distance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var changed = diagonal + (one[i - 1] == other[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(changed, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }

    /// <summary>Collects problems and says where each key comes from.</summary>
    private sealed class Findings(IConfigurationRoot? root, List<string> problems)
    {
        public void Add(IConfigurationSection section, string problem) =>
            problems.Add($"{section.Path}{SourceOf(section)} {problem}");

        private string SourceOf(IConfigurationSection section)
        {
            // What holds no value itself comes from where its first value does.
            var path = section.Path;
            for (var at = section.GetChildren().FirstOrDefault(); at is not null && section.Value is null;
                at = at.GetChildren().FirstOrDefault())
            {
                path = at.Path;
            }

            return root?.Providers.LastOrDefault(provider => provider.TryGet(path, out _)) switch
            {
                EnvironmentVariablesConfigurationProvider =>
                    $" (from the environment: {EnvironmentNames.Of(path)})",
                JsonConfigurationProvider { Source.Path: { } file } => $" (in {Path.GetFileName(file)})",
                _ => "",
            };
        }
    }
}

/// <summary>How settings are called in the environment.</summary>
internal static class EnvironmentNames
{
    public const string Prefix = "ORLEANSCAMPAIGNS_";

    public static string Of(string path) => Prefix + path.Replace(":", "__", StringComparison.Ordinal);
}
