using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using OrleansCampaigns.Scenarios.Cluster;
using OrleansCampaigns.TestKit.Telemetry;

namespace OrleansCampaigns.Scenarios.Telemetry;

/// <summary>Alerts, dashboard and documents speak of what is really sent.</summary>
[Collection(TelemetryRun.Shared)]
[Trait("Needs", "PostgreSQL")]
[Trait("Speed", "slow")]
public sealed partial class TelemetryFileTests(TelemetryRun run)
{
    private const string Folder = "deploy/telemetry";
    private const string OwnScope = "OrleansCampaigns";

    private static List<JsonNode> Rules =>
        [.. DeploymentFiles.ReadYaml($"{Folder}/alerts.yml")[0]["groups"]!.AsArray()
            .SelectMany(group => group!["rules"]!.AsArray()).Select(rule => rule!)];

    [Fact]
    public void Every_alert_has_its_section_of_the_runbook()
    {
        var sections = Headings($"{Folder}/runbook.md").ToHashSet();
        Assert.InRange(Rules.Count, 12, 100);
        foreach (var rule in Rules)
        {
            var parts = ((string)rule["annotations"]!["runbook"]!).Split('#');
            Assert.Equal($"{Folder}/runbook.md", parts[0]);
            Assert.Contains(parts[1], sections);
            Assert.Contains((string)rule["labels"]!["severity"]!, (string[])["critical", "warning"]);
        }

        Assert.Equal(Rules.Count, sections.Count - 1); // The title.
    }

    [Fact]
    public void Every_alert_is_shown_quiet_and_firing()
    {
        var shown = DeploymentFiles.ReadYaml($"{Folder}/alerts.test.yml")[0]["tests"]!.AsArray()
            .SelectMany(test => test!["alert_rule_test"]!.AsArray())
            .ToLookup(test => (string)test!["alertname"]!, test => test!["exp_alerts"]!.AsArray().Count);
        foreach (var name in Rules.Select(rule => (string)rule["alert"]!))
        {
            Assert.Contains(shown[name], count => count > 0);
            Assert.Contains(0, shown[name]);
        }
    }

    [Fact]
    public async Task The_alerts_fire_as_their_tests_say()
    {
        Assert.SkipWhen(Promtool.Missing is not null, Promtool.Missing ?? "");
        var (isGood, output) = await Promtool.Run(
            "test", "rules", DeploymentFiles.PathOf($"{Folder}/alerts.test.yml"));
        Assert.True(isGood, output);
    }

    [Fact]
    public void Alerts_and_dashboard_ask_for_series_and_labels_that_are_sent()
    {
        Assert.SkipUnless(run.HasCluster, "Without PostgreSQL its metrics are not sent.");
        var sent = run.Metrics.SelectMany(metric => metric.Series.Select(series => (series, metric)))
            .ToLookup(pair => pair.series, pair => pair.metric);
        var expressions = Rules.Select(rule => (string)rule["expr"]!).Concat(DashboardExpressions()).ToList();
        Assert.True(expressions.Count > 40);
        foreach (var expression in expressions)
        {
            var series = PrometheusExpressions.Series(expression).ToList();
            Assert.NotEmpty(series);
            Assert.Empty(series.Where(name => !sent.Contains(name))
                .Select(name => $"{name} is not sent: {expression}"));
            var labels = series.SelectMany(name => sent[name]).SelectMany(metric => metric.Points)
                .SelectMany(point => point.Attributes.Keys)
                .Select(key => key.Replace('.', '_'))
                .ToHashSet();
            Assert.Empty(PrometheusExpressions.Labels(expression).Except(labels)
                .Select(label => $"{label} is no label: {expression}"));
        }
    }

    [Fact]
    public void The_document_lists_every_metric_of_our_own_with_its_unit_and_labels()
    {
        var listed = Rows("Metrics").ToDictionary(row => row[0], row => (Unit: row[2], Kind: row[1], Labels: row[3]));
        var sent = run.Metrics.Where(metric => metric.Scope == OwnScope).GroupBy(metric => metric.Name).ToList();
        Assert.Equal(listed.Keys.Order(), sent.Select(metric => metric.Key).Order());
        foreach (var metric in sent)
        {
            var labels = metric.SelectMany(one => one.Points).SelectMany(point => point.Attributes.Keys).Distinct();
            var (unit, kind, described) = listed[metric.Key];
            Assert.Equal((metric.Key, metric.First().Unit, metric.First().Kind), (metric.Key, unit, kind));
            Assert.Equal(
                (metric.Key, string.Join(", ", labels.Order())),
                (metric.Key, string.Join(", ", described.Replace("–", "", StringComparison.Ordinal)
                    .Split(", ", StringSplitOptions.RemoveEmptyEntries).Order())));
        }
    }

    [Fact]
    public void The_document_lists_every_span_of_our_own_with_its_attributes()
    {
        var listed = Rows("Spans").ToDictionary(row => row[0], row => row[2]);
        var sent = run.Spans.Where(span => span.Scope == OwnScope).ToLookup(span => span.Name);
        Assert.Equal(listed.Keys.Order(), sent.Select(spans => spans.Key).Order());
        foreach (var spans in sent)
        {
            Assert.Equal(
                (spans.Key, string.Join(", ", spans.SelectMany(span => span.Attributes.Keys).Distinct().Order())),
                (spans.Key, string.Join(", ", listed[spans.Key].Replace("–", "", StringComparison.Ordinal)
                    .Split(", ", StringSplitOptions.RemoveEmptyEntries).Order())));
        }
    }

    [Fact]
    public void The_document_names_every_library_whose_metrics_and_spans_are_sent()
    {
        var text = File.ReadAllText(DeploymentFiles.PathOf("docs/telemetry.md"));
        var scopes = run.Metrics.Select(metric => metric.Scope).Concat(run.Spans.Select(span => span.Scope)).Distinct();
        Assert.All(scopes, scope => Assert.Contains($"`{scope}`", text, StringComparison.Ordinal));
    }

    private static IEnumerable<string> DashboardExpressions() =>
        JsonNode.Parse(File.ReadAllText(DeploymentFiles.PathOf($"{Folder}/dashboard.json")))!["panels"]!.AsArray()
            .Where(panel => panel!["targets"] is not null)
            .SelectMany(panel => panel!["targets"]!.AsArray())
            .Select(target => (string)target!["expr"]!);

    private static IEnumerable<string> Headings(string file) =>
        File.ReadLines(DeploymentFiles.PathOf(file))
            .Where(line => line.StartsWith('#'))
            .Select(line => line.TrimStart('#', ' ').ToLowerInvariant().Replace(' ', '-'));

    // The cells of the table under a heading, without code marks.
    private static IEnumerable<string[]> Rows(string heading) =>
        File.ReadLines(DeploymentFiles.PathOf("docs/telemetry.md"))
            .SkipWhile(line => line != $"## {heading}").Skip(1)
            .TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => Cells().Split(line.Trim('|', ' '))
                .Select(cell => cell.Replace("`", "", StringComparison.Ordinal).Trim()).ToArray());

    [GeneratedRegex(@" \| ")]
    private static partial Regex Cells();
}
